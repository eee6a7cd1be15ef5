//! The page: whose eyes it has, what filters do, and that nothing in it is more than text.

use super::office::{Office, dashboard, is_guarded};
use penny::playground::Submitted;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn each_person_opens_it_with_their_own_eyes_and_the_picture_has_the_channels() {
    let office = Office::open().await;
    let thread = office.asks("sales").await;
    let told = office.app.words_of_request(1);
    assert!(told.contains("How many: 2 accounts"), "{told}");

    let maya = office.opens(&office.maya, &thread).await;
    let jonas = office.opens(&office.jonas, &thread).await;
    assert_ne!(maya, jonas);
    let page = office.gets(&maya).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("as Maya sees it"), "{}", page.text);
    assert!(page.text.contains("Cedar for Maya"), "{}", page.text);
    assert!(page.text.contains("works without signing in until"));
    let page = office.gets(&jonas).await;
    assert!(page.text.contains("Birch") && !page.text.contains("Cedar"));
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_loads_nothing_but_its_own_files_and_what_others_wrote_in_it_is_text() {
    let office = Office::open().await;
    let thread = office.asks("sales").await;
    let path = office.opens(&office.maya, &thread).await;
    let page = office.gets(&path).await;
    is_guarded(&page);
    let policy = page.header("content-security-policy");
    for own in [
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
    ] {
        assert!(policy.contains(own), "{own}: {policy}");
    }
    for markup in [
        "<b>of ours",
        "<i>Co",
        "style=",
        "<style",
        "onclick",
        "javascript:",
    ] {
        assert!(!page.text.contains(markup), "{markup}: {}", page.text);
    }
    assert!(page.text.contains("Accounts &lt;b&gt;of ours&lt;/b&gt;"));
    assert!(page.text.contains("Aster &amp; &lt;i&gt;Co&lt;/i&gt;"));
    let scripts: Vec<&str> = page.text.split("<script").skip(1).collect();
    assert_eq!(scripts.len(), 1);
    assert!(scripts[0].starts_with(" src=\"/dashboards/assets/dashboard.js?"));
    assert!(scripts[0].contains("defer></script>"));
    for (file, kind) in [
        ("dashboard.css", "text/css"),
        ("dashboard.js", "text/javascript"),
    ] {
        let file = office.gets(&format!("/dashboards/assets/{file}")).await;
        assert_eq!(file.status, 200);
        assert!(file.header("content-type").starts_with(kind));
    }
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_narrows_what_is_looked_up_and_is_never_part_of_a_query() {
    let office = Office::open().await;
    let thread = office.asks("sales").await;
    let path = office.opens(&office.jonas, &thread).await;
    let narrowed = office.gets(&format!("{path}/live?industry=Trains")).await;
    is_guarded(&narrowed);
    assert!(narrowed.text.contains("Birch") && !narrowed.text.contains("Aster"));
    let whole = office.gets(&format!("{path}?industry=Trains&since=")).await;
    assert!(whole.text.contains("<option value=\"Trains\" selected>"));
    assert!(whole.text.contains("name=\"since\" value=\"\""));
    let hostile = [
        "industry=Trains%27+or+1%3D1+--",
        "industry=%27%3B+drop+table+core.accounts%3B--",
        "industry=%3Aindustry",
        "since=2026-02-31&industry=%00",
        "since=now()&since=1",
        "industry=%FF%FE&%3D%3D=%26",
    ];
    for query in hostile {
        let page = office.gets(&format!("{path}/live?{query}")).await;
        assert_eq!(page.status, 200, "{query}: {}", page.text);
        // What no filter offers is as if nothing were chosen.
        assert!(
            page.text.contains("Birch") && page.text.contains("Aster"),
            "{query}"
        );
    }
    // The value of a filter that is not declared goes nowhere.
    let page = office.gets(&format!("{path}/live?name=Birch")).await;
    assert!(page.text.contains("Aster"));
    assert_eq!(
        office
            .app
            .count("select from core.accounts where source = 'test'")
            .await,
        3
    );
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_reaches_for_more_than_reading_makes_no_dashboard() {
    let mut input = dashboard();
    input["filters"] = json!([]);
    let wrong = [
        ("delete from accounts", "Refused"),
        ("select * from core.orgs", "Refused"),
        (
            "select name from accounts where name = :name",
            "placeholder",
        ),
        ("select nothing from accounts", "nothing"),
    ];
    for (sql, why) in wrong {
        input["tiles"] = json!([{"title": "X", "show": "table", "sql": sql}]);
        let office = Office::making(input.clone()).await;
        let said = office
            .maya
            .mentions_penny("sales", "make it")
            .await
            .unwrap();
        office
            .maya
            .reads(&said.thread(), "There it is.")
            .await
            .unwrap();
        let told = office.app.words_of_request(1);
        assert!(told.contains(why), "{why}: {told}");
        assert_eq!(office.app.count("select from core.artifacts").await, 0);
        office.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_shared_with_what_the_channel_may_see_and_opens_for_everybody_there() {
    let office = Office::open().await;
    let thread = office.asks("dm").await;
    office
        .maya
        .clicks(&thread, "Share in channel")
        .await
        .unwrap();
    office.app.settles().await;
    let random = office.app.slack.channel("random").unwrap();
    let modal = office.maya.modal().unwrap();
    let values = json!({"values": {"penny_field": {"penny_field": {
        "type": "conversations_select", "selected_conversation": random}}}});
    let taken = office.maya.submit(&modal.id, Some(values)).await.unwrap();
    assert!(matches!(taken, Submitted::Taken), "{taken:?}");
    office.app.settles().await;
    office
        .app
        .is_written(&office.maya, "putting a picture")
        .await;

    let messages = office.jonas.channel_messages(&random);
    let shared = messages
        .into_iter()
        .rev()
        .find(|seen| !seen.files.is_empty());
    let shared = shared.expect("a picture in the channel");
    let words = "select words from core.artifact_versions v join core.artifacts a
        using (org_id, artifact_id) where a.audience_channel is not null";
    let words = office.app.texts(words).await;
    assert!(words[0].contains("How many: 2 accounts"), "{words:?}");

    let there = penny::playground::Thread {
        channel: random,
        root: shared.ts,
    };
    let path = office.opens(&office.jonas, &there).await;
    let page = office.gets(&path).await;
    assert!(page.text.contains("Birch") && !page.text.contains("Cedar"));
    office.close().await;
}
