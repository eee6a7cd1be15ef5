//! What the account knows by name: its people, pipelines and stages, its currency, and where its
//! records are shown. Names become ids here, and ids names.

use super::objects::Kind;
use super::setup::{self, Owner, WirePipeline};
use super::subject::Subject;
use crate::connectors::field::{self, Problem, named};
use crate::connectors::{ConnectorError, SourcePerson};
use crate::net::json_api::JsonApi;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    pub portal_id: u64,
    #[serde(default)]
    pub company_currency: Option<String>,
    /// Accounts live on several domains.
    #[serde(default)]
    ui_domain: Option<String>,
}

impl Details {
    pub async fn read(api: &JsonApi) -> Result<Self, ConnectorError> {
        Ok(api.get("/account-info/v3/details", &[]).await?)
    }

    /// What the addresses of all its records begin with.
    pub fn home(&self) -> String {
        let domain = self.ui_domain.as_deref().unwrap_or("app.hubspot.com");
        format!("https://{domain}/contacts/{}", self.portal_id)
    }

    /// None: it has no page of its own.
    pub fn link(&self, subject: &Subject, id: &str) -> Option<String> {
        Kind::of(subject.kind)?.link(&self.home(), id)
    }
}

/// Everything that an argument may name.
#[derive(Debug)]
pub struct Account {
    pub details: Details,
    owners: Vec<Owner>,
    pipelines: Vec<WirePipeline>,
}

impl Account {
    pub async fn read(api: &JsonApi) -> Result<Self, ConnectorError> {
        let (details, owners, pipelines) = tokio::try_join!(
            Details::read(api),
            setup::all_owners(api),
            setup::all_pipelines(api),
        )?;
        Ok(Self {
            details,
            owners,
            pipelines,
        })
    }

    pub fn person(&self, id: &str) -> Option<SourcePerson> {
        let owner = self.owners.iter().find(|owner| owner.id == id)?;
        Some(SourcePerson {
            source_id: owner.id.clone(),
            name: owner.name(),
            email: owner.email.clone(),
        })
    }

    /// Somebody who has left the account still owns what they owned.
    pub fn owner(&self, id: &str) -> Value {
        let name = self.person(id).map(|person| person.name);
        named(id, &name.unwrap_or_else(|| format!("former user {id}")))
    }

    pub fn pipeline(&self, id: &str) -> Value {
        let found = self.pipelines.iter().find(|pipeline| pipeline.id == id);
        named(id, found.map_or(id, |pipeline| &pipeline.label))
    }

    pub fn stage(&self, id: &str) -> Value {
        let mut stages = self.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
        let found = stages.find(|stage| stage.id == id);
        named(id, found.map_or(id, |stage| &stage.label))
    }

    pub fn find_owner(&self, field: &str, wanted: &Value) -> Result<Value, Problem> {
        let choices: Vec<_> = self
            .owners
            .iter()
            .map(|owner| Choice {
                id: &owner.id,
                name: owner.name(),
                mail: owner.email.as_deref(),
            })
            .collect();
        choose(&choices, wanted).map_err(|why| why.problem(field, "user", "in HubSpot", &choices))
    }

    pub fn find_pipeline(&self, field: &str, wanted: &Value) -> Result<Value, Problem> {
        let choices: Vec<_> = self
            .pipelines
            .iter()
            .map(|pipeline| Choice::of(&pipeline.id, &pipeline.label))
            .collect();
        choose(&choices, wanted)
            .map_err(|why| why.problem(field, "pipeline", "in HubSpot", &choices))
    }

    pub fn find_stage(
        &self,
        field: &str,
        pipeline: &str,
        wanted: &Value,
    ) -> Result<Value, Problem> {
        let found = self.pipelines.iter().find(|it| it.id == pipeline);
        let place = found.map_or_else(
            || "in the deal's pipeline".to_owned(),
            |it| format!("in the pipeline {}", it.label),
        );
        let choices: Vec<_> = found
            .iter()
            .flat_map(|pipeline| &pipeline.stages)
            .map(|stage| Choice::of(&stage.id, &stage.label))
            .collect();
        choose(&choices, wanted).map_err(|why| why.problem(field, "stage", &place, &choices))
    }

    /// Where a deal begins if nobody says otherwise: the first pipeline, and its first stage.
    pub fn first_pipeline(&self) -> Option<Value> {
        let first = self.pipelines.iter().min_by_key(|it| it.display_order)?;
        Some(named(&first.id, &first.label))
    }

    pub fn first_stage(&self, pipeline: &str) -> Option<Value> {
        let pipeline = self.pipelines.iter().find(|it| it.id == pipeline)?;
        let first = pipeline.stages.iter().min_by_key(|it| it.display_order)?;
        Some(named(&first.id, &first.label))
    }
}

/// Something that can be named.
struct Choice<'a> {
    id: &'a str,
    name: String,
    mail: Option<&'a str>,
}

impl<'a> Choice<'a> {
    fn of(id: &'a str, name: &str) -> Self {
        Self {
            id,
            name: name.to_owned(),
            mail: None,
        }
    }

    fn value(&self) -> Value {
        named(self.id, &self.name)
    }
}

enum Unchosen {
    Nothing(String),
    Several(String),
}

impl Unchosen {
    fn problem(self, field: &str, what: &str, place: &str, choices: &[Choice<'_>]) -> Problem {
        let names: Vec<_> = choices.iter().map(|choice| choice.name.as_str()).collect();
        let names = names.join(", ");
        let said = match self {
            Self::Nothing(wanted) if choices.is_empty() => {
                format!("There is no {what} {wanted:?} {place}; there is none at all.")
            }
            Self::Nothing(wanted) => {
                format!("There is no {what} {wanted:?} {place}; there are {names}.")
            }
            Self::Several(wanted) => format!(
                "{wanted:?} may be more than one {what} {place}; say which one of {names}, or give its id."
            ),
        };
        Problem {
            field: field.to_owned(),
            said,
        }
    }
}

/// By id, by the whole name or mail address, or by the beginning of one name only.
fn choose(choices: &[Choice<'_>], wanted: &Value) -> Result<Value, Unchosen> {
    let name = field::name_of(wanted).unwrap_or_default();
    // Resolved before: the id counts, whatever it is called by now.
    if let Some(id) = wanted.get("id").and_then(Value::as_str) {
        let found = choices.iter().find(|choice| choice.id == id);
        return found
            .map(Choice::value)
            .ok_or_else(|| Unchosen::Nothing(name.to_owned()));
    }
    let lower = name.to_lowercase();
    let is_called = |choice: &&Choice<'_>| {
        choice.id == name
            || choice.name.to_lowercase() == lower
            || choice.mail.is_some_and(|mail| mail.to_lowercase() == lower)
    };
    let begins = |choice: &&Choice<'_>| choice.name.to_lowercase().starts_with(&lower);
    let mut found: Vec<_> = choices.iter().filter(is_called).collect();
    if found.is_empty() {
        found = choices.iter().filter(begins).collect();
    }
    match found.as_slice() {
        [] => Err(Unchosen::Nothing(name.to_owned())),
        [one] => Ok(one.value()),
        _ => Err(Unchosen::Several(name.to_owned())),
    }
}
