//! The guard lets everyday analysis through and does not change what it says.

use super::world::{World, in_private, queries};
use penny::store::sandbox::{guard, views};
use sqlx::{AssertSqlSafe, PgConnection, Row};

const ANALYTIC: &str = include_str!("../../data/analytic_sql.txt");
const COMPANY: &str = include_str!("../../data/company.sql");

async fn as_json(connection: &mut PgConnection, sql: &str) -> Result<Vec<String>, sqlx::Error> {
    let wrapped = format!("select row_to_json(q.*)::text from (\n{sql}\n) q");
    let rows = sqlx::query(AssertSqlSafe(wrapped))
        .fetch_all(connection)
        .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

#[tokio::test]
async fn everyday_analysis_passes_the_guard_and_means_the_same_after_it() {
    let mut world = World::new().await;
    let org = world.org("Alpha").await;
    let ann = world.person(org, "Ann").await;
    world
        .execute(
            COMPANY
                .replace("$org", &org.to_string())
                .replace("$ann", &ann.to_string()),
        )
        .await;
    let viewer = in_private(org, ann);
    world.run(&viewer, "select 1").await.unwrap();
    let mut connection = world.unguarded(&viewer).await;
    let mut with_rows = 0;
    for (about, sql) in queries(ANALYTIC) {
        let checked = match guard::check(sql, views()) {
            Ok(checked) => checked,
            Err(refusal) => panic!("{about}\n{sql}\n{refusal}"),
        };
        let plain = as_json(&mut connection, sql).await;
        let plain = plain.unwrap_or_else(|error| panic!("{about}\n{sql}\n{error}"));
        let printed = as_json(&mut connection, checked.as_str()).await.unwrap();
        assert_eq!(plain, printed, "{about}\n{sql}\n{}", checked.as_str());
        with_rows += usize::from(!plain.is_empty());
    }
    // Equal because empty would prove little.
    assert!(with_rows > 50, "only {with_rows} queries found rows");
}
