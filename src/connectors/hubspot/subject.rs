//! The kinds of record that can be changed: what people call them, and which property each
//! argument stands for.

use crate::approvals::Content;
use crate::connectors::ConnectorError;
use crate::connectors::field::Problem;
use serde_json::{Map, Value};

/// A record's properties as HubSpot gives them: text, null or absent.
pub type Properties = Map<String, Value>;

#[derive(Debug)]
pub struct Subject {
    /// Such as `deal`, in names of operations, in problems and as a target's kind.
    pub name: &'static str,
    /// HubSpot's name of it in addresses.
    pub kind: &'static str,
    /// The operation that takes a new one back.
    pub deleted_by: &'static str,
    pub properties: &'static [Property],
    /// The properties that a record of this kind is called by; the first ones that there are.
    called: &'static [&'static [&'static str]],
}

/// An argument that is a property over there.
#[derive(Debug, PartialEq, Eq)]
pub struct Property {
    pub argument: &'static str,
    pub name: &'static str,
    pub form: Form,
}

/// How a value is written here and there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Text,
    /// Text that HubSpot keeps in lower case: mail addresses and domains.
    Lower,
    /// Text that HubSpot keeps as HTML.
    Note,
    Money,
    /// A day here, a moment there.
    Day,
    Owner,
    Pipeline,
    Stage,
}

const fn property(argument: &'static str, name: &'static str, form: Form) -> Property {
    Property {
        argument,
        name,
        form,
    }
}

pub const OWNER: &str = "hubspot_owner_id";
/// When something happened.
pub const TIMESTAMP: &str = "hs_timestamp";

pub static DEAL: Subject = Subject {
    name: "deal",
    kind: "deals",
    deleted_by: "delete_deal",
    properties: &[
        property("name", "dealname", Form::Text),
        property("pipeline", "pipeline", Form::Pipeline),
        property("stage", "dealstage", Form::Stage),
        property("amount", "amount", Form::Money),
        property("close_date", "closedate", Form::Day),
        property("owner", OWNER, Form::Owner),
        property("next_step", "hs_next_step", Form::Text),
    ],
    called: &[&["dealname"]],
};

pub static CONTACT: Subject = Subject {
    name: "contact",
    kind: "contacts",
    deleted_by: "delete_contact",
    properties: &[
        property("first_name", "firstname", Form::Text),
        property("last_name", "lastname", Form::Text),
        property("email", "email", Form::Lower),
        property("phone", "phone", Form::Text),
        property("job_title", "jobtitle", Form::Text),
        property("owner", OWNER, Form::Owner),
    ],
    called: &[&["firstname", "lastname"], &["email"]],
};

pub static COMPANY: Subject = Subject {
    name: "company",
    kind: "companies",
    deleted_by: "delete_company",
    properties: &[
        property("name", "name", Form::Text),
        property("domain", "domain", Form::Lower),
        property("phone", "phone", Form::Text),
        property("city", "city", Form::Text),
        property("country", "country", Form::Text),
        property("description", "description", Form::Text),
        property("owner", OWNER, Form::Owner),
    ],
    called: &[&["name"], &["domain"]],
};

pub static NOTE: Subject = Subject {
    name: "note",
    kind: "notes",
    deleted_by: "delete_note",
    properties: &[property("text", "hs_note_body", Form::Note)],
    called: &[],
};

/// Those that people look for and open.
pub static RECORDS: [&Subject; 3] = [&DEAL, &CONTACT, &COMPANY];

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Create,
    Update,
    Archive,
}

/// What an operation's name says: `update_deal` updates a deal.
pub fn read(operation: &str) -> Result<(Act, &'static Subject), ConnectorError> {
    let read = || {
        let (verb, noun) = operation.split_once('_')?;
        let act = match verb {
            "create" | "add" => Act::Create,
            "update" => Act::Update,
            "delete" => Act::Archive,
            _ => return None,
        };
        let subject = [&DEAL, &CONTACT, &COMPANY, &NOTE];
        let subject = subject.into_iter().find(|subject| subject.name == noun)?;
        Some((act, subject))
    };
    read().ok_or_else(|| ConnectorError::Unexpected(format!("there is no {operation}")))
}

impl Subject {
    pub fn property(&self, argument: &str) -> Option<&'static Property> {
        self.properties.iter().find(|it| it.argument == argument)
    }

    /// Everything of a record that a change or its card may need.
    pub fn asked(&self) -> String {
        let mut asked: Vec<&str> = self.properties.iter().map(|it| it.name).collect();
        asked.push("deal_currency_code");
        asked.join(",")
    }

    /// What people call the record.
    pub fn called(&self, properties: &Properties) -> String {
        let words = |names: &&[&str]| {
            let values = names.iter().filter_map(|name| text(properties, name));
            let words = values.collect::<Vec<_>>().join(" ");
            (!words.is_empty()).then_some(words)
        };
        let called = self.called.iter().find_map(words);
        called.unwrap_or_else(|| format!("a {} without a name", self.name))
    }

    /// As in the tables: records of several kinds share one, and HubSpot numbers each kind by
    /// itself.
    pub fn source_id(&self, id: &str) -> String {
        format!("{}/{id}", self.kind)
    }

    /// HubSpot's own id of a record that is given as in the tables, or bare.
    pub fn own_id<'a>(&self, field: &str, given: &'a str) -> Result<&'a str, Problem> {
        let given = given.trim();
        let id = match given.split_once('/') {
            Some((kind, id)) if kind == self.kind => id,
            Some(_) => "",
            None => given,
        };
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Problem {
                field: field.to_owned(),
                said: format!(
                    "{given:?} is no {}'s id in HubSpot; they look like {}/33800000001.",
                    self.name, self.kind
                ),
            });
        }
        Ok(id)
    }

    /// HubSpot's own id of the record that a proposal is about.
    pub fn sealed_id<'a>(&self, content: &'a Content) -> Result<&'a str, Problem> {
        let given = content.arguments.get("id").and_then(Value::as_str);
        self.own_id("id", given.unwrap_or_default())
    }

    pub fn path(&self, id: &str) -> String {
        format!("/crm/v3/objects/{}/{id}", self.kind)
    }
}

/// A property that has a value.
pub fn text<'a>(properties: &'a Properties, name: &str) -> Option<&'a str> {
    let text = properties.get(name)?.as_str()?.trim();
    (!text.is_empty()).then_some(text)
}
