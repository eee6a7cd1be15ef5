//! Who sees what, end to end: the same question gives each audience its own rows, and what an
//! audience may not see never reaches the model.

use crate::support::TestApp;
use penny::base::ids::{ChannelId, UserId};
use penny::models::scripted::Step;
use penny::playground::Said;
use serde_json::json;

/// A company with a row for everybody, one to be shared with outsiders, one of Maya's, one of
/// Jonas's and one of the deal room.
async fn company() -> TestApp {
    let app = TestApp::start([]).await;
    let services = &app.process().app.services;
    let workspace = services.workspaces.all().remove(0);
    let mut owners = Vec::new();
    for user in ["U0MAYA", "U0JONAS"] {
        let person = services
            .directory
            .person(&services.db, &workspace, &UserId::new(user))
            .await
            .unwrap();
        owners.push(person.id);
    }
    let (org, maya, jonas) = (workspace.org, owners[0], owners[1]);
    for (name, visibility, owner, channel, shareable) in [
        ("Openland", "org", "null".to_owned(), "null", false),
        ("Partnerful", "org", "null".to_owned(), "null", true),
        ("Mayas secret", "person", format!("'{maya}'"), "null", false),
        (
            "Jonas secret",
            "person",
            format!("'{jonas}'"),
            "null",
            false,
        ),
        (
            "Room secret",
            "channel",
            "null".to_owned(),
            "'C0DEALROOM'",
            false,
        ),
    ] {
        app.execute(&format!(
            "insert into core.accounts (org_id, account_id, name, lifecycle, visibility, owner_id,
                 channel_id, shareable, source, source_id)
             values ('{org}', gen_random_uuid(), '{name}', 'customer', '{visibility}', {owner},
                 {channel}, {shareable}, 'test', '{name}')"
        ))
        .await;
    }
    app
}

/// The rows that the model got to see when it looked at all accounts for this question.
async fn rows_for(app: &TestApp, said: Said) -> Vec<String> {
    assert!(said.was_acknowledged());
    app.settles().await;
    app.slack.calls().mark_all_read();
    let read = app.words_of_request(app.model.requests().len() - 1);
    [
        "Openland",
        "Partnerful",
        "Mayas secret",
        "Jonas secret",
        "Room secret",
    ]
    .into_iter()
    .filter(|name| read.contains(name))
    .map(str::to_owned)
    .collect()
}

fn looks_at_all_accounts(app: &TestApp) {
    let sql = json!({"sql": "select name from accounts order by name"});
    app.model.add([
        Step::calls("c1", "run_sql_query", sql),
        Step::says("There."),
    ]);
}

#[tokio::test]
async fn the_same_question_gives_each_audience_its_own_rows() {
    let app = company().await;
    for (channel, asker, rows) in [
        ("sales", "maya", &["Openland", "Partnerful"][..]),
        (
            "deal-room",
            "maya",
            &["Openland", "Partnerful", "Room secret"],
        ),
        ("design", "noor", &["Partnerful"]),
        ("ext-nordlake", "tom", &["Partnerful"]),
    ] {
        looks_at_all_accounts(&app);
        let asker = app.slack.person(asker).unwrap();
        let said = asker
            .mentions_penny(channel, "all accounts?")
            .await
            .unwrap();
        assert_eq!(rows_for(&app, said).await, rows, "in #{channel}");
    }
    for (asker, rows) in [
        (
            "jonas",
            &["Openland", "Partnerful", "Jonas secret", "Room secret"][..],
        ),
        ("lukas", &["Openland", "Partnerful"]),
        ("ben", &["Partnerful"]),
    ] {
        looks_at_all_accounts(&app);
        let asker = app.slack.person(asker).unwrap();
        let said = asker.tells_penny("all accounts?").await.unwrap();
        assert_eq!(
            rows_for(&app, said).await,
            rows,
            "in a DM with {}",
            asker.id()
        );
    }
    app.stop().await;
}

#[tokio::test]
async fn with_the_members_unknown_only_what_outsiders_may_see_is_read() {
    let app = company().await;
    app.slack
        .faults()
        .on("conversations.members")
        .always()
        .hit(penny::playground::Fault::Status(500));
    looks_at_all_accounts(&app);
    let maya = app.slack.person("maya").unwrap();
    let said = maya.mentions_penny("sales", "all accounts?").await.unwrap();
    assert_eq!(rows_for(&app, said).await, ["Partnerful"]);
    app.slack.faults().clear();
    app.stop().await;
}

#[tokio::test]
async fn whoever_joins_a_channel_counts_from_the_very_next_question() {
    let app = company().await;
    let maya = app.slack.person("maya").unwrap();
    let ben = app.slack.person("ben").unwrap();
    let sales = app.slack.channel("sales").unwrap();
    let everything = ["Openland", "Partnerful"];
    for (who_reads, rows) in [
        ("colleagues", &everything[..]),
        ("a guest, too", &["Partnerful"]),
        ("colleagues again", &everything),
    ] {
        match who_reads {
            "a guest, too" => maya.invite(&sales, ben.id()).await.unwrap(),
            "colleagues again" => ben.leave(&sales).await.unwrap(),
            _ => {}
        }
        app.settles().await;
        looks_at_all_accounts(&app);
        let said = maya.mentions_penny("sales", "all accounts?").await.unwrap();
        assert_eq!(rows_for(&app, said).await, rows, "{who_reads}");
    }
    app.stop().await;
}

#[tokio::test]
async fn members_whom_slack_was_not_asked_about_for_a_day_are_members_all_the_same() {
    let app = company().await;
    let maya = app.slack.person("maya").unwrap();
    let jonas = app.slack.person("jonas").unwrap();
    for _ in 0..2 {
        looks_at_all_accounts(&app);
        let said = maya.mentions_penny("deal-room", "all accounts?").await;
        let rows = rows_for(&app, said.unwrap()).await;
        assert_eq!(rows, ["Openland", "Partnerful", "Room secret"]);
        app.execute("update core.people set refreshed_at = now() - interval '2 days'")
            .await;
        let services = &app.process().app.services;
        let org = services.workspaces.all()[0].org;
        let room = ChannelId::new("C0DEALROOM");
        services.directory.forget_audience(org, &room).await;
    }
    looks_at_all_accounts(&app);
    let said = jonas.tells_penny("all accounts?").await.unwrap();
    let rows = rows_for(&app, said).await;
    assert!(rows.contains(&"Room secret".to_owned()), "{rows:?}");
    app.stop().await;
}

#[tokio::test]
async fn notes_of_one_person_are_no_part_of_anothers_conversation() {
    let app = TestApp::start([
        Step::calls(
            "c1",
            "manage_memory",
            json!({"action": "remember", "text": "Looks for a new job", "scope": "person"}),
        ),
        Step::says("Noted."),
        Step::calls("c2", "manage_memory", json!({"action": "recall"})),
        Step::says("Nothing."),
        Step::calls("c3", "manage_memory", json!({"action": "recall"})),
        Step::says("Nothing here either."),
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let jonas = app.slack.person("jonas").unwrap();
    let told = maya.tells_penny("I look for a new job").await.unwrap();
    app.settles().await;
    maya.sees(&told.thread());
    let asked = jonas.tells_penny("what do you know?").await.unwrap();
    app.settles().await;
    jonas.sees(&asked.thread());
    let in_public = maya
        .mentions_penny("sales", "what do you know of me?")
        .await
        .unwrap();
    app.settles().await;
    maya.sees(&in_public.thread());
    for request in 2..6 {
        let read = app.words_of_request(request);
        assert!(!read.contains("Looks for a new job"), "{read}");
    }
    app.stop().await;
}
