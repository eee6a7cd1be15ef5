//! Reads a channel back: what was said before Penny listened, newest first, with its threads. Each
//! page is saved together with the place behind it, so whatever interrupts the reading costs one
//! page at most. What an event told meanwhile is newer and stays.

use super::position::Position;
use super::rows::{self, People};
use super::{Interrupted, done, given_up};
use crate::base::ids::ChannelId;
use crate::jobs::Services;
use crate::jobs::show_sync::SHOW_EVERY;
use crate::jobs::workspaces::Workspace;
use crate::queue::{Done, Handler, Held, Lane};
use crate::slack::client::{ApiCode, Archived, SlackError};
use crate::slack::inbound::{Report, read_back, ts_of};
use crate::store::listening::{self, CHECK, Channel, Progress, READ_BACK, Saying};
use crate::store::{StoreResult, jobs};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::time::Duration;

/// Between two pages: half of what Slack allows a minute, because answers need the same calls.
const PAUSE: Duration = Duration::from_millis(2_400);

#[derive(Debug, Clone)]
pub struct ReadBack {
    pub services: Services,
}

#[async_trait]
impl Handler for ReadBack {
    fn kind(&self) -> &'static str {
        READ_BACK
    }

    fn lane(&self) -> Lane {
        Lane::Background
    }

    async fn run(&self, held: &Held) -> Done {
        let channel = ChannelId::new(held.key());
        let outcome = self.read(held, &channel).await;
        match &outcome {
            // Penny is no longer in it, or it is gone: that look finds out what to do.
            Err(Interrupted::Slack(SlackError::Refused { code, .. }))
                if code.is_about_the_channel() =>
            {
                done(
                    self.look_at(held, &channel)
                        .await
                        .map_err(Interrupted::from),
                )
            }
            _ => done(outcome),
        }
    }

    async fn exhausted(&self, held: &Held) -> Done {
        given_up(held)
    }
}

/// What one request has brought, and where it leads.
struct Page {
    reports: Vec<Report>,
    people: People,
    next: Option<Position>,
}

impl ReadBack {
    async fn read(&self, held: &Held, id: &ChannelId) -> Result<(), Interrupted> {
        let clock = &self.services.clock;
        let mut shown_at = clock.now();
        while let Some((channel, workspace, position)) = self.open(held, id).await? {
            let page = self.ask(&workspace, &channel, position).await?;
            let is_end = page.next.is_none();
            self.save(held, id, page, &mut shown_at).await?;
            if is_end {
                return Ok(());
            }
            tokio::select! {
                () = clock.sleep(PAUSE) => {}
                () = held.leave.cancelled() => return Err(Interrupted::HandOver),
            }
        }
        Ok(())
    }

    /// None: there is nothing to read any more.
    async fn open(
        &self,
        held: &Held,
        id: &ChannelId,
    ) -> StoreResult<Option<(Channel, std::sync::Arc<Workspace>, Position)>> {
        let mut tx = self.services.db.org(held.lease().org).await?;
        let channel = listening::get(&mut tx, id).await?;
        tx.commit().await?;
        let Some(channel) = channel else {
            return Ok(None);
        };
        let workspace = self.services.workspaces.get(&channel.workspace);
        let position = channel.position.clone().map(Position::read).transpose()?;
        Ok(workspace
            .zip(position)
            .map(|(workspace, position)| (channel, workspace, position)))
    }

    async fn ask(
        &self,
        workspace: &Workspace,
        channel: &Channel,
        position: Position,
    ) -> Result<Page, Interrupted> {
        let slack = &workspace.slack;
        let (archived, next) = match position.threads.last() {
            Some(thread) => {
                let asked = slack.archived_thread(&channel.id, &thread.root, &thread.after);
                let archived = or_gone(asked.await)?;
                let next = position.behind_thread(&archived.messages, archived.has_more);
                (archived, next)
            }
            None => {
                let now = ts_of(self.services.clock.now());
                let before = position.before.as_ref().unwrap_or(&now);
                let archived = slack.archive(&channel.id, &position.since, before).await?;
                let next = position.behind(&archived.messages, archived.has_more);
                (archived, next)
            }
        };
        let messages = archived.messages.iter();
        let reports: Vec<Report> = messages
            .filter_map(|message| read_back(message, &workspace.bot_user))
            .collect();
        Ok(Page {
            people: rows::people(&self.services, workspace, reports.iter()).await?,
            reports,
            next: next.or_next(),
        })
    }

    async fn save(
        &self,
        held: &Held,
        id: &ChannelId,
        page: Page,
        shown_at: &mut DateTime<Utc>,
    ) -> StoreResult<()> {
        let org = held.lease().org;
        let mut tx = self.services.db.org(org).await?;
        let channels = listening::hold(&mut tx, std::slice::from_ref(&id.0)).await?;
        // Switched off meanwhile: nothing of this page may stay.
        let Some(channel) = channels.get(id) else {
            return Ok(());
        };
        let mut saying = Saying::default();
        rows::add(&mut saying, org, channel, page.reports, &page.people);
        listening::save(&mut tx, &saying).await?;
        let now = self.services.clock.now();
        let waited = (now - *shown_at).to_std().unwrap_or_default();
        let is_first_end = page.next.is_none() && channel.read_back_at.is_none();
        let is_shown = is_first_end || waited >= SHOW_EVERY;
        if is_shown {
            *shown_at = now;
        }
        let position = page.next.map(|next| next.to_value()).transpose()?;
        let progress = Progress {
            channel: id,
            read: i64::try_from(saying.said.len()).unwrap_or(i64::MAX),
            position: position.as_ref(),
            is_shown,
        };
        listening::save_progress(&mut tx, &held.lease().fence(), &progress).await?;
        tx.commit().await
    }

    async fn look_at(&self, held: &Held, channel: &ChannelId) -> StoreResult<()> {
        let mut tx = self.services.db.org(held.lease().org).await?;
        jobs::nudge(&mut tx, CHECK, channel.as_str()).await?;
        tx.commit().await
    }
}

/// A thread that was deleted while the channel was read has nothing left to read.
fn or_gone(asked: Result<Archived, SlackError>) -> Result<Archived, SlackError> {
    match asked {
        Err(SlackError::Refused {
            code: ApiCode::ThreadNotFound | ApiCode::MessageNotFound,
            ..
        }) => Ok(Archived::default()),
        asked => asked,
    }
}
