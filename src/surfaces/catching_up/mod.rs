//! After Penny was away for longer than Slack repeats a delivery: what was said meanwhile is read
//! back and taken for heard. It goes the way of every delivery, where one message counts once, so
//! nothing that was answered is answered again, whoever reads what how often.

mod course;

use self::course::{Course, Place};
use super::delivery::of_event;
use super::scene::{Remedy, SurfaceError, Surfaced};
use crate::base::ids::Ts;
use crate::jobs::Services;
use crate::jobs::listening::Waker;
use crate::jobs::workspaces::Workspace;
use crate::queue::{Done, Handler, Held, Lane};
use crate::slack::client::{Archived, SlackError};
use crate::slack::inbound::{EventEnvelope, ts_of};
use crate::store::absences::{self, Absence, CATCH_UP};
use crate::store::inbox::{self, Delivery};
use crate::store::{StoreError, StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::time::Duration;

/// Between two pages: half of what Slack allows a minute, because answers need the same calls.
const PAUSE: Duration = Duration::from_millis(2_400);
/// Nobody waits for an answer for longer.
const TOO_OLD: TimeDelta = TimeDelta::days(1);
/// A thread that was quiet for so long before the absence is not looked into.
const LATELY: TimeDelta = TimeDelta::days(7);
const MOST_THREADS: i64 = 200;
const TYPES: &str = "im,mpim,private_channel,public_channel";

#[derive(Debug, Clone)]
pub struct CatchUp {
    pub services: Services,
}

#[async_trait]
impl Handler for CatchUp {
    fn kind(&self) -> &'static str {
        CATCH_UP
    }

    fn lane(&self) -> Lane {
        Lane::Background
    }

    async fn run(&self, held: &Held) -> Done {
        let error = match self.read(held).await {
            Ok(done) => return done,
            Err(error) => error,
        };
        match (&error, error.remedy()) {
            (SurfaceError::Store(StoreError::Fenced), _) => Done::Lost,
            // As long as Slack asks for, which for some apps is a minute after each page.
            (SurfaceError::Slack(SlackError::RateLimited { retry_after }), _) => {
                Done::Later(*retry_after)
            }
            (_, Remedy::TryAgain(after)) => Done::Retry {
                after,
                error: error.to_string(),
            },
            (_, Remedy::Forget) => Done::Finished,
            (_, Remedy::GiveUp) => Done::Failed {
                error: error.to_string(),
            },
        }
    }

    async fn exhausted(&self, _: &Held) -> Done {
        Done::Failed {
            error: "what was said while Penny was away could not be read back".to_owned(),
        }
    }
}

impl CatchUp {
    async fn read(&self, held: &Held) -> Surfaced<Done> {
        loop {
            let Some(workspace) = self.services.workspaces.get(held.key()) else {
                return Ok(Done::Finished);
            };
            let mut tx = self.services.db.org(workspace.org).await?;
            let absence = absences::get(&mut tx, held.key()).await?;
            drop(tx);
            let Some(absence) = absence else {
                return Ok(Done::Finished);
            };
            let mut course = match &absence.course {
                Some(course) => Course::read(course.clone())?,
                None => self.begin(&workspace, &absence).await?,
            };
            let since = ts_of(self.since(&absence));
            match course.next() {
                Some(place) => {
                    let page = self.ask(&workspace, &place, &since).await?;
                    self.hear(&workspace, &place, &page, &since).await?;
                    course.behind(place, &page, &since);
                    self.save(held, &workspace, &absence, &course).await?;
                }
                None => self.end(held, &workspace, &absence, &course).await?,
            }
            tokio::select! {
                () = self.services.clock.sleep(PAUSE) => {}
                () = held.leave.cancelled() => return Ok(Done::HandOver),
            }
        }
    }

    fn since(&self, absence: &Absence) -> DateTime<Utc> {
        absence.since.max(self.services.clock.now() - TOO_OLD)
    }

    async fn begin(&self, workspace: &Workspace, absence: &Absence) -> Surfaced<Course> {
        let channels = workspace.slack.channels_of(None, TYPES).await?;
        let lately = absence.since - LATELY;
        let mut tx = self.services.db.org(workspace.org).await?;
        let threads = absences::threads_since(&mut tx, &workspace.id, lately, MOST_THREADS).await?;
        Ok(Course::of(&channels, threads))
    }

    async fn ask(&self, workspace: &Workspace, place: &Place, since: &Ts) -> Surfaced<Archived> {
        let slack = &workspace.slack;
        let asked = match &place.thread {
            Some(root) => {
                let after = place.read_to.as_ref().unwrap_or(since);
                slack.archived_thread(&place.channel, root, after).await
            }
            None => {
                let now = ts_of(self.services.clock.now());
                let before = place.read_to.as_ref().unwrap_or(&now);
                slack.archive(&place.channel, since, before).await
            }
        };
        match asked {
            // A channel that is archived or gone, or a thread that was deleted, has nothing to read.
            Err(SlackError::Refused { code, .. }) if !code.is_about_the_token() => {
                tracing::debug!(slack.channel = %place.channel, slack.code = %code, "a place cannot be read back");
                Ok(Archived::default())
            }
            asked => Ok(asked?),
        }
    }

    /// As if Slack had delivered it now.
    async fn hear(
        &self,
        workspace: &Workspace,
        place: &Place,
        page: &Archived,
        since: &Ts,
    ) -> StoreResult<()> {
        let is_new = |message: &&Value| {
            let ts = message.get("ts").and_then(Value::as_str);
            ts.is_some_and(|ts| ts > since.as_str())
        };
        let said = page.messages.iter().filter(is_new);
        let said: Vec<Delivery> = said
            .filter_map(|message| delivery(workspace, place, message))
            .collect();
        if said.is_empty() {
            return Ok(());
        }
        inbox::store(&self.services.db, &said).await?;
        self.services.db.announce();
        Waker::new(self.services.db.clone(), self.services.clock.clone()).wake(&said);
        Ok(())
    }

    async fn save(
        &self,
        held: &Held,
        workspace: &Workspace,
        absence: &Absence,
        course: &Course,
    ) -> StoreResult<()> {
        let (fence, course) = (held.lease().fence(), course.to_value()?);
        let mut tx = self.services.db.org(workspace.org).await?;
        absences::save_course(&mut tx, &fence, absence, &course).await?;
        tx.commit().await
    }

    async fn end(
        &self,
        held: &Held,
        workspace: &Workspace,
        absence: &Absence,
        course: &Course,
    ) -> StoreResult<()> {
        if course.is_cut() {
            tracing::warn!(
                slack.team = workspace.id,
                "not all that was said while Penny was away could be read back"
            );
        }
        let mut tx = self.services.db.org(workspace.org).await?;
        absences::end(&mut tx, &held.lease().fence(), absence).await?;
        tx.commit().await
    }
}

/// The delivery that Slack would have made of a message, if it asks anything of Penny.
fn delivery(workspace: &Workspace, place: &Place, message: &Value) -> Option<Delivery> {
    let ts = message.get("ts")?.as_str()?;
    let seconds: i64 = ts.split('.').next()?.parse().ok()?;
    let mut event = message.as_object()?.clone();
    let about = json!({
        "type": "message", "channel": place.channel, "channel_type": place.kind, "event_ts": ts,
    });
    event.extend(about.as_object().cloned().unwrap_or_default());
    let team = match workspace.is_enterprise {
        true => message.get("team").cloned().unwrap_or_default(),
        false => json!(workspace.id),
    };
    let body = json!({
        "type": "event_callback",
        "team_id": team,
        "enterprise_id": workspace.is_enterprise.then_some(&workspace.id),
        "is_enterprise_install": workspace.is_enterprise,
        "api_app_id": workspace.app,
        "event_id": format!("read-back:{}:{ts}", place.channel),
        "event_time": seconds,
        "event": event,
    })
    .to_string();
    let envelope = EventEnvelope::parse(body.as_bytes()).ok()?;
    of_event(&envelope, workspace, body.as_bytes())
}
