//! The list of workflows: all of them within reach, however many there are, and only for whom they
//! are.

use super::desk::Desk;
use serde_json::{Value, json};

fn says_hello() -> Value {
    json!({"about": "Greets", "steps": [{"id": "hello", "message": "Hello."}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_does_not_fit_into_one_message_is_a_click_or_a_word_away() {
    let desk = Desk::open([]).await;
    desk.writes("greets", "by hand", says_hello()).await;
    desk.app
        .execute(
            "insert into core.workflows (org_id, workflow_id, workspace_id, name, channel_id, owner_user,
                 definition, trigger_kind, origin, state)
             select org_id, gen_random_uuid(), workspace_id, 'job-' || lpad(n::text, 2, '0'), channel_id,
                 owner_user, jsonb_set(definition, '{about}', to_jsonb('Errand ' || n)), trigger_kind, 'test' || n,
                 case when n = 24 then 'paused' else 'active' end
             from core.workflows, generate_series(1, 24) as n",
        )
        .await;
    desk.maya
        .runs_command("sales", "/penny workflows")
        .await
        .unwrap();
    let first = desk.is_told(&desk.maya, "Workflows here").await;
    assert!(first.contains("… and 5 more"), "{first}");
    assert!(!first.contains("*job-24*"), "paused ones stand last");
    desk.app.settles().await;
    let list = desk.whisper(&desk.maya, "Workflows here");
    desk.maya.clicks(&list, "Show more").await.unwrap();
    let rest = desk.is_told(&desk.maya, "*job-24*").await;
    assert!(
        !rest.contains("*job-01*") && !rest.contains("more."),
        "{rest}"
    );
    desk.app.settles().await;

    // By a part of its name, or of what it is for, whatever the case.
    for words in ["JOB-24", "errand 24"] {
        let typed = format!("/penny workflows {words}");
        desk.maya.runs_command("sales", &typed).await.unwrap();
        let heading = format!("Workflows with “{words}”");
        let found = desk.is_told(&desk.maya, &heading).await;
        assert!(found.contains("*job-24*"), "{found}");
        assert!(
            !found.contains("*job-23*") && !found.contains("*greets*"),
            "{found}"
        );
        desk.app.settles().await;
    }
    let list = desk.whisper(&desk.maya, "Workflows with “errand 24”");
    desk.maya.clicks(&list, "Resume").await.unwrap();
    desk.is_told(&desk.maya, "*job-24* is active again").await;
    desk.maya
        .runs_command("sales", "/penny workflows elephants")
        .await
        .unwrap();
    desk.is_told(&desk.maya, "No workflow that you can see has “elephants”")
        .await;
    desk.close().await;
}

/// Jonas looks at the list while the workflow is his, and presses a button once it is Maya's.
async fn presses_too_late(desk: &Desk, label: &str) {
    owns(desk, "U0JONAS").await;
    desk.jonas
        .runs_command("sales", "/penny workflows")
        .await
        .unwrap();
    desk.is_told(&desk.jonas, "Workflows here").await;
    desk.app.settles().await;
    owns(desk, "U0MAYA").await;
    let list = desk.whisper(&desk.jonas, "Workflows here");
    desk.jonas.clicks(&list, label).await.unwrap();
    desk.app.settles().await;
}

async fn owns(desk: &Desk, user: &str) {
    let sql = format!("update core.workflows set owner_user = '{user}'");
    desk.app.execute(&sql).await;
}

fn times_told(desk: &Desk, words: &str) -> usize {
    let seen = desk.jonas.whispers(&desk.sales());
    seen.iter().filter(|it| it.text.contains(words)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_who_presses_what_is_not_theirs_is_told_so_and_nothing_happens() {
    let desk = Desk::open([]).await;
    desk.writes("greets", "every day at 9", says_hello()).await;
    let there = "select state || ' ' || (next_run_at is not null) from core.workflows";
    let mut refused = 0;
    for label in ["Run now", "Dry run", "Pause", "Edit", "Delete"] {
        presses_too_late(&desk, label).await;
        refused += 1;
        assert_eq!(times_told(&desk, "who made *greets*"), refused, "{label}");
        assert_eq!(desk.app.texts(there).await, ["active true"], "{label}");
        assert!(desk.jonas.modal().is_err(), "{label}");
    }
    desk.app
        .execute("update core.workflows set state = 'paused', next_run_at = null")
        .await;
    presses_too_late(&desk, "Resume").await;
    assert_eq!(times_told(&desk, "who made *greets*"), refused + 1);
    assert_eq!(desk.app.texts(there).await, ["paused false"]);
    desk.jonas
        .runs_command("sales", "/penny workflow run greets")
        .await
        .unwrap();
    desk.app.settles().await;
    assert_eq!(times_told(&desk, "who made *greets*"), refused + 2);
    assert_eq!(desk.states().await, [""; 0], "nothing was started");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_where_it_reports_learns_nothing_of_it_even_by_a_click() {
    let desk = Desk::open([]).await;
    desk.writes("secret", "by hand", says_hello()).await;
    desk.app
        .execute("update core.workflows set channel_id = null")
        .await;
    for (label, count) in [("Picture", 1), ("Run now", 2), ("Edit", 3)] {
        presses_too_late(&desk, label).await;
        let gone = "That workflow isn’t here any more";
        assert_eq!(times_told(&desk, gone), count, "{label}");
        let seen = desk.jonas.whispers(&desk.sales());
        let told = seen.iter().filter(|it| it.text.contains(gone));
        assert!(told.into_iter().all(|it| !it.text.contains("secret")));
    }
    assert_eq!(desk.states().await, [""; 0]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_may_do_what_its_owner_may() {
    let desk = Desk::open([]).await;
    desk.writes("greets", "every day at 9", says_hello()).await;
    owns(&desk, "U0JONAS").await;
    desk.presses("Pause").await;
    let told = desk
        .is_told(&desk.maya, "nothing starts it by itself")
        .await;
    assert!(
        told.contains("or an administrator can still run it"),
        "{told}"
    );
    assert_eq!(desk.time_is("2026-11-21T08:00:01Z").await, 0);
    desk.presses("Run now").await;
    desk.is_told(&desk.maya, "I’m on it").await;
    desk.app.settles().await;
    assert_eq!(desk.states().await, ["done"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_asks_slack_once_in_which_channels_somebody_is() {
    let desk = Desk::open([]).await;
    desk.writes("greets", "by hand", says_hello()).await;
    desk.app
        .execute(
            "insert into core.workflows (org_id, workflow_id, workspace_id, name, channel_id, owner_user,
                 definition, trigger_kind, origin)
             select org_id, gen_random_uuid(), workspace_id, 'job-' || lpad(n::text, 2, '0'),
                 case when n = 12 then 'C0ELSEWHERE' else channel_id end, owner_user, definition,
                 trigger_kind, 'test' || n
             from core.workflows, generate_series(1, 12) as n",
        )
        .await;
    let calls = desk.app.slack.calls();
    let members = calls.count("conversations.members");
    desk.jonas
        .runs_command("sales", "/penny workflows")
        .await
        .unwrap();
    let list = desk.is_told(&desk.jonas, "Workflows here").await;
    assert!(
        list.contains("*greets*") && list.contains("*job-11*"),
        "{list}"
    );
    assert!(!list.contains("*job-12*"), "{list}");
    assert_eq!(calls.count("conversations.members"), members);
    assert_eq!(calls.count("users.conversations"), 1);
    desk.close().await;
}
