//! From the names that people use to the ids that Linear wants.

use super::graphql::ask;
use super::wire::Connection;
use crate::connectors::field::{NONE, is_none, name_of, named};
use crate::connectors::operation::LookError;
use crate::net::json_api::{ApiError, JsonApi};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

const TEAMS: &str = "query TeamNames {
    found: teams(first: 250) { nodes { id name key private } }
}";
const STATES: &str = "query StateNames($team: ID!) {
    found: workflowStates(first: 100, filter: {team: {id: {eq: $team}}}) { nodes { id name } }
}";
const LABELS: &str = "query LabelNames($team: ID!) {
    found: issueLabels(first: 250, filter: {or: [{team: {null: true}}, {team: {id: {eq: $team}}}]}) {
        nodes { id name }
    }
}";
const PEOPLE: &str = "query PeopleNames($filter: UserFilter) {
    found: users(first: 10, filter: $filter) { nodes { id name email } }
}";
const PROJECTS: &str = "query ProjectNames($filter: ProjectFilter) {
    found: projects(first: 10, filter: $filter) { nodes { id name } }
}";

#[derive(Deserialize)]
struct Found {
    found: Connection<Candidate>,
}

#[derive(Deserialize)]
struct Candidate {
    id: String,
    name: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    private: bool,
}

impl Candidate {
    fn tell_apart(&self) -> &str {
        match self.email.as_str() {
            "" => &self.id,
            email => email,
        }
    }

    fn is(&self, wanted: &Value) -> bool {
        if let Some(id) = id_of(wanted) {
            return self.id == id;
        }
        let name = name_of(wanted).unwrap_or_default().to_lowercase();
        [&self.id, &self.name, &self.key, &self.email]
            .into_iter()
            .any(|it| it.to_lowercase() == name)
    }
}

/// The id of a value that was resolved before.
pub fn id_of(value: &Value) -> Option<&str> {
    value.get("id")?.as_str()
}

pub async fn team(api: &JsonApi, wanted: &Value) -> Result<Value, LookError> {
    let mut teams = all(api, TEAMS, json!({})).await?;
    teams.retain(|team| !team.private);
    known("team", &teams, wanted)
}

pub async fn state(api: &JsonApi, team: &str, wanted: &Value) -> Result<Value, LookError> {
    let states = all(api, STATES, json!({"team": team})).await?;
    known("state", &states, wanted)
}

pub async fn assignee(api: &JsonApi, wanted: &Value) -> Result<Value, LookError> {
    let fields = ["name", "displayName", "email"];
    some("assignee", api, PEOPLE, &fields, wanted).await
}

pub async fn project(api: &JsonApi, wanted: &Value) -> Result<Value, LookError> {
    some("project", api, PROJECTS, &["name"], wanted).await
}

/// Names of labels as Linear writes them, in order, each once.
pub async fn labels(api: &JsonApi, team: &str, wanted: &Value) -> Result<Value, LookError> {
    let all = all(api, LABELS, json!({"team": team})).await?;
    let mut names = Vec::new();
    for label in wanted.as_array().into_iter().flatten() {
        let label = known("labels", &all, label)?;
        names.push(label["name"].clone());
    }
    Ok(in_order(names))
}

/// Label names so that two sets of them are equal if they hold the same.
pub fn in_order(mut names: Vec<Value>) -> Value {
    names.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    names.dedup();
    Value::Array(names)
}

/// The ids of labels that were found before, unless one of them is gone.
pub async fn label_ids(
    api: &JsonApi,
    team: &str,
    names: &Value,
) -> Result<Option<Vec<String>>, ApiError> {
    let known = all(api, LABELS, json!({"team": team})).await?;
    let ids = names.as_array().into_iter().flatten().map(|name| {
        let label = known.iter().find(|label| label.is(name))?;
        Some(label.id.clone())
    });
    Ok(ids.collect())
}

async fn all(api: &JsonApi, document: &str, variables: Value) -> Result<Vec<Candidate>, ApiError> {
    let found: Found = ask(api, document, variables).await?;
    Ok(found.found.nodes)
}

/// Of lists that can be long only what matches is read.
async fn some(
    field: &'static str,
    api: &JsonApi,
    document: &str,
    fields: &[&str],
    wanted: &Value,
) -> Result<Value, LookError> {
    if is_none(wanted) {
        return Ok(json!(NONE));
    }
    let name = name_of(wanted).unwrap_or_default();
    let id = id_of(wanted).or_else(|| Uuid::parse_str(name).is_ok().then_some(name));
    let filter = match id {
        Some(id) => json!({"id": {"eq": id}}),
        None => {
            let ways = fields.iter().map(|it| json!({*it: {"eqIgnoreCase": name}}));
            json!({"or": ways.collect::<Vec<_>>()})
        }
    };
    let found = all(api, document, json!({"filter": filter})).await?;
    one(field, &found.iter().collect::<Vec<_>>(), wanted, "")
}

/// The one of all there are that is meant.
fn known(field: &'static str, all: &[Candidate], wanted: &Value) -> Result<Value, LookError> {
    let fits: Vec<_> = all.iter().filter(|it| it.is(wanted)).collect();
    let mut names: Vec<_> = all.iter().map(|it| it.name.as_str()).collect();
    names.sort_unstable();
    one(
        field,
        &fits,
        wanted,
        &format!("; there are {}", names.join(", ")),
    )
}

/// The only one, or a sentence about why it cannot be told.
fn one(
    field: &'static str,
    fits: &[&Candidate],
    wanted: &Value,
    others: &str,
) -> Result<Value, LookError> {
    let name = name_of(wanted).unwrap_or_default();
    match fits {
        [one] => Ok(named(&one.id, &one.name)),
        [] => {
            let said = format!("Linear knows no {field} {name:?}{others}.");
            Err(LookError::problem(field, said))
        }
        several => {
            let ways: Vec<_> = several.iter().map(|it| it.tell_apart()).collect();
            let said = format!("{name:?} could be any of {}; say which.", ways.join(", "));
            Err(LookError::problem(field, said))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(id: &str, name: &str, key: &str) -> Candidate {
        Candidate {
            id: id.to_owned(),
            name: name.to_owned(),
            key: key.to_owned(),
            email: String::new(),
            private: false,
        }
    }

    fn said(error: LookError) -> String {
        match error {
            LookError::Problems(problems) => problems[0].said.clone(),
            LookError::Connector(error) => error.to_string(),
        }
    }

    #[test]
    fn a_name_finds_the_one_that_has_it_and_nobody_guesses() {
        let teams = [
            candidate("1", "Engineering", "ENG"),
            candidate("2", "Design", "DES"),
            candidate("3", "Design", "DS"),
        ];
        let team = |wanted: Value| known("team", &teams, &wanted);
        assert_eq!(team(json!("engineering")), Ok(named("1", "Engineering")));
        assert_eq!(team(json!("eng")), Ok(named("1", "Engineering")));
        assert_eq!(team(named("2", "Old name")), Ok(named("2", "Design")));
        assert_eq!(
            said(team(json!("Sales")).unwrap_err()),
            "Linear knows no team \"Sales\"; there are Design, Design, Engineering."
        );
        assert_eq!(
            said(team(json!("Design")).unwrap_err()),
            "\"Design\" could be any of 2, 3; say which."
        );
    }
}
