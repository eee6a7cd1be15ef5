//! Work that was given up, as an operator sees it at the terminal, and has it tried again.

use crate::support::TestApp;
use std::process::Output;

/// Names a version of a proposal that does not exist any more.
const STALE: &str = "01890000-0000-7000-8000-000000000001.1";

async fn penny(app: &TestApp, arguments: &[&str]) -> Output {
    let url = app.config.database_url.expose();
    tokio::process::Command::new(env!("CARGO_BIN_EXE_penny"))
        .arg("jobs")
        .args(arguments)
        .env_clear()
        .env("DATABASE_URL", url)
        .output()
        .await
        .unwrap()
}

async fn list(app: &TestApp, arguments: &[&str]) -> String {
    let listed = penny(app, &[&["list"], arguments].concat()).await;
    assert!(listed.status.success(), "{listed:?}");
    String::from_utf8(listed.stdout).unwrap()
}

async fn retry(app: &TestApp, arguments: &[&str]) -> String {
    let output = penny(app, &[&["retry"], arguments].concat()).await;
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn what_was_given_up_is_listed_with_its_reason_and_tried_again_when_an_operator_says_so() {
    let app = TestApp::start([]).await;
    app.gives_up("execute");
    app.gives_up("card");
    assert_eq!(list(&app, &[]).await, "");
    // Two that cannot be done, and one that could be by now.
    app.execute(&format!(
        "insert into core.jobs (org_id, kind, key)
         select org_id, kind, 'nonsense' from core.orgs, unnest(array['execute', 'card']) as kind;
         insert into core.jobs (org_id, kind, key, attempts, dead_at, last_error)
         select org_id, 'execute', '{STALE}', 10, now() - interval '1 day', 'the system was away'
         from core.orgs"
    ))
    .await;
    app.settles().await;

    let all = list(&app, &[]).await;
    let lines: Vec<&str> = all.lines().collect();
    assert_eq!(lines.len(), 3, "{all}");
    assert!(
        lines[2].starts_with(&format!("execute {STALE}  "))
            && lines[2].ends_with("(10 tries: the system was away)"),
        "the oldest comes last: {all}"
    );
    let why = "execute nonsense";
    let broken = lines.iter().find(|line| line.starts_with(why)).unwrap();
    assert!(
        broken.ends_with("(1 tries: the key names no proposal)"),
        "{all}"
    );
    let cards = list(&app, &["--kind", "card"]).await;
    assert!(cards.starts_with("card nonsense  "), "{cards}");
    assert_eq!(cards.lines().count(), 1, "{cards}");

    let said = retry(&app, &["execute", STALE]).await;
    assert!(said.contains("as soon as a worker is free"), "{said}");
    app.settles().await;
    let left = list(&app, &["--kind", "execute"]).await;
    assert!(!left.contains(STALE) && left.contains(why), "{left}");

    let tried = "update core.jobs set last_error = 'before' where key = 'nonsense'";
    app.execute(tried).await;
    retry(&app, &["execute"]).await;
    app.settles().await;
    let again = list(&app, &[]).await;
    assert!(
        again.contains("the key names no proposal"),
        "all of the kind were tried: {again}"
    );
    assert!(again.contains("before"), "and none of another: {again}");
    let none = retry(&app, &["turn"]).await;
    assert!(none.contains("nothing like that was given up"), "{none}");
    app.stop().await;
}
