//! The ledger in the database, and the verifier at the terminal.

use super::office::Office;
use futures::future::join_all;
use penny::approvals::{ledger, verify};
use penny::base::ids::OrgId;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::process::{Output, Stdio};
use tokio::io::AsyncWriteExt;

/// What the database says to a statement of Penny's own role.
async fn as_penny(office: &Office, sql: &str) -> Result<u64, String> {
    let mut connection = PgConnection::connect(office.database.url().expose())
        .await
        .unwrap();
    let role = format!("set role penny_app; set penny.org = '{}'", office.org);
    sqlx::raw_sql(AssertSqlSafe(role))
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await
        .map(|done| done.rows_affected())
        .map_err(|error| error.to_string())
}

async fn penny(args: &[&str], database: Option<&str>, input: &str) -> Output {
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_penny"))
        .arg("audit")
        .args(args)
        .env_clear()
        .envs(database.map(|url| ("DATABASE_URL", url)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).await.unwrap();
    drop(stdin);
    child.wait_with_output().await.unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[tokio::test]
async fn pennys_own_role_can_neither_rewrite_the_ledger_nor_move_its_head_nor_reword_a_proposal() {
    let office = Office::new().await;
    let ticket = office.done().await;
    let before = office.ledger().await;
    let org = office.org;
    for forbidden in [
        "update core.ledger set entry = '{}'".to_owned(),
        "delete from core.ledger".to_owned(),
        "truncate core.ledger".to_owned(),
        "delete from core.ledger_heads".to_owned(),
        "truncate core.ledger_heads".to_owned(),
        "update core.ledger_heads set entries = 1".to_owned(),
        format!("insert into core.ledger_heads (org_id) values ('{}')", OrgId::fresh()),
        format!(
            "insert into core.ledger (org_id, seq, at, entry, previous, hash)
             values ('{org}', 99, now(), '{{}}', '', '')"
        ),
        "alter table core.ledger disable trigger all".to_owned(),
        "create trigger mine before update on core.people for each row execute function core.chain_ledger()".to_owned(),
        "update core.proposals set content = '{}', hash = sha256('{}')".to_owned(),
        "update core.proposals set expires_at = now() + interval '1 year'".to_owned(),
        "update core.proposals set version = 9".to_owned(),
    ] {
        let refused = as_penny(&office, &forbidden).await;
        assert!(refused.is_err(), "{forbidden}: {refused:?}");
    }
    assert_eq!(office.ledger().await, before);
    assert_eq!(
        office.state(ticket.key).await,
        penny::approvals::State::Succeeded
    );
    let appended = format!(
        "insert into core.ledger (org_id, entry) values ('{org}', '{{\"act\":\"noted\"}}')"
    );
    assert_eq!(as_penny(&office, &appended).await, Ok(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_ledger_that_many_write_at_once_is_one_whole_chain() {
    let office = Office::with_connections(12).await;
    join_all((0..60).map(|_| office.propose())).await;
    let lines = office.ledger().await;
    let mut tx = office.tx().await;
    let head = ledger::head(&mut tx).await.unwrap();
    let verified = verify::verify(lines.into_iter().map(Ok), Some(head)).unwrap();
    assert_eq!((verified.org, verified.head.entries), (office.org, 60));
}

#[tokio::test]
async fn each_organisation_has_a_ledger_of_its_own() {
    let office = Office::new().await;
    office.propose().await;
    let mut tx = office.db.org(OrgId::fresh()).await.unwrap();
    assert_eq!(ledger::head(&mut tx).await.unwrap().entries, 0);
}

#[tokio::test]
async fn what_an_operator_edits_in_the_database_shows_in_the_next_export() {
    let office = Office::new().await;
    office.done().await;
    office
        .execute(
            "update core.ledger set entry = replace(entry, 'approved', 'rejected') where seq = 2",
        )
        .await;
    let broken = verify::verify(office.ledger().await.into_iter().map(Ok), None).unwrap_err();
    assert_eq!(broken.to_string(), "entry 2 was changed");
    office
        .execute("delete from core.ledger where seq > 1")
        .await;
    let broken = verify::verify(office.ledger().await.into_iter().map(Ok), None).unwrap_err();
    assert!(matches!(broken, verify::Broken::CutOff(2)), "{broken}");
}

#[tokio::test]
async fn an_export_is_checked_at_a_terminal_without_a_database() {
    let office = Office::new().await;
    office.done().await;
    let org = office.org.to_string();
    let url = office.database.url().expose().to_owned();
    let export = penny(&["export", "--org", &org], Some(&url), "").await;
    assert!(export.status.success(), "{}", said(&export));
    let file = String::from_utf8(export.stdout.clone()).unwrap();
    assert_eq!(file.lines().count(), 5);
    let head = said(&export).lines().last().unwrap().to_owned();

    let whole = penny(&["verify", "-", "--head", &head], None, &file).await;
    assert!(whole.status.success(), "{}", said(&whole));
    assert!(
        said(&whole).contains("is whole: 4 entries."),
        "{}",
        said(&whole)
    );

    let cut: String = file
        .lines()
        .take(3)
        .map(|line| format!("{line}\n"))
        .collect();
    let cut = penny(&["verify", "-"], None, &cut).await;
    assert!(!cut.status.success());
    let expected = "the end was cut off: entry 3 and what follows it are missing";
    assert!(said(&cut).contains(expected), "{}", said(&cut));
}
