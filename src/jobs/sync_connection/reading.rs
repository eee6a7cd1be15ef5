//! One stream of a system, read to its end. The next pages are asked for while the last ones are
//! written, and few of them: what is read ahead is in memory, and is asked for again after a crash.

use super::Interrupted;
use crate::base::ids::{ConnectionId, OrgId, PersonId};
use crate::connectors::{Asked, Connector, ConnectorError, Ids, Next, Page};
use crate::jobs::Services;
use crate::net::json_api::{ApiError, JsonApi};
use crate::store::StoreResult;
use crate::store::jobs::Fence;
use crate::store::sync::{self, Run};
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Pages that wait to be written at most.
const PAGES_AHEAD: usize = 2;
/// Small pages that have come meanwhile are written together, up to about so many rows.
const ROWS_AT_ONCE: usize = 1_000;

/// One run at work.
pub(super) struct Reading<'a> {
    pub services: &'a Services,
    pub fence: Fence,
    pub leave: &'a CancellationToken,
    pub api: JsonApi,
    pub connector: &'static dyn Connector,
    pub connection: ConnectionId,
    pub owner: Option<PersonId>,
    pub run: &'a Run,
    /// When whoever follows the run was last told how far it is.
    pub shown_at: Mutex<DateTime<Utc>>,
    /// What was passed over, for nobody may read it.
    pub closed: Mutex<BTreeSet<String>>,
    /// Streams whose first page was refused: the key may not read them, or they are not there.
    pub shut: Mutex<Vec<(&'static str, ApiError)>>,
}

impl Reading<'_> {
    pub(super) fn org(&self) -> OrgId {
        self.fence.org
    }

    pub(super) fn source(&self) -> &'static str {
        self.connector.manifest().slug
    }

    /// Reads a stream from where it was left to its end. What was read before something went
    /// wrong is kept; but where it cannot be kept, nothing more is read.
    pub(super) async fn stream(
        &self,
        stream: &'static str,
        position: Option<Value>,
    ) -> Result<(), Interrupted> {
        // A stream of people comes before those that name them.
        let people = self.people().await?;
        let (ahead, pages) = mpsc::channel(PAGES_AHEAD);
        let mut written = std::pin::pin!(self.write(stream, pages));
        let read = tokio::select! {
            biased;
            ended = &mut written => return ended,
            read = self.read(stream, position, &people, ahead) => read,
        };
        written.await?;
        read
    }

    /// Asks for page after page and hands them on.
    async fn read(
        &self,
        stream: &'static str,
        mut position: Option<Value>,
        people: &HashMap<String, PersonId>,
        ahead: mpsc::Sender<Page>,
    ) -> Result<(), Interrupted> {
        let mut is_first = true;
        loop {
            if self.leave.is_cancelled() {
                return Err(Interrupted::HandOver);
            }
            let page = match self.page(stream, position.as_ref(), people).await {
                Err(Interrupted::Connector(ConnectorError::Api(
                    error @ (ApiError::Forbidden(_) | ApiError::NotFound),
                ))) if is_first => {
                    self.shut.lock().push((stream, error));
                    return Ok(());
                }
                page => page?,
            };
            is_first = false;
            position = match &page.next {
                Next::More(next) => Some(next.clone()),
                Next::End(_) => None,
            };
            // Whoever writes them has stopped, and says why.
            let is_wanted = ahead.send(page).await.is_ok();
            if !is_wanted || position.is_none() {
                return Ok(());
            }
        }
    }

    async fn page(
        &self,
        stream: &'static str,
        position: Option<&Value>,
        people: &HashMap<String, PersonId>,
    ) -> Result<Page, Interrupted> {
        let asked = self.asked(stream, position, people);
        let page = self.connector.page(&self.api, &asked).await?;
        self.connector.manifest().check(Some(stream), &page)?;
        Ok(page)
    }

    pub(super) fn asked<'a>(
        &self,
        stream: &'static str,
        position: Option<&'a Value>,
        people: &'a HashMap<String, PersonId>,
    ) -> Asked<'a> {
        Asked {
            stream,
            position,
            ids: Ids {
                org: self.org(),
                source: self.source(),
            },
            owner: self.owner,
            people,
            now: self.services.clock.now(),
        }
    }

    pub(super) async fn people(&self) -> StoreResult<HashMap<String, PersonId>> {
        let mut tx = self.services.db.org(self.org()).await?;
        sync::people_of(&mut tx, self.source()).await
    }

    async fn write(
        &self,
        stream: &str,
        mut pages: mpsc::Receiver<Page>,
    ) -> Result<(), Interrupted> {
        while let Some(first) = pages.recv().await {
            let mut rows = first.rows.len();
            let mut waiting = vec![first];
            while rows < ROWS_AT_ONCE
                && let Ok(page) = pages.try_recv()
            {
                rows += page.rows.len();
                waiting.push(page);
            }
            self.save(stream, &waiting).await?;
        }
        Ok(())
    }
}
