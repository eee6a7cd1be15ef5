//! A stand-in for Gmail's API, in process and from memory, as Google documents it and as it is
//! known to behave where that is less kind: a mailbox for each address, with its history, and mail
//! that goes from one to another.

mod demo;
mod mailbox;
mod oauth;
mod raw;
mod refusal;
mod routes;
mod search;
mod shown;

pub use self::mailbox::{Arriving, Kept};
pub use self::refusal::Limit;

use self::mailbox::Store;
use super::faults;
use super::keys::Grants;
use super::stand_in::StandIn;
use crate::base::secret::Secret;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

pub type Gmail = StandIn<World>;
pub type Fault = faults::Fault<Limit>;

#[derive(Debug, Default)]
pub struct World {
    boxes: BTreeMap<String, Store>,
    grants: Grants,
    /// How many calls are left until the minute is over, where they are counted.
    left: Option<u32>,
}

impl World {
    /// Whether one call more is too much.
    fn is_exhausted(&mut self) -> bool {
        let Some(left) = &mut self.left else {
            return false;
        };
        let is_exhausted = *left == 0;
        *left = left.saturating_sub(1);
        is_exhausted
    }

    /// The mailbox of an address, a new one if there is none.
    fn of(&mut self, address: &str) -> &mut Store {
        let boxes = self.boxes.entry(address.to_owned());
        boxes.or_insert_with(|| Store::of(address))
    }
}

impl Gmail {
    /// The mailbox of an address, a new one if there is none.
    pub fn mailbox(&self, address: &str) -> Mailbox {
        let address = address.to_lowercase();
        self.edit(|world, _| {
            world.of(&address);
        });
        Mailbox {
            gmail: self.clone(),
            address,
        }
    }

    /// So many calls may follow until the minute is over; none: as many as anybody likes.
    pub fn allows(&self, calls: Option<u32>) {
        self.edit(|world, _| world.left = calls);
    }

    /// Whether an app is let in to any mailbox.
    pub fn lets_apps_in(&self) -> bool {
        !self.world().grants.is_empty()
    }

    /// What an app is registered with.
    pub fn client(&self) -> (&'static str, Secret) {
        (
            oauth::CLIENT_ID,
            Secret::new(oauth::CLIENT_SECRET.to_owned()),
        )
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
        let access = |world: &mut World, now| oauth::access(&mut world.grants, &self.address, now);
        Secret::new(self.gmail.edit(access))
    }

    /// Access to this mailbox that nobody has to renew.
    pub fn lasting_token(&self) -> Secret {
        let ends = DateTime::<Utc>::MAX_UTC;
        let access = |world: &mut World, _| world.grants.access("ya29.", &self.address, ends);
        Secret::new(self.gmail.edit(access))
    }

    /// Ends the access that was given so far, as an hour would.
    pub fn expire_access(&self) {
        self.gmail
            .edit(|world, now| world.grants.expire(&self.address, now));
    }

    /// Its owner has taken the app's access away.
    pub fn revoke(&self) {
        self.gmail
            .edit(|world, _| world.grants.revoke(&self.address));
    }

    /// Puts a mail there; returns its id.
    pub fn receives(&self, mail: Arriving) -> String {
        self.change(|mailbox, now| mailbox.arrive(mail, now))
    }

    /// A label of its owner's own making.
    pub fn makes_label(&self, name: &str) -> String {
        self.change(|mailbox, _| mailbox.make_label(name))
    }

    /// Moves a mail to the bin; false: there is none.
    pub fn trashes(&self, id: &str) -> bool {
        self.change(|mailbox, _| mailbox.relabel(id, &["TRASH"], &["INBOX"]))
    }

    pub fn files(&self, id: &str, add: &[&str], remove: &[&str]) -> bool {
        self.change(|mailbox, _| mailbox.relabel(id, add, remove))
    }

    /// Deletes a mail for good; false: there is none.
    pub fn deletes(&self, id: &str) -> bool {
        self.change(|mailbox, _| mailbox.delete(id))
    }

    /// The pages that were named until now cannot be asked for any more.
    pub fn forgets_pages(&self) {
        self.change(|mailbox, _| mailbox.pages += 1);
    }

    /// Gmail does not remember any more what happened until now.
    pub fn forgets_history(&self) {
        self.change(|mailbox, _| mailbox.forget());
    }

    /// Where Gmail is to publish that something has changed here.
    pub fn watched_by(&self) -> Option<String> {
        self.change(|mailbox, _| mailbox.watched_by.clone())
    }

    /// All that is there, oldest first.
    pub fn mails(&self) -> Vec<Kept> {
        self.change(|mailbox, _| mailbox.all())
    }

    fn change<T>(&self, change: impl FnOnce(&mut Store, DateTime<Utc>) -> T) -> T {
        self.gmail
            .edit(|world, now| change(world.of(&self.address), now))
    }
}
