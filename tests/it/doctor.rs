//! `penny doctor` at the terminal: what is fine, and what to do about what is not.

use crate::migrations::{drop_role_of, migrate, plain_owner};
use penny::base::secret::Secret;
use penny::playground::{Setup, Slack};
use penny::store::embedded::testing::TestDatabase;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::process::Stdio;

/// What the terminal shows, and whether the command succeeded.
async fn doctor(slack: &Slack, database: &Secret) -> (String, bool) {
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_penny"))
        .arg("doctor")
        .env_clear()
        .env("DATABASE_URL", database.expose())
        .env("SLACK_API_URL", slack.api_url())
        .env("SLACK_SIGNING_SECRET", slack.signing_secret().expose())
        .env("SLACK_BOT_TOKEN", slack.bot_token().unwrap().expose())
        .env("PENNY_SECRET_KEY", "a key for tests that is long enough")
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
