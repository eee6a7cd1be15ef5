//! Buttons, modals, commands and shortcuts, from the click to what the person sees.

use super::*;

fn modal() -> Value {
    json!({
        "type": "modal",
        "callback_id": "ask",
        "title": {"type": "plain_text", "text": "Ask Penny"},
        "submit": {"type": "plain_text", "text": "Ask"},
        "blocks": [{
            "type": "input",
            "block_id": "question",
            "label": {"type": "plain_text", "text": "Question"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }],
    })
}

async fn card(stage: &Stage) -> Thread {
    let said = stage
        .alice()
        .mentions_penny("sales", "change it")
        .await
        .unwrap();
    let message = json!({"channel": "C0SALES", "thread_ts": said.ts.to_string(), "text": "Sure?", "blocks": buttons()});
    assert_eq!(stage.call("chat.postMessage", message).await["ok"], true);
    said.thread()
}

#[tokio::test]
async fn a_click_tells_who_where_and_what_and_its_response_url_works_five_times() {
    let stage = Stage::small().await;
    let thread = card(&stage).await;
    stage.alice().clicks(&thread, "Approve").await.unwrap();
    let heard = stage.ear.last();
    assert_eq!(heard.path, "/slack/interactions");
    let payload = heard.payload();
    assert_eq!(payload["type"], "block_actions");
    assert_eq!(payload["user"]["id"], "U0ALICE");
    assert_eq!(payload["team"]["id"], "T0PLAY");
    assert_eq!(payload["container"]["thread_ts"], thread.root.to_string());
    assert_eq!(payload["actions"][0]["value"], "42");
    assert_eq!(payload["actions"][0]["text"]["text"], "Approve");
    let url = payload["response_url"].as_str().unwrap();
    let replace = json!({"replace_original": true, "text": "Approved by Alice"});
    for _ in 0..5 {
        assert_eq!(
            stage
                .client
                .post(url)
                .json(&replace)
                .send()
                .await
                .unwrap()
                .status(),
            200
        );
    }
    assert_eq!(
        stage
            .client
            .post(url)
            .json(&replace)
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    assert_eq!(
        stage.alice().answers_in(&thread)[0].text,
        "Approved by Alice"
    );
    assert!(stage.alice().clicks(&thread, "Approve").await.is_err());
}

#[tokio::test]
async fn a_click_that_nobody_takes_is_told_to_the_person_and_not_repeated() {
    let stage = Stage::small().await;
    let thread = card(&stage).await;
    let before = stage.ear.heard().len();
    stage.ear.will_answer(500, "");
    let denied = stage.alice().clicks(&thread, "reject").await.unwrap_err();
    assert_eq!(
        denied.to_string(),
        "Penny answered with an error (HTTP 500)."
    );
    assert_eq!(stage.ear.heard().len(), before + 1);
}

#[tokio::test]
async fn a_trigger_opens_one_modal_within_three_seconds() {
    let clock = still();
    let stage = Stage::set(Setup::small().clock(clock.clone())).await;
    let thread = card(&stage).await;
    let trigger = async || {
        stage.alice().clicks(&thread, "Approve").await.unwrap();
        stage.ear.last().payload()["trigger_id"].clone()
    };
    let once = trigger().await;
    let open = |trigger: &Value| json!({"trigger_id": trigger, "view": modal()});
    assert_eq!(stage.call("views.open", open(&once)).await["ok"], true);
    assert_eq!(
        stage.error_of("views.open", open(&once)).await,
        "exchanged_trigger_id"
    );
    let late = trigger().await;
    clock.advance(std::time::Duration::from_secs(4));
    assert_eq!(
        stage.error_of("views.open", open(&late)).await,
        "expired_trigger_id"
    );
    assert_eq!(
        stage.error_of("views.open", open(&json!("1.x"))).await,
        "invalid_trigger_id"
    );
    let broken = json!({"trigger_id": trigger().await, "view": {"type": "modal", "blocks": []}});
    assert_eq!(
        stage.error_of("views.open", broken).await,
        "invalid_arguments"
    );
}

#[tokio::test]
async fn a_modal_is_filled_refused_updated_stacked_and_closed() {
    let stage = Stage::small().await;
    let alice = stage.alice();
    let thread = card(&stage).await;
    alice.clicks(&thread, "Approve").await.unwrap();
    let trigger = stage.ear.last().payload()["trigger_id"].clone();
    stage
        .call(
            "views.open",
            json!({"trigger_id": trigger, "view": modal()}),
        )
        .await;
    assert_eq!(alice.modal_text(), "# Ask Penny\nQuestion:\n<>");

    let Submitted::Errors(errors) = alice.submits(&[]).await.unwrap() else {
        panic!("an empty field was submitted");
    };
    assert!(errors.contains_key("question"));

    stage.ear.will_answer(
        200,
        json!({"response_action": "errors", "errors": {"question": "Too short."}}),
    );
    let refused = alice.submits(&[("text", json!("?"))]).await.unwrap();
    assert_eq!(
        refused,
        Submitted::Errors(
            json!({"question": "Too short."})
                .as_object()
                .unwrap()
                .clone()
        )
    );
    let submitted = stage.ear.last().payload();
    assert_eq!(submitted["type"], "view_submission");
    assert_eq!(
        submitted["view"]["state"]["values"]["question"]["text"]["value"],
        "?"
    );

    let mut second = modal();
    second["title"]["text"] = json!("Step two");
    stage
        .ear
        .will_answer(200, json!({"response_action": "push", "view": second}));
    alice
        .submits(&[("text", json!("Which deals?"))])
        .await
        .unwrap();
    assert!(alice.modal_text().starts_with("# Step two"));
    stage
        .ear
        .will_answer(200, json!({"response_action": "clear"}));
    alice.submits(&[("text", json!("All"))]).await.unwrap();
    assert!(alice.modal().is_err());
}

#[tokio::test]
async fn a_closed_modal_is_reported_where_the_app_asked_for_it() {
    let stage = Stage::small().await;
    let alice = stage.alice();
    let thread = card(&stage).await;
    alice.clicks(&thread, "Approve").await.unwrap();
    let trigger = stage.ear.last().payload()["trigger_id"].clone();
    let mut view = modal();
    view["notify_on_close"] = json!(true);
    stage
        .call("views.open", json!({"trigger_id": trigger, "view": view}))
        .await;
    alice.close_view(true).await.unwrap();
    let closed = stage.ear.last().payload();
    assert_eq!(
        (&closed["type"], &closed["is_cleared"]),
        (&json!("view_closed"), &json!(true))
    );
}

#[tokio::test]
async fn a_command_is_answered_to_the_person_or_to_all_or_fails_in_slacks_words() {
    let stage = Stage::small().await;
    let alice = stage.alice();
    let sales = stage.slack.channel("sales").unwrap();
    stage.ear.will_answer(200, json!({"text": "I can help."}));
    alice.runs_command("sales", "/penny help me").await.unwrap();
    let form = stage.ear.last().form();
    assert_eq!(
        (&form["command"], &form["text"]),
        (&json!("/penny"), &json!("help me"))
    );
    assert_eq!(
        (&form["channel_name"], &form["is_enterprise_install"]),
        (&json!("sales"), &json!("false"))
    );
    assert_eq!(alice.whispers(&sales)[0].text, "I can help.");
    assert!(
        stage
            .slack
            .person("bob")
            .unwrap()
            .whispers(&sales)
            .is_empty()
    );

    stage.ear.will_answer(
        200,
        json!({"response_type": "in_channel", "text": "For all"}),
    );
    alice.runs_command("sales", "/penny status").await.unwrap();
    assert_eq!(
        stage.slack.person("bob").unwrap().channel_messages(&sales)[0].text,
        "For all"
    );

    stage.ear.will_answer(500, "");
    assert!(alice.runs_command("sales", "/penny x").await.is_err());
    assert_eq!(
        alice.whispers(&sales)[1].text,
        "/penny failed with the error \"dispatch_failed\""
    );
    assert!(alice.runs_command("sales", "/other").await.is_err());
}

#[tokio::test]
async fn a_message_shortcut_brings_the_message_along() {
    let stage = Stage::small().await;
    let said = stage
        .alice()
        .says("sales", "remember the milk")
        .await
        .unwrap();
    stage
        .alice()
        .uses_shortcut_on(&said, "ask_about_message")
        .await
        .unwrap();
    let payload = stage.ear.last().payload();
    assert_eq!(payload["type"], "message_action");
    assert_eq!(payload["message"]["text"], "remember the milk");
    assert!(
        stage
            .alice()
            .uses_shortcut_on(&said, "unheard_of")
            .await
            .is_err()
    );
}

#[tokio::test]
async fn an_external_select_asks_penny_for_its_options() {
    let stage = Stage::small().await;
    let alice = stage.alice();
    let said = alice.mentions_penny("sales", "pick").await.unwrap();
    let blocks = json!([{"type": "actions", "block_id": "b", "elements": [{"type": "external_select", "action_id": "deal"}]}]);
    let posted = stage
        .call(
            "chat.postMessage",
            json!({"channel": "C0SALES", "text": "Which?", "blocks": blocks}),
        )
        .await;
    let ts = posted["ts"].as_str().unwrap().parse().unwrap();
    let container = Container::Message {
        channel: said.channel.clone(),
        ts,
    };
    let options =
        json!({"options": [{"text": {"type": "plain_text", "text": "Acme"}, "value": "1"}]});
    stage.ear.will_answer(200, &options);
    assert_eq!(
        alice.options(&container, "b", "deal", "ac").await.unwrap(),
        options
    );
    assert_eq!(stage.ear.last().path, "/slack/options");
    assert_eq!(stage.ear.last().payload()["value"], "ac");
}
