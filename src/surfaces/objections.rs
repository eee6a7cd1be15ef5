//! What is wrong with a window that somebody submits, said under its fields before it closes.
//! Only a look: what is right is stored and acknowledged like any other delivery, and checked
//! once more where it is acted on.

use super::approvals::{self, At};
use super::scene::Surfaced;
use super::{schedules, workflows};
use crate::approvals::Ticket;
use crate::base::ids::OrgId;
use crate::jobs::Services;
use crate::slack::ids::{
    EDIT_PROPOSAL_MODAL, GRANT_MODAL, POLICY_MODAL, SCHEDULE_MODAL, WORKFLOW_INPUT_MODAL,
    WORKFLOW_MODAL,
};
use crate::slack::inbound::{Interaction, ViewSubmission};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The answer that leaves the window open; none if it may close, or nobody could tell in so long.
pub async fn answer(
    services: &Services,
    org: OrgId,
    interaction: &Interaction,
    patience: Duration,
) -> Option<Value> {
    let Interaction::ViewSubmission(submitted) = interaction else {
        return None;
    };
    let found = tokio::time::timeout(patience, find(services, org, submitted)).await;
    match found {
        Ok(Ok(errors)) if !errors.is_empty() => {
            Some(json!({"response_action": "errors", "errors": errors}))
        }
        Ok(Ok(_)) | Err(_) => None,
        Ok(Err(error)) => {
            tracing::debug!(%error, "a window could not be checked before it closed");
            None
        }
    }
}

async fn find(
    services: &Services,
    org: OrgId,
    submitted: &ViewSubmission,
) -> Surfaced<Map<String, Value>> {
    let view = &submitted.view;
    match view.callback_id.as_str() {
        POLICY_MODAL => return Ok(approvals::policy::objections(view)),
        GRANT_MODAL => return Ok(approvals::grant::objections(services, view)),
        SCHEDULE_MODAL => return schedules::window::objections(services, org, submitted).await,
        WORKFLOW_MODAL => return workflows::window::objections(services, org, submitted).await,
        WORKFLOW_INPUT_MODAL => {
            return workflows::input::objections(services, org, submitted).await;
        }
        EDIT_PROPOSAL_MODAL => {}
        _ => return Ok(Map::new()),
    }
    let Ok(ticket) = view.private_metadata.parse::<Ticket>() else {
        return Ok(Map::new());
    };
    let mut tx = services.db.org(org).await?;
    let found = At::find(&mut tx, ticket).await?;
    drop(tx);
    Ok(match found {
        Some(at) => approvals::edit::objections(services, &at, view).await,
        None => None,
    }
    .unwrap_or_default())
}
