//! What App Home is to say about a click on it. Whoever handles the click leaves it here, and
//! `inbound` has the page drawn once the click is done: the page (`home`) shows what everybody has
//! for it, and so nobody of those knows the page.

use crate::slack::blocks::memory::Note;
use parking_lot::Mutex;

/// What a button on the page just did.
#[derive(Debug, Clone)]
pub enum Notice {
    Said(String),
    Forgot(Note),
}

/// The answer of the page to one delivery.
#[derive(Debug, Default)]
pub struct Page(Mutex<Option<Notice>>);

impl Page {
    pub fn say(&self, said: impl Into<String>) {
        self.show(Notice::Said(said.into()));
    }

    pub fn show(&self, notice: Notice) {
        *self.0.lock() = Some(notice);
    }

    pub fn take(&self) -> Option<Notice> {
        self.0.lock().take()
    }
}
