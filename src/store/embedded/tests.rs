//! The life of a real server: who may connect, who may share it, and that it ends with its Penny.

use super::home::Home;
use super::testing::TestDatabase;
use super::{EmbeddedError, EmbeddedPostgres, Options};
use crate::base::secret::Secret;
use sqlx::{Connection, PgConnection};
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use uuid::Uuid;

/// A cluster of one test's own, removed with it.
struct OwnCluster(Options);

impl OwnCluster {
    fn new() -> Self {
        let name = format!("tests-{}", Uuid::new_v4().simple());
        Self(Options {
            name,
            durable: false,
        })
    }

    fn start(&self) -> Result<EmbeddedPostgres, EmbeddedError> {
        EmbeddedPostgres::start(&self.0, &|_| {})
    }
}

impl Drop for OwnCluster {
    fn drop(&mut self) {
        let dir = Home::find().unwrap().path().join(&self.0.name);
        let _ = std::fs::remove_dir_all(dir);
    }
}

async fn ask(url: &Secret, sql: &'static str) -> Result<String, sqlx::Error> {
    let mut connection = PgConnection::connect(url.expose()).await?;
    sqlx::query_scalar(sql).fetch_one(&mut connection).await
}

#[tokio::test]
async fn a_server_wants_its_password_and_a_second_penny_is_told_to_wait() {
    let cluster = OwnCluster::new();
    let server = cluster.start().unwrap();
    assert_eq!(
        ask(server.url(), "show listen_addresses").await.unwrap(),
        "127.0.0.1"
    );

    let mut guess = url::Url::parse(server.url().expose()).unwrap();
    guess.set_password(Some("guess")).unwrap();
    let refused = ask(&Secret::new(guess.as_str()), "select 'in'").await;
    assert!(refused.unwrap_err().to_string().contains("password"));

    let second = cluster.start().unwrap_err();
    assert!(matches!(second, EmbeddedError::InUse(_)), "{second}");
}

#[tokio::test]
async fn what_was_stored_is_there_after_a_stop_and_a_start() {
    let cluster = OwnCluster::new();
    let server = cluster.start().unwrap();
    let mut connection = PgConnection::connect(server.url().expose()).await.unwrap();
    sqlx::query("create table notes as select 'kept' as note")
        .execute(&mut connection)
        .await
        .unwrap();
    server.stop().unwrap();

    let server = cluster.start().unwrap();
    assert_eq!(
        ask(server.url(), "select note from notes").await.unwrap(),
        "kept"
    );
}

#[test]
fn a_server_ends_when_its_penny_is_killed() {
    let cluster = OwnCluster::new();
    let mut penny = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::embedded::tests::holds_a_server"])
        .args(["--ignored", "--nocapture"])
        .env("PENNY_TEST_CLUSTER", &cluster.0.name)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(penny.stdout.take().unwrap());
    assert!(said.lines().any(|line| line.unwrap().contains("holding")));
    assert!(matches!(cluster.start(), Err(EmbeddedError::InUse(_))));

    penny.kill().unwrap();
    penny.wait().unwrap();
    // The lock that every process of the old server holds has to be free for this.
    cluster.start().unwrap().stop().unwrap();
}

#[test]
#[ignore = "the Penny that the test above kills"]
fn holds_a_server() {
    let Ok(name) = std::env::var("PENNY_TEST_CLUSTER") else {
        return;
    };
    let options = Options {
        name,
        durable: false,
    };
    let _server = EmbeddedPostgres::start(&options, &|_| {}).unwrap();
    println!("holding");
    let _ = std::io::stdin().read(&mut [0]);
}

#[tokio::test]
async fn each_test_has_a_migrated_database_of_its_own() {
    let (one, two) = (
        TestDatabase::fresh().await.unwrap(),
        TestDatabase::fresh().await.unwrap(),
    );
    let name = "select current_database()::text";
    let first = ask(one.url(), name).await.unwrap();
    assert_ne!(first, ask(two.url(), name).await.unwrap());
    let orgs = ask(one.url(), "select count(*)::text from core.orgs").await;
    assert_eq!(orgs.unwrap(), "0");

    let gone = one.url().clone();
    drop(one);
    assert!(ask(&gone, name).await.is_err());
    assert!(ask(two.url(), name).await.is_ok());
}
