//! With Postgres away nothing is acknowledged, nobody waits long, and nothing is lost.

use crate::support::TestApp;
use crate::support::request::{EVENTS, INTERACTIONS};
use crate::support::wire::Wire;
use penny::models::scripted::Step;
use penny::slack::ids::SCHEDULE_MODAL;
use serde_json::json;
use std::time::Duration;

/// Slack counts an answer after three seconds as none.
const IN_TIME: Duration = Duration::from_millis(2_500);

async fn nothing_is_acknowledged_and_nothing_is_lost_while(
    goes: impl AsyncFnOnce(&TestApp, &Wire),
    returns: impl AsyncFnOnce(&TestApp, &Wire),
) {
    let app = TestApp::build([Step::says("Here I am.")])
        .behind_a_wire()
        .start()
        .await;
    let wire = app.wire.as_ref().unwrap();
    let maya = app.slack.person("maya").unwrap();
    let said = maya.says("sales", "hello?").await.unwrap();
    let bot = app.process().app.services.workspaces.all()[0]
        .bot_user
        .0
        .clone();
    let body = json!({
        "type": "event_callback", "event_id": "Ev-away", "team_id": "T0WAYFOLD",
        "event": {
            "type": "app_mention", "user": "U0MAYA", "channel": "C0SALES",
            "ts": said.ts.to_string(), "text": format!("<@{bot}> hello?"),
        },
    })
    .to_string();

    goes(&app, wire).await;
    for _ in 0..3 {
        let refused = app.post_signed(EVENTS, body.clone()).await;
        assert_eq!(refused.status, 503, "{refused:?}");
        assert!(refused.took < IN_TIME, "{refused:?}");
    }
    assert_eq!(app.get("/readyz").await, 503);
    assert_eq!(app.get("/healthz").await, 200);

    returns(&app, wire).await;
    app.comes_true("Penny stores events again", async || {
        app.post_signed(EVENTS, body.clone()).await.status == 200
    })
    .await;
    maya.reads(&said.thread(), "Here I am.").await.unwrap();
    app.settles().await;
    assert_eq!(maya.answers_in(&said.thread()).len(), 1);
    app.stop().await;
}

#[tokio::test]
async fn a_window_that_is_looked_at_first_keeps_slack_waiting_no_longer() {
    let app = TestApp::build([]).behind_a_wire().start().await;
    let wire = app.wire.as_ref().unwrap();
    let submitted = json!({
        "type": "view_submission", "team": {"id": "T0WAYFOLD"}, "user": {"id": "U0MAYA"},
        "api_app_id": "A0PENNY",
        "view": {
            "id": "V0SCHEDULE", "type": "modal", "callback_id": SCHEDULE_MODAL,
            "private_metadata": "", "hash": "1.a", "state": {"values": {}},
        },
    })
    .to_string();
    let form = url::form_urlencoded::byte_serialize(submitted.as_bytes());
    let body = format!("payload={}", form.collect::<String>());
    wire.play_dead();
    let refused = app.post_signed(INTERACTIONS, body).await;
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(refused.took < IN_TIME, "{refused:?}");
    wire.mend();
    app.stop().await;
}

#[tokio::test]
async fn when_postgres_is_stopped_slack_is_told_to_come_again() {
    nothing_is_acknowledged_and_nothing_is_lost_while(
        async |_, wire| wire.cut(),
        async |_, wire| wire.mend(),
    )
    .await;
}

#[tokio::test]
async fn when_postgres_no_longer_answers_slack_is_told_to_come_again() {
    nothing_is_acknowledged_and_nothing_is_lost_while(
        async |_, wire| wire.play_dead(),
        async |_, wire| wire.mend(),
    )
    .await;
}

/// For new transactions, as a hosted Postgres does when its disk is full.
const TAKE_NO_WRITES: &str = "do $$ begin
    execute format('alter database %I set default_transaction_read_only = on', current_database());
end $$";
const TAKE_WRITES: &str = "begin read write; do $$ begin
    execute format('alter database %I reset default_transaction_read_only', current_database());
end $$; commit";

#[tokio::test]
async fn when_the_disk_is_full_slack_is_told_to_come_again() {
    nothing_is_acknowledged_and_nothing_is_lost_while(
        async |app, wire| {
            app.execute(TAKE_NO_WRITES).await;
            wire.cut();
            app.comes_true("the old connections are gone", async || {
                app.get("/readyz").await == 503
            })
            .await;
            wire.mend();
        },
        async |app, _| app.execute(TAKE_WRITES).await,
    )
    .await;
}

/// As where the tables' disk is full and that of the log is not.
const HAVE_NO_ROOM: &str = "
    create function public.no_room() returns trigger language plpgsql as $$ begin
        raise exception 'could not extend file' using errcode = 'disk_full';
    end $$;
    create trigger no_room before insert on core.inbox execute function public.no_room()";
const HAVE_ROOM: &str = "drop function public.no_room() cascade";

#[tokio::test]
async fn when_the_tables_have_no_room_slack_is_told_to_come_again() {
    nothing_is_acknowledged_and_nothing_is_lost_while(
        async |app, _| app.execute(HAVE_NO_ROOM).await,
        async |app, _| {
            app.execute(HAVE_ROOM).await;
            assert_eq!(app.get("/readyz").await, 200);
        },
    )
    .await;
}
