//! “Show all”: every character of what would be done, in a window, in pages where it is long.

use super::At;
use crate::slack::blocks::approval::windows::{Particulars, everything};
use crate::slack::inbound::{BlockActions, Source};
use crate::surfaces::scene::{Scene, Surfaced};
use serde_json::Value;

pub async fn open(scene: &Scene<'_>, source: &Source, at: &At) -> Surfaced {
    scene.open_modal_or_tell(source, &window(at, 0)).await
}

/// Another page of the open window; `action_id` says which.
pub async fn turn(scene: &Scene<'_>, clicked: &BlockActions, at: &At, action_id: &str) -> Surfaced {
    let page = action_id
        .rsplit_once(':')
        .and_then(|(_, page)| page.parse().ok());
    let (Some(view), Some(page)) = (&clicked.view, page) else {
        return Ok(());
    };
    let slack = &scene.workspace.slack;
    Ok(slack.update_view(&view.id, &window(at, page)).await?)
}

fn window(at: &At, page: usize) -> Value {
    let content = at.content();
    let particulars = Particulars {
        id: content.target.id.clone(),
        account: content.connection.as_ref().map(|it| it.account.clone()),
        version: content.version,
        seal: at.seen.sealed.hash().to_string(),
    };
    everything(&at.shown(), &particulars, page)
}
