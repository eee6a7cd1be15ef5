//! A stand-in for Gmail's API, in process and from memory, as Google documents it and as it is
//! known to behave where that is less kind: a mailbox for each address, with its history, and mail
//! that goes from one to another.

mod mailbox;
mod oauth;
mod raw;
mod refusal;
mod routes;
mod search;

pub use self::mailbox::{Arriving, Kept};

use self::mailbox::Store;
use self::oauth::Grants;
use super::faults::Faults;
use crate::base::clock::{SharedClock, SystemClock};
use crate::base::secret::Secret;
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::net::TcpListener;

#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Gmail says its limits with a 403 or a 429, and a reason.
    RateLimited { status: u16, reason: &'static str },
    /// A status with a page in place of JSON.
    Status(u16),
    /// The call is applied, and the connection is cut in the middle of its answer.
    Cut,
    /// No answer at all; the connection stays open, and the call is not applied.
    Hang,
}

/// A handle to it; all clones are of the same one.
#[derive(Clone)]
pub struct Gmail {
    shared: Arc<Shared>,
}

struct Shared {
    url: String,
    clock: SharedClock,
    world: Mutex<World>,
    faults: Faults<Fault>,
    calls: Mutex<Vec<Call>>,
    hooks: Mutex<Vec<Act>>,
}

#[derive(Default)]
struct World {
    boxes: BTreeMap<String, Store>,
    grants: Grants,
    /// Pages of lists handed out so far.
    lists: usize,
}

type Act = Box<dyn FnMut(&Gmail, usize) + Send>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub method: String,
    pub path: String,
    pub query: String,
}

impl Gmail {
    pub async fn start() -> std::io::Result<Self> {
        Self::start_at(Arc::new(SystemClock)).await
    }

    pub async fn start_at(clock: SharedClock) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let gmail = Self {
            shared: Arc::new(Shared {
                url: format!("http://{address}"),
                clock,
                world: Mutex::default(),
                faults: Faults::default(),
                calls: Mutex::default(),
                hooks: Mutex::default(),
            }),
        };
        let router = routes::router(gmail.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(gmail)
    }

    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// The mailbox of an address, a new one if there is none.
    pub fn mailbox(&self, address: &str) -> Mailbox {
        let address = address.to_lowercase();
        let mut world = self.shared.world.lock();
        let boxes = &mut world.boxes;
        boxes
            .entry(address.clone())
            .or_insert_with(|| Store::of(&address));
        Mailbox {
            gmail: self.clone(),
            address,
        }
    }

    /// What an app is registered with.
    pub fn client(&self) -> (&'static str, Secret) {
        (
            oauth::CLIENT_ID,
            Secret::new(oauth::CLIENT_SECRET.to_owned()),
        )
    }

    pub fn faults(&self) -> &Faults<Fault> {
        &self.shared.faults
    }

    pub fn calls(&self) -> Vec<Call> {
        self.shared.calls.lock().clone()
    }

    /// Acts after each page of a list was put together and before it is sent, with the number of
    /// pages so far: what changes while somebody reads.
    pub fn on_list(&self, act: impl FnMut(&Gmail, usize) + Send + 'static) {
        self.shared.hooks.lock().push(Box::new(act));
    }

    fn now(&self) -> DateTime<Utc> {
        self.shared.clock.now()
    }

    fn list_was_made(&self) {
        let number = {
            let mut world = self.shared.world.lock();
            world.lists += 1;
            world.lists
        };
        for hook in self.shared.hooks.lock().iter_mut() {
            hook(self, number);
        }
    }
}

/// One mailbox, as its owner and the world act on it.
#[derive(Clone)]
pub struct Mailbox {
    gmail: Gmail,
    address: String,
}

impl Mailbox {
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Access to this mailbox, good for an hour.
    pub fn token(&self) -> Secret {
        let now = self.gmail.now();
        let mut world = self.gmail.shared.world.lock();
        Secret::new(world.grants.access(&self.address, now))
    }

    /// Ends the access that was given so far, as an hour would.
    pub fn expire_access(&self) {
        let now = self.gmail.now();
        let mut world = self.gmail.shared.world.lock();
        world.grants.expire(&self.address, now);
    }

    /// Its owner has taken the app's access away.
    pub fn revoke(&self) {
        let mut world = self.gmail.shared.world.lock();
        world.grants.revoke(&self.address);
    }

    /// Puts a mail there; returns its id.
    pub fn receives(&self, mail: Arriving) -> String {
        let now = self.gmail.now();
        self.change(|mailbox| mailbox.arrive(mail, now))
    }

    /// A label of its owner's own making.
    pub fn makes_label(&self, name: &str) -> String {
        self.change(|mailbox| mailbox.make_label(name))
    }

    /// Moves a mail to the bin; false: there is none.
    pub fn trashes(&self, id: &str) -> bool {
        self.change(|mailbox| mailbox.relabel(id, &["TRASH"], &["INBOX"]))
    }

    pub fn files(&self, id: &str, add: &[&str], remove: &[&str]) -> bool {
        self.change(|mailbox| mailbox.relabel(id, add, remove))
    }

    /// Deletes a mail for good; false: there is none.
    pub fn deletes(&self, id: &str) -> bool {
        self.change(|mailbox| mailbox.delete(id))
    }

    /// Gmail does not remember any more what happened until now.
    pub fn forgets_history(&self) {
        self.change(Store::forget);
    }

    /// All that is there, oldest first.
    pub fn mails(&self) -> Vec<Kept> {
        self.change(|mailbox| mailbox.all())
    }

    fn change<T>(&self, change: impl FnOnce(&mut Store) -> T) -> T {
        let mut world = self.gmail.shared.world.lock();
        let boxes = &mut world.boxes;
        let mailbox = boxes
            .entry(self.address.clone())
            .or_insert_with(|| Store::of(&self.address));
        change(mailbox)
    }
}
