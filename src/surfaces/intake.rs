//! The way in: what a verified delivery means becomes a row of the inbox, and concurrent
//! deliveries become one commit. Nothing is acknowledged before that commit.

use super::delivery::{of_event, whole};
use super::objections;
use super::typed_key::{self, HideError};
use crate::base::metrics as names;
use crate::connectors::registry;
use crate::jobs::Services;
use crate::jobs::workspaces::Workspace;
use crate::slack::blocks;
use crate::slack::inbound::{Callback, Installation, Interaction, Malformed, SlashCommand};
use crate::slack::text;
use crate::store::db::INGRESS_CONNECTIONS;
use crate::store::inbox::{self, Delivery, Kind};
use crate::store::{Db, StoreError};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};

/// Deliveries that one commit takes at most.
const BATCH: usize = 256;
const USUAL_COMMITS: usize = 2;
/// Longer than this a third commit does not wait for one of the others to end.
const SLOW_COMMIT: Duration = Duration::from_millis(3);

/// Longer than this Slack is not kept waiting: it is told to come again.
const PATIENCE: Duration = Duration::from_millis(1800);

/// What the endpoint answers.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    Stored,
    /// There is nothing to do for this delivery.
    Nothing,
    Challenge(String),
    /// Stored; the window that was submitted shows this from now on.
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
    queue: mpsc::Sender<Waiting>,
}

struct Waiting {
    delivery: Delivery,
    stored: oneshot::Sender<bool>,
}

impl Intake {
    /// Starts the one writer. `stored` is called after each commit.
    pub fn start(services: Services, stored: impl Fn(&[Delivery]) + Send + Sync + 'static) -> Self {
        let (queue, waiting) = mpsc::channel(8192);
        tokio::spawn(write(services.db.clone(), waiting, stored));
        Self { services, queue }
    }

    pub async fn event(&self, body: &[u8]) -> Result<Answer, IntakeError> {
        let envelope = match Callback::parse(body)? {
            Callback::UrlVerification { challenge } => return Ok(Answer::Challenge(challenge)),
            Callback::RateLimited { team, minute } => {
                metrics::counter!(names::EVENTS_WITHHELD).increment(1);
                tracing::warn!(
                    slack.team = team.map(|team| team.0).unwrap_or_default(),
                    minute,
                    "Slack holds events back"
                );
                return Ok(Answer::Nothing);
            }
            Callback::Unknown { kind } => {
                tracing::debug!(kind, "an unknown kind of callback");
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
            Some(delivery) => self.store(delivery).await,
            None => Ok(Answer::Nothing),
        }
    }

    pub async fn interaction(&self, body: &[u8]) -> Result<Answer, IntakeError> {
        let interaction = Interaction::parse(body)?;
        let (Some(source), Some(key)) = (interaction.source(), interaction.dedupe_key()) else {
            return Ok(Answer::Nothing);
        };
        let Some(workspace) = self.workspace(&source.installation, source.api_app_id.as_deref())?
        else {
            return Ok(Answer::Nothing);
        };
        let objected = objections::answer(&self.services, workspace.org, &interaction).await;
        if let Some(answer) = objected {
            return Ok(Answer::Shows(answer));
        }
        let user = Some(source.user.clone());
        let event_key = format!("i:{key}");
        let Some(submitted) = typed_key::carrier(&interaction) else {
            let kind = Kind::Interaction;
            return self
                .store(whole(&workspace, kind, event_key, user, body)?)
                .await;
        };
        let hidden = typed_key::hide(&self.services.sealer, workspace.org, &event_key, body)?;
        self.store(whole(
            &workspace,
            Kind::Interaction,
            event_key,
            user,
            &hidden,
        )?)
        .await?;
        Ok(Answer::Shows(trying(&submitted.view.private_metadata)))
    }

    pub async fn command(&self, body: &[u8]) -> Result<Answer, IntakeError> {
        let command = SlashCommand::parse(body)?;
        let source = &command.source;
        let Some(workspace) = self.workspace(&source.installation, source.api_app_id.as_deref())?
        else {
            return Ok(Answer::Nothing);
        };
        let Some(trigger) = &source.trigger_id else {
            return Ok(Answer::Nothing);
        };
        let user = source.user.clone();
        self.store(whole(
            &workspace,
            Kind::Command,
            format!("c:{trigger}"),
            Some(user),
            body,
        )?)
        .await
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
        let found = self
            .services
            .workspaces
            .find(installation)
            .filter(|workspace| match (workspace.app.as_deref(), app) {
                (Some(ours), Some(theirs)) => ours == theirs,
                _ => true,
            });
        if found.is_none() {
            metrics::counter!(names::UNKNOWN_WORKSPACES).increment(1);
            tracing::warn!(
                slack.team = installation.team.as_ref().map(|team| team.as_str()),
                "a delivery for a workspace where Penny is not installed"
            );
        }
        Ok(found)
    }

    async fn store(&self, delivery: Delivery) -> Result<Answer, IntakeError> {
        let begun = Instant::now();
        let (stored, outcome) = oneshot::channel();
        let send = async {
            self.queue
                .send(Waiting { delivery, stored })
                .await
                .map_err(|_| IntakeError::Away)?;
            outcome.await.map_err(|_| IntakeError::Away)
        };
        match tokio::time::timeout(PATIENCE, send).await {
            Ok(Ok(true)) => {
                metrics::histogram!(names::ACK_SECONDS).record(begun.elapsed().as_secs_f64());
                Ok(Answer::Stored)
            }
            Ok(Err(error)) => Err(error),
            Ok(Ok(false)) | Err(_) => Err(IntakeError::Away),
        }
    }
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

/// Takes whatever waits, as soon as one of the commits is free to take it; what comes meanwhile
/// gathers to the next batch by itself. Two commits at once keep the processor busy, and more
/// would only make the batches smaller; but where the disk is slow, waiting for one of the two
/// would cost more than that.
async fn write(
    db: Db,
    mut waiting: mpsc::Receiver<Waiting>,
    stored: impl Fn(&[Delivery]) + Send + Sync + 'static,
) {
    let most = INGRESS_CONNECTIONS as usize;
    let (commits, ended) = (Arc::new(Semaphore::new(most)), Arc::new(Notify::new()));
    let stored = Arc::new(stored);
    while let Ok(commit) = commits.clone().acquire_owned().await {
        let mut batch = Vec::new();
        if waiting.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        let one_ends = ended.notified();
        if most - commits.available_permits() > USUAL_COMMITS {
            let _ = tokio::time::timeout(SLOW_COMMIT, one_ends).await;
            while batch.len() < BATCH
                && let Ok(more) = waiting.try_recv()
            {
                batch.push(more);
            }
        }
        let (db, stored, ended) = (db.clone(), stored.clone(), ended.clone());
        tokio::spawn(async move {
            commit_batch(&db, batch, stored.as_ref()).await;
            drop(commit);
            ended.notify_waiters();
        });
    }
}

async fn commit_batch(db: &Db, mut batch: Vec<Waiting>, stored: &impl Fn(&[Delivery])) {
    // Whoever has given up meanwhile will send it again.
    batch.retain(|one| !one.stored.is_closed());
    let (deliveries, answers): (Vec<_>, Vec<_>) = batch
        .into_iter()
        .map(|one| (one.delivery, one.stored))
        .unzip();
    let outcome = store_batch(db, &deliveries).await;
    let is_stored = outcome.is_ok();
    if let Err(error) = outcome {
        tracing::warn!(%error, deliveries = deliveries.len(), "deliveries could not be stored");
    }
    metrics::counter!(names::ACKS, "outcome" => if is_stored { "stored" } else { "refused" })
        .increment(answers.len() as u64);
    for answer in answers {
        let _ = answer.send(is_stored);
    }
    if is_stored {
        stored(&deliveries);
    }
}

/// One statement, once more if Postgres broke a ring of waiters or a connection had died.
async fn store_batch(db: &Db, deliveries: &[Delivery]) -> Result<(), StoreError> {
    if deliveries.is_empty() {
        return Ok(());
    }
    match tokio::time::timeout(PATIENCE, inbox::store(db, deliveries)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            tracing::debug!(%error, "storing once more");
            inbox::store(db, deliveries).await
        }
        Err(_) => Err(StoreError::Away("no answer in time".to_owned())),
    }
}
