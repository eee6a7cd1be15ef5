//! Daily digests: switched on with a click or a line, at their hour, with everybody's own eyes.

mod parts;

use crate::schedules::desk::Desk;
use penny::playground::{Container, Human, Pressed, Thread};
use serde_json::json;

/// A deal of Maya's that moved this morning, and one of Jonas's that only he may see.
async fn company(desk: &Desk) {
    for person in [&desk.maya, &desk.jonas] {
        person.runs_command("sales", "/penny status").await.unwrap();
        desk.app.settles().await;
    }
    desk.app
        .execute(
            "insert into core.pipelines (org_id, pipeline_id, name, source, source_id)
             select org_id, gen_random_uuid(), 'Sales', 'test', 'p' from core.orgs;
             insert into core.pipeline_stages (org_id, stage_id, pipeline_id, name, position,
                 outcome, win_probability, source, source_id)
             select org_id, gen_random_uuid(), pipeline_id, 'Proposal', 1, 'open', 0.5, 'test', 's'
             from core.pipelines;
             insert into core.deals (org_id, deal_id, name, pipeline_id, stage_id, status, amount,
                 owner_id, visibility, stage_entered_at, created_at, source, source_id)
             select s.org_id, gen_random_uuid(), d.name, s.pipeline_id, s.stage_id, 'open', d.amount,
                 p.person_id, d.visibility, timestamptz '2026-11-23T06:00:00Z',
                 timestamptz '2026-09-01T00:00:00Z', 'test', d.name
             from core.pipeline_stages s,
                 (values ('Nordwind renewal', 182000, 'Maya%', 'org'),
                     ('Quiet whisper', 5000, 'Jonas%', 'person')) as d (name, amount, owner, visibility)
             join core.people p on p.name like d.owner;",
        )
        .await;
}

async fn types(desk: &Desk, words: &str, answer: &str) -> String {
    desk.maya
        .runs_command("sales", &format!("/penny digest {words}"))
        .await
        .unwrap();
    let told = desk.is_told(&desk.maya, answer).await;
    desk.app.settles().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn it_comes_at_its_hour_as_a_direct_message_with_what_moved_and_no_model_is_asked() {
    let desk = Desk::open([]).await;
    company(&desk).await;
    types(&desk, "on 8:30", "every weekday at 08:30 (Europe/Berlin)").await;
    assert_eq!(desk.time_is("2026-11-23T07:29:00Z").await, 0);
    assert_eq!(desk.time_is("2026-11-23T07:30:01Z").await, 1);
    let seen = desk.app.is_written(&desk.maya, "Your day: Monday").await;
    for words in [
        "Your deals that moved",
        "Nordwind renewal",
        "moved to Proposal",
        "€182,000",
    ] {
        assert!(seen.text.contains(words), "{words}: {}", seen.text);
    }
    assert!(!seen.text.contains("Quiet whisper"), "{}", seen.text);
    assert_eq!(desk.states().await, ["done"]);

    // The next one has no news of yesterday's.
    assert_eq!(desk.time_is("2026-11-24T07:30:01Z").await, 1);
    let seen = desk.app.is_written(&desk.maya, "Your day: Tuesday").await;
    assert!(seen.text.contains("A quiet day."), "{}", seen.text);
    desk.app.settles().await;
    desk.app.slack.calls().mark_all_read();
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channels_digest_has_what_everybody_there_may_see() {
    let desk = Desk::open([]).await;
    company(&desk).await;
    types(&desk, "on 9 here", "The daily digest of").await;
    assert_eq!(desk.time_is("2026-11-23T08:00:01Z").await, 1);
    let messages = desk.jonas.channel_messages(&desk.sales());
    let mut digests = messages
        .iter()
        .filter(|seen| seen.text.contains("The team’s day: Monday"));
    let seen = digests.next().expect("a digest");
    assert!(seen.text.contains("Nordwind renewal"), "{}", seen.text);
    assert!(seen.text.contains("· Maya ·"), "{}", seen.text);
    assert!(!seen.text.contains("Quiet whisper"), "{}", seen.text);
    desk.app.settles().await;
    desk.app.slack.calls().mark_all_read();
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn switched_on_twice_it_is_one_at_the_later_hour_and_off_is_off() {
    let desk = Desk::open([]).await;
    types(&desk, "on", "08:30").await;
    types(&desk, "on 7:45", "07:45").await;
    let said = desk.app.texts("select said from core.schedules").await;
    assert_eq!(said, ["every weekday at 7:45"]);
    types(&desk, "maybe", "I know `/penny digest on 8:30`").await;
    types(&desk, "off", "That digest is off.").await;
    types(&desk, "off", "off already").await;
    assert_eq!(desk.app.count("select from core.schedules").await, 0);
    assert_eq!(desk.time_is("2026-11-23T09:00:00Z").await, 0);
    desk.app.settles().await;
    desk.app.slack.calls().mark_all_read();
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_switched_on_with_one_click_in_her_home_and_among_the_templates() {
    let desk = Desk::open([]).await;
    desk.maya.open_home("home").await.unwrap();
    desk.app.settles().await;
    let home = desk.maya.home_text();
    assert!(home.contains("Your daily digest* is off"), "{home}");
    desk.maya.clicks_in_home("Turn on").await.unwrap();
    desk.app.settles().await;
    let home = desk.maya.home_text();
    assert!(home.contains("every weekday at 08:30"), "{home}");
    desk.maya.clicks_in_home("Turn off").await.unwrap();
    desk.app.settles().await;
    assert_eq!(desk.app.count("select from core.schedules").await, 0);

    desk.jonas
        .runs_command("sales", "/penny templates")
        .await
        .unwrap();
    desk.is_told(&desk.jonas, "My day").await;
    let list: Thread = desk.whisper(&desk.jonas, "My day");
    desk.jonas.clicks(&list, "Turn on").await.unwrap();
    desk.is_told(&desk.jonas, "Your daily digest").await;
    assert_eq!(
        desk.app.texts("select digest from core.schedules").await,
        ["person"]
    );
    desk.app.settles().await;
    desk.app.slack.calls().mark_all_read();
    desk.close().await;
}

/// Several templates have a button of the same name; this presses that of one.
async fn presses_template(person: &Human, list: &Thread, slug: &str) {
    let shown = person.sees(list);
    let buttons = shown.iter().flat_map(|seen| {
        let blocks = seen.blocks.iter().map(|block| (seen.ts, block));
        blocks.filter(|(_, block)| block["accessory"]["value"] == *slug)
    });
    let (ts, block) = buttons.last().expect("a button");
    let button = &block["accessory"];
    let pressed = Pressed {
        container: Container::Message {
            channel: list.channel.clone(),
            ts,
        },
        element: json!({
            "type": "button", "action_id": button["action_id"], "block_id": block["block_id"],
            "value": slug,
        }),
        state: None,
    };
    person.press(pressed).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digests_template_switches_it_on_by_its_name_and_a_teams_is_never_taken_for_ones_own() {
    let desk = Desk::open([]).await;
    types(&desk, "on 7:45", "07:45").await;
    // The direct conversation has no name to type a command in.
    let dm = desk.maya.dm().unwrap();
    desk.maya
        .command(&dm, "/penny templates team-digest")
        .await
        .unwrap();
    desk.app.is_told(&desk.maya, "dm", "Say into which").await;
    desk.maya.command(&dm, "/penny templates").await.unwrap();
    desk.app
        .is_told(&desk.maya, "dm", "The team’s morning")
        .await;
    let list = desk.app.whisper(&desk.maya, "dm", "The team’s morning");
    presses_template(&desk.maya, &list, "team-digest").await;
    desk.app.settles().await;
    let answers = desk.maya.whispers(&dm);
    let which = answers
        .iter()
        .filter(|seen| seen.text.contains("Say into which"));
    assert_eq!(which.count(), 2, "the command’s and the button’s");
    let kept = desk.app.texts("select said from core.schedules").await;
    assert_eq!(kept, ["every weekday at 7:45"], "her own is as it was");

    desk.maya
        .runs_command("sales", "/penny templates team-digest")
        .await
        .unwrap();
    desk.is_told(&desk.maya, "The daily digest of").await;
    desk.maya
        .runs_command("sales", "/penny templates daily-digest")
        .await
        .unwrap();
    desk.is_told(&desk.maya, "every weekday at 08:30").await;
    let kept = "select digest || ' ' || said from core.schedules order by 1";
    assert_eq!(
        desk.app.texts(kept).await,
        ["person every weekday at 8:30", "team every weekday at 9:00"]
    );
    let off = types(&desk, "off here", "That digest is off.").await;
    assert!(off.contains("`/penny digest on here`, typed in"), "{off}");
    desk.app.settles().await;
    desk.app.slack.calls().mark_all_read();
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn help_says_that_charts_reports_files_and_dashboards_can_be_asked_for() {
    let desk = Desk::open([]).await;
    desk.maya
        .runs_command("sales", "/penny help")
        .await
        .unwrap();
    let help = desk.is_told(&desk.maya, "Ask for more than words").await;
    for words in ["chart", "PDF", "Excel", "dashboard", "/penny reports"] {
        assert!(help.contains(words), "{words}: {help}");
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_anything_is_connected_it_says_so_and_a_lost_channel_is_told_to_its_owner() {
    let desk = Desk::open([]).await;
    types(&desk, "on 8:30", "08:30").await;
    assert_eq!(desk.time_is("2026-11-23T07:30:01Z").await, 1);
    let seen = desk.app.is_written(&desk.maya, "Your day").await;
    assert!(
        seen.text.contains("no system is connected"),
        "{}",
        seen.text
    );

    types(&desk, "on 9 here", "The daily digest of").await;
    desk.app
        .slack
        .person("maya")
        .unwrap()
        .archive(&desk.sales())
        .unwrap();
    assert_eq!(desk.time_is("2026-11-24T08:00:01Z").await, 2);
    let seen = desk.app.is_written(&desk.maya, "archived").await;
    assert!(
        seen.text.contains("The team’s daily digest"),
        "{}",
        seen.text
    );
    assert!(
        seen.text.contains("`/penny digest on 9 in #channel`"),
        "a digest has no Edit: {}",
        seen.text
    );
    desk.app.settles().await;
    desk.app.slack.calls().mark_all_read();
    desk.close().await;
}
