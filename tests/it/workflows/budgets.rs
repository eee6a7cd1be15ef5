//! A run costs no more than its workflow says, and goes on once it says more.

use super::desk::Desk;
use crate::support::TestApp;
use crate::support::turned::Turned;
use penny::models::scripted::{Scripted, Step};
use penny::models::{Price, Usage};
use serde_json::{Value, json};

/// A model that costs fifty cents an answer.
async fn dear(steps: impl IntoIterator<Item = Step>) -> Desk {
    let price = Price {
        input: 50.0,
        output: 0.0,
        cache_read: 0.0,
        cache_write: 0.0,
    };
    let used = Usage {
        input: 10_000,
        ..Usage::default()
    };
    let steps = steps.into_iter().map(|step| step.using(used));
    let clock = Turned::at("2026-11-20T08:00:00Z");
    let of_slack = clock.clone();
    let app = TestApp::thinking_with(Scripted::new(steps).priced(price))
        .clock(clock.clone())
        .slack(|setup| setup.clock(of_slack))
        .start()
        .await;
    Desk::at(app, clock)
}

fn within(budget: f64, steps: &Value) -> Value {
    json!({"budget": budget, "steps": steps})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_budget_is_used_up_stops_and_goes_on_once_it_is_raised() {
    let desk = dear([Step::says("One."), Step::says("Two.")]).await;
    let steps = json!([
        {"id": "one", "model": "Say one"},
        {"id": "tell", "message": "{{steps.one.text}}"},
        {"id": "two", "model": "Say two"},
        {"id": "end", "message": "{{steps.two.text}}"},
    ]);
    desk.writes("dear", "by hand", within(0.5, &steps)).await;
    let thread = desk.runs("dear").await;
    assert_eq!(desk.states().await, ["failed"]);
    assert_eq!(desk.said(&thread), ["One."], "what costs nothing is done");
    let head = desk.head(&thread);
    for part in [
        "has spent $0.50 of the $0.50",
        "before `two`",
        "Raise `budget`",
    ] {
        assert!(head.contains(part), "{part}: {head}");
    }
    desk.is_written("The workflow *dear* failed").await;

    desk.edits("dear", &within(5.0, &steps)).await;
    desk.maya.clicks(&thread, "Try again").await.unwrap();
    desk.app.settles().await;
    assert_eq!(desk.states().await, ["done"]);
    assert_eq!(desk.said(&thread), ["One.", "Two."], "each once");
    assert!(desk.head(&thread).contains("$1.00"));
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_children_cost_counts_and_bounds_them() {
    let desk = dear([Step::says("One.")]).await;
    let child = json!({"steps": [
        {"id": "one", "model": "Say one"}, {"id": "two", "model": "Say two"},
    ]});
    desk.writes("child", "by hand", child).await;
    let steps = json!([{"id": "ask", "workflow": "child"}]);
    desk.writes("outer", "by hand", within(0.5, &steps)).await;
    let thread = desk.runs("outer").await;
    assert_eq!(desk.states().await, ["failed", "failed"]);
    let head = desk.head(&thread);
    assert!(head.contains("*outer* has spent $0.50"), "{head}");
    desk.is_written("The workflow *outer* failed").await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_that_runs_out_of_money_goes_on_with_the_items_that_are_left() {
    let desk = dear([Step::says("a"), Step::says("b"), Step::says("c")]).await;
    let steps = json!([
        {"id": "each", "foreach": [1, 2, 3], "at_once": 1, "do": [{"id": "say", "model": "{{item}}"}]},
        {"id": "tell", "message": "{{steps.each.done}} done, {{steps.each.failed}} failed"},
    ]);
    desk.writes("each", "by hand", within(1.0, &steps)).await;
    let thread = desk.runs("each").await;
    assert_eq!(desk.states().await, ["failed"]);
    let items = "select state from core.workflow_items order by number";
    assert_eq!(desk.app.texts(items).await, ["done", "done", "todo"]);
    desk.is_written("The workflow *each* failed").await;

    desk.edits("each", &within(2.0, &steps)).await;
    desk.maya.clicks(&thread, "Try again").await.unwrap();
    desk.app.settles().await;
    assert_eq!(desk.said(&thread), ["3 done, 0 failed"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pennys_own_turn_is_bounded_too_and_what_it_cost_stays_counted() {
    let looks = |id| Step::calls(id, "describe_tables", json!({}));
    let desk = dear([looks("c1")]).await;
    let asks = json!({"budget": 0.25, "prompt": "How is it going?"});
    desk.writes("asks", "by hand", asks).await;
    let thread = desk.runs("asks").await;
    assert_eq!(desk.states().await, ["failed"]);
    let head = desk.head(&thread);
    assert!(head.contains("used up what it may cost"), "{head}");
    desk.is_written("The workflow *asks* failed").await;

    desk.maya.clicks(&thread, "Try again").await.unwrap();
    desk.app.settles().await;
    assert_eq!(desk.states().await, ["failed"]);
    let head = desk.head(&thread);
    assert!(head.contains("has spent $0.50 of the $0.25"), "{head}");
    desk.is_written("*asks* has spent $0.50").await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_stops_where_a_days_money_is_spent_and_goes_on_once_there_is_some() {
    let desk = dear([Step::says("One."), Step::says("Two.")]).await;
    let steps = json!({"steps": [
        {"id": "one", "model": "Say one"},
        {"id": "tell", "message": "{{steps.one.text}}"},
        {"id": "nap", "wait": "1 hour"},
        {"id": "two", "model": "Say two"},
        {"id": "end", "message": "{{steps.two.text}}"},
    ]});
    desk.writes("dear", "by hand", steps).await;
    let thread = desk.runs("dear").await;
    let spent = "select who from core.spending where cost_micros = 500000 order by who";
    assert_eq!(desk.app.count(spent).await, 2, "what a step costs counts");
    desk.app
        .execute("update core.spending set cost_micros = 900000000")
        .await;
    desk.time_is("2026-11-20T09:05:00Z").await;
    assert_eq!(desk.states().await, ["failed"]);
    let head = desk.head(&thread);
    for part in ["stopped before `two`", "a day, and that is used up"] {
        assert!(head.contains(part), "{part}: {head}");
    }
    desk.is_written("The workflow *dear* failed").await;

    desk.app.execute("delete from core.spending").await;
    desk.maya.clicks(&thread, "Try again").await.unwrap();
    desk.app.settles().await;
    assert_eq!(desk.states().await, ["done"]);
    assert_eq!(desk.said(&thread), ["One.", "Two."], "each once");
    desk.close().await;
}
