//! One connection for one query, as the organisation's login and in the viewer's name. Nothing
//! outlives it: no setting, advisory lock or subscription that a query might leave behind.

use super::logins::Login;
use crate::base::viewer::{Audience, Viewer};
use crate::store::db::{Db, StoreResult};
use futures::TryStreamExt;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row};

/// A signature is made for one query; this is for a slow connect, not for keeping.
const SIGNED_FOR_SECONDS: i32 = 60;

/// The viewer, and what each step of a plan may use: 64 of them (the guard's bound) stay modest.
const ENTERING: &str = "select set_config('penny.viewer', $1, true), pg_backend_pid() \
     from set_config('work_mem', '4MB', true) as each_step, \
     set_config('hash_mem_multiplier', '1', true) as hashes";

#[derive(Debug)]
pub(super) struct Session {
    connection: PgConnection,
    options: PgConnectOptions,
    pid: i32,
}

/// A checked query with the values that are bound to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) sql: &'a str,
    pub(super) values: &'a [Option<&'a str>],
}

/// The viewer as a value for `penny.viewer`, signed inside the database.
pub(super) async fn signed(db: &Db, viewer: &Viewer) -> StoreResult<String> {
    let channel = match &viewer.audience {
        Audience::Private => None,
        Audience::Channel(channel) => Some(channel.as_str()),
    };
    // The organisation is an argument, so the transaction that would set it is a detour.
    Ok(sqlx::query_scalar!(
        r#"select agent.sign_viewer($1, $2, $3, $4, $5) as "signed!""#,
        viewer.org.0,
        viewer.person.0,
        channel,
        viewer.external_present,
        SIGNED_FOR_SECONDS
    )
    .fetch_one(db.system())
    .await?)
}

impl Session {
    pub(super) async fn open(
        server: &PgConnectOptions,
        login: &Login,
        signed_viewer: &str,
    ) -> Result<Self, sqlx::Error> {
        let options = server
            .clone()
            .username(&login.name)
            .password(login.password.expose())
            .application_name("penny query")
            .statement_cache_capacity(0)
            .disable_statement_logging();
        let mut connection = options.connect().await?;
        sqlx::query("begin read only")
            .execute(&mut connection)
            .await?;
        let (_, pid): (String, i32) = sqlx::query_as(ENTERING)
            .bind(signed_viewer)
            .fetch_one(&mut connection)
            .await?;
        Ok(Self {
            connection,
            options,
            pid,
        })
    }

    /// Runs one statement and hands each row to `keep` until that says stop. A row comes as
    /// JSON made by Postgres, which knows how to write every type; one over `max_row_bytes`
    /// comes as `None` and never leaves the server.
    pub(super) async fn rows(
        &mut self,
        text: Text<'_>,
        max_rows: usize,
        max_row_bytes: usize,
        mut keep: impl FnMut(Option<String>) -> bool,
    ) -> Result<(), sqlx::Error> {
        let Text { sql, values } = text;
        // On lines of its own, so that no comment in it could swallow what follows.
        let wrapped = format!(
            "{BEFORE_QUERY}{sql}\n) query limit {max_rows}) result \
             cross join (values ({max_row_bytes})) bound (bytes)"
        );
        // Text of a model: it has passed the guard, and the login it runs as is the real wall.
        let query = sqlx::query(AssertSqlSafe(wrapped)).persistent(false);
        let query = values.iter().fold(query, |query, value| query.bind(*value));
        let mut rows = query.fetch(&mut self.connection);
        while let Some(row) = rows.try_next().await? {
            if !keep(row.try_get(0)?) {
                break;
            }
        }
        Ok(())
    }

    /// Ends the session on the server too, whatever it is doing: closing the socket alone would
    /// leave a busy query running.
    pub(super) async fn kill(self) {
        let Self {
            connection,
            options,
            pid,
        } = self;
        drop(connection);
        let killed = async {
            let mut second = options.connect().await?;
            sqlx::query("select pg_terminate_backend($1)")
                .bind(pid)
                .execute(&mut second)
                .await?;
            second.close().await
        };
        if let Err(error) = killed.await {
            // The server's own statement_timeout ends it as well, only later.
            tracing::warn!(%error, "a query that took too long was left to its timeout");
        }
    }

    pub(super) async fn close(self) {
        let _ = self.connection.close().await;
    }
}

/// What stands before the query in the text that Postgres sees, and counts positions in.
pub(super) const BEFORE_QUERY: &str = "select case when octet_length(json) <= bytes then json end \
     from (select row_to_json(query.*)::text as json from (\n";
