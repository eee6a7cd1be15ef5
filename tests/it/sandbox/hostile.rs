//! Every hostile query twice: through the guard, and with the guard switched off. Either way no
//! row of somebody else comes back, nothing changes, and no message gives anything away.

use super::world::{Rule, TABLES, World, in_private, queries};
use penny::base::viewer::Viewer;
use penny::store::sandbox::{guard, views};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row, ValueRef};

const HOSTILE: &str = include_str!("../../data/hostile_sql.txt");

/// In every row that the viewer must not see, of either organisation.
const CANARY: &str = "bravo-canary";
const OWN: &str = "alpha-own";

async fn two_organisations(world: &mut World) -> Viewer {
    let alpha = world.org("Alpha").await;
    let bravo = world.org(CANARY).await;
    let ann = world.person(alpha, "Ann").await;
    let bob = world.person(alpha, "Bob").await;
    let eve = world.person(bravo, CANARY).await;
    world.member(bravo, "C-bravo", eve).await;
    let everybody = Rule::everybody();
    let private = Rule {
        visibility: "person",
        owner: Some(bob),
        ..Rule::everybody()
    };
    for table in TABLES {
        world.row(table, alpha, &everybody, OWN).await;
        world.row(table, alpha, &private, CANARY).await;
        world.row(table, bravo, &everybody, CANARY).await;
    }
    let viewer = in_private(alpha, ann);
    // The first use makes the login.
    assert_eq!(
        world.column(&viewer, "select name from accounts").await,
        [OWN]
    );
    viewer
}

/// All that a query could have changed, as one text.
async fn state(world: &mut World) -> Vec<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select oid::regclass::text from pg_class
         where relnamespace = 'core'::regnamespace and relkind = 'r' order by 1",
    )
    .fetch_all(&mut world.admin)
    .await
    .unwrap();
    let mut questions: Vec<String> = tables
        .iter()
        .map(|table| format!("select md5(string_agg(t::text, '' order by t::text)) from {table} t"))
        .collect();
    questions.push(
        "select md5(string_agg(c.oid || relname || coalesce(relacl::text, ''), '' order by c.oid))
         from pg_class c join pg_namespace n on n.oid = relnamespace
         where nspname !~ '^pg_(toast|temp)'"
            .to_owned(),
    );
    questions.push("select count(*)::text from pg_proc".to_owned());
    questions.push("select count(*)::text from pg_largeobject_metadata".to_owned());
    questions.push(
        "select count(*)::text from pg_locks join pg_database d on d.oid = database
         where locktype = 'advisory' and datname = current_database()"
            .to_owned(),
    );
    let mut answers = Vec::new();
    for question in questions {
        let answer: Option<String> = sqlx::query_scalar(AssertSqlSafe(question))
            .fetch_one(&mut world.admin)
            .await
            .unwrap();
        answers.push(answer.unwrap_or_default());
    }
    answers
}

fn shows(row: &PgRow, canary: &[u8]) -> bool {
    (0..row.len()).any(|column| {
        let value = row.try_get_raw(column).unwrap();
        !value.is_null()
            && value
                .as_bytes()
                .is_ok_and(|bytes| bytes.windows(canary.len()).any(|part| part == canary))
    })
}

#[tokio::test]
async fn no_hostile_query_gets_anything_through_the_guard() {
    let mut world = World::new().await;
    let viewer = two_organisations(&mut world).await;
    let before = state(&mut world).await;
    let mut refused = 0;
    for (about, sql) in queries(HOSTILE) {
        match world.run(&viewer, sql).await {
            Ok(table) => assert!(
                !table.to_toon().contains(CANARY),
                "{about}\n{sql}\n{}",
                table.to_toon()
            ),
            Err(error) => {
                let told = error.to_string();
                assert!(error.is_for_model(), "{about}: {error:?}");
                assert!(!told.contains(CANARY), "{about}\n{sql}\n{told}");
                let names_a_role = told.contains("penny_") && !sql.contains("penny_");
                assert!(!names_a_role, "{about}\n{sql}\n{told}");
                refused += 1;
            }
        }
    }
    assert!(refused > 200, "{refused}");
    assert_eq!(state(&mut world).await, before);
}

#[tokio::test]
async fn no_hostile_query_gets_anything_without_the_guard() {
    let mut world = World::new().await;
    let viewer = two_organisations(&mut world).await;
    world
        .execute(
            "do $$ begin
                 execute (select format('alter role %I set statement_timeout = ''300ms''', query_role)
                          from core.orgs where query_role is not null);
             end $$",
        )
        .await;
    let key: Vec<u8> = sqlx::query_scalar("select inner_block from core.viewer_keys")
        .fetch_one(&mut world.admin)
        .await
        .unwrap();
    drop(world.unguarded(&viewer).await);
    let before = state(&mut world).await;
    for (about, sql) in queries(HOSTILE).filter(|(about, _)| !about.starts_with("heavy")) {
        let mut connection = world.unguarded(&viewer).await;
        match sqlx::query(AssertSqlSafe(sql))
            .fetch_all(&mut connection)
            .await
        {
            Ok(rows) => {
                for row in &rows {
                    assert!(!shows(row, CANARY.as_bytes()), "{about}\n{sql}");
                    assert!(!shows(row, &key), "{about}\n{sql}");
                }
            }
            Err(error) => assert!(!error.to_string().contains(CANARY), "{about}: {error}"),
        }
        drop(connection);
    }
    until_the_login_is_gone(&mut world).await;
    assert_eq!(state(&mut world).await, before);
}

/// Returns once the server has let go of every session of the login, and so of its locks.
async fn until_the_login_is_gone(world: &mut World) {
    let sessions = "select count(*) from pg_stat_activity
        where datname = current_database() and usename like 'penny\\_q\\_%'";
    while sqlx::query_scalar::<_, i64>(sessions)
        .fetch_one(&mut world.admin)
        .await
        .unwrap()
        > 0
    {
        tokio::task::yield_now().await;
    }
}

#[test]
fn each_hostile_query_that_only_the_guard_stops_is_stopped_by_it() {
    for (about, sql) in queries(HOSTILE).filter(|(about, _)| about.starts_with("heavy")) {
        assert!(guard::check(sql, views()).is_err(), "{about}\n{sql}");
    }
}
