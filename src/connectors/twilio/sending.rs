//! Sending a text message. Twilio takes no key by which it would know a repeated call, so a message
//! whose answer was lost is looked for among those to the same number.

use super::key::is_sid;
use super::wire::{self, Message};
use crate::approvals::seal::Target;
use crate::approvals::{Content, Effect};
use crate::connectors::ConnectorError;
use crate::connectors::field::Arguments;
use crate::connectors::operation::{Look, LookError};
use crate::net::json_api::{JsonApi, WriteError};
use chrono::TimeDelta;
use serde_json::Value;

/// Twilio refuses longer ones.
const TEXT_CHARS: usize = 1_600;
/// How far Twilio's clock and ours may differ.
const SKEW: TimeDelta = TimeDelta::minutes(5);
/// Written in front of a message by accounts that are not paid for yet.
const TRIAL: &str = "Sent from your Twilio trial account - ";

pub async fn look(api: &JsonApi, given: &Arguments) -> Result<Look, LookError> {
    let to = phone(text(given, "to")).ok_or_else(|| not_a_number("to", "To"))?;
    let message = text(given, "text").trim();
    let chars = message.chars().count();
    if !(1..=TEXT_CHARS).contains(&chars) {
        let said =
            format!("Text must have between 1 and {TEXT_CHARS} characters, and has {chars}.");
        return Err(LookError::problem("text", said));
    }
    let from = sender(api, text(given, "from").trim()).await?;
    let mut arguments = Arguments::new();
    arguments.insert("to".to_owned(), to.clone().into());
    arguments.insert("text".to_owned(), message.into());
    arguments.insert("from".to_owned(), from.into());
    Ok(Look {
        target: Target {
            kind: "text message".to_owned(),
            // So that a permission in advance can name whom it is for.
            id: Some(to.clone()),
            name: to,
            link: None,
        },
        arguments,
        before: None,
        amount: None,
        owner: None,
    })
}

fn text<'a>(arguments: &'a Arguments, name: &str) -> &'a str {
    let value = arguments.get(name).and_then(Value::as_str);
    value.unwrap_or_default()
}

fn not_a_number(field: &str, label: &str) -> LookError {
    let said =
        format!("{label} must be one phone number with its country’s code, such as +491701234567.");
    LookError::problem(field, said)
}

/// As E.164 has it, of a number that may be written with what people put between digits.
fn phone(written: &str) -> Option<String> {
    let between = [' ', '-', '.', '(', ')', '/', '\u{a0}'];
    let number: String = written.chars().filter(|it| !between.contains(it)).collect();
    let digits = number.strip_prefix('+')?;
    let fits = (7..=15).contains(&digits.len())
        && digits.bytes().all(|it| it.is_ascii_digit())
        && !digits.starts_with('0');
    fits.then_some(number)
}

/// Whom it comes from: a number of the account, or one of its messaging services.
async fn sender(api: &JsonApi, given: &str) -> Result<String, LookError> {
    let problem = |said: &str| Err(LookError::problem("from", said));
    if given.is_empty() {
        let numbers = wire::all_numbers(api).await?;
        return match numbers.into_iter().find(|it| it.capabilities.sms) {
            Some(number) => Ok(number.phone_number),
            None => problem(
                "The Twilio account has no number that can send text messages. Get one there, or \
                 name a messaging service (MG…) that they come from.",
            ),
        };
    }
    if is_sid(given, "MG") {
        return Ok(given.to_owned());
    }
    let Some(number) = phone(given) else {
        return Err(not_a_number("from", "From"));
    };
    match wire::number(api, &number).await? {
        Some(found) if found.capabilities.sms => Ok(number),
        Some(_) => problem("That number of the Twilio account cannot send text messages."),
        None => problem("From must be a number of the Twilio account, and that is none."),
    }
}

pub async fn send(api: &JsonApi, content: &Content) -> Result<Effect, WriteError> {
    let arguments = &content.arguments;
    let from = text(arguments, "from");
    let from_field = match is_sid(from, "MG") {
        true => "MessagingServiceSid",
        false => "From",
    };
    let fields = [
        ("To", text(arguments, "to")),
        (from_field, from),
        ("Body", text(arguments, "text")),
    ];
    wire::send(api, &fields).await.map(effect)
}

fn effect(message: Message) -> Effect {
    Effect {
        id: Some(message.sid),
        link: None,
        after: None,
    }
}

/// The message that was sent, whatever has become of it since. Where there are several like it,
/// nobody knows whether this one is among them.
pub async fn find(api: &JsonApi, content: &Content) -> Result<Option<Effect>, ConnectorError> {
    let to = text(&content.arguments, "to");
    let messages = wire::messages_to(api, to).await?;
    let mut found = messages.into_iter().filter(|it| is_it(it, content));
    match (found.next(), found.next()) {
        (Some(_), Some(_)) => Err(ConnectorError::CannotTell(
            "several messages like it went to that number meanwhile",
        )),
        (found, _) => Ok(found.map(effect)),
    }
}

fn is_it(message: &Message, content: &Content) -> bool {
    let since = content.proposal.made_at() - SKEW;
    let (wanted, from) = (
        text(&content.arguments, "text"),
        text(&content.arguments, "from"),
    );
    let body = message.body.as_deref().unwrap_or_default();
    let is_from = |it: &Option<String>| it.as_deref() == Some(from);
    message.direction.starts_with("outbound")
        && (body == wanted || body.strip_prefix(TRIAL) == Some(wanted))
        && (is_from(&message.from) || is_from(&message.messaging_service_sid))
        // One without a moment may be the one.
        && message.date_created.is_none_or(|at| at >= since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_read_as_people_write_it_and_needs_its_country() {
        for (written, number) in [
            ("+491701234567", Some("+491701234567")),
            (" +49 (170) 123-45.67", Some("+491701234567")),
            ("+1 415 555 0100", Some("+14155550100")),
            ("0170 1234567", None),
            ("+0170 1234567", None),
            ("+49", None),
            ("+49170123456789012", None),
            ("+49170x234567", None),
            ("+491701234567,+491701234568", None),
            ("", None),
        ] {
            assert_eq!(phone(written).as_deref(), number, "{written}");
        }
    }
}
