//! The way in: what a verified delivery means becomes a row of the inbox, and concurrent
//! deliveries become one commit. Nothing is acknowledged before that commit.

use super::delivery::{of_event, whole};
use super::objections;
use super::typed_key::{self, HideError};
use crate::base::metrics as names;
use crate::connectors::registry;
use crate::jobs::Services;
use crate::jobs::workspaces::Workspace;
use crate::queue::Rush;
use crate::slack::blocks;
use crate::slack::inbound::{Callback, Installation, Interaction, Malformed, SlashCommand};
use crate::slack::text;
use crate::store::db::INGRESS_CONNECTIONS;
use crate::store::gather::{Gather, Pace};
use crate::store::inbox::{self, Delivery, Kind};
use crate::store::{Db, StoreError, StoreResult};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// One commit at a time makes the batches large, and what is done once for each of them cheap; but
/// where the disk is slow, to wait for it would cost more than that.
const PACE: Pace = Pace {
    batch: 256,
    usual: 1,
    most: INGRESS_CONNECTIONS as usize,
    slow: Duration::from_millis(2),
    each: Duration::from_micros(100),
};

/// Longer than this Slack is not kept waiting, whatever a request needs: it is told to come again.
const PATIENCE: Duration = Duration::from_millis(1800);

/// What is left of it for storing, however long it takes to look at a window.
const TO_STORE: Duration = Duration::from_millis(500);

/// What the endpoint answers.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    Stored,
    /// There is nothing to do for this delivery.
    Nothing,
    Challenge(String),
    /// What Slack shows in return: in the window that was submitted, or in a list.
    Shows(Value),
}

#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Not stored, so not acknowledged: Slack will send it again.
    #[error("the delivery could not be stored")]
    Away,
}

#[derive(Clone)]
pub struct Intake {
    services: Services,
    inbox: Gather<Delivery, ()>,
    rush: Rush,
}

impl Intake {
    /// `stored` is called after each commit.
    pub fn start(
        services: Services,
        rush: Rush,
        stored: impl Fn(&[Delivery]) + Send + Sync + 'static,
    ) -> Self {
        let (db, stored) = (services.db.clone(), Arc::new(stored));
        let inbox = Gather::start(PACE, move |deliveries: Arc<[Delivery]>| {
            let (db, stored) = (db.clone(), stored.clone());
            async move { commit(&db, &deliveries, stored.as_ref()).await }
        });
        Self {
            services,
            inbox,
            rush,
        }
    }

    pub async fn event(&self, body: &[u8]) -> Result<Answer, IntakeError> {
        let envelope = match Callback::parse(body)? {
            Callback::UrlVerification { challenge } => return Ok(Answer::Challenge(challenge)),
            Callback::RateLimited { team, minute } => {
                metrics::counter!(names::EVENTS_WITHHELD).increment(1);
                tracing::warn!(
                    slack.team = team.map(|team| team.0).unwrap_or_default(),
                    slack.minute = minute,
                    "Slack holds events back"
                );
                return Ok(Answer::Nothing);
            }
            Callback::Unknown { kind } => {
                tracing::debug!(slack.kind = kind, "an unknown kind of callback");
                return Ok(Answer::Nothing);
            }
            Callback::Event(envelope) => envelope,
        };
        let Some(workspace) =
            self.workspace(&envelope.installation, envelope.api_app_id.as_deref())?
        else {
            return Ok(Answer::Nothing);
        };
        match of_event(&envelope, &workspace, body) {
            Some(delivery) => self.store(delivery, Instant::now()).await,
            None => Ok(Answer::Nothing),
        }
    }

    pub async fn interaction(&self, body: &[u8]) -> Result<Answer, IntakeError> {
        let begun = Instant::now();
        let interaction = Interaction::parse(body)?;
        let Some(source) = interaction.source() else {
            return Ok(Answer::Nothing);
        };
        if let Interaction::BlockSuggestion(_) = interaction {
            return Ok(Answer::Shows(no_options()));
        }
        let Some(workspace) = self.workspace(&source.installation, source.api_app_id.as_deref())?
        else {
            return Ok(Answer::Nothing);
        };
        let to_look = PATIENCE.saturating_sub(TO_STORE);
        let objected =
            objections::answer(&self.services, workspace.org, &interaction, to_look).await;
        if let Some(answer) = objected {
            return Ok(Answer::Shows(answer));
        }
        let user = Some(source.user.clone());
        let event_key = format!("i:{}", interaction.dedupe_key(body));
        let Some(submitted) = typed_key::carrier(&interaction) else {
            let kind = Kind::Interaction;
            return self
                .store(whole(&workspace, kind, event_key, user, body)?, begun)
                .await;
        };
        let hidden = typed_key::hide(&self.services.sealer, workspace.org, &event_key, body)?;
        let delivery = whole(&workspace, Kind::Interaction, event_key, user, &hidden)?;
        self.store(delivery, begun).await?;
        Ok(Answer::Shows(trying(&submitted.view.private_metadata)))
    }

    pub async fn command(&self, body: &[u8]) -> Result<Answer, IntakeError> {
        let command = SlashCommand::parse(body)?;
        let source = &command.source;
        let Some(workspace) = self.workspace(&source.installation, source.api_app_id.as_deref())?
        else {
            return Ok(Answer::Nothing);
        };
        let user = source.user.clone();
        let key = format!("c:{}", command.dedupe_key(body));
        let delivery = whole(&workspace, Kind::Command, key, Some(user), body)?;
        self.store(delivery, Instant::now()).await
    }

    /// The installation that a delivery belongs to; one of an unknown workspace is nobody's.
    fn workspace(
        &self,
        installation: &Installation,
        app: Option<&str>,
    ) -> Result<Option<Arc<Workspace>>, IntakeError> {
        if !self.services.workspaces.are_known() {
            return Err(IntakeError::Away);
        }
        let Some(found) = self.services.workspaces.find(installation) else {
            metrics::counter!(names::UNKNOWN_WORKSPACES).increment(1);
            tracing::warn!(
                slack.team = installation.team.as_ref().map(|team| team.as_str()),
                "a delivery for a workspace where Penny is not installed"
            );
            return Ok(None);
        };
        if let (Some(ours), Some(theirs)) = (found.app.as_deref(), app)
            && ours != theirs
        {
            metrics::counter!(names::UNKNOWN_WORKSPACES).increment(1);
            tracing::warn!(slack.app = theirs, "a delivery for another app");
            return Ok(None);
        }
        Ok(Some(found))
    }

    /// For a request that came in at `begun`.
    async fn store(&self, delivery: Delivery, begun: Instant) -> Result<Answer, IntakeError> {
        let _waits = self.rush.arrives();
        let left = PATIENCE.saturating_sub(begun.elapsed());
        let stored = tokio::time::timeout(left, self.inbox.ask(delivery)).await;
        let is_stored = matches!(stored, Ok(Ok(())));
        let outcome = if is_stored { "stored" } else { "refused" };
        metrics::counter!(names::ACKS, "outcome" => outcome).increment(1);
        if !is_stored {
            return Err(IntakeError::Away);
        }
        metrics::histogram!(names::ACK_SECONDS).record(begun.elapsed().as_secs_f64());
        Ok(Answer::Stored)
    }
}

/// No select of Penny's loads its options yet: an empty list is the honest answer.
pub fn no_options() -> Value {
    json!({ "options": [] })
}

/// What the window says while a job tries the key.
fn trying(system: &str) -> Value {
    let name = registry::find(system).map_or(system, |it| it.manifest().name);
    json!({"response_action": "update", "view": blocks::connect::said(name, &text::trying_key(name))})
}

impl From<HideError> for IntakeError {
    fn from(error: HideError) -> Self {
        match error {
            HideError::Malformed(malformed) => malformed.into(),
            HideError::Seal(error) => {
                tracing::error!(%error, "a typed key could not be sealed");
                Self::Away
            }
        }
    }
}

/// One statement, once more if Postgres broke a ring of waiters or a connection had died; both
/// together in time, or the place would be held for as long as a dead connection takes.
async fn commit(
    db: &Db,
    deliveries: &[Delivery],
    stored: &impl Fn(&[Delivery]),
) -> StoreResult<Vec<()>> {
    let tries = async {
        match inbox::store(db, deliveries).await {
            Err(error @ StoreError::Away(_)) => {
                tracing::debug!(%error, "storing once more");
                inbox::store(db, deliveries).await
            }
            outcome => outcome,
        }
    };
    let outcome = tokio::time::timeout(PATIENCE, tries).await;
    let too_late = |_| Err(StoreError::Away("no answer in time".to_owned()));
    if let Err(error) = outcome.unwrap_or_else(too_late) {
        tracing::warn!(%error, delivery.count = deliveries.len(), "deliveries could not be stored");
        return Err(error);
    }
    stored(deliveries);
    Ok(vec![(); deliveries.len()])
}
