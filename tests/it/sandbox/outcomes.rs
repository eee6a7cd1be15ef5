//! What must come of each query of a long table, of those that are hostile or odd: refused by the
//! guard, an error in words, or an answer.

use super::world::{World, in_private};
use penny::base::viewer::Viewer;
use penny::store::sandbox::{guard, views};
use serde_json::json;

const OUTCOMES: &str = include_str!("../../data/outcomes_sql.txt");
const COMPANY: &str = include_str!("../../data/company.sql");

async fn company() -> (World, Viewer) {
    let mut world = World::new().await;
    let org = world.org("Alpha").await;
    let ann = world.person(org, "Ann").await;
    let rows = COMPANY
        .replace("$org", &org.to_string())
        .replace("$ann", &ann.to_string());
    world.execute(rows).await;
    (world, in_private(org, ann))
}

#[tokio::test]
async fn each_odd_query_ends_as_it_must() {
    let (world, viewer) = company().await;
    let mut queries = 0;
    for line in OUTCOMES.lines().filter(|line| !line.starts_with('#')) {
        let Some((outcome, written)) = line.split_once('\t') else {
            continue;
        };
        let sql = written.replace("\\n", "\n").replace("\\0", "\0");
        let passes = guard::check(&sql, views());
        match outcome {
            "refused" => assert!(passes.is_err(), "{sql}\npasses as {passes:?}"),
            "told" => {
                assert!(passes.is_ok(), "{sql}\n{passes:?}");
                let error = world.run(&viewer, &sql).await.unwrap_err();
                assert!(error.is_for_model(), "{sql}\n{error:?}");
            }
            "runs" => {
                let answer = world.run(&viewer, &sql).await;
                assert!(answer.is_ok(), "{sql}\n{answer:?}\n{passes:?}");
            }
            other => panic!("{other} is no outcome: {sql}"),
        }
        queries += 1;
    }
    assert!(queries > 300, "{queries}");
}

#[tokio::test]
async fn a_text_that_looks_like_sql_comes_back_as_that_text() {
    let (world, viewer) = company().await;
    let end = ")) as listed limit 9)) --";
    for text in [
        format!(r"a\' union all select current_setting($$penny.viewer$$){end}"),
        format!(r"a\' union all select rolname::text from pg_catalog.pg_roles{end}"),
        format!(r"''{end}"),
        r"C:\Team\'s".to_owned(),
        "O'Neill ''Bros''".to_owned(),
        "two\nlines\tand 'quotes'".to_owned(),
        r"\'".to_owned(),
        r"\\'\\".to_owned(),
    ] {
        let literal = format!("'{}'", text.replace('\'', "''"));
        let escaped = format!("E'{}'", text.replace('\\', r"\\").replace('\'', r"\'"));
        let dollars = format!("$x${text}$x$");
        for literal in [literal, escaped, dollars] {
            let sql = format!(
                "select {literal} as one, array(select {literal}) as list,
                        (select string_agg(x, {literal}) from unnest(array['a', 'b']) x) as joined,
                        {literal} = any(array(select {literal})) as is_there"
            );
            let table = world.run(&viewer, &sql).await.unwrap();
            assert_eq!(
                table.rows,
                [[
                    json!(text),
                    json!([text]),
                    json!(format!("a{text}b")),
                    json!(true)
                ]],
                "{sql}"
            );
        }
    }
}
