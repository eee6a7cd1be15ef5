//! What is in a mailbox, and the history of how it came to be so.

use super::raw::{self, Parsed};
use super::refusal::Refusal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Ids are numbers in hex, and each mailbox counts for itself.
const FIRST_ID: u64 = 0x1900_0000_0000_0000;
const SYSTEM_LABELS: [&str; 8] = [
    "INBOX",
    "SENT",
    "TRASH",
    "SPAM",
    "DRAFT",
    "UNREAD",
    "STARRED",
    "IMPORTANT",
];

/// A mail as it reaches a mailbox.
#[derive(Debug, Clone, Default)]
pub struct Arriving {
    pub from: String,
    /// None: the mailbox's own address.
    pub to: Option<String>,
    pub cc: Option<String>,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    /// Names and sizes of attached files.
    pub files: Vec<(String, u64)>,
    /// The mail that it answers, by its id here.
    pub answers: Option<String>,
    pub days_ago: i64,
    /// Instead of INBOX and UNREAD.
    pub labels: Vec<String>,
}

impl Arriving {
    pub fn from(from: &str, subject: &str, text: &str) -> Self {
        Self {
            from: from.to_owned(),
            subject: subject.to_owned(),
            text: text.to_owned(),
            ..Self::default()
        }
    }
}

/// A mail as a test compares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub id: String,
    pub thread: String,
    pub labels: BTreeSet<String>,
    pub headers: BTreeMap<String, String>,
    pub text: String,
}

#[derive(Debug, Clone)]
pub struct Mail {
    pub id: u64,
    pub thread: u64,
    pub labels: BTreeSet<String>,
    pub at: DateTime<Utc>,
    pub headers: Vec<(String, String)>,
    pub text: String,
    pub html: Option<String>,
    pub files: Vec<(String, u64)>,
    pub history: u64,
}

#[derive(Debug, Clone)]
pub struct Event {
    pub id: u64,
    /// `messagesAdded` and so on.
    pub kind: &'static str,
    pub message: Value,
    pub labels: Vec<String>,
}

#[derive(Debug, Default)]
pub struct Store {
    pub address: String,
    pub mails: BTreeMap<u64, Mail>,
    pub events: Vec<Event>,
    /// Of what happened until there nothing is known.
    pub forgotten: u64,
    pub last_history: u64,
    /// Ids and names.
    pub labels: Vec<(String, String)>,
    /// Where Gmail is to publish that something has changed.
    pub watched_by: Option<String>,
    /// How often the names of pages were forgotten.
    pub pages: u64,
    made: u64,
}

impl Mail {
    pub fn header(&self, name: &str) -> &str {
        let found = self
            .headers
            .iter()
            .find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    pub fn reference(&self) -> Value {
        json!({"id": hex(self.id), "threadId": hex(self.thread)})
    }

    pub fn minimal(&self) -> Value {
        let mut shown = self.reference();
        shown["labelIds"] = json!(self.labels);
        shown
    }

    /// `format` as the API has it.
    pub fn shown(&self, format: &str) -> Value {
        let mut shown = self.minimal();
        shown["snippet"] = self.text.chars().take(100).collect::<String>().into();
        shown["historyId"] = self.history.to_string().into();
        shown["internalDate"] = self.at.timestamp_millis().to_string().into();
        shown["sizeEstimate"] = self.text.len().into();
        if format == "minimal" {
            return shown;
        }
        let headers = self.headers.iter();
        let headers: Vec<_> = headers
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect();
        shown["payload"] = match format {
            "metadata" => json!({"mimeType": "text/plain"}),
            _ => self.parts(),
        };
        shown["payload"]["headers"] = headers.into();
        shown
    }

    fn parts(&self) -> Value {
        let part = |kind: &str, text: &str| {
            json!({
                "mimeType": kind, "filename": "", "headers": [],
                "body": {"size": text.len(), "data": URL_SAFE.encode(text)},
            })
        };
        let plain = part("text/plain", &self.text);
        let text = match &self.html {
            None => plain,
            Some(html) if self.text.is_empty() => part("text/html", html),
            Some(html) => json!({
                "mimeType": "multipart/alternative", "filename": "", "body": {"size": 0},
                "parts": [plain, part("text/html", html)],
            }),
        };
        if self.files.is_empty() {
            return text;
        }
        let files = self.files.iter().map(|(name, size)| {
            json!({
                "mimeType": "application/pdf", "filename": name, "headers": [],
                "body": {"attachmentId": format!("ANGjdJ-{name}"), "size": size},
            })
        });
        let parts: Vec<_> = std::iter::once(text).chain(files).collect();
        json!({"mimeType": "multipart/mixed", "filename": "", "body": {"size": 0}, "parts": parts})
    }

    fn kept(&self) -> Kept {
        Kept {
            id: hex(self.id),
            thread: hex(self.thread),
            labels: self.labels.clone(),
            headers: self.headers.iter().cloned().collect(),
            text: self.text.clone(),
        }
    }
}

impl Store {
    pub fn of(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            last_history: 1000,
            ..Self::default()
        }
    }

    /// What the next page of a list is called.
    pub fn page_name(&self, place: [u64; 2]) -> String {
        format!("{}.{}.{}", self.pages, place[0], place[1])
    }

    pub fn page_at(&self, name: &str) -> Result<[u64; 2], Refusal> {
        let parts: Result<Vec<u64>, _> = name.split('.').map(str::parse::<u64>).collect();
        match parts.as_deref() {
            Ok([pages, from, until]) if *pages == self.pages => Ok([*from, *until]),
            _ => Err(Refusal::invalid("Invalid pageToken")),
        }
    }

    pub fn all(&self) -> Vec<Kept> {
        self.mails.values().map(Mail::kept).collect()
    }

    pub fn find(&self, id: &str) -> Result<&Mail, Refusal> {
        let found = number(id).and_then(|id| self.mails.get(&id));
        found.ok_or(Refusal::NotFound)
    }

    pub fn arrive(&mut self, mail: Arriving, now: DateTime<Utc>) -> String {
        let answered = mail.answers.as_deref().and_then(|id| self.find(id).ok());
        let thread = answered.map(|mail| mail.thread);
        let message_id = format!("<{}@mail.example>", self.made + 1);
        let mut headers = vec![
            ("From".to_owned(), mail.from),
            (
                "To".to_owned(),
                mail.to.unwrap_or_else(|| self.address.clone()),
            ),
        ];
        headers.extend(mail.cc.map(|cc| ("Cc".to_owned(), cc)));
        headers.push(("Subject".to_owned(), mail.subject));
        headers.push(("Message-ID".to_owned(), message_id));
        let labels: BTreeSet<String> = match mail.labels.is_empty() {
            true => ["INBOX", "UNREAD"].map(str::to_owned).into(),
            false => mail.labels.into_iter().collect(),
        };
        self.add(Mail {
            id: 0,
            thread: thread.unwrap_or_default(),
            labels,
            at: now - TimeDelta::days(mail.days_ago),
            headers,
            text: mail.text,
            html: mail.html,
            files: mail.files,
            history: 0,
        })
    }

    /// What its owner sends. Google puts a Message-ID of its own in the place of the given one.
    pub fn send(
        &mut self,
        raw: &str,
        thread: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Mail, Refusal> {
        let Parsed { mut headers, text } = raw::parse(raw)?;
        let thread = match thread {
            Some(thread) => {
                let thread = number(thread).ok_or(Refusal::NotFound)?;
                let is_there = self.mails.values().any(|mail| mail.thread == thread);
                is_there.then_some(thread).ok_or(Refusal::NotFound)?
            }
            None => 0,
        };
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("Message-ID"));
        let message_id = format!("<CA+{}@mail.gmail.com>", self.made + 1);
        headers.push(("Message-ID".to_owned(), message_id));
        let id = self.add(Mail {
            id: 0,
            thread,
            labels: BTreeSet::from(["SENT".to_owned()]),
            at: now,
            headers,
            text,
            html: None,
            files: Vec::new(),
            history: 0,
        });
        self.find(&id).cloned()
    }

    /// What somebody else has sent here.
    pub fn deliver(&mut self, sent: &Mail) {
        let refers = sent.header("In-Reply-To").to_owned();
        let thread = self
            .mails
            .values()
            .find(|mail| !refers.is_empty() && mail.header("Message-ID") == refers)
            .map_or(0, |mail| mail.thread);
        self.add(Mail {
            thread,
            labels: ["INBOX", "UNREAD"].map(str::to_owned).into(),
            ..sent.clone()
        });
    }

    fn add(&mut self, mut mail: Mail) -> String {
        self.made += 1;
        mail.id = FIRST_ID + self.made;
        if mail.thread == 0 {
            mail.thread = mail.id;
        }
        let id = mail.id;
        mail.history = self.happens("messagesAdded", mail.minimal(), &[]);
        self.mails.insert(id, mail);
        hex(id)
    }

    fn happens(&mut self, kind: &'static str, message: Value, labels: &[&str]) -> u64 {
        self.last_history += 7;
        self.events.push(Event {
            id: self.last_history,
            kind,
            message,
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        });
        self.last_history
    }

    pub fn make_label(&mut self, name: &str) -> String {
        let id = format!("Label_{}", self.labels.len() + 1);
        self.labels.push((id.clone(), name.to_owned()));
        id
    }

    pub fn has_label(&self, id: &str) -> bool {
        SYSTEM_LABELS.contains(&id) || self.labels.iter().any(|(it, _)| it == id)
    }

    pub fn labels(&self) -> Vec<Value> {
        let system = SYSTEM_LABELS
            .iter()
            .map(|id| json!({"id": id, "name": id, "type": "system"}));
        let own = self.labels.iter();
        let own = own.map(|(id, name)| json!({"id": id, "name": name, "type": "user"}));
        system.chain(own).collect()
    }

    /// False: there is no such mail.
    pub fn relabel(&mut self, id: &str, add: &[&str], remove: &[&str]) -> bool {
        let Some(id) = number(id).filter(|id| self.mails.contains_key(id)) else {
            return false;
        };
        for (labels, kind) in [(add, "labelsAdded"), (remove, "labelsRemoved")] {
            let Some(mail) = self.mails.get_mut(&id) else {
                continue;
            };
            let mut moved = Vec::new();
            for label in labels {
                let has_changed = match kind {
                    "labelsAdded" => mail.labels.insert((*label).to_owned()),
                    _ => mail.labels.remove(*label),
                };
                if has_changed {
                    moved.push(*label);
                }
            }
            if !moved.is_empty() {
                let message = mail.minimal();
                let history = self.happens(kind, message, &moved);
                if let Some(mail) = self.mails.get_mut(&id) {
                    mail.history = history;
                }
            }
        }
        true
    }

    pub fn delete(&mut self, id: &str) -> bool {
        let Some(mail) = number(id).and_then(|id| self.mails.remove(&id)) else {
            return false;
        };
        self.happens("messagesDeleted", mail.minimal(), &[]);
        true
    }

    pub fn forget(&mut self) {
        self.last_history += 7;
        self.forgotten = self.last_history;
        self.events.clear();
    }
}

pub fn hex(id: u64) -> String {
    format!("{id:x}")
}

pub fn number(id: &str) -> Option<u64> {
    u64::from_str_radix(id, 16).ok()
}
