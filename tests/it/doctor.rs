//! `penny doctor` at the terminal: what is fine, and what to do about what is not.

use crate::migrations::{drop_role_of, migrate, plain_owner};
use crate::support::web::{Site, typed};
use penny::base::secret::Secret;
use penny::playground::{Setup, Slack};
use penny::store::embedded::testing::TestDatabase;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::process::Stdio;

/// What the terminal shows, and whether the command succeeded.
async fn doctor(slack: &Slack, database: &Secret) -> (String, bool) {
    doctor_with(slack, database, &[]).await
}

async fn doctor_with(slack: &Slack, database: &Secret, more: &[(&str, String)]) -> (String, bool) {
    let more = more.iter().map(|(name, value)| (*name, value.as_str()));
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_penny"))
        .arg("doctor")
        .env_clear()
        .env("DATABASE_URL", database.expose())
        .env("SLACK_API_URL", slack.api_url())
        .env("SLACK_SIGNING_SECRET", slack.signing_secret().expose())
        .env("SLACK_BOT_TOKEN", slack.bot_token().unwrap().expose())
        .env("PENNY_SECRET_KEY", "a key for tests that is long enough")
        .envs(more)
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (said, output.status.success())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_what_the_database_lacks_until_it_lacks_nothing() {
    penny::net::install_crypto();
    let slack = Slack::start(Setup::small()).await.unwrap();
    let database = TestDatabase::empty().await.unwrap();
    let (user, url) = plain_owner(&database).await;

    let (said, _) = doctor(&slack, &url).await;
    assert!(
        said.contains("migrations are missing. Run `penny migrate`"),
        "{said}"
    );

    migrate(&url).await.unwrap();
    let (said, is_well) = doctor(&slack, &url).await;
    for fine in [
        "✓ Configuration: complete",
        "✓ Database: reachable, migrated and writable",
        "✓ Slack: connected to Northwind, with every scope",
        "✓ Web search: off; EXA_API_KEY or PERPLEXITY_API_KEY turns it on",
    ] {
        assert!(said.contains(fine), "{said}");
    }
    assert!(
        said.contains("✗ Model: there is no model to think with"),
        "{said}"
    );
    assert!(!is_well);

    let mut superuser = PgConnection::connect(database.url().expose())
        .await
        .unwrap();
    let take_away = format!("alter role {user} nocreaterole");
    sqlx::query(AssertSqlSafe(take_away))
        .execute(&mut superuser)
        .await
        .unwrap();
    let (said, _) = doctor(&slack, &url).await;
    assert!(
        said.contains(&format!("alter role {user} createrole")),
        "{said}"
    );
    assert!(!said.contains(url.expose()), "the URL holds a password");

    superuser.close().await.unwrap();
    drop_role_of(database, user).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_the_models_that_no_bound_on_money_holds_for() {
    penny::net::install_crypto();
    let slack = Slack::start(Setup::small()).await.unwrap();
    let database = TestDatabase::fresh().await.unwrap();
    let server = Site::start("model.example", |path| match path {
        "/v1/models" => typed("application/json", r#"{"data": [{"id": "llama3.3"}]}"#),
        _ => typed(
            "text/event-stream",
            "data: {\"choices\": [{\"index\": 0, \"delta\": {\"content\": \"Yes.\"}, \"finish_reason\": \"stop\"}]}\n\n",
        ),
    })
    .await;
    let address = ("OPENAI_BASE_URL", format!("{}/v1", server.url()));
    let (said, is_well) = doctor_with(&slack, database.url(), std::slice::from_ref(&address)).await;
    assert!(
        said.contains("✓ Model: llama3.3 answers; what llama3.3 costs is not known"),
        "{said}"
    );
    assert!(said.contains("PENNY_PRICES"), "{said}");
    assert!(is_well, "it may cost nothing: {said}");

    let priced = ("PENNY_PRICES", "llama3.3=0/0".to_owned());
    let (said, _) = doctor_with(&slack, database.url(), &[address, priced]).await;
    assert!(said.contains("✓ Model: llama3.3 answers\n"), "{said}");
}
