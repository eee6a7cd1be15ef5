//! `/penny schedules` where there are many: page by page, by words, and nobody's own left out.

use super::desk::Desk;
use penny::playground::Human;

const LIST: &str = "Here is what is scheduled";

/// As many more like the one that is there, called Number 1 and so on, of this owner.
async fn more(desk: &Desk, count: i32, owner: &Human, state: &str, channel: &str) {
    desk.app
        .execute(&format!(
            "insert into core.schedules (org_id, schedule_id, workspace_id, channel_id, owner_user,
                 question, said, rule, state, next_run_at, origin)
             select org_id, gen_random_uuid(), workspace_id, {channel}, '{}', 'Number ' || n, said,
                 rule, '{state}', next_run_at - interval '1 day' + n * interval '1 second', 'more:' || n
             from core.schedules, generate_series(1, {count}) as n",
            owner.id()
        ))
        .await;
}

async fn asks(desk: &Desk, words: &str, answer: &str) -> String {
    desk.jonas
        .runs_command("sales", &format!("/penny schedules {words}"))
        .await
        .unwrap();
    desk.app.settles().await;
    desk.is_told(&desk.jonas, answer).await
}

/// What stands in a list of his one schedule, and in no sentence about there being none.
fn has_his_own(listed: &str) {
    assert!(listed.contains("every weekday at 09:00"), "{listed}");
    assert!(!listed.contains("Number"), "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rest_of_a_long_list_is_one_click_away_and_can_be_acted_on() {
    let desk = Desk::open([]).await;
    desk.schedules(&desk.jonas, "every weekday at 9").await;
    more(&desk, 24, &desk.jonas, "active", "channel_id").await;
    desk.app
        .execute("update core.schedules set state = 'paused', next_run_at = null where question = 'Number 3'")
        .await;
    let first = asks(&desk, "", "1 to 20 of 25").await;
    assert!(first.contains("*Number 20*"), "{first}");
    assert!(!first.contains("*Number 3*"), "{first}");
    let list = desk.whisper(&desk.jonas, "1 to 20 of 25");
    desk.jonas.clicks(&list, "Show more").await.unwrap();
    let second = desk.is_told(&desk.jonas, "21 to 25 of 25").await;
    assert!(second.contains("*Number 3*"), "what is paused comes last");
    assert!(!second.contains("*Number 20*"), "{second}");
    let list = desk.whisper(&desk.jonas, "21 to 25 of 25");
    desk.jonas.clicks(&list, "Resume").await.unwrap();
    desk.is_told(&desk.jonas, "is back").await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_behind_the_command_find_one_and_what_finds_none_says_so() {
    let desk = Desk::open([]).await;
    desk.schedules(&desk.jonas, "every weekday at 9").await;
    more(&desk, 24, &desk.jonas, "active", "channel_id").await;
    has_his_own(&asks(&desk, "PIPELINE changed", LIST).await);
    let found = asks(&desk, "Number 17", "*Number 17*").await;
    assert!(!found.contains("*Number 16*"), "{found}");
    asks(
        &desk,
        "100% zebras",
        "Nothing that you may see is scheduled about that",
    )
    .await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_others_have_scheduled_ones_own_are_listed() {
    let desk = Desk::open([]).await;
    desk.schedules(&desk.jonas, "every weekday at 9").await;
    more(&desk, 600, &desk.maya, "active", "null").await;
    has_his_own(&asks(&desk, "", LIST).await);
    desk.jonas.open_home("home").await.unwrap();
    has_his_own(&desk.app.home_says(&desk.jonas, "Your schedules").await);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn those_of_every_channel_that_one_is_in_are_listed() {
    let desk = Desk::open([]).await;
    desk.schedules(&desk.jonas, "every weekday at 9").await;
    // Thirty channels that he knows nothing of come first.
    more(&desk, 30, &desk.maya, "active", "'C0ELSE' || n").await;
    desk.app
        .execute("update core.schedules set owner_user = 'U0MAYA'")
        .await;
    has_his_own(&asks(&desk, "", LIST).await);
    desk.close().await;
}
