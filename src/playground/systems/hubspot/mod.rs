//! A stand-in for HubSpot's API, in process and from memory, as HubSpot documents it and as it is
//! known to behave where that is less kind: a test fills it, changes it while it is read, and
//! makes it fail. It is fast enough for hundreds of thousands of records.

mod associations;
mod demo;
mod faults;
mod kinds;
mod oauth;
mod properties;
mod records;
mod refusal;
mod routes;
mod search;
mod shown;
mod stages;
mod writes;

pub use faults::Fault;
pub use kinds::{CALLS, COMPANIES, CONTACTS, DEALS, EMAILS, Kind, NOTES, TASKS};
pub use stages::Pipeline;

use self::records::World;
use super::faults::Faults;
use crate::base::clock::{SharedClock, SystemClock};
use crate::base::secret::Secret;
use chrono::{DateTime, SubsecRound, Utc};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// A handle to it; all clones are of the same one.
#[derive(Clone)]
pub struct HubSpot {
    shared: Arc<Shared>,
}

struct Shared {
    url: String,
    clock: SharedClock,
    world: Mutex<World>,
    faults: Faults<Fault>,
    calls: Mutex<Vec<Call>>,
    hooks: Mutex<Vec<Hook>>,
    /// Counts what was written over the API.
    version: watch::Sender<u64>,
}

struct Hook {
    kind: &'static Kind,
    pages: usize,
    act: Act,
}

type Act = Box<dyn FnMut(&HubSpot, usize) + Send>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub method: String,
    pub path: String,
    pub query: String,
}

/// A record as a test compares it with what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub id: String,
    pub properties: BTreeMap<String, String>,
    pub modified: DateTime<Utc>,
    pub archived: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no {kind} {id}")]
pub struct NoSuchRecord {
    kind: &'static str,
    id: String,
}

impl NoSuchRecord {
    fn new(kind: &Kind, id: impl ToString) -> Self {
        Self {
            kind: kind.singular,
            id: id.to_string(),
        }
    }
}

impl std::fmt::Debug for HubSpot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HubSpot")
            .field("url", &self.shared.url)
            .finish_non_exhaustive()
    }
}

impl HubSpot {
    pub async fn start() -> std::io::Result<Self> {
        Self::start_at(Arc::new(SystemClock)).await
    }

    /// Its records change at this clock's time, to the millisecond.
    pub async fn start_at(clock: SharedClock) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let hubspot = Self {
            shared: Arc::new(Shared {
                url: format!("http://{address}"),
                clock,
                world: Mutex::default(),
                faults: Faults::default(),
                calls: Mutex::default(),
                hooks: Mutex::default(),
                version: watch::Sender::new(0),
            }),
        };
        let router = routes::router(hubspot.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(hubspot)
    }

    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// Of a private app that may do everything.
    pub fn token(&self) -> Secret {
        Secret::new(self.shared.world.lock().token.clone())
    }

    /// The private app, or the company's consent, is gone.
    pub fn revoke_token(&self) {
        let mut world = self.shared.world.lock();
        world.is_revoked = true;
        world.grants.revoke();
    }

    /// The private app no longer has this scope.
    pub fn withdraw_scope(&self, scope: &'static str) {
        self.shared.world.lock().withdrawn.insert(scope);
    }

    pub fn add(&self, kind: &Kind, properties: &[(&str, &str)]) -> String {
        let now = self.now();
        let mut world = self.shared.world.lock();
        world.add(kind, properties, now).to_string()
    }

    pub fn change(
        &self,
        kind: &Kind,
        id: &str,
        properties: &[(&str, &str)],
    ) -> Result<(), NoSuchRecord> {
        let (id, now) = (kind.number(id)?, self.now());
        self.shared.world.lock().change(kind, id, properties, now)
    }

    pub fn archive(&self, kind: &Kind, id: &str) -> Result<(), NoSuchRecord> {
        let (id, now) = (kind.number(id)?, self.now());
        self.shared.world.lock().archive(kind, id, now)
    }

    /// In both directions. The first company of a record is its primary one.
    pub fn link(&self, from: (&Kind, &str), to: (&Kind, &str)) -> Result<(), NoSuchRecord> {
        let from = (from.0, from.0.number(from.1)?);
        let to = (to.0, to.0.number(to.1)?);
        let now = self.now();
        self.shared.world.lock().link(from, to, now)
    }

    pub fn owner(&self, email: &str, name: &str) -> String {
        let now = self.now();
        self.shared.world.lock().add_owner(email, name, now)
    }

    /// A deal pipeline; a stage whose probability is 0 or 1 is one of closed deals.
    pub fn pipeline(&self, name: &str, stages: &[(&str, f64)]) -> Pipeline {
        let now = self.now();
        self.shared.world.lock().add_pipeline(name, stages, now)
    }

    /// From now on searches find what there was at this moment: HubSpot's index is behind.
    pub fn hold_search(&self) {
        self.shared.world.lock().hold_search(true);
    }

    /// The index catches up.
    pub fn release_search(&self) {
        self.shared.world.lock().hold_search(false);
    }

    pub fn faults(&self) -> &Faults<Fault> {
        &self.shared.faults
    }

    /// Acts after each page of a list or a search of this kind was put together and before it is
    /// sent, with the number of pages so far: what changes while somebody reads.
    pub fn on_page(&self, kind: &'static Kind, act: impl FnMut(&HubSpot, usize) + Send + 'static) {
        self.shared.hooks.lock().push(Hook {
            kind,
            pages: 0,
            act: Box::new(act),
        });
    }

    pub fn calls(&self) -> Vec<Call> {
        self.shared.calls.lock().clone()
    }

    /// All of a kind, archived ones too, in the order of their ids.
    pub fn records(&self, kind: &Kind) -> Vec<Kept> {
        self.shared.world.lock().all(kind)
    }

    fn touch(&self) {
        self.shared.version.send_modify(|version| *version += 1);
    }

    fn now(&self) -> DateTime<Utc> {
        self.shared.clock.now().trunc_subsecs(3)
    }

    fn page_was_made(&self, kind: &'static Kind) {
        let mut hooks = self.shared.hooks.lock();
        for hook in hooks.iter_mut().filter(|hook| hook.kind.at == kind.at) {
            hook.pages += 1;
            (hook.act)(self, hook.pages);
        }
    }
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
