//! What was read becomes the company's data, together with the place behind it.

use super::Interrupted;
use super::reading::Reading;
use crate::connectors::{Batch, GoneIn, Next, Page, Unlisted};
use crate::jobs::show_sync::SHOW_EVERY;
use crate::store::sync::{self, SourceUser, Step};
use crate::store::{OrgTx, StoreResult, company, events};
use chrono::TimeDelta;
use std::collections::BTreeMap;

/// How far the system's clock and ours may differ about when a record was made.
const SKEW: TimeDelta = TimeDelta::hours(1);

impl Reading<'_> {
    /// Saves pages that follow each other, in their order, and where the last of them leads.
    pub(super) async fn save(&self, stream: &str, pages: &[Page]) -> Result<(), Interrupted> {
        let Some(last) = pages.last() else {
            return Ok(());
        };
        let (position, is_end) = match &last.next {
            Next::More(position) => (position, false),
            Next::End(position) => (position, true),
        };
        // A page that is lost with the server is read again, for its place is lost with it.
        let mut tx = self.services.db.org_repeatable(self.org()).await?;
        let (mut read, mut changed) = (0, 0);
        for page in pages {
            read += page.rows.len() as i64;
            changed += self.store(&mut tx, page).await?;
        }
        let step = Step {
            connection: self.connection,
            run: self.run.id,
            stream,
            position,
            is_end,
            rows_read: read,
            rows_changed: i64::try_from(changed).unwrap_or(i64::MAX),
        };
        if self.is_time_to_show() {
            sync::nudge_messages(&mut tx, &[self.run.id]).await?;
        }
        // Last, so that the lease and the connection are locked for as short as can be.
        if !sync::save_step(&mut tx, &self.fence, &step).await? {
            return Err(Interrupted::Disconnected);
        }
        Ok(tx.commit().await?)
    }

    /// Returns how many rows that changed.
    pub(super) async fn store(&self, tx: &mut OrgTx, page: &Page) -> StoreResult<u64> {
        self.closed.lock().extend(page.closed.iter().cloned());
        self.link_people(tx, page).await?;
        self.tell(tx, &page.rows).await?;
        let mut changed = page.rows.store(tx).await?;
        changed += self.remove(tx, page).await?;
        if !page.areas.is_empty() {
            let (connection, source) = (self.connection, self.source());
            changed += sync::keep_areas(tx, connection, source, &page.areas).await?;
        }
        if let Some(unlisted) = &page.unlisted {
            changed += self.remove_unlisted(tx, unlisted).await?;
        }
        Ok(changed)
    }

    /// Tells of what differs from what is here by now. When a system is read for the first time,
    /// nothing of it is news.
    async fn tell(&self, tx: &mut OrgTx, rows: &Batch) -> StoreResult<()> {
        let Some(before) = self.run.read_before else {
            return Ok(());
        };
        let (connection, since) = (self.connection, before - SKEW);
        events::record_deals(tx, connection, since, &rows.deals).await?;
        events::record_issues(tx, connection, since, &rows.issues).await?;
        Ok(())
    }

    async fn link_people(&self, tx: &mut OrgTx, page: &Page) -> StoreResult<()> {
        let users: Vec<SourceUser<'_>> = page
            .people
            .iter()
            .map(|person| SourceUser {
                source_id: &person.source_id,
                name: &person.name,
                email: person.email.as_deref(),
            })
            .collect();
        if users.is_empty() {
            return Ok(());
        }
        sync::link_people(tx, self.source(), &users).await
    }

    fn is_time_to_show(&self) -> bool {
        let now = self.services.clock.now();
        let mut shown_at = self.shown_at.lock();
        let is_time = (now - *shown_at).to_std().is_ok_and(|it| it >= SHOW_EVERY);
        if is_time {
            *shown_at = now;
        }
        is_time
    }

    async fn remove(&self, tx: &mut OrgTx, page: &Page) -> StoreResult<u64> {
        let mut by_table: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        for one in &page.gone {
            let ids = by_table.entry(one.table).or_default();
            ids.push(one.source_id.clone());
        }
        let mut removed = 0;
        for (table, ids) in by_table {
            removed += company::remove(tx, table, self.source(), &ids).await?;
        }
        for one in &page.gone_within {
            removed += company::remove_within(tx, one.table, self.source(), &one.prefix).await?;
        }
        for GoneIn {
            table,
            place,
            record,
        } in &page.gone_in
        {
            removed += company::remove_in(tx, table, self.source(), place, record).await?;
        }
        Ok(removed)
    }

    async fn remove_unlisted(&self, tx: &mut OrgTx, unlisted: &Unlisted) -> StoreResult<u64> {
        let unlisted = company::Unlisted {
            table: unlisted.table,
            source: self.source(),
            owner: self.owner,
            since: unlisted.since,
            listing: &unlisted.listing,
        };
        company::remove_unlisted(tx, &unlisted).await
    }
}
