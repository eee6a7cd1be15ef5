//! Speaking to Penny while she works: she hears it at her next step, and stops when told to.

use crate::support::TestApp;
use penny::models::Delta;
use penny::models::scripted::{Gate, Step};
use serde_json::json;

#[tokio::test]
async fn a_message_sent_while_she_works_steers_the_next_step() {
    let gate = Gate::default();
    let app = TestApp::start([
        Step::calls("c1", "describe_tables", json!({})).after(&gate),
        Step::says("In Berlin there are four.").when_asked("only those in Berlin"),
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya
        .mentions_penny("sales", "how many deals?")
        .await
        .unwrap();
    gate.reached().await;
    let steer = maya
        .replies_in(&said.thread(), "only those in Berlin")
        .await
        .unwrap();
    assert!(steer.was_acknowledged());
    gate.open();
    maya.reads(&said.thread(), "In Berlin there are four.")
        .await
        .unwrap();
    app.settles().await;
    assert_eq!(
        app.count("select from core.turns").await,
        1,
        "it is one turn"
    );
    app.stop().await;
}

#[tokio::test]
async fn a_message_sent_during_the_last_step_is_answered_too() {
    let gate = Gate::default();
    let app = TestApp::start([
        Step::says("Nine.")
            .after(&gate)
            .when_asked("how many deals"),
        Step::says("Four in Berlin.").when_asked("in Berlin?"),
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya
        .mentions_penny("sales", "how many deals?")
        .await
        .unwrap();
    gate.reached().await;
    maya.replies_in(&said.thread(), "and in Berlin?")
        .await
        .unwrap();
    gate.open();
    maya.reads(&said.thread(), "Four in Berlin.").await.unwrap();
    app.settles().await;
    assert!(maya.visible_text(&said.thread()).contains("Nine."));
    app.stop().await;
}

#[tokio::test]
async fn a_correction_before_she_has_begun_is_part_of_the_question() {
    let app = TestApp::start([
        Step::says("Four.").when_asked("in Berlin"),
        Step::says("More.").repeatedly(),
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("how many deals?").await.unwrap();
    maya.replies_in(&said.thread(), "in Berlin, I mean")
        .await
        .unwrap();
    maya.reads(&said.thread(), "Four.").await.unwrap();
    app.stop().await;
}

/// An answer that is half written and then waits, for a test that stops it there.
fn half_written(gate: &Gate) -> Step {
    Step::says("Half an answer, and the rest of it.")
        .streaming([Delta::Text("Half an answer".to_owned())])
        .then_waits_for(gate)
}

#[tokio::test]
async fn saying_stop_ends_the_run() {
    let gate = Gate::default();
    let app = TestApp::start([
        half_written(&gate),
        Step::says("Fine, in short.").when_asked("be brief"),
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.mentions_penny("sales", "tell me all").await.unwrap();
    gate.reached().await;
    maya.replies_in(&said.thread(), "@Penny stop")
        .await
        .unwrap();
    maya.reads(&said.thread(), "Stopped").await.unwrap();
    app.settles().await;
    assert_eq!(app.texts("select state from core.turns").await, ["stopped"]);

    let again = maya.replies_in(&said.thread(), "be brief").await.unwrap();
    maya.reads(&again.thread(), "Fine, in short.")
        .await
        .unwrap();
    let asked = app.words_of_request(1);
    assert!(
        asked.contains("Half an answer"),
        "what she had said is known: {asked}"
    );
    assert!(asked.contains("stopped"), "{asked}");
    app.stop().await;
}

#[tokio::test]
async fn slacks_own_stop_button_ends_the_run() {
    let gate = Gate::default();
    let app = TestApp::start([half_written(&gate)]).await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("tell me all").await.unwrap();
    gate.reached().await;
    maya.presses_stop(&said.thread()).await.unwrap();
    app.settles().await;
    assert_eq!(app.texts("select state from core.turns").await, ["stopped"]);
    let seen = maya.visible_text(&said.thread());
    assert!(!seen.contains("and the rest of it"), "{seen}");
    app.stop().await;
}

#[tokio::test]
async fn a_stop_when_nothing_runs_is_over_at_once() {
    let app = TestApp::start([Step::says("Nine."), Step::says("Four.")]).await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.mentions_penny("sales", "how many?").await.unwrap();
    maya.waits_for_answer(&said.thread()).await.unwrap();
    app.settles().await;
    maya.replies_in(&said.thread(), "@Penny stop")
        .await
        .unwrap();
    app.settles().await;
    maya.replies_in(&said.thread(), "and in Berlin?")
        .await
        .unwrap();
    app.settles().await;
    assert_eq!(
        app.texts("select state from core.turns order by started_at")
            .await,
        ["done", "done"]
    );
    assert!(maya.visible_text(&said.thread()).contains("Four."));
    app.stop().await;
}

/// Whatever is noted waits until there is nothing left in `public.gate`.
const NOTES_WAIT: &str = "
    create table public.gate (is_shut boolean);
    insert into public.gate values (true);
    create function public.wait() returns trigger language plpgsql security definer as $$
    begin
        while exists (select from public.gate) loop
            perform pg_sleep(0.02);
        end loop;
        return new;
    end $$;
    create trigger waits before insert on core.memories for each row execute function public.wait();
";

#[tokio::test]
async fn what_was_stopped_while_it_was_being_done_is_not_done_by_what_is_said_next() {
    let note = json!({"action": "remember", "text": "Likes tea", "scope": "person"});
    let app = TestApp::start([
        Step::calls("c1", "manage_memory", note),
        Step::says("Four in Berlin.").when_asked("what about Berlin"),
    ])
    .await;
    app.execute(NOTES_WAIT).await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya
        .mentions_penny("sales", "I like tea, remember that")
        .await
        .unwrap();
    let waits = "select from pg_stat_activity
        where datname = current_database() and wait_event = 'PgSleep'";
    app.comes_true("it is being noted", async || app.count(waits).await == 1)
        .await;
    maya.replies_in(&said.thread(), "@Penny stop")
        .await
        .unwrap();
    maya.reads(&said.thread(), "Stopped").await.unwrap();
    app.execute("delete from public.gate").await;
    app.settles().await;
    maya.replies_in(&said.thread(), "never mind, what about Berlin?")
        .await
        .unwrap();
    maya.reads(&said.thread(), "Four in Berlin.").await.unwrap();
    app.settles().await;
    assert_eq!(app.count("select from core.memories").await, 0);
    let asked = app.words_of_request(1);
    assert!(asked.contains("Not run"), "{asked}");
    app.stop().await;
}

#[tokio::test]
async fn what_is_said_right_after_a_stop_is_not_stopped_with_the_rest() {
    let gate = Gate::default();
    let app = TestApp::start([
        half_written(&gate),
        Step::says("Four in Berlin.").when_asked("what about Berlin"),
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.mentions_penny("sales", "tell me all").await.unwrap();
    gate.reached().await;
    maya.replies_in(&said.thread(), "@Penny stop")
        .await
        .unwrap();
    maya.replies_in(&said.thread(), "never mind, what about Berlin?")
        .await
        .unwrap();
    maya.reads(&said.thread(), "Four in Berlin.").await.unwrap();
    app.settles().await;
    assert_eq!(
        app.texts("select state from core.turns order by started_at")
            .await,
        ["stopped", "done"]
    );
    assert!(maya.visible_text(&said.thread()).contains("Stopped"));
    app.stop().await;
}

#[tokio::test]
async fn stop_as_a_direct_message_of_its_own_ends_what_runs_there() {
    let gate = Gate::default();
    let app = TestApp::start([half_written(&gate)]).await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("tell me all").await.unwrap();
    gate.reached().await;
    let stop = maya.tells_penny("stop").await.unwrap();
    maya.reads(&stop.thread(), "I’ve stopped what I was doing")
        .await
        .unwrap();
    maya.reads(&said.thread(), "Stopped").await.unwrap();
    app.settles().await;
    assert_eq!(app.texts("select state from core.turns").await, ["stopped"]);

    let again = maya.tells_penny("never mind").await.unwrap();
    maya.reads(&again.thread(), "nothing to stop")
        .await
        .unwrap();
    app.stop().await;
}

#[tokio::test]
async fn stop_beside_the_thread_ends_what_runs_for_whoever_said_it_and_nothing_else() {
    let (of_maya, of_jonas) = (Gate::default(), Gate::default());
    let app = TestApp::start([
        Step::says("Nine.").after(&of_jonas).when_asked("how many"),
        half_written(&of_maya),
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let jonas = app.slack.person("jonas").unwrap();
    let theirs = jonas.mentions_penny("sales", "how many?").await.unwrap();
    of_jonas.reached().await;
    let said = maya.mentions_penny("sales", "tell me all").await.unwrap();
    of_maya.reached().await;
    let stop = maya.says("sales", "@Penny stop").await.unwrap();
    maya.reads(&stop.thread(), "I’ve stopped what I was doing")
        .await
        .unwrap();
    maya.reads(&said.thread(), "Stopped").await.unwrap();
    assert_eq!(
        maya.answers_in(&stop.thread()).len(),
        1,
        "the mention and its message are one thing said"
    );
    of_jonas.open();
    jonas.reads(&theirs.thread(), "Nine.").await.unwrap();
    app.stop().await;
}
