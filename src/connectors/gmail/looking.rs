//! What a change in the mailbox would be about: the mail that is answered or filed as it is now,
//! and to whom a new one goes.

use super::message::Answers;
use super::operations::{REPLY, SEND};
use super::wire::{Message, addresses};
use super::{filing, queries, rows};
use crate::approvals::seal::Target;
use crate::connectors::field::{Arguments, Problem};
use crate::connectors::operation::{Look, LookError};
use crate::net::json_api::JsonApi;
use serde_json::{Value, json};

pub async fn look(
    api: &JsonApi,
    operation: &str,
    arguments: &Arguments,
) -> Result<Look, LookError> {
    match operation {
        SEND => {
            check_addresses(arguments)?;
            Ok(new_mail(arguments.clone(), None))
        }
        REPLY => reply(api, arguments).await,
        _ => filing::look(api, arguments).await,
    }
}

/// Both kinds of sending make something new, so there is nothing that could change meanwhile.
fn new_mail(arguments: Arguments, answered: Option<&Message>) -> Look {
    let name = arguments.get("subject").and_then(Value::as_str);
    Look {
        target: Target {
            kind: "mail".to_owned(),
            id: answered.map(|mail| mail.id.clone()),
            name: name.unwrap_or_default().to_owned(),
            link: None,
        },
        arguments,
        before: None,
        amount: None,
        owner: None,
    }
}

async fn reply(api: &JsonApi, arguments: &Arguments) -> Result<Look, LookError> {
    let id = text(arguments, "id");
    let answered = queries::mail(api, id, "metadata").await?;
    let mut resolved = arguments.clone();
    if !resolved.contains_key("to") {
        let to = senders(&answered);
        if to.is_empty() {
            let said = "The mail does not say who wrote it, so say whom to reply to.";
            return Err(LookError::problem("to", said));
        }
        resolved.insert("to".to_owned(), json!(to));
    }
    if !resolved.contains_key("subject") {
        let subject = reply_subject(answered.header("Subject").unwrap_or_default());
        resolved.insert("subject".to_owned(), subject.into());
    }
    check_addresses(&resolved)?;
    let mut look = new_mail(resolved, Some(&answered));
    look.target.link = Some(rows::link(None, &answered.id));
    Ok(look)
}

/// Whom a reply goes to: where the mail wants it, or else who wrote it; of an own mail, its
/// recipients.
fn senders(mail: &Message) -> Vec<String> {
    let header = match mail.has_label("SENT") {
        true => "To",
        false if mail.header("Reply-To").is_some() => "Reply-To",
        false => "From",
    };
    mail.header(header).map(addresses).unwrap_or_default()
}

fn reply_subject(subject: &str) -> String {
    let is_reply = subject
        .get(..3)
        .is_some_and(|start| start.eq_ignore_ascii_case("re:"));
    match is_reply {
        true => subject.to_owned(),
        false => format!("Re: {subject}").trim().to_owned(),
    }
}

/// What a reply to this mail has to refer to, so that it joins its conversation everywhere.
pub fn answers(mail: &Message) -> Option<Answers> {
    let message_id = mail.header("Message-ID")?.to_owned();
    let earlier = mail.header("References").or(mail.header("In-Reply-To"));
    let mut references: Vec<String> = earlier
        .into_iter()
        .flat_map(str::split_whitespace)
        .map(str::to_owned)
        .collect();
    references.push(message_id.clone());
    Some(Answers {
        message_id,
        references,
    })
}

pub fn text<'a>(arguments: &'a Arguments, name: &str) -> &'a str {
    let value = arguments.get(name).and_then(Value::as_str);
    value.unwrap_or_default()
}

pub fn texts<'a>(arguments: &'a Arguments, name: &str) -> Vec<&'a str> {
    let items = arguments.get(name).and_then(Value::as_array);
    items
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// A mail's headers hold ASCII alone, and a letter that only looks like another one is no address.
fn check_addresses(arguments: &Arguments) -> Result<(), LookError> {
    let problems: Vec<Problem> = ["to", "cc"]
        .into_iter()
        .flat_map(|field| {
            texts(arguments, field)
                .into_iter()
                .map(move |it| (field, it))
        })
        .filter(|(_, address)| !address.is_ascii())
        .map(|(field, address)| Problem {
            field: field.to_owned(),
            said: format!("{address} has letters beyond a to z; write its domain as xn--…"),
        })
        .collect();
    match problems.is_empty() {
        true => Ok(()),
        false => Err(LookError::Problems(problems)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn mail(labels: &[&str], headers: &[(&str, &str)]) -> Message {
        let headers: Vec<Value> = headers
            .iter()
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect();
        serde_json::from_value(json!({
            "id": "m1", "labelIds": labels, "payload": {"headers": headers},
        }))
        .unwrap()
    }

    #[test]
    fn a_reply_goes_where_the_mail_wants_it() {
        let from = ("From", "Ann <ann@acme.example>");
        for (labels, headers, to) in [
            (vec!["INBOX"], vec![from], "ann@acme.example"),
            (
                vec!["INBOX"],
                vec![from, ("Reply-To", "desk@acme.example")],
                "desk@acme.example",
            ),
            (
                vec!["SENT"],
                vec![("From", "me@x.example"), ("To", "bob@x.example")],
                "bob@x.example",
            ),
        ] {
            assert_eq!(senders(&mail(&labels, &headers)), [to]);
        }
    }

    #[test]
    fn a_subject_is_not_answered_twice() {
        assert_eq!(reply_subject("Offer"), "Re: Offer");
        assert_eq!(reply_subject("RE: Offer"), "RE: Offer");
        assert_eq!(reply_subject(""), "Re:");
        assert_eq!(reply_subject("Ré"), "Re: Ré");
    }

    #[test]
    fn a_reply_refers_to_the_whole_conversation() {
        let third = mail(
            &[],
            &[("Message-Id", "<c@x>"), ("References", "<a@x>\r\n <b@x>")],
        );
        let answers = answers(&third).unwrap();
        assert_eq!(answers.message_id, "<c@x>");
        assert_eq!(answers.references, ["<a@x>", "<b@x>", "<c@x>"]);
    }

    #[test]
    fn an_address_with_foreign_letters_is_refused() {
        let arguments = |to: &str| {
            let arguments = json!({"to": [to]});
            arguments.as_object().cloned().unwrap()
        };
        assert!(check_addresses(&arguments("ann@acme.example")).is_ok());
        assert!(check_addresses(&arguments("аnn@acme.example")).is_err());
    }
}
