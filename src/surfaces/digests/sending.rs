//! A digest at its hour: put together from queries with the eyes of whoever it is for, posted
//! once, and what went wrong settled like any run's, so that it cannot fail silently.

use super::drawing::drawn;
use crate::agent::tools::Eyes;
use crate::automation::rule::zone_or_utc;
use crate::base::ids::{ChannelId, OrgId, ScheduleRunId, UserId};
use crate::base::viewer::{Audience, Viewer};
use crate::jobs::Services;
use crate::jobs::eyes::TurnEyes;
use crate::jobs::schedules::words;
use crate::queue::{Done, Handler, Held};
use crate::reports::digest::Period;
use crate::slack::blocks::digest::{DigestCard, digest};
use crate::slack::blocks::raw;
use crate::slack::client::{NewMessage, SlackError};
use crate::store::StoreError;
use crate::store::sandbox::QueryError;
use crate::store::schedules::digests::SEND;
use crate::store::schedules::{self, Outcome, Run, Schedule};
use crate::surfaces::approvals;
use crate::surfaces::page::Page;
use crate::surfaces::scene::{Remedy, Scene, SurfaceError, Surfaced};
use async_trait::async_trait;
use chrono::{DateTime, Datelike, Days, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

#[derive(Debug, Clone)]
pub struct SendDigest {
    pub services: Services,
}

#[async_trait]
impl Handler for SendDigest {
    fn kind(&self) -> &'static str {
        SEND
    }

    async fn run(&self, held: &Held) -> Done {
        let Ok(id) = held.key().parse::<ScheduleRunId>() else {
            return Done::Finished;
        };
        let org = held.lease().org;
        let error = match self.send(org, id, held.key()).await {
            Ok(()) => return Done::Finished,
            Err(error) => error,
        };
        let trouble = match &error {
            SurfaceError::Slack(SlackError::NoToken) => words::NOT_INSTALLED.to_owned(),
            SurfaceError::Slack(SlackError::Refused { code, .. }) => {
                words::digest_not_delivered(code)
            }
            _ => {
                let after = match error.remedy() {
                    Remedy::TryAgain(after) => after,
                    Remedy::Forget | Remedy::GiveUp => None,
                };
                return Done::Retry {
                    after,
                    error: error.to_string(),
                };
            }
        };
        self.fail(org, id, trouble).await
    }

    async fn exhausted(&self, held: &Held) -> Done {
        match held.key().parse() {
            Ok(id) => {
                let trouble = words::SLACK_AWAY.to_owned();
                self.fail(held.lease().org, id, trouble).await
            }
            Err(_) => Done::Finished,
        }
    }
}

impl SendDigest {
    async fn send(&self, org: OrgId, id: ScheduleRunId, key: &str) -> Surfaced {
        let services = &self.services;
        let mut tx = services.db.org(org).await?;
        let Some(run) = schedules::get_run(&mut tx, id).await? else {
            return Ok(());
        };
        let (schedule, before) = (
            schedules::get(&mut tx, run.schedule).await?,
            schedules::last_before(&mut tx, run.schedule, run.slot).await?,
        );
        drop(tx);
        let Some(schedule) = schedule.filter(|_| run.state == "running") else {
            return Ok(());
        };
        let workspace = services.workspaces.get(&schedule.workspace);
        let workspace = workspace.ok_or(SlackError::NoToken)?;
        let event_key = format!("digest:{key}");
        let scene = Scene {
            services,
            workspace,
            inbox_id: 0,
            event_key: &event_key,
            page: Page::default(),
        };
        let card = card(&scene, &schedule, &run, before).await?;
        let channel = place(&scene, &schedule).await?;
        let message = NewMessage {
            text: card.heading.clone(),
            blocks: raw(digest(&card)),
            ..NewMessage::default()
        };
        let root = scene.post(&channel, &event_key, message).await?;
        let mut tx = scene.tx().await?;
        schedules::place(&mut tx, run.id, &channel, &root).await?;
        schedules::settle(&mut tx, run.id, &Outcome::Done, 0).await?;
        Ok(tx.commit().await?)
    }

    async fn fail(&self, org: OrgId, id: ScheduleRunId, trouble: String) -> Done {
        let settled = async {
            let mut tx = self.services.db.org(org).await?;
            schedules::settle(&mut tx, id, &Outcome::Failed(trouble), 0).await?;
            tx.commit().await
        };
        match settled.await {
            Ok(()) => Done::Finished,
            Err(error) => Done::Retry {
                after: None,
                error: error.to_string(),
            },
        }
    }
}

async fn place(scene: &Scene<'_>, schedule: &Schedule) -> Surfaced<ChannelId> {
    match &schedule.channel {
        Some(channel) => Ok(channel.clone()),
        None => {
            let owner = std::slice::from_ref(&schedule.owner);
            Ok(scene.workspace.slack.open_conversation(owner).await?)
        }
    }
}

async fn card(
    scene: &Scene<'_>,
    schedule: &Schedule,
    run: &Run,
    before: Option<DateTime<Utc>>,
) -> Surfaced<DigestCard> {
    let person = scene.person(&schedule.owner).await?;
    let zone = zone_or_utc(Some(&person.time_zone));
    let viewer = match &schedule.channel {
        Some(channel) => eyes(scene, &schedule.owner, channel).await?,
        None => Viewer {
            org: scene.workspace.org,
            person: person.id,
            audience: Audience::Private,
            external_present: person.is_restricted || person.is_deactivated,
        },
    };
    let period = period(run.slot, before, zone);
    let found = scene.services.maker.digest(&viewer, period).await;
    let found = found.map_err(|error| match error {
        QueryError::Store(error) => error,
        error => StoreError::Corrupt(format!("a digest could not be looked up: {error}")),
    })?;
    let approvals = match &schedule.channel {
        Some(_) => None,
        None => approvals::home::read(scene, &schedule.owner).await?,
    };
    Ok(drawn(schedule, &found, approvals.as_ref(), period, zone))
}

async fn eyes(scene: &Scene<'_>, owner: &UserId, channel: &ChannelId) -> Surfaced<Viewer> {
    let eyes = TurnEyes {
        db: &scene.services.db,
        directory: &scene.services.directory,
        workspace: &scene.workspace,
        channel,
        asker: owner,
    };
    let viewer = eyes.viewer().await;
    Ok(viewer.map_err(|error| StoreError::Corrupt(error.to_string()))?)
}

/// News are those since the last digest, and of the first one those of the last working day.
fn period(slot: DateTime<Utc>, before: Option<DateTime<Utc>>, zone: Tz) -> Period {
    let day = slot.with_timezone(&zone).date_naive();
    let midnight = |days: u64| {
        let day = day.checked_add_days(Days::new(days)).unwrap_or(day);
        let local = day.and_time(NaiveTime::MIN);
        let at = zone.from_local_datetime(&local).earliest();
        at.map_or_else(|| local.and_utc(), |at| at.to_utc())
    };
    let back = match day.weekday() {
        Weekday::Mon => 3,
        Weekday::Sun => 2,
        _ => 1,
    };
    Period {
        since: before.unwrap_or(slot - TimeDelta::days(back)),
        today: midnight(0),
        tomorrow: midnight(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_that_of_whoever_reads_it_and_a_monday_looks_back_over_the_weekend() {
        let slot: DateTime<Utc> = "2026-11-22T23:30:00Z".parse().unwrap();
        let found = period(slot, None, Tz::Europe__Berlin);
        assert_eq!(found.today.to_rfc3339(), "2026-11-22T23:00:00+00:00");
        assert_eq!(found.tomorrow.to_rfc3339(), "2026-11-23T23:00:00+00:00");
        assert_eq!(found.since, slot - TimeDelta::days(3));
        let before = slot - TimeDelta::hours(5);
        assert_eq!(period(slot, Some(before), Tz::UTC).since, before);
    }
}
