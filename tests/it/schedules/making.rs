//! `/penny schedule` in one line: what is understood, and what is not.

use super::desk::{Desk, QUESTION};

#[tokio::test(flavor = "multi_thread")]
async fn one_line_makes_a_schedule_and_shows_the_rule_and_its_next_five_runs() {
    let desk = Desk::open([]).await;
    // As Slack sends a channel that was picked while typing.
    let sales = desk.sales();
    let typed = format!("/penny schedule every weekday at 9 in <#{sales}|sales>: {QUESTION}");
    desk.maya.runs_command("general", &typed).await.unwrap();
    let general = desk.app.slack.channel("general").unwrap();
    let look = |_: &penny::playground::Slack| {
        let seen = desk.maya.whispers(&general).into_iter();
        seen.map(|seen| seen.text)
            .find(|text| text.contains("Scheduled"))
    };
    let said = desk.app.slack.until("the schedule", look).await.unwrap();
    assert!(
        said.contains("every weekday at 09:00 (Europe/Berlin)"),
        "{said}"
    );
    for run in [
        "Mon\u{a0}23\u{a0}Nov\u{a0}2026\u{a0}09:00",
        "Tue\u{a0}24\u{a0}Nov",
        "Wed\u{a0}25\u{a0}Nov",
        "Thu\u{a0}26\u{a0}Nov",
        "Fri\u{a0}27\u{a0}Nov",
    ] {
        assert!(said.contains(run), "{said}");
    }
    assert!(said.contains(&format!("in <#{sales}>")), "{said}");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_understood_is_answered_with_two_examples_and_makes_nothing() {
    let desk = Desk::open([]).await;
    let wrong = "/penny schedule every blue moon: tell me a story";
    desk.maya.runs_command("sales", wrong).await.unwrap();
    let said = desk
        .is_told(&desk.maya, "I don’t know what “blue” means")
        .await;
    assert!(said.contains("`every weekday at 9`"), "{said}");
    assert!(
        said.contains("`on the last Friday of the month at 17:00`"),
        "{said}"
    );

    desk.maya
        .runs_command("sales", "/penny schedule every day at 9")
        .await
        .unwrap();
    desk.is_told(&desk.maya, "no question behind the time")
        .await;
    desk.maya
        .runs_command("sales", "/penny schedule every minute: hello")
        .await
        .unwrap();
    desk.is_told(&desk.maya, "more often than every five minutes")
        .await;
    assert_eq!(desk.app.count("select from core.schedules").await, 0);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_is_not_there_is_said_by_schedules_and_digests_alike() {
    let desk = Desk::open([]).await;
    let wrong = "/penny schedule every day at 9 in #salez: what changed";
    desk.maya.runs_command("sales", wrong).await.unwrap();
    let said = desk.is_told(&desk.maya, "I know no channel #salez").await;
    assert!(said.contains("`every weekday at 9 in #general`"), "{said}");
    desk.app.settles().await;
    desk.maya
        .runs_command("sales", "/penny digest on 9 in #zales")
        .await
        .unwrap();
    desk.is_told(&desk.maya, "I know no channel #zales").await;
    assert_eq!(desk.app.count("select from core.schedules").await, 0);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_slack_sends_twice_makes_one_schedule() {
    let desk = Desk::open([]).await;
    desk.schedules(&desk.maya, "every day at 9").await;
    desk.app
        .execute("update core.inbox set taken_at = null where kind = 'command';
            insert into core.jobs (org_id, kind, key) select org_id, 'inbound', event_key from core.inbox where kind = 'command'")
        .await;
    desk.app.settles().await;
    assert_eq!(desk.app.count("select from core.schedules").await, 1);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn help_tells_of_schedules() {
    let desk = Desk::open([]).await;
    desk.maya
        .runs_command("sales", "/penny help")
        .await
        .unwrap();
    let help = desk.is_told(&desk.maya, "schedule <when>").await;
    assert!(help.contains("/penny schedules"), "{help}");
    desk.close().await;
}
