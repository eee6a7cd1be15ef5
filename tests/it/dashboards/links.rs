//! Links that are no good: a plain sentence, and no data.

use super::office::Office;

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_link_leads_nowhere() {
    let office = Office::open().await;
    let thread = office.asks("sales").await;
    let maya = office.opens(&office.maya, &thread).await;
    let jonas = office.opens(&office.jonas, &thread).await;
    let token = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let (maya, jonas) = (token(&maya), token(&jonas));
    let none = "There is no dashboard here";
    // One person's link with another's signature, a letter changed, cut off, or made up.
    let mixed = format!("{}{}", &maya[..22], &jonas[22..]);
    let mut changed = maya.clone().into_bytes();
    changed[40] = if changed[40] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).unwrap();
    let made_up = "A".repeat(maya.len());
    for token in [&mixed, &changed, &maya[..maya.len() - 1], &made_up, "x"] {
        office
            .gets_nothing(&format!("/dashboards/{token}"), 404, none)
            .await;
    }
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_ends_after_a_day() {
    let office = Office::open().await;
    let thread = office.asks("sales").await;
    let path = office.opens(&office.maya, &thread).await;
    let ends = "select from core.dashboard_links where expires_at between
        now() + interval '23 hours' and now() + interval '25 hours'";
    assert_eq!(office.app.count(ends).await, 1);
    assert_eq!(office.gets(&path).await.status, 200);
    office
        .app
        .execute("update core.dashboard_links set expires_at = now()")
        .await;
    office.gets_nothing(&path, 410, "This link has ended").await;
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_ends_their_links_in_slack_ends_their_own_at_once_and_nobody_elses() {
    let office = Office::open().await;
    let thread = office.asks("sales").await;
    let first = office.opens(&office.maya, &thread).await;
    let second = office.opens(&office.maya, &thread).await;
    let jonas = office.opens(&office.jonas, &thread).await;
    assert_eq!(office.gets(&first).await.status, 200);

    office.maya.clicks(&thread, "End my links").await.unwrap();
    office.app.settles().await;
    office
        .whisper(&office.maya, &thread, "ended your 2 links")
        .await;
    for path in [first, second] {
        office.gets_nothing(&path, 410, "This link was ended").await;
    }
    assert_eq!(office.gets(&jonas).await.status, 200);
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_of_somebody_who_left_the_channel_or_the_company_shows_nothing_any_more() {
    let office = Office::open().await;
    let thread = office.asks("sales").await;
    let path = office.opens(&office.jonas, &thread).await;
    assert_eq!(office.gets(&path).await.status, 200);
    let jonas = "(select person_id from core.people where name like 'Jonas%')";
    office
        .app
        .execute(&format!(
            "delete from core.channel_members where person_id = {jonas}"
        ))
        .await;
    office
        .gets_nothing(&path, 403, "isn’t for you any more")
        .await;

    let path = office.opens(&office.maya, &thread).await;
    office
        .app
        .execute("update core.people set is_deactivated = true where name like 'Maya%'")
        .await;
    office
        .gets_nothing(&path, 403, "isn’t for you any more")
        .await;
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dashboard_of_a_direct_conversation_opens_for_nobody_else_and_a_deleted_one_for_nobody() {
    let office = Office::open().await;
    let thread = office.asks("dm").await;
    let path = office.opens(&office.maya, &thread).await;
    assert!(office.gets(&path).await.text.contains("Cedar for Maya"));
    // As if Jonas had got hold of the button.
    let link = "update core.dashboard_links set person_id =
        (select person_id from core.people where name like 'Jonas%')";
    office.app.execute(link).await;
    office
        .gets_nothing(&path, 403, "isn’t for you any more")
        .await;

    office.app.execute("delete from core.artifacts").await;
    office
        .gets_nothing(&path, 404, "There is no dashboard here")
        .await;
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_penny_is_removed_her_links_lead_nowhere() {
    let office = Office::open().await;
    let thread = office.asks("sales").await;
    let path = office.opens(&office.maya, &thread).await;
    office.maya.uninstall().await.unwrap();
    office.app.settles().await;
    office
        .gets_nothing(&path, 404, "There is no dashboard here")
        .await;
    office.app.settles().await;
    office.app.slack.calls().mark_all_read();
    office.app.stop().await;
}
