//! Dashboards in Slack: somebody's own link, and the window that shares a picture.

use super::kit::{actions, button, context, plain, section};
use crate::base::ids::{ArtifactId, ChannelId};
use crate::slack::ids::{END_DASHBOARD_LINKS, FIELD, FOLLOW_DASHBOARD, SHARE_DASHBOARD_MODAL};
use crate::slack::text;
use serde_json::{Value, json};

/// For the eyes of one person.
pub fn link(sentence: &str, url: &str, dashboard: ArtifactId) -> Vec<Value> {
    let mut open = button(text::OPEN_DASHBOARD, FOLLOW_DASHBOARD, "");
    open["url"] = url.into();
    open["style"] = "primary".into();
    let end = button(
        text::END_DASHBOARD_LINKS,
        END_DASHBOARD_LINKS,
        &dashboard.to_string(),
    );
    vec![section(sentence), actions(vec![open, end])]
}

/// `channel` is offered first, if it is one.
pub fn share_window(dashboard: ArtifactId, channel: Option<&ChannelId>) -> Value {
    let mut element = json!({
        "type": "conversations_select", "action_id": FIELD,
        "filter": {"include": ["public", "private"], "exclude_bot_users": true},
    });
    if let Some(channel) = channel {
        element["initial_conversation"] = channel.as_str().into();
    }
    json!({
        "type": "modal",
        "callback_id": SHARE_DASHBOARD_MODAL,
        "private_metadata": dashboard.to_string(),
        "title": plain(text::SHARE_TITLE, 24),
        "submit": plain(text::SHARE_SUBMIT, 24),
        "close": plain(text::CANCEL, 24),
        "blocks": [
            {
                "type": "input", "block_id": FIELD, "label": plain(text::SHARE_WHERE, 200),
                "element": element,
            },
            context(text::SHARE_MEANS),
        ],
    })
}
