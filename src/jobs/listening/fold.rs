//! Folds what was heard in the channels that are read into the messages: some hundreds at a time,
//! in one transaction that also forgets the events. Their order means nothing.

use super::rows::{self, People};
use super::{Interrupted, done, given_up};
use crate::base::ids::{ChannelId, OrgId};
use crate::jobs::Services;
use crate::queue::{Done, Handler, Held, Lane};
use crate::slack::inbound::{Report, place_of, reported};
use crate::store::listening::{self, CHECK, FOLD, Heard, Saying};
use crate::store::{OrgTx, StoreResult, jobs};
use async_trait::async_trait;
use std::collections::{BTreeMap, BTreeSet};

const BATCH: i64 = 500;

#[derive(Debug, Clone)]
pub struct FoldHeard {
    pub services: Services,
}

#[async_trait]
impl Handler for FoldHeard {
    fn kind(&self) -> &'static str {
        FOLD
    }

    fn lane(&self) -> Lane {
        Lane::Background
    }

    async fn run(&self, held: &Held) -> Done {
        done(self.fold(held).await)
    }

    async fn exhausted(&self, held: &Held) -> Done {
        given_up(held)
    }
}

/// What was heard in one channel.
#[derive(Default)]
struct Overheard {
    reports: Vec<Report>,
    people: People,
    /// An event came from a private channel.
    is_private: bool,
}

impl FoldHeard {
    async fn fold(&self, held: &Held) -> Result<(), Interrupted> {
        let org = held.lease().org;
        loop {
            let mut tx = self.services.db.org(org).await?;
            let waiting = listening::waiting(&mut tx, BATCH).await?;
            let channels: Vec<_> = listening::list(&mut tx).await?;
            tx.commit().await?;
            if waiting.is_empty() {
                return Ok(());
            }
            let mut heard = BTreeMap::new();
            for channel in channels {
                let in_it = waiting.iter().filter(|it| it.channel == channel.id);
                let overheard = self.understood(&channel.workspace, in_it).await?;
                heard.insert(channel.id, overheard);
            }
            self.save(org, heard, &waiting).await?;
            if held.leave.is_cancelled() {
                return Err(Interrupted::HandOver);
            }
        }
    }

    async fn understood<'a>(
        &self,
        workspace: &str,
        heard: impl Iterator<Item = &'a Heard>,
    ) -> StoreResult<Overheard> {
        let mut overheard = Overheard::default();
        let Some(workspace) = self.services.workspaces.get(workspace) else {
            return Ok(overheard);
        };
        for one in heard {
            let place = place_of(&one.payload);
            overheard.is_private |= place.is_some_and(|(_, is_private)| is_private == Some(true));
            overheard
                .reports
                .extend(reported(&one.payload, &workspace.bot_user));
        }
        let reports = overheard.reports.iter();
        overheard.people = rows::people(&self.services, &workspace, reports).await?;
        Ok(overheard)
    }

    async fn save(
        &self,
        org: OrgId,
        heard: BTreeMap<ChannelId, Overheard>,
        waiting: &[Heard],
    ) -> StoreResult<()> {
        let mut tx = self.services.db.org(org).await?;
        let in_channels: BTreeSet<String> = waiting.iter().map(|it| it.channel.0.clone()).collect();
        let in_channels: Vec<String> = in_channels.into_iter().collect();
        let mut held = listening::hold(&mut tx, &in_channels).await?;
        let mut saying = Saying::default();
        for (id, overheard) in heard {
            // One that was switched off meanwhile keeps nothing.
            let Some(channel) = held.get_mut(&id) else {
                continue;
            };
            if overheard.is_private && !channel.is_private {
                channel.is_private = true;
                became_private(&mut tx, &id, &channel.name).await?;
            }
            rows::add(
                &mut saying,
                org,
                channel,
                overheard.reports,
                &overheard.people,
            );
        }
        listening::save(&mut tx, &saying).await?;
        let keys: Vec<String> = waiting.iter().map(|it| it.event_key.clone()).collect();
        listening::drop_heard(&mut tx, &keys).await?;
        tx.commit().await
    }
}

/// Nobody outside may see a word of it from now on, even before it is known who is inside.
async fn became_private(tx: &mut OrgTx, channel: &ChannelId, name: &str) -> StoreResult<()> {
    listening::describe(tx, channel, name, true).await?;
    jobs::nudge(tx, CHECK, channel.as_str()).await
}
