//! Single records that a system has told of, or that were changed by approval: what its lists and
//! searches do not show, or not yet, is read by its id, and what is gone stays gone.

use super::Interrupted;
use super::reading::Reading;
use crate::base::ids::DeliveryId;
use crate::connectors::Gone;
use crate::connectors::deliveries::{Heard, Said};
use crate::store::sync;
use crate::store::{OrgTx, StoreResult, company, jobs};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;
use std::time::Duration;
use uuid::Uuid;

/// How long a search may still find what is gone.
const BEHIND: TimeDelta = TimeDelta::minutes(10);
/// What was written down while the last run began may be seen only now.
const UNSEEN: TimeDelta = TimeDelta::minutes(1);
const DELIVERIES_AT_ONCE: i64 = 50;
const NAMED_AT_ONCE: usize = 500;

impl Reading<'_> {
    /// Reads by its id what was named since the last run began.
    pub(super) async fn named(&self) -> Result<(), Interrupted> {
        let named = self.named_since(self.last_began() - UNSEEN).await?;
        let named: Vec<String> = named.into_iter().collect();
        for some in named.chunks(NAMED_AT_ONCE) {
            let people = self.people().await?;
            let asked = self.asked("named", None, &people);
            let page = self.connector.named(&self.api, &asked, some).await?;
            self.connector.manifest().check(None, &page)?;
            let mut tx = self.services.db.org_repeatable(self.org()).await?;
            self.store(&mut tx, &page).await?;
            if sync::get(&mut tx, self.connection).await?.is_none() {
                return Err(Interrupted::Disconnected);
            }
            jobs::progress(&mut tx, &self.fence).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Takes away once more what was said to be gone: a page may have been put together before
    /// that, or by a search that did not know of it.
    pub(super) async fn remove_gone(&self, tx: &mut OrgTx) -> StoreResult<()> {
        for heard in self.heard_since(tx, self.last_began() - BEHIND).await? {
            if let Heard::Gone(Gone { table, source_id }) = heard {
                company::remove(tx, table, self.source(), &[source_id]).await?;
            }
        }
        Ok(())
    }

    /// In how many seconds there has to be another run, for what was said during this one. What
    /// was changed by approval meanwhile has asked for one by itself, at once.
    pub(super) async fn again(&self, tx: &mut OrgTx) -> StoreResult<Option<Duration>> {
        let begun = self.run.started_at;
        let changed = sync::changed_by_approval(tx, self.source(), begun).await?;
        let heard = self.heard_since(tx, begun).await?;
        if !changed.is_empty() || !heard.contains(&Heard::Changed) {
            return Ok(None);
        }
        let seconds = sync::to_be_read_in(tx, self.connection).await?;
        Ok(seconds.map(Duration::from_secs_f64))
    }

    fn last_began(&self) -> DateTime<Utc> {
        let this = self.run.started_at;
        self.run.read_before.map_or(this, |last| last.min(this))
    }

    async fn named_since(&self, since: DateTime<Utc>) -> StoreResult<BTreeSet<String>> {
        let mut tx = self.services.db.org(self.org()).await?;
        let changed = sync::changed_by_approval(&mut tx, self.source(), since).await?;
        let heard = self.heard_since(&mut tx, since).await?;
        let named = heard.into_iter().filter_map(|heard| match heard {
            Heard::Named(source_id) => Some(source_id),
            _ => None,
        });
        Ok(named.chain(changed).collect())
    }

    async fn heard_since(&self, tx: &mut OrgTx, since: DateTime<Utc>) -> StoreResult<Vec<Heard>> {
        let mut all = Vec::new();
        if self.connector.manifest().listen.is_none() {
            return Ok(all);
        }
        let mut behind = (since, DeliveryId(Uuid::nil()));
        loop {
            let (connection, limit) = (self.connection, DELIVERIES_AT_ONCE);
            let some = sync::heard_behind(tx, connection, behind, limit).await?;
            let Some(last) = some.last() else {
                return Ok(all);
            };
            behind = last.place();
            for one in &some {
                let said = Said {
                    topic: one.topic.as_deref(),
                    payload: &one.payload,
                };
                // It could be read when it was worked on.
                let heard = self.connector.hear(&said).unwrap_or_default();
                all.extend(
                    heard
                        .into_iter()
                        .filter(|it| !matches!(it, Heard::Event(_))),
                );
            }
        }
    }
}
