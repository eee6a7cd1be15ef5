//! The guard alone: what it prints, what no text may do to it. The corpora of hostile and of
//! everyday queries are run against a database in `tests/it/sandbox`.

use super::{CheckedSql, Parameter, ParameterType, Refusal, check, check_bound};
use proptest::prelude::*;

const VIEWS: &[&str] = &["accounts", "deals"];

fn checked(sql: &str) -> String {
    let checked: CheckedSql = check(sql, VIEWS).unwrap();
    checked.as_str().to_owned()
}

fn refused(sql: &str) -> Refusal {
    check(sql, VIEWS).unwrap_err()
}

#[test]
fn views_are_printed_with_their_schema_so_that_nothing_else_can_be_meant() {
    assert_eq!(
        checked("select name from Accounts a"),
        "SELECT name FROM agent.accounts a"
    );
    assert_eq!(
        checked("with deals as (select 1) select * from deals"),
        "WITH deals AS (SELECT 1) SELECT * FROM deals"
    );
}

#[test]
fn a_with_query_is_seen_only_where_postgres_sees_it() {
    // Its own body, a sibling before it, and whatever is outside.
    for sql in [
        "with x as (select * from x) select 1",
        "with a as (select * from b), b as (select 1) select 1",
        "select * from (with x as (select 1) select * from x) y, x",
    ] {
        assert!(
            matches!(refused(sql), Refusal::UnknownTable { .. }),
            "{sql}"
        );
    }
    checked("with a as (select 1), b as (select * from a) select * from b, (select * from a) c");
}

#[test]
fn a_declared_name_is_bound_and_any_other_placeholder_refused() {
    let parameter = |name: &str, kind| Parameter {
        name: name.to_owned(),
        kind,
    };
    let declared = [
        parameter("owner", ParameterType::Text),
        parameter("since", ParameterType::Date),
    ];
    let bound = |sql| check_bound(sql, VIEWS, &declared);
    assert_eq!(
        bound("select name from deals where (:owner is null or name = :owner) and at > :since::timestamptz")
            .unwrap()
            .as_str(),
        "SELECT name FROM agent.deals WHERE (CAST($1 AS TEXT) IS NULL OR name = CAST($1 AS TEXT)) \
         AND at > CAST($2 AS DATE)::TIMESTAMPTZ"
    );
    for sql in [
        "select :stage",
        "select $1",
        "select @owner",
        "select ?",
        "select name from :owner",
        "select * from deals limit :own",
    ] {
        assert!(bound(sql).is_err(), "{sql}");
    }
    // Inside a text it is text.
    assert_eq!(
        bound("select ':owner'").unwrap().as_str(),
        "SELECT ':owner'"
    );
    assert!(check("select :owner", VIEWS).is_err());
}

#[test]
fn comments_and_odd_quotes_do_not_survive() {
    assert_eq!(
        checked("select /* a */ E'it\\'s', $x$it's$x$ -- b\n from accounts"),
        "SELECT E'it\\'s', E'it\\'s' FROM agent.accounts"
    );
}

#[test]
fn a_text_that_looks_like_sql_stays_a_text() {
    let attack = r"a\'' union all select current_setting($$penny.viewer$$)) as listed limit 9)) --";
    let shown = attack.replace("''", r"\'").replacen(r"a\", r"a\\", 1);
    for (sql, printed) in [
        (format!("select '{attack}'"), format!("SELECT E'{shown}'")),
        (
            format!("select array(select '{attack}')"),
            format!(
                "SELECT agent.bounded(ARRAY(SELECT * FROM (SELECT E'{shown}') AS listed LIMIT 10001))"
            ),
        ),
    ] {
        assert_eq!(checked(&sql), printed);
    }
    // Not a text, but what one might become.
    refused(&format!(
        "select array(select '{}",
        attack.replace("''", "'")
    ));
}

#[test]
fn quotes_and_backslashes_in_everyday_texts_are_no_trouble() {
    assert_eq!(
        checked(
            "select 1 from accounts where name in ('O''Neill ''''Bros''''', 'C:\\Team\\''s', '5''11')"
        ),
        "SELECT 1 FROM agent.accounts WHERE name IN (E'O\\'Neill \\'\\'Bros\\'\\'', \
         E'C:\\\\Team\\\\\\'s', E'5\\'11')"
    );
    assert_eq!(
        checked(r"select name ~ '[\''x]', name ~ '\d+\s' from accounts"),
        r"SELECT name ~ E'[\\\'x]', name ~ '\d+\s' FROM agent.accounts"
    );
}

#[test]
fn a_name_with_a_double_quote_in_it_is_refused() {
    for sql in [
        r#"select name as "a""b" from accounts"#,
        r#"with "x""" as (select 1) select * from "x""""#,
    ] {
        assert!(matches!(refused(sql), Refusal::Name { .. }), "{sql}");
    }
}

#[test]
fn a_double_minus_that_printing_would_make_is_refused() {
    assert_eq!(refused("select - -1"), Refusal::Ambiguous);
    assert_eq!(refused("select - -id from accounts"), Refusal::Ambiguous);
    assert_eq!(checked("select -(-1), 2 - -1"), "SELECT -(-1), 2 - -1");
}

#[test]
fn a_query_may_end_with_a_semicolon_but_not_go_on() {
    assert_eq!(checked("select 1;"), "SELECT 1");
    assert_eq!(refused("select 1; select 2"), Refusal::SeveralStatements);
    assert_eq!(refused(" ;; "), Refusal::Empty);
    assert_eq!(refused(""), Refusal::Empty);
}

#[test]
fn no_depth_and_no_length_of_text_gets_through_or_breaks_anything() {
    let many = 20_000;
    for sql in [
        format!("select {}1{}", "(".repeat(many), ")".repeat(many)),
        format!("select {}1", "(".repeat(8_000)),
        format!("select {}1", "not ".repeat(4_000)),
        format!("select 1{}", "+1".repeat(8_000)),
        format!("select 1{}", "+1".repeat(1_400)),
        format!("select 1{}", "::int".repeat(1_400)),
        format!("select true{}", " and true".repeat(1_400)),
        format!("select 1{}", " union select 1".repeat(900)),
        format!("select {}1", "case when 1=1 then ".repeat(900)),
        format!("select {}1", "-".repeat(16_000)),
        format!("select {}1", "- ".repeat(2_900)),
        format!("select {}1{}", "array[".repeat(2_000), "]".repeat(2_000)),
        format!(
            "select * from {}accounts{}",
            "(".repeat(2_000),
            ")".repeat(2_000)
        ),
        format!("select {}1{}", "(select ".repeat(1_000), ")".repeat(1_000)),
        format!("with {} select 1", "a as (with ".repeat(1_000)),
        format!("select '{}'", "x".repeat(many)),
    ] {
        check(&sql, VIEWS).unwrap_err();
    }
}

#[test]
fn long_queries_of_the_ordinary_kind_pass() {
    let columns = vec!["coalesce(name, '') as name"; 100].join(", ");
    checked(&format!("select {columns} from accounts"));
    let conditions = vec!["name <> 'x'"; 100].join(" and ");
    checked(&format!("select 1 from accounts where {conditions}"));
    let list = (0..1_000)
        .map(|n| n.to_string())
        .collect::<Vec<_>>()
        .join(", ");
    checked(&format!("select 1 from deals where amount in ({list})"));
}

#[test]
fn widths_that_fill_memory_are_refused() {
    for sql in [
        "select repeat('x', 1001)",
        "select repeat('x', 10 * 1000)",
        "select lpad(name, amount) from accounts",
        "select format(name) from accounts",
        "select format('%5s', 1)",
        "select format('%-5s', 1)",
        "select format('%1$5s', 1)",
        "select 'x'::char(2000)",
        "select '1'::numeric(9999, 2)",
    ] {
        check(sql, VIEWS).unwrap_err();
    }
    checked(
        "select format('%s: %2$s %%', name, 1), repeat('-', 20), '1'::numeric(12, 2) from accounts",
    );
}

#[test]
fn values_that_could_fill_memory_are_refused_and_long_ones_are_not() {
    for sql in [
        "select replace(repeat('x', 1000), 'x', repeat('y', 1000)) || repeat(repeat('x', 1000), 900) || repeat(repeat('x', 1000), 1000) || repeat(repeat('x', 1000), 1000) || repeat(repeat('x', 1000), 1000) || repeat(repeat('x', 1000), 1000) || repeat(repeat('x', 1000), 1000) || repeat(repeat('x', 1000), 1000) || repeat(repeat('x', 1000), 1000)",
        "select replace(replace(name, 'a', repeat('b', 1000)), 'b', repeat('c', 1000)) from accounts",
        "select array_to_string(array_agg(name), repeat(repeat('-', 1000), 100)) from accounts",
        "select array(select repeat(name, 100) from accounts)",
        "select jsonb_path_query('[]', '$.**')",
    ] {
        assert!(check(sql, VIEWS).is_err(), "{sql}");
    }
    for sql in [
        "select replace(replace(replace(name, ',', ''), '$', ''), ' ', '-') from accounts",
        "select name || ' ' || name || ' <' || name || '>' from (select name || ' of ' || name as name from accounts) a",
        "select string_agg(name || ': ' || amount::text, E'\n' order by amount) from deals",
        "select array(select distinct name from accounts)",
        "select repeat('█', 40), lpad(name, 40, '.'), left(name, 10) || '…' from accounts",
        "select regexp_replace(name, '[^a-z]', '', 'g'), jsonb_path_query_array(name::jsonb, '$.a[*]') from accounts",
        "select round(100.0 * sum(amount) / nullif(sum(sum(amount)) over (), 0), 1)::text || ' %' from deals",
        "select to_char(now(), 'FMDay, DD FMMonth YYYY'), row_to_json(a) from accounts a",
    ] {
        checked(sql);
    }
}

#[test]
fn expressions_that_the_planner_would_multiply_are_refused() {
    let level = |from: &str| format!("select t and t and t and t and t and t as t from ({from}) x");
    let five = (0..5).fold("select true as t".to_owned(), |inner, _| level(&inner));
    checked(&five);
    let nine = (0..4).fold(five, |inner, _| level(&inner));
    assert_eq!(refused(&nine), Refusal::TooBig);
}

#[test]
fn a_plan_of_very_many_steps_is_refused() {
    let sorts = |count| {
        let one = "(select name from accounts order by 1 limit 9)";
        vec![one; count].join(" union all ")
    };
    checked(&sorts(10));
    assert!(matches!(refused(&sorts(30)), Refusal::TooManySteps { .. }));
    let cube = "select count(*) from deals group by cube (name, amount, a, b, c, d, e)";
    assert!(matches!(refused(cube), Refusal::TooManySteps { .. }));
}

#[test]
fn aggregates_that_gather_are_printed_as_the_bounded_ones() {
    assert_eq!(
        checked(
            "select String_Agg(name, ', ' order by name), array_agg(distinct 'x') from accounts"
        ),
        "SELECT agent.string_agg(name, ', '::TEXT ORDER BY name), agent.array_agg(DISTINCT 'x'::TEXT) \
         FROM agent.accounts"
    );
    assert_eq!(
        checked("select array(select name from accounts)"),
        "SELECT agent.bounded(ARRAY(SELECT * FROM (SELECT name FROM agent.accounts) AS listed \
         LIMIT 10001))"
    );
    for sql in [
        "select agent.bounded(array[1])",
        "select agent.count(*)",
        "select agent.org()",
    ] {
        check(sql, VIEWS).unwrap_err();
    }
}

#[test]
fn a_refusal_says_what_to_write_instead() {
    assert!(
        refused("select median(1)")
            .to_string()
            .contains("percentile_cont")
    );
    assert!(
        refused("select * from clients")
            .to_string()
            .contains("accounts, deals")
    );
    assert!(
        refused("delete from accounts")
            .to_string()
            .starts_with("DELETE is not allowed")
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Words of the grammar in any order: never a panic, and what passes passes again unchanged.
    #[test]
    fn any_text_is_refused_or_printed_as_something_that_passes_unchanged(
        words in prop::collection::vec(prop::sample::select(vec![
            "select", "from", "accounts", "deals", "where", "(", ")", ",", "*", "1", "'x'", "name",
            "and", "not", "-", "=", "||", "::", "text", "as", "a", "with", "union", "count", ".",
            "\"q\"", "$$d$$", "E'\\n'", "/*", "*/", "--", "\n", ";", "order by", "limit", "case",
            "when", "then", "end", "string_agg", "array_agg", "join", "on", "true", "in", "interval", "over", "filter", "é",
        ]), 1..24),
    ) {
        if let Ok(once) = check(&words.join(" "), VIEWS) {
            let twice = check(once.as_str(), VIEWS);
            prop_assert_eq!(Ok(once), twice);
        }
    }

    #[test]
    fn any_characters_at_all_do_no_harm(text in "\\PC{0,200}") {
        let _ = check(&text, VIEWS);
        let _ = check(&format!("select {text} from accounts"), VIEWS);
    }
}
