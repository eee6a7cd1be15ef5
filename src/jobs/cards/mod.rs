//! The cards of proposals in Slack: put up once, and redrawn whenever their proposals move.
//! A card is drawn from what is stored, never from what was clicked, so it may be drawn at any
//! time and any number of times.

mod bring;
pub mod deciders;
pub mod draw;
mod place;
pub mod read;
pub mod sweep;
mod values;
mod words;

pub use bring::{BringCard, bring_later};
pub use place::{show, show_open_of};
pub use words::deciders;

use super::Services;
use super::deliver::DeliverError;
use crate::approvals;
use crate::base::ids::{OrgId, ProposalId};
use crate::queue::{Done, Handler, Held};
use crate::slack::client::{NewMessage, PATIENT, SlackError};
use crate::store::proposal_cards::{self, Card};
use crate::store::{OrgTx, StoreError, StoreResult, jobs};
use async_trait::async_trait;
use std::time::Duration;

/// The kind of job that redraws the card of a proposal, whose id is its key.
pub const KIND: &str = "card";

/// A card that changes while it is drawn is drawn again, so often at once.
const ROUNDS: u32 = 4;

#[derive(Debug, thiserror::Error)]
pub enum CardError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Slack(#[from] SlackError),
    #[error(transparent)]
    Approval(#[from] approvals::Error),
    #[error("the workspace of a card is gone")]
    Uninstalled,
}

impl From<DeliverError> for CardError {
    fn from(error: DeliverError) -> Self {
        match error {
            DeliverError::Store(error) => error.into(),
            DeliverError::Slack(error) => error.into(),
        }
    }
}

/// Has the card redrawn once the transaction is committed, whatever happens to this process.
pub async fn redraw_later(tx: &mut OrgTx, proposal: ProposalId) -> StoreResult<()> {
    jobs::nudge(tx, KIND, &proposal.to_string()).await
}

/// Draws the card of a proposal as everything on it is now, wherever it stands.
pub async fn refresh(
    services: &Services,
    org: OrgId,
    proposal: ProposalId,
) -> Result<(), CardError> {
    let mut tx = services.db.org(org).await?;
    let Some(card) = proposal_cards::of(&mut tx, proposal).await? else {
        return Ok(());
    };
    let copies = proposal_cards::copies_of(&mut tx, proposal).await?;
    drop(tx);
    let first = redraw(services, org, &card).await;
    for copy in &copies {
        match redraw(services, org, &copy.card).await {
            // They have deleted it, or left.
            Ok(()) | Err(CardError::Slack(SlackError::Refused { .. })) => {}
            Err(error) => return Err(error),
        }
    }
    first
}

/// Whoever draws looks again afterwards: of two that draw at once, the one that drew what was older
/// draws once more.
async fn redraw(services: &Services, org: OrgId, card: &Card) -> Result<(), CardError> {
    let workspace = services
        .workspaces
        .get(&card.workspace)
        .ok_or(CardError::Uninstalled)?;
    let mut drawn = None;
    for _ in 0..ROUNDS {
        let mut tx = services.db.org(org).await?;
        let shown = proposal_cards::shown_in(&mut tx, card).await?;
        let drawing = draw::drawing(&mut tx, &shown).await?;
        drop(tx);
        let Some(drawing) = drawing.filter(|drawing| drawn.as_ref() != Some(drawing)) else {
            return Ok(());
        };
        let message = NewMessage {
            text: drawing.text.clone(),
            blocks: drawing.blocks.clone(),
            ..NewMessage::default()
        };
        let updated = workspace
            .slack
            .update_message(&card.channel, &card.message, &message, PATIENT)
            .await;
        updated?;
        drawn = Some(drawing);
    }
    Ok(())
}

/// Redraws cards.
#[derive(Debug, Clone)]
pub struct RefreshCard {
    pub services: Services,
}

/// What becomes of the job of a card.
fn done(outcome: Result<(), CardError>) -> Done {
    match outcome {
        Ok(()) => Done::Finished,
        Err(CardError::Slack(SlackError::RateLimited { retry_after })) => Done::Retry {
            after: Some(retry_after),
            error: "Slack’s rate limit".to_owned(),
        },
        // Its place is gone, and with it whoever asked.
        Err(CardError::Uninstalled | CardError::Slack(SlackError::Refused { .. })) => {
            Done::Finished
        }
        Err(error) => Done::Retry {
            after: Some(Duration::from_secs(2)),
            error: error.to_string(),
        },
    }
}

#[async_trait]
impl Handler for RefreshCard {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn max_attempts(&self) -> i32 {
        8
    }

    async fn run(&self, held: &Held) -> Done {
        let Ok(proposal) = held.key().parse() else {
            return Done::Failed {
                error: "the key names no proposal".to_owned(),
            };
        };
        done(refresh(&self.services, held.lease().org, proposal).await)
    }

    async fn exhausted(&self, held: &Held) -> Done {
        tracing::warn!(proposal.id = held.key(), "a card could not be redrawn");
        Done::Failed {
            error: "gave up after several attempts".to_owned(),
        }
    }
}
