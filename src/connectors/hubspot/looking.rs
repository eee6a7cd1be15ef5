//! Reading a record as it is right now, in the form of an operation's arguments, and the
//! arguments themselves with every name resolved.

use super::account::Account;
use super::forms::{as_properties, resolved, shown};
use super::objects::Record;
use super::subject::{
    self, Act, COMPANY, CONTACT, DEAL, Form, NOTE, OWNER, Properties, Property, Subject, text,
};
use crate::approvals::seal::{Amount, Target};
use crate::connectors::field::{Arguments, cents};
use crate::connectors::operation::{Look, LookError, Operation};
use crate::connectors::{ConnectorError, SourcePerson};
use crate::net::json_api::{ApiError, JsonApi};
use serde_json::{Map, Value};

/// What something new can belong to, by argument.
pub const TIES: [(&str, &Subject); 3] = [
    ("deal_id", &DEAL),
    ("contact_id", &CONTACT),
    ("company_id", &COMPANY),
];

pub async fn look(
    api: &JsonApi,
    operation: &'static Operation,
    arguments: &Arguments,
) -> Result<Look, LookError> {
    let (act, subject) = subject::read(operation.name)?;
    match act {
        Act::Create => new(api, subject, arguments).await,
        Act::Update | Act::Archive => existing(api, (act, subject), arguments).await,
    }
}

async fn existing(
    api: &JsonApi,
    (act, subject): (Act, &'static Subject),
    arguments: &Arguments,
) -> Result<Look, LookError> {
    let (id, record) = named_record(api, subject, "id", arguments).await?;
    let account = Account::read(api).await?;
    let own = text(&record.properties, "pipeline");
    let mut resolved = resolve(&account, subject, arguments, own)?;
    let sealed_id = subject.source_id(&id);
    resolved.insert("id".to_owned(), sealed_id.clone().into());
    let touched = |property: &&Property| match act {
        Act::Archive => text(&record.properties, property.name).is_some(),
        Act::Create | Act::Update => resolved.contains_key(property.argument),
    };
    let before: Map<String, Value> = subject
        .properties
        .iter()
        .filter(touched)
        .map(|property| {
            let value = shown(&account, property.form, &record.properties, property.name);
            (property.argument.to_owned(), value)
        })
        .collect();
    if before.is_empty() && act == Act::Update {
        return Err(LookError::problem(
            "id",
            "Say at least one field that shall change.",
        ));
    }
    let currency = text(&record.properties, "deal_currency_code");
    Ok(Look {
        target: target(&account, subject, &id, &record.properties),
        amount: amount(&account, currency, &resolved),
        owner: owner(&account, &record.properties),
        arguments: resolved,
        before: Some(before),
    })
}

/// What is new has no before; its target is what it hangs on, or its own name.
async fn new(
    api: &JsonApi,
    subject: &'static Subject,
    arguments: &Arguments,
) -> Result<Look, LookError> {
    let account = Account::read(api).await?;
    let begun = beginning(&account, subject, arguments);
    let mut resolved = resolve(&account, subject, &begun, None)?;
    let mut tied = None;
    for (argument, to) in TIES {
        if !arguments.contains_key(argument) {
            continue;
        }
        let (id, record) = named_record(api, to, argument, arguments).await?;
        resolved.insert(argument.to_owned(), to.source_id(&id).into());
        tied = tied.or(Some((to, id, record)));
    }
    fits(api, subject, &resolved).await?;
    let target = match &tied {
        // A note has no name and no page; it is about a record.
        Some((to, id, record)) if subject.name == NOTE.name => {
            target(&account, to, id, &record.properties)
        }
        _ => Target {
            kind: subject.name.to_owned(),
            id: None,
            name: subject.called(&as_properties(subject, &resolved)),
            link: None,
        },
    };
    let of_tied = tied.and_then(|(_, _, record)| owner(&account, &record.properties));
    let owner = resolved
        .get("owner")
        .and_then(|owner| account.person(owner.get("id")?.as_str()?));
    Ok(Look {
        target,
        amount: amount(&account, None, &resolved),
        owner: owner.or(of_tied),
        arguments: resolved,
        before: None,
    })
}

/// What HubSpot would refuse, or what would become a second record of the same person.
async fn fits(
    api: &JsonApi,
    subject: &'static Subject,
    arguments: &Arguments,
) -> Result<(), LookError> {
    match subject.name {
        "note" => {
            let ties = TIES
                .iter()
                .filter(|(name, _)| arguments.contains_key(*name));
            if ties.count() != 1 {
                let said = "Say on which record the note goes: exactly one of deal_id, contact_id and company_id.";
                return Err(LookError::problem("deal_id", said));
            }
        }
        "contact" => {
            let has = |name| arguments.contains_key(name);
            if !has("email") && !has("first_name") && !has("last_name") {
                let said = "Give a mail address or a name.";
                return Err(LookError::problem("email", said));
            }
            let email = arguments.get("email").and_then(Value::as_str);
            if let Some(email) = email
                && let Some(found) = contact_with(api, email).await?
            {
                let said = format!(
                    "HubSpot has a contact with this mail address already: {}, {}. Update that one instead.",
                    CONTACT.called(&found.properties),
                    CONTACT.source_id(&found.id)
                );
                return Err(LookError::problem("email", said));
            }
        }
        _ => {}
    }
    Ok(())
}

/// HubSpot has one contact at most for a mail address, and knows of it at once.
pub async fn contact_with(api: &JsonApi, email: &str) -> Result<Option<Record>, ConnectorError> {
    let email: String = url::form_urlencoded::byte_serialize(email.as_bytes()).collect();
    // In a path a plus is a plus, and a space is none.
    let path = format!("/crm/v3/objects/contacts/{}", email.replace('+', "%20"));
    let query = [("idProperty", "email"), ("properties", &CONTACT.asked())];
    match api.get(&path, &query).await {
        Ok(record) => Ok(Some(record)),
        Err(ApiError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The record that an argument names, with its own id.
async fn named_record(
    api: &JsonApi,
    subject: &'static Subject,
    argument: &str,
    arguments: &Arguments,
) -> Result<(String, Record), LookError> {
    let given = arguments.get(argument).and_then(Value::as_str);
    let id = subject
        .own_id(argument, given.unwrap_or_default())
        .map_err(|problem| LookError::Problems(vec![problem]))?;
    match read(api, subject, id).await? {
        Some(record) => Ok((id.to_owned(), record)),
        None => {
            let said = format!(
                "HubSpot has no {} with the id {id}; it may have been deleted.",
                subject.name
            );
            Err(LookError::problem(argument, said))
        }
    }
}

pub async fn read(
    api: &JsonApi,
    subject: &Subject,
    id: &str,
) -> Result<Option<Record>, ConnectorError> {
    let query = [("properties", subject.asked())];
    let query = query
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    match api.get(&subject.path(id), &query).await {
        Ok(record) => Ok(Some(record)),
        Err(ApiError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The arguments that are properties, each in its one form and with its name resolved.
fn resolve(
    account: &Account,
    subject: &'static Subject,
    arguments: &Arguments,
    own_pipeline: Option<&str>,
) -> Result<Arguments, LookError> {
    let mut all = Arguments::new();
    let mut problems = Vec::new();
    let mut pipeline = own_pipeline.map(str::to_owned);
    // A pipeline comes before its stages.
    for property in subject.properties {
        let Some(given) = arguments.get(property.argument) else {
            continue;
        };
        match resolved(account, property, given, pipeline.as_deref()) {
            Ok(value) => {
                if property.form == Form::Pipeline {
                    pipeline = value["id"].as_str().map(str::to_owned);
                }
                all.insert(property.argument.to_owned(), value);
            }
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(LookError::Problems(problems));
    }
    Ok(all)
}

/// A deal has to begin somewhere; where nobody says it, the card still does.
fn beginning(account: &Account, subject: &Subject, arguments: &Arguments) -> Arguments {
    let mut begun = arguments.clone();
    if subject.name != DEAL.name {
        return begun;
    }
    if !begun.contains_key("pipeline") {
        begun.extend(
            account
                .first_pipeline()
                .map(|it| ("pipeline".to_owned(), it)),
        );
    }
    if !begun.contains_key("stage")
        && let Some(pipeline) = begun.get("pipeline")
        && let Ok(pipeline) = account.find_pipeline("pipeline", pipeline)
    {
        let first = account.first_stage(pipeline["id"].as_str().unwrap_or_default());
        begun.extend(first.map(|it| ("stage".to_owned(), it)));
    }
    begun
}

fn target(account: &Account, subject: &Subject, id: &str, properties: &Properties) -> Target {
    Target {
        kind: subject.name.to_owned(),
        id: Some(subject.source_id(id)),
        name: subject.called(properties),
        link: account.details.link(subject, id),
    }
}

fn owner(account: &Account, properties: &Properties) -> Option<SourcePerson> {
    account.person(text(properties, OWNER)?)
}

/// What a change promises, where it sets an amount. One too large for the seal counts as the
/// largest there is: a grant that is capped by amount must not let it pass.
fn amount(account: &Account, currency: Option<&str>, arguments: &Arguments) -> Option<Amount> {
    let cents = cents(arguments.get("amount")?)?;
    let company = account.details.company_currency.as_deref();
    Some(Amount {
        units: u32::try_from(cents.unsigned_abs()).unwrap_or(u32::MAX),
        currency: currency.or(company).unwrap_or("USD").to_owned(),
    })
}
