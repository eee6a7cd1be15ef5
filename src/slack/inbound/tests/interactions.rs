//! Clicks, modals, shortcuts and commands, those of org-wide installs among them.

use super::*;

fn interaction(payload: Value) -> Interaction {
    Interaction::parse_payload(&payload.to_string()).unwrap()
}

#[test]
fn a_click_on_an_org_wide_install_belongs_to_the_users_workspace() {
    let clicked = interaction(json!({
        "type": "block_actions", "team": null, "enterprise": {"id": "E1", "name": "Acme"},
        "is_enterprise_install": true, "api_app_id": "A1", "trigger_id": "tr1",
        "user": {"id": "U1", "username": "ann", "team_id": "T3"},
        "container": {"type": "message", "message_ts": "2.0", "channel_id": "C1", "thread_ts": "1.0"},
        "channel": {"id": "C1", "name": "sales"}, "message": {"ts": "2.0"},
        "response_url": "https://hooks.slack.com/actions/x", "state": {"values": {}},
        "actions": [{"type": "button", "action_id": "retry", "block_id": "b", "value": "7",
                     "action_ts": "3.0", "text": {"type": "plain_text", "text": "Retry"}}, null],
    }));
    let source = clicked.source().unwrap();
    assert_eq!(source.installation.team, Some("T3".into()));
    assert_eq!(source.installation.enterprise, Some("E1".into()));
    assert!(source.installation.org_wide);
    assert!(!format!("{source:?}").contains("hooks.slack.com"));
    assert_eq!(clicked.dedupe_key(b""), "retry:U1:3.0");
    let Interaction::BlockActions(clicked) = clicked else {
        panic!("not a click");
    };
    assert_eq!(clicked.channel, Some(ChannelId::from("C1")));
    assert_eq!(clicked.actions.len(), 1);
    assert_eq!(clicked.actions[0].chosen(), Some("7"));
}

#[test]
fn a_click_of_another_companys_person_belongs_to_the_workspace_that_posted_the_message() {
    let clicked = |message: Value| {
        let clicked = interaction(json!({
            "type": "block_actions", "team": {"id": "T0THEIRS"}, "api_app_id": "A1",
            "user": {"id": "U1", "team_id": "T0THEIRS"}, "message": message, "actions": [],
        }));
        clicked.source().unwrap().installation.team.clone()
    };
    let posted = json!({"ts": "2.0", "bot_id": "B1", "team": "T0OURS"});
    assert_eq!(clicked(posted), Some("T0OURS".into()));
    for unsaid in [json!({"ts": "2.0"}), json!({"team": "E0ORG"}), Value::Null] {
        assert_eq!(clicked(unsaid), Some("T0THEIRS".into()));
    }
}

#[test]
fn a_submitted_modal_gives_what_was_filled_in() {
    let Interaction::ViewSubmission(submitted) = interaction(json!({
        "type": "view_submission", "team": null, "user": {"id": "U1"}, "trigger_id": "t",
        "view": {"id": "V1", "callback_id": "ask", "private_metadata": "m", "hash": "h",
                 "app_installed_team_id": "T9", "root_view_id": "V1",
                 "state": {"values": {"b": {"a": {"type": "plain_text_input", "value": "hi"},
                     "s": {"type": "static_select", "selected_option": {"value": "two"}},
                     "e": {"type": "plain_text_input", "value": null}}}}},
        "response_urls": [],
    })) else {
        panic!("not a submission");
    };
    assert_eq!(submitted.source.installation.team, Some("T9".into()));
    assert_eq!(submitted.view.filled("b", "a"), Some("hi"));
    assert_eq!(submitted.view.filled("b", "s"), Some("two"));
    assert_eq!(submitted.view.filled("b", "e"), None);
    assert_eq!(submitted.view.filled("x", "y"), None);
}

#[test]
fn shortcuts_suggestions_and_unknown_kinds_are_told_apart() {
    let from = |mut payload: Value| {
        payload["user"] = json!({"id": "U1", "team_id": "T1"});
        interaction(payload)
    };
    assert!(matches!(
        from(json!({"type": "shortcut", "callback_id": "c", "trigger_id": "t"})),
        Interaction::Shortcut(Shortcut { callback_id, .. }) if callback_id == "c"
    ));
    let on_message = from(json!({
        "type": "message_action", "callback_id": "ask", "channel": {"id": "C1"},
        "message_ts": "1.0", "message": {"text": "x", "ts": "1.0"},
    }));
    assert!(matches!(on_message, Interaction::MessageAction(it) if it.message_ts == "1.0".into()));
    assert!(matches!(
        from(json!({"type": "block_suggestion", "action_id": "a", "block_id": "b", "value": "fo"})),
        Interaction::BlockSuggestion(Suggestion { typed, .. }) if typed == "fo"
    ));
    assert!(matches!(
        from(json!({"type": "workflow_step_edit", "callback_id": "x"})),
        Interaction::Unknown { kind, .. } if kind == "workflow_step_edit"
    ));
    assert!(matches!(
        interaction(json!({"type": "block_actions", "user": 7})),
        Interaction::Unknown { .. }
    ));
}

#[test]
fn a_slash_command_is_read_from_its_form() {
    let command = SlashCommand::parse(
        b"token=x&team_id=T1&team_domain=acme&channel_id=C1&channel_name=sales&user_id=U1\
          &user_name=ann&command=%2Fpenny&text=ask+how+many%3F+&api_app_id=A1&enterprise_id=E1\
          &is_enterprise_install=true&response_url=https%3A%2F%2Fhooks.slack.com%2Fx&trigger_id=t",
    )
    .unwrap();
    assert_eq!(command.command, "/penny");
    assert_eq!(command.text, "ask how many?");
    assert!(command.source.installation.org_wide);
    assert_eq!(command.source.user, "U1".into());
    assert!(is_ssl_check(b"ssl_check=1&token=x"));
    assert!(!is_ssl_check(b"text=ssl_check%3D1"));
}
