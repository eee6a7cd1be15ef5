//! A loop over rows or a list. Its items are written down first, each with a row of its own, so
//! that whoever goes on takes those that are not done, and what became of each can be asked.

use super::course::{Course, Halt};
use crate::automation::workflow::{ForEach, MOST_ITEMS, Scope};
use crate::store::workflows::{self, Item, ItemEnd, Spent};
use crate::store::{StoreResult, jobs};
use chrono::TimeDelta;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde_json::{Value, json};
use std::sync::Arc;

/// Items that are read at once.
const BATCH: i64 = 200;
/// Outcomes that the steps behind the loop can look at.
const SHOWN: i64 = 200;
const MINUTE: TimeDelta = TimeDelta::minutes(1);

impl Course<'_> {
    pub async fn each(&self, each: &ForEach, path: &str, scope: &Scope) -> Result<Value, Halt> {
        self.loops.lock().enter(path, each.at_once);
        if self.awaited(path).is_none() {
            self.plan(each, path, scope).await?;
        }
        let outer = Arc::new(scope.clone());
        let mut after = -1;
        let mut is_throttled = false;
        while !is_throttled && !self.loops.lock().is_full(path) {
            let mut batch = self.next_items(path, after).await?;
            let Some(last) = batch.last().map(|item| item.number) else {
                break;
            };
            is_throttled = self.throttle(each, path, &mut batch).await?;
            after = last;
            self.gets_on().await?;
            stream::iter(batch)
                .map(Ok)
                .try_for_each_concurrent(each.at_once, |item| self.item(each, path, item, &outer))
                .await?;
            let spent = self.spent.lock().clone();
            if let Some(why) = spent {
                return Err(Halt::Spent(why));
            }
        }
        let mut tx = self.services.db.org(self.workspace.org).await?;
        let counts = workflows::counts(&mut tx, self.run.id, path).await?;
        let outcomes = workflows::outcomes(&mut tx, self.run.id, path, SHOWN).await?;
        drop(tx);
        if counts.open > 0 {
            return Err(Halt::Parked);
        }
        let output = json!({
            "count": counts.done + counts.failed, "done": counts.done, "failed": counts.failed,
            "outcomes": outcomes,
        });
        self.finish((path, "foreach"), &output, Spent::default())
            .await?;
        Ok(output)
    }

    async fn plan(&self, each: &ForEach, path: &str, scope: &Scope) -> Result<(), Halt> {
        let Value::Array(items) = each.over.fill(scope) else {
            let said = format!("`{path}` goes through a list, and what it was given is none.");
            return Err(Halt::Failed(said));
        };
        if items.len() > MOST_ITEMS {
            let said = format!(
                "`{path}` has {} items, and at most {MOST_ITEMS} go through one loop. Select fewer.",
                items.len()
            );
            return Err(Halt::Failed(said));
        }
        if path.contains('.') {
            self.room_for(items.len(), path).await?;
        }
        let fence = self.held.lease().fence();
        let is_direct = self.channel.as_str().starts_with('D');
        let place = (self.viewer.person, (!is_direct).then_some(self.channel));
        let mut tx = self.services.db.org(self.workspace.org).await?;
        let name = &self.workflow.name;
        workflows::plan_items(&mut tx, &fence, self.run.id, path, name, &items, place).await?;
        let what = json!({ "items": items.len() });
        workflows::wait_at(&mut tx, &fence, self.run.id, (path, "foreach"), &what).await?;
        Ok(tx.commit().await?)
    }

    /// Loops within loops share the bound of one.
    async fn room_for(&self, more: usize, path: &str) -> Result<(), Halt> {
        let mut tx = self.services.db.org(self.workspace.org).await?;
        let planned = workflows::planned(&mut tx, self.run.id).await?;
        if usize::try_from(planned).unwrap_or(usize::MAX) + more <= MOST_ITEMS {
            return Ok(());
        }
        let said = format!(
            "`{path}` would bring the items of this run above {MOST_ITEMS}, its outer loop’s included. Select fewer."
        );
        Err(Halt::Failed(said))
    }

    async fn next_items(&self, path: &str, after: i32) -> StoreResult<Vec<Item>> {
        let mut tx = self.services.db.org(self.workspace.org).await?;
        workflows::to_do(&mut tx, self.run.id, path, after, BATCH).await
    }

    /// What was done before counts, however often the process dies.
    async fn gets_on(&self) -> StoreResult<()> {
        let mut tx = self.services.db.org(self.workspace.org).await?;
        jobs::progress(&mut tx, &self.held.lease().fence()).await?;
        tx.commit().await
    }

    /// Leaves out what may not begin within this minute, and comes back for it without holding
    /// anything meanwhile. True: there is such.
    async fn throttle(
        &self,
        each: &ForEach,
        path: &str,
        batch: &mut Vec<Item>,
    ) -> StoreResult<bool> {
        let Some(per_minute) = each.per_minute else {
            return Ok(false);
        };
        let now = self.services.clock.now();
        let mut tx = self.services.db.org(self.workspace.org).await?;
        let begun = workflows::started_since(&mut tx, self.run.id, path, now - MINUTE).await?;
        let mut left = i64::from(per_minute) - begun;
        let before = batch.len();
        batch.retain(|item| {
            left -= i64::from(!item.is_begun);
            item.is_begun || left >= 0
        });
        let is_throttled = batch.len() < before;
        if is_throttled {
            self.wake_by(now + MINUTE);
        }
        Ok(is_throttled)
    }

    async fn item(
        &self,
        each: &ForEach,
        path: &str,
        item: Item,
        outer: &Arc<Scope>,
    ) -> Result<(), Halt> {
        if self.spent.lock().is_some() {
            return Ok(());
        }
        // It would wait behind one that may not ask Penny yet.
        if !item.is_begun && self.loops.lock().is_full(path) {
            return Ok(());
        }
        let began_at = self.services.clock.now();
        let mut within = Scope::within(outer.clone(), &each.name, item.item);
        let prefix = format!("{path}.{}.", item.number);
        let end = match self.walk(&each.body, &prefix, &mut within).await {
            Ok(output) => ItemEnd::Done(output),
            Err(Halt::Parked) => ItemEnd::Waiting,
            Err(Halt::Failed(why) | Halt::Stopped(why)) => ItemEnd::Failed(why),
            // Items that are under way are paid for, and come to their ends.
            Err(Halt::Spent(why)) => {
                *self.spent.lock() = Some(why);
                return Ok(());
            }
            Err(interrupted @ Halt::Interrupted(_)) => return Err(interrupted),
        };
        let fence = self.held.lease().fence();
        let place = (path, item.number);
        let mut tx = self.services.db.org(self.workspace.org).await?;
        workflows::save_item(&mut tx, &fence, self.run.id, place, &end, began_at).await?;
        if end != ItemEnd::Waiting {
            workflows::forget_item_steps(&mut tx, self.run.id, place).await?;
        }
        Ok(tx.commit().await?)
    }
}
