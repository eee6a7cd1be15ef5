//! Where a mail lies: in the inbox, read, starred, under which labels. All of it is labels to
//! Gmail; people see three switches and the labels that they have made.

use super::looking::{text, texts};
use super::operations::FILE;
use super::wire::{ME, Message};
use super::{queries, rows};
use crate::approvals::seal::Target;
use crate::approvals::{Content, Effect};
use crate::connectors::field::Arguments;
use crate::connectors::operation::{Look, LookError, Undo};
use crate::net::json_api::{ApiError, JsonApi, WriteError};
use http::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The switches, and the labels that stand for them.
const SWITCHES: [(&str, &str); 3] = [
    ("inbox", "INBOX"),
    ("unread", "UNREAD"),
    ("starred", "STARRED"),
];

/// Of either kind, Gmail takes so many at once.
const MOST_AT_ONCE: usize = 100;

#[derive(Debug, Deserialize)]
struct Labels {
    #[serde(default)]
    labels: Vec<Label>,
}

#[derive(Debug, Deserialize)]
struct Label {
    id: String,
    name: String,
    #[serde(default, rename = "type")]
    kind: String,
}

impl Labels {
    async fn of(api: &JsonApi) -> Result<Self, ApiError> {
        let mut all: Self = api.get(&format!("{ME}/labels"), &[]).await?;
        all.labels.retain(|label| label.kind == "user");
        Ok(all)
    }

    fn named(&self, name: &str) -> Option<&Label> {
        let exact = self.labels.iter().find(|label| label.name == name);
        let same = |label: &&Label| label.name.to_lowercase() == name.trim().to_lowercase();
        exact.or_else(|| self.labels.iter().find(same))
    }

    /// Those of a mail, by name.
    fn names_on(&self, mail: &Message) -> Vec<&str> {
        let on = self.labels.iter().filter(|label| mail.has_label(&label.id));
        let mut names: Vec<_> = on.map(|label| label.name.as_str()).collect();
        names.sort_unstable();
        names
    }

    /// The wanted ones as they are spelled in the mailbox.
    fn resolve(&self, wanted: &[&str]) -> Result<Vec<&str>, LookError> {
        let mut names = Vec::new();
        for name in wanted {
            let label = self.named(name).ok_or_else(|| {
                let known: Vec<_> = self.labels.iter().map(|it| it.name.as_str()).collect();
                let known = match known.as_slice() {
                    [] => "There are none yet".to_owned(),
                    known => format!("There are: {}", known.join(", ")),
                };
                let said = format!("There is no label {name:?} in this mailbox. {known}.");
                LookError::problem("labels", said)
            })?;
            names.push(label.name.as_str());
        }
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }
}

pub async fn look(api: &JsonApi, arguments: &Arguments) -> Result<Look, LookError> {
    let mail = queries::mail(api, text(arguments, "id"), "metadata").await?;
    let labels = Labels::of(api).await?;
    let mut resolved = arguments.clone();
    if resolved.contains_key("labels") {
        let names = labels.resolve(&texts(arguments, "labels"))?;
        resolved.insert("labels".to_owned(), json!(names));
    }
    let before = fields(&mail, &labels, &resolved);
    if before.is_empty() {
        let said = "Say what shall change: inbox, unread, starred or labels.";
        return Err(LookError::problem("inbox", said));
    }
    Ok(Look {
        target: Target {
            kind: "mail".to_owned(),
            id: Some(mail.id.clone()),
            name: mail.header("Subject").unwrap_or("(no subject)").to_owned(),
            link: Some(rows::link(None, &mail.id)),
        },
        arguments: resolved,
        before: Some(before),
        amount: None,
        owner: None,
    })
}

/// How it is, of what the arguments name.
fn fields(mail: &Message, labels: &Labels, arguments: &Arguments) -> Map<String, Value> {
    let switches = SWITCHES
        .iter()
        .map(|(field, label)| ((*field).to_owned(), json!(mail.has_label(label))));
    let own = ("labels".to_owned(), json!(labels.names_on(mail)));
    let all = switches.chain([own]);
    all.filter(|(field, _)| arguments.contains_key(field))
        .collect()
}

pub async fn perform(api: &JsonApi, content: &Content) -> Result<Effect, WriteError> {
    let arguments = &content.arguments;
    let labels = Labels::of(api).await.map_err(WriteError::NotSent)?;
    let (add, remove) = moves(&labels, content);
    let id = rows::own_id(text(arguments, "id"));
    let path = format!("{ME}/messages/{id}/modify");
    let (mut add, mut remove) = (add.chunks(MOST_AT_ONCE), remove.chunks(MOST_AT_ONCE));
    let mut filed: Option<Message> = None;
    loop {
        let (more, less) = (add.next(), remove.next());
        if let (Some(filed), None, None) = (&filed, more, less) {
            return Ok(effect(content, fields(filed, &labels, arguments)));
        }
        let body = json!({
            "addLabelIds": more.unwrap_or_default(),
            "removeLabelIds": less.unwrap_or_default(),
        });
        let written = api.write(Method::POST, &path, &[], &body).await;
        filed = Some(match written {
            Ok(mail) => mail,
            // A part of it was written.
            Err(error) if filed.is_some() => return Err(WriteError::Unclear(error.to_string())),
            Err(error) => return Err(error),
        });
    }
}

/// The labels to add and to take away: of its owner's own ones those that it lacks, and those
/// that it has.
fn moves<'a>(labels: &'a Labels, content: &Content) -> (Vec<&'a str>, Vec<&'a str>) {
    let arguments = &content.arguments;
    let (mut add, mut remove) = (Vec::new(), Vec::new());
    for (field, label) in SWITCHES {
        match arguments.get(field).and_then(Value::as_bool) {
            Some(true) => add.push(label),
            Some(false) => remove.push(label),
            None => {}
        }
    }
    if arguments.contains_key("labels") {
        let wanted = texts(arguments, "labels");
        let before = content.before.as_ref();
        let has = before.map(|before| texts(before, "labels"));
        let has = has.unwrap_or_default();
        for label in &labels.labels {
            let name = label.name.as_str();
            match (wanted.contains(&name), has.contains(&name)) {
                (true, false) => add.push(&label.id),
                (false, true) => remove.push(&label.id),
                _ => {}
            }
        }
    }
    (add, remove)
}

/// Filing says how it shall be, so whether it is like that is all there is to find out.
pub async fn find_effect(api: &JsonApi, content: &Content) -> Result<Option<Effect>, LookError> {
    let mail = queries::mail(api, text(&content.arguments, "id"), "metadata").await?;
    let labels = Labels::of(api).await?;
    let now = fields(&mail, &labels, &content.arguments);
    let is_done = now
        .iter()
        .all(|(field, value)| content.arguments.get(field) == Some(value));
    Ok(is_done.then(|| effect(content, now)))
}

fn effect(content: &Content, after: Map<String, Value>) -> Effect {
    Effect {
        id: content.target.id.clone(),
        link: content.target.link.clone(),
        after: Some(after),
    }
}

/// Back to where it was.
pub fn undo(content: &Content) -> Option<Undo> {
    if content.operation.name != FILE {
        return None;
    }
    let mut arguments = content.before.clone()?;
    arguments.insert("id".to_owned(), content.arguments.get("id")?.clone());
    Some(Undo {
        operation: FILE,
        arguments,
    })
}
