//! Bounds over all turns together: whoever reaches one is told which, until when and who can raise it,
//! before a model is asked.

use crate::support::{Builder, TestApp};
use penny::models::scripted::{Scripted, Step};
use penny::models::{Price, Usage};
use penny::playground::Human;

/// Two cents each.
fn dear(answers: usize) -> Scripted {
    let used = Usage {
        input: 20_000,
        ..Usage::default()
    };
    let price = Price {
        input: 1.0,
        output: 1.0,
        cache_read: 1.0,
        cache_write: 1.0,
    };
    Scripted::new((0..answers).map(|_| Step::says("Nine.").using(used))).priced(price)
}

/// Another organisation in which somebody of the same id has asked a hundred times just now, in a
/// channel of the same id, and spent a fortune.
const ELSEWHERE: &str = "
    insert into core.orgs (org_id, name) values ('00000000-0000-0000-0000-0000000000ee', 'Elsewhere');
    insert into core.conversations (org_id, conversation_id, workspace_id, channel_id, thread_ts)
        values ('00000000-0000-0000-0000-0000000000ee', gen_random_uuid(), 'T0ELSEWHERE', 'C0SALES', '1.0');
    insert into core.turns (org_id, turn_id, conversation_id, channel_id, asked_by, asked_ts, trace_id, state)
        select org_id, gen_random_uuid(), conversation_id, channel_id, 'U0MAYA', '1.0', '', 'done'
        from core.conversations, generate_series(1, 100)
        where org_id = '00000000-0000-0000-0000-0000000000ee';
    insert into core.spending (org_id, day, who, cost_micros)
        select '00000000-0000-0000-0000-0000000000ee', (now() at time zone 'utc')::date, who, 900000000
        from unnest(array['', 'U0MAYA']) as who";

/// Penny in a company that is not alone, with Maya and Jonas of it.
async fn beside_another(app: Builder) -> (TestApp, Human, Human) {
    let app = app.start().await;
    app.execute(ELSEWHERE).await;
    let maya = app.slack.person("maya").unwrap();
    let jonas = app.slack.person("jonas").unwrap();
    (app, maya, jonas)
}

async fn asks(app: &TestApp, person: &Human, channel: &str, answer: &str) -> String {
    let said = person.mentions_penny(channel, "how many?").await.unwrap();
    let seen = person.reads(&said.thread(), answer).await.unwrap();
    app.settles().await;
    seen.text
}

#[tokio::test]
async fn a_channel_that_asks_too_often_is_told_and_others_go_on() {
    let app = TestApp::build([Step::says("Nine.").repeatedly()])
        .setting("PENNY_CHANNEL_TURNS_PER_HOUR", "1");
    let (app, maya, jonas) = beside_another(app).await;
    asks(&app, &maya, "sales", "Nine.").await;
    let told = asks(
        &app,
        &jonas,
        "sales",
        "asked once within an hour in this channel",
    )
    .await;
    for part in [
        "in 60 minutes",
        "Whoever runs me",
        "PENNY_CHANNEL_TURNS_PER_HOUR",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    asks(&app, &maya, "general", "Nine.").await;
    assert_eq!(
        app.model.requests().len(),
        2,
        "nothing was spent on the other"
    );

    // What was refused is not counted, so there is room as soon as the first is an hour old.
    app.execute(
        "update core.turns set started_at = started_at - interval '1 hour' where cap is null",
    )
    .await;
    asks(&app, &jonas, "sales", "Nine.").await;
    app.stop().await;
}

#[tokio::test]
async fn an_organisation_that_asks_too_often_is_told_whatever_another_one_does() {
    let app = TestApp::build([Step::says("Nine.")]).setting("PENNY_ORG_TURNS_PER_HOUR", "1");
    let (app, maya, jonas) = beside_another(app).await;
    asks(&app, &maya, "sales", "Nine.").await;
    let told = asks(
        &app,
        &jonas,
        "general",
        "All of you together have asked me once",
    )
    .await;
    assert!(told.contains("PENNY_ORG_TURNS_PER_HOUR"), "{told}");
    app.stop().await;
}

#[tokio::test]
async fn a_person_for_whom_a_days_money_is_spent_is_told_and_others_go_on() {
    let app = TestApp::thinking_with(dear(2)).setting("PENNY_PERSON_USD_PER_DAY", "0.02");
    let (app, maya, jonas) = beside_another(app).await;
    asks(&app, &maya, "sales", "Nine.").await;
    let told = asks(&app, &maya, "sales", "for one person may cost $0.02 a day").await;
    for part in ["I can go on in", "PENNY_PERSON_USD_PER_DAY"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    asks(&app, &jonas, "sales", "Nine.").await;

    // Yesterday's money is another day's.
    app.execute("update core.spending set day = day - 1").await;
    app.model.add([Step::says("Ten.")]);
    asks(&app, &maya, "sales", "Ten.").await;
    app.stop().await;
}

#[tokio::test]
async fn an_organisation_whose_days_money_is_spent_is_told_whatever_another_one_spends() {
    let app = TestApp::thinking_with(dear(2)).setting("PENNY_ORG_USD_PER_DAY", "0.03");
    let (app, maya, jonas) = beside_another(app).await;
    asks(&app, &maya, "sales", "Nine.").await;
    asks(&app, &jonas, "sales", "Nine.").await;
    let told = asks(
        &app,
        &maya,
        "general",
        "for all of you together may cost $0.03 a day",
    )
    .await;
    assert!(told.contains("PENNY_ORG_USD_PER_DAY"), "{told}");
    let spent = "select who || ' ' || cost_micros from core.spending as s
        join core.installations using (org_id) order by who collate \"C\"";
    assert_eq!(
        app.texts(spent).await,
        [" 40000", "U0JONAS 20000", "U0MAYA 20000"]
    );
    app.stop().await;
}

#[tokio::test]
async fn a_turn_that_was_refused_and_is_resumed_is_still_refused() {
    let mut app = TestApp::build([Step::says("Nine.")])
        .setting("PENNY_ORG_TURNS_PER_HOUR", "1")
        .start()
        .await;
    let maya = app.slack.person("maya").unwrap();
    asks(&app, &maya, "sales", "Nine.").await;
    let held = penny::playground::Fault::Hang;
    for method in ["chat.startStream", "chat.postMessage"] {
        app.slack.faults().on(method).always().hit(held.clone());
    }
    let said = maya.mentions_penny("sales", "and now?").await.unwrap();
    app.comes_true("the turn is refused", async || {
        app.count("select from core.turns where cap is not null")
            .await
            == 1
    })
    .await;
    app.kill().await;
    app.slack.faults().clear();
    app.expire_leases().await;
    app.start_again().await;
    maya.reads(&said.thread(), "All of you together")
        .await
        .unwrap();
    app.settles().await;
    // What the process that died had begun was never answered.
    app.slack.calls().mark_all_read();
    app.stop().await;
}

#[tokio::test]
async fn an_administrator_sees_what_is_taken_of_the_bounds() {
    let app = TestApp::thinking_with(dear(1))
        .setting("PENNY_ORG_USD_PER_DAY", "0.01")
        .start()
        .await;
    app.execute(ELSEWHERE).await;
    let maya = app.slack.person("maya").unwrap();
    asks(&app, &maya, "sales", "Nine.").await;
    maya.runs_command("sales", "/penny status").await.unwrap();
    let status = app
        .is_told(&maya, "sales", "Answers within the last hour")
        .await;
    assert!(
        status.contains("Answers within the last hour: 1 of 50,000."),
        "{status}"
    );
    assert!(status.contains("$0.02 of $0.01"), "{status}");

    let jonas = app.slack.person("jonas").unwrap();
    jonas.runs_command("sales", "/penny status").await.unwrap();
    let status = app.is_told(&jonas, "sales", "I’m free right now").await;
    assert!(!status.contains("Answers within"), "{status}");
    app.settles().await;
    app.slack.calls().mark_all_read();
    app.stop().await;
}
