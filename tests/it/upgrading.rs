//! Migrations meet databases with rows in them: what stood there before a newer Penny came is
//! there afterwards, whichever version it comes from.

use crate::migrations::migrate;
use penny::approvals::{Error, ledger, verify};
use penny::base::ids::OrgId;
use penny::store::Db;
use penny::store::embedded::testing::TestDatabase;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::collections::BTreeMap;
use std::path::Path;

const COMPANY: &str = include_str!("../data/company.sql");
const ROWS: &str = include_str!("../data/rows.sql");
const ORG: &str = "00000000-0000-0000-0000-0000000000f1";
const ANN: &str = "00000000-0000-0000-0000-0000000000f2";
/// From the first one with rows of a company to the one before the newest.
const VERSIONS: [i64; 6] = [2, 7, 10, 21, 31, LAST_BUT_ONE];
const LAST_BUT_ONE: i64 = -1;
/// What a migration changes on purpose: who sees what was read of private repositories.
const CLOSED: [&str; 2] = ["visibility", "channel_id"];

/// Each table's rows, as JSON, less the fields that a migration changes on purpose.
type Rows = BTreeMap<String, Vec<String>>;

struct Old {
    database: TestDatabase,
    connection: PgConnection,
}

impl Old {
    /// A database as this version made it, and as it was filled then.
    async fn of(version: i64) -> Self {
        let database = TestDatabase::empty().await.unwrap();
        let url = database.url().expose();
        let mut connection = PgConnection::connect(url).await.unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let mut migrator = Migrator::new(folder).await.unwrap();
        let newest = migrator.iter().map(|it| it.version).max().unwrap();
        let is_old = |it: i64| match version {
            LAST_BUT_ONE => it < newest,
            version => it <= version,
        };
        migrator.migrations.to_mut().retain(|it| is_old(it.version));
        migrator.run(&mut connection).await.unwrap();
        let mut old = Self {
            database,
            connection,
        };
        for (since, rows) in fixture() {
            if is_old(since) {
                old.execute(&rows).await;
            }
        }
        old
    }

    async fn execute(&mut self, sql: &str) {
        let done = sqlx::raw_sql(AssertSqlSafe(filled_in(sql))).execute(&mut self.connection);
        done.await.unwrap();
    }

    async fn texts(&mut self, sql: &str) -> Vec<String> {
        let query = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()));
        query.fetch_all(&mut self.connection).await.unwrap()
    }

    async fn rows(&mut self) -> Rows {
        let tables = "select c.relname::text from pg_class as c
            where c.relnamespace = 'core'::regnamespace and c.relkind = 'r'
                and c.relname <> 'viewer_keys'";
        let less: String = CLOSED.map(|field| format!(" - '{field}'")).concat();
        let mut rows = Rows::new();
        for table in self.texts(tables).await {
            let all = format!("select (to_jsonb(t){less})::text from core.{table} as t");
            let all = self.texts(&all).await;
            rows.insert(table, all);
        }
        rows.retain(|_, rows| !rows.is_empty());
        rows
    }

    /// Of those, the ones that are not there any more with all that they said.
    async fn lost(&mut self, before: &Rows) -> Vec<String> {
        let mut lost = Vec::new();
        for (table, rows) in before {
            for row in rows {
                let sql = format!(
                    "select count(*) from core.{table} as t where to_jsonb(t) @> $1::jsonb"
                );
                let found = sqlx::query_scalar::<_, i64>(AssertSqlSafe(sql)).bind(row);
                if found.fetch_one(&mut self.connection).await.unwrap() == 0 {
                    lost.push(format!("{table}: {row}"));
                }
            }
        }
        lost
    }

    async fn who_sees(&mut self, table: &str, source_id: &str) -> String {
        let sql = format!(
            "select concat_ws(' ', visibility, channel_id) from core.{table}
             where source_id = '{source_id}'"
        );
        self.texts(&sql).await.remove(0)
    }
}

/// The statements that fill a database of the newest version.
pub fn all_rows() -> String {
    let rows = fixture().into_iter().map(|(_, rows)| rows);
    filled_in(&rows.collect::<String>())
}

pub fn filled_in(sql: &str) -> String {
    sql.replace("$org", ORG).replace("$ann", ANN)
}

/// What was written since which migration; the company came with the second one.
fn fixture() -> Vec<(i64, String)> {
    let sections = ROWS.split("-- since ").skip(1);
    let mut fixture: Vec<(i64, String)> = sections
        .map(|section| {
            let (since, rows) = section.split_once('\n').unwrap();
            (since.parse().unwrap(), rows.to_owned())
        })
        .collect();
    let after_people = fixture.iter().position(|(since, _)| *since == 2).unwrap();
    fixture.insert(after_people, (2, COMPANY.to_owned()));
    fixture
}

#[tokio::test]
async fn what_stood_in_a_database_of_any_earlier_version_is_there_after_the_migrations() {
    for version in VERSIONS {
        let mut old = Old::of(version).await;
        let before = old.rows().await;
        assert!(before.values().flatten().count() > 100, "{version}: rows");
        assert!(migrate(old.database.url()).await.unwrap() > 0);
        let lost = old.lost(&before).await;
        assert!(
            lost.is_empty(),
            "from {version}, these were lost: {lost:#?}"
        );
    }
}

#[tokio::test]
async fn a_ledger_of_before_the_migrations_is_whole_after_them() {
    let old = Old::of(9).await;
    migrate(old.database.url()).await.unwrap();
    let db = Db::connect(old.database.url().expose(), 1).await.unwrap();
    let mut tx = db.org(OrgId(ORG.parse().unwrap())).await.unwrap();
    let mut lines = Vec::new();
    let export = ledger::export(&mut tx, |line| {
        lines.push(line.to_owned());
        Ok::<_, Error>(())
    });
    let head = export.await.unwrap();
    assert_eq!(head.entries, 2);
    verify::verify(lines.into_iter().map(Ok), Some(head)).unwrap();
}

#[tokio::test]
async fn what_was_read_of_private_repositories_before_they_were_closed_is_closed_by_its_migration()
{
    let mut old = Old::of(21).await;
    migrate(old.database.url()).await.unwrap();
    let secret = ["alpha/secret", "alpha/secret#1"];
    assert_eq!(
        old.who_sees("repositories", secret[0]).await,
        "channel github:77"
    );
    assert_eq!(
        old.who_sees("pull_requests", secret[1]).await,
        "channel github:77"
    );
    assert_eq!(old.who_sees("repositories", "r1").await, "org");
}
