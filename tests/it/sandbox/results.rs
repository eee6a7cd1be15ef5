//! What comes back to the model: values as they are, honest cuts, and errors it can act on.

use super::world::{Rule, TABLES, World, in_private};
use penny::base::viewer::Viewer;
use penny::store::sandbox::{Cut, Limits, QueryError};
use serde_json::json;
use std::time::Duration;

async fn world(limits: Limits) -> (World, Viewer) {
    let mut world = World::with_limits(limits).await;
    let org = world.org("Alpha").await;
    let ann = world.person(org, "Ann").await;
    (world, in_private(org, ann))
}

async fn error(world: &World, viewer: &Viewer, sql: &str) -> String {
    let error = world.run(viewer, sql).await.unwrap_err();
    assert!(error.is_for_model(), "{error:?}");
    error.to_string()
}

#[tokio::test]
async fn every_type_is_written_as_the_database_writes_it() {
    let (world, viewer) = world(Limits::default()).await;
    let table = world
        .run(
            &viewer,
            "select 12345678901234567890.123::numeric as exact, 1.50::numeric(5, 2) as price,
                    9223372036854775807 as big, date '2026-02-28' as day,
                    timestamptz '2026-02-28 12:00:00+02' as moment, interval '90 minutes' as long,
                    null::text as nothing, true as yes, array['a', null, 'b,c'] as list,
                    '{\"k\": [1, 2]}'::jsonb as json, 'Zoë, \"quoted\"' as text,
                    '00000000-0000-0000-0000-000000000001'::uuid as id, 'NaN'::numeric as odd",
        )
        .await
        .unwrap();
    assert_eq!(
        table.rows[0],
        [
            json!("12345678901234567890.123"),
            json!(1.5),
            json!(9223372036854775807_i64),
            json!("2026-02-28"),
            json!("2026-02-28T10:00:00+00:00"),
            json!("01:30:00"),
            json!(null),
            json!(true),
            json!(["a", null, "b,c"]),
            json!({"k": [1, 2]}),
            json!("Zoë, \"quoted\""),
            json!("00000000-0000-0000-0000-000000000001"),
            json!("NaN"),
        ]
    );
    assert_eq!(table.columns[0], "exact");
}

#[tokio::test]
async fn a_column_may_have_any_name() {
    let (world, viewer) = world(Limits::default()).await;
    let sql = "select 1 as query, 2 as result, 3 as json, 4 as bytes, 5 as \"a b\", 6 as query";
    let table = world.run(&viewer, sql).await.unwrap();
    assert_eq!(
        table.columns,
        ["query", "result", "json", "bytes", "a b", "query_2"]
    );
    assert_eq!(table.rows[0], [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn a_long_result_is_cut_and_the_order_is_kept() {
    let (world, viewer) = world(Limits {
        rows: 3,
        ..Limits::default()
    })
    .await;
    let table = world
        .run(
            &viewer,
            "select n from generate_series(1, 9) n order by n desc",
        )
        .await
        .unwrap();
    assert_eq!(table.rows, [[9], [8], [7]]);
    assert_eq!(table.cut, Some(Cut::Rows));
    let whole = world
        .run(&viewer, "select n from generate_series(1, 3) n")
        .await
        .unwrap();
    assert_eq!(whole.cut, None);
}

#[tokio::test]
async fn a_row_that_is_too_long_never_leaves_the_server() {
    let (world, viewer) = world(Limits {
        row_bytes: 500,
        ..Limits::default()
    })
    .await;
    let table = world
        .run(
            &viewer,
            "select repeat('x', 1000) as long union all select 'short'",
        )
        .await
        .unwrap();
    assert_eq!((table.rows.len(), table.too_long), (1, 1));
}

#[tokio::test]
async fn an_error_tells_what_is_wrong_where_and_what_to_do() {
    let (world, viewer) = world(Limits::default()).await;
    let unknown_column = error(&world, &viewer, "select nmae from accounts").await;
    assert!(
        unknown_column.contains("\"nmae\" does not exist, at `nmae FROM"),
        "{unknown_column}"
    );
    assert!(unknown_column.contains("accounts.name"), "{unknown_column}");
    let unknown_table = error(&world, &viewer, "select * from customers").await;
    assert!(
        unknown_table.contains("no table `customers`"),
        "{unknown_table}"
    );
    assert!(
        unknown_table.contains("accounts, activities"),
        "{unknown_table}"
    );
    let division = error(&world, &viewer, "select 1 / 0").await;
    assert!(division.contains("division by zero"), "{division}");
    let function = error(&world, &viewer, "select datediff(now(), now())").await;
    assert!(function.contains("Subtract dates"), "{function}");
    let write = error(&world, &viewer, "update deals set amount = 0").await;
    assert!(write.contains("only a single SELECT"), "{write}");
    let semantic = error(&world, &viewer, "select semantic_embed('x')").await;
    assert!(semantic.contains("not available yet"), "{semantic}");
}

#[tokio::test]
async fn a_query_without_end_is_stopped_on_the_server_too() {
    let (mut world, viewer) = world(Limits {
        deadline: Duration::from_millis(300),
        ..Limits::default()
    })
    .await;
    let accounts = TABLES
        .iter()
        .find(|table| table.name == "accounts")
        .unwrap();
    for _ in 0..30 {
        world
            .row(accounts, viewer.org, &Rule::everybody(), "x")
            .await;
    }
    world.run(&viewer, "select 1").await.unwrap();
    let endless = "select count(*) from accounts a, accounts b, accounts c, accounts d, accounts e, accounts f, accounts g";
    let stopped = world.run(&viewer, endless).await.unwrap_err();
    assert!(matches!(stopped, QueryError::TooSlow { .. }), "{stopped:?}");
    no_session_is_left(&mut world).await;
}

/// Returns once the server has let go of every query's session; it takes its moment to.
pub async fn no_session_is_left(world: &mut World) {
    loop {
        let sessions: i64 = sqlx::query_scalar(
            "select count(*) from pg_stat_activity
             where datname = current_database() and application_name = 'penny query'",
        )
        .fetch_one(&mut world.admin)
        .await
        .unwrap();
        if sessions == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn many_queries_at_once_wait_their_turn_and_all_answer() {
    let (world, viewer) = world(Limits {
        at_once: 2,
        ..Limits::default()
    })
    .await;
    let queries = (0..12).map(|_| world.run(&viewer, "select count(*) from accounts"));
    for result in futures::future::join_all(queries).await {
        assert_eq!(result.unwrap().rows, [[0]]);
    }
}

#[tokio::test]
async fn no_connection_outlives_its_query() {
    let (mut world, viewer) = world(Limits::default()).await;
    world.run(&viewer, "select 1").await.unwrap();
    world.run(&viewer, "select 1 / 0").await.unwrap_err();
    no_session_is_left(&mut world).await;
}

#[tokio::test]
async fn a_limit_of_the_database_is_told_in_its_own_words() {
    let (world, viewer) = world(Limits::default()).await;
    let columns = [vec!["*"; 62], vec!["1"; 1_000]].concat().join(", ");
    let arguments = vec!["1"; 101].join(", ");
    for (sql, words) in [
        (format!("select {columns} from pull_requests"), "1664"),
        (format!("select concat({arguments})"), "100 arguments"),
        ("select chr(0)".to_owned(), "null character"),
        (
            "select string_agg(repeat('x', 1000), ',') from generate_series(1, 1000)".to_owned(),
            "at most 10,000 entries and 256 kB",
        ),
    ] {
        let told = error(&world, &viewer, &sql).await;
        assert!(told.contains(words), "{sql}: {told}");
    }
}
