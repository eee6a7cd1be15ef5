//! Loops: every item once, at its own pace, with an outcome that can be asked for.

use super::desk::Desk;
use penny::models::scripted::{Gate, Step};
use penny::playground::Thread;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn each_item_has_an_outcome_and_one_that_fails_stops_no_other() {
    let desk = Desk::open([]).await;
    desk.writes("each", "by hand", json!({"steps": [
        {"id": "each", "foreach": [{"n": 1}, {"n": 0}, {"n": 3}], "as": "row", "at_once": 2, "do": [
            {"id": "divide", "query": "select 6 / {{row.n}} as it"},
            {"id": "out", "set": {"it": "{{steps.divide.rows.0.it}}"}},
        ]},
        {"id": "tell", "message": "{{steps.each.done}} done, {{steps.each.failed}} failed"},
    ]}))
    .await;
    let thread = desk.runs("each").await;
    assert_eq!(desk.said(&thread), ["2 done, 1 failed"]);
    let head = desk.head(&thread);
    assert!(head.contains("2 of 3 items done, 1 failed"), "{head}");
    let end = "Done, except for one item that failed";
    assert!(head.contains(end), "{head}");
    desk.is_written("The workflow *each* is done, except for one item that failed.")
        .await;
    let items =
        "select concat_ws(' ', number, state, outcome->>'it', trouble like '%division by zero%')
        from core.workflow_items order by number";
    assert_eq!(
        desk.app.texts(items).await,
        ["0 done 6", "1 failed t", "2 done 2"]
    );
    assert_eq!(
        desk.app
            .count("select 1 from core.workflow_steps where path like 'each.%'")
            .await,
        0
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_the_items_can_be_asked() {
    let sql = json!({"sql": "select number, state, outcome from workflow_items order by number"});
    let desk = Desk::open([
        Step::calls("c1", "run_sql_query", sql).when_asked("How did it go"),
        Step::says("All went well."),
    ])
    .await;
    desk.writes(
        "each",
        "by hand",
        json!({"steps": [
            {"id": "each", "foreach": ["a", "b"], "do": [{"id": "out", "set": "<{{item}}>"}]},
        ]}),
    )
    .await;
    let thread = desk.runs("each").await;
    desk.maya
        .replies_in(&thread, "@Penny How did it go?")
        .await
        .unwrap();
    desk.maya.reads(&thread, "All went well.").await.unwrap();
    desk.app.settles().await;
    let found = desk.app.words_of_request(1);
    assert!(found.contains("<a>") && found.contains("<b>"), "{found}");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_items_begin_in_a_minute_than_may() {
    let desk = Desk::open([]).await;
    desk.writes("slow", "by hand", json!({"steps": [
        {"id": "each", "foreach": [1, 2, 3, 4, 5], "per_minute": 2, "do": [{"id": "out", "set": "{{item}}"}]},
    ]}))
    .await;
    desk.runs("slow").await;
    let done = "select 1 from core.workflow_items where state = 'done'";
    assert_eq!(desk.app.count(done).await, 2);
    assert_eq!(desk.states().await, ["waiting"]);
    for (moment, expected) in [("2026-11-20T08:02:00Z", 4), ("2026-11-20T08:04:00Z", 5)] {
        assert_eq!(desk.time_is(moment).await, 1);
        assert_eq!(desk.app.count(done).await, expected);
    }
    assert_eq!(desk.states().await, ["done"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_within_a_loop_does_each_pair_once() {
    let desk = Desk::open([]).await;
    let inner = json!({"id": "inner", "foreach": "{{team.members}}", "as": "member", "do": [
        {"id": "greet", "set": "{{team.name}}/{{member}}"},
    ]});
    let teams = json!([{"name": "a", "members": [1, 2]}, {"name": "b", "members": [3]}]);
    desk.writes("pairs", "by hand", json!({"steps": [
        {"id": "teams", "foreach": teams, "as": "team", "do": [inner]},
        {"id": "tell", "message": "{{steps.teams.outcomes.0.outcomes}} {{steps.teams.outcomes.1.outcomes}}"},
    ]}))
    .await;
    let thread = desk.runs("pairs").await;
    assert_eq!(desk.said(&thread), [r#"["a/1","a/2"] ["b/3"]"#]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn items_ask_penny_one_after_the_other() {
    let desk = Desk::open([
        Step::says("One.").when_asked("apples"),
        Step::says("Two.").when_asked("pears"),
        Step::says("Three.").when_asked("plums"),
    ])
    .await;
    desk.writes("asks", "by hand", json!({"steps": [
        {"id": "each", "foreach": ["apples", "pears", "plums"], "do": [{"id": "ask", "prompt": "What about {{item}}?"}]},
        {"id": "tell", "message": "{{steps.each.done}} answers: {{steps.each.outcomes.2.text}}"},
    ]}))
    .await;
    let thread = desk.runs("asks").await;
    desk.app
        .comes_true("the run is over", async || desk.states().await == ["done"])
        .await;
    desk.app.settles().await;
    let said = desk.said(&thread);
    assert!(said.contains(&"3 answers: Three.".to_owned()), "{said:?}");
    assert!(said[0].contains("What about"), "{said:?}");
    assert!(
        !said[0].contains("data source"),
        "the fence is for the model"
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn children_that_ask_penny_at_once_do_not_take_each_others_answers() {
    let desk = Desk::open([
        Step::says("One.").when_asked("apples"),
        Step::says("Two.").when_asked("pears"),
    ])
    .await;
    let child = json!({"prompt": "What about {{input.n}}?"});
    desk.writes("child", "by hand", child).await;
    desk.writes("outer", "by hand", json!({"steps": [
        {"id": "each", "foreach": ["apples", "pears"], "do": [{"id": "ask", "workflow": "child", "input": {"n": "{{item}}"}}]},
        {"id": "tell", "message": "{{steps.each.outcomes.0.text}} {{steps.each.outcomes.1.text}}"},
    ]}))
    .await;
    let thread = desk.runs("outer").await;
    desk.app
        .comes_true("all are over", async || desk.states().await == ["done"; 3])
        .await;
    desk.app.settles().await;
    let said = desk.said(&thread);
    assert!(said.contains(&"One. Two.".to_owned()), "{said:?}");
    desk.close().await;
}

const FRUITS: [&str; 5] = ["apples", "pears", "plums", "figs", "dates"];

fn answer(fruit: &str) -> String {
    format!("All about {fruit}.")
}

/// A workflow that asks about each, two at a time, begins.
async fn asks_about(desk: &Desk, fruits: &[&str]) -> Thread {
    desk.writes("asks", "by hand", json!({"steps": [
        {"id": "each", "foreach": fruits, "at_once": 2, "do": [{"id": "ask", "prompt": "What about {{item}}?"}]},
        {"id": "tell", "message": "{{steps.each.done}} answers, {{steps.each.failed}} missing"},
    ]}))
    .await;
    let typed = "/penny workflow run asks";
    desk.maya.runs_command("sales", typed).await.unwrap();
    desk.is_told(&desk.maya, "asks").await;
    desk.app
        .comes_true("two ask, and the run waits for them", async || {
            desk.app.model.requests().len() == 2 && desk.states().await == ["waiting"]
        })
        .await;
    desk.newest("asks")
}

async fn ends(desk: &Desk) {
    desk.app
        .comes_true("the run is over", async || desk.states().await == ["done"])
        .await;
    desk.app.settles().await;
}

/// Which of them the model was asked about so far.
fn asked(desk: &Desk) -> Vec<usize> {
    let requests = desk.app.model.requests().into_iter();
    let words = requests.map(|request| format!("{:?}", request.messages));
    let about = |words: String| FRUITS.iter().position(|fruit| words.contains(fruit));
    words.filter_map(about).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_items_ask_penny_at_once_as_their_loop_says() {
    let gates: Vec<Gate> = FRUITS.iter().map(|_| Gate::default()).collect();
    let steps = FRUITS.iter().zip(&gates);
    let steps = steps.map(|(fruit, gate)| Step::says(answer(fruit)).when_asked(fruit).after(gate));
    let desk = Desk::open(steps).await;
    let thread = asks_about(&desk, &FRUITS).await;
    let first = asked(&desk);
    let begun = "select 1 from core.workflow_items where began_at is not null";
    // Two ask, and two may have found that they cannot.
    assert!(
        desk.app.count(begun).await <= 4,
        "the others have not begun"
    );

    // One answer makes room for one question.
    gates[first[1]].open();
    desk.app
        .comes_true("another one asks, and the run waits again", async || {
            asked(&desk).len() == 3 && desk.states().await == ["waiting"]
        })
        .await;
    let asking = "select 1 from core.workflow_steps where kind = 'prompt' and state = 'waiting'
        and asked_ts is not null and not output ? 'text'";
    assert_eq!(desk.app.count(asking).await, 2);
    gates.iter().for_each(Gate::open);
    ends(&desk).await;

    let said = desk.said(&thread);
    assert!(
        said.contains(&"5 answers, 0 missing".to_owned()),
        "{said:?}"
    );
    for fruit in FRUITS {
        let of_it = said.iter().filter(|it| it.contains(&answer(fruit)));
        assert_eq!(of_it.count(), 1, "{said:?}");
    }
    assert!(desk.head(&thread).contains("5 of 5 items done"));
    // Each was asked for itself: nobody read what was said about another.
    for request in desk.app.model.requests() {
        let asked = format!("{:?}", request.messages);
        let about = FRUITS.iter().filter(|fruit| asked.contains(**fruit));
        assert_eq!(about.count(), 1, "{asked}");
    }
    let outcomes = "select outcome->>'text' from core.workflow_items order by number";
    assert_eq!(desk.app.texts(outcomes).await, FRUITS.map(answer));
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_while_items_ask_leaves_each_of_them_answered_once() {
    let hang = FRUITS[..2].iter().map(|it| Step::hangs().when_asked(it));
    let say = FRUITS
        .iter()
        .map(|it| Step::says(answer(it)).when_asked(it));
    let mut desk = Desk::open(hang.chain(say)).await;
    let thread = asks_about(&desk, &FRUITS).await;
    desk.app.kill().await;
    desk.app.expire_leases().await;
    desk.app.start_again().await;
    ends(&desk).await;
    let said = desk.said(&thread);
    for fruit in FRUITS {
        let of_it = said.iter().filter(|it| it.contains(&answer(fruit)));
        assert_eq!(of_it.count(), 1, "{said:?}");
    }
    assert!(
        said.contains(&"5 answers, 0 missing".to_owned()),
        "{said:?}"
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_in_the_thread_reaches_what_its_items_ask() {
    let desk = Desk::open(FRUITS[..2].iter().map(|it| Step::hangs().when_asked(it))).await;
    let thread = asks_about(&desk, &FRUITS[..2]).await;
    desk.maya.replies_in(&thread, "stop").await.unwrap();
    ends(&desk).await;
    let said = desk.said(&thread);
    assert!(
        said.contains(&"0 answers, 2 missing".to_owned()),
        "{said:?}"
    );
    desk.is_written("The workflow *asks* is done, except for 2 items that failed.")
        .await;
    desk.close().await;
}
