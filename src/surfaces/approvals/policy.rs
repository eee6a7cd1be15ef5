//! Who decides: shown to everybody who asks with `/penny policy`, and set by administrators in a
//! window, for everything, for a system or for one operation.

use super::{facts, words};
use crate::approvals::policy::{Decider, Policy};
use crate::approvals::seal::Operation;
use crate::approvals::{self, Error};
use crate::base::ids::{GroupId, PersonId, UserId};
use crate::connectors::registry;
use crate::jobs::cards::{self, redraw_later};
use crate::slack::blocks::approval::form::{Input, Inputs};
use crate::slack::blocks::approval::windows;
use crate::slack::blocks::{approval, raw};
use crate::slack::ids::FIELD;
use crate::slack::inbound::{BlockActions, View, ViewSubmission};
use crate::store::policies::{self, ANY};
use crate::store::{OrgTx, people, proposals};
use crate::surfaces::scene::{Scene, Surfaced, Whisper};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const SCOPE: &str = "scope";
const WHO: &str = "who";
const PEOPLE: &str = "people";
const GROUPS: &str = "groups";
const COUNT: &str = "count";
const MORE: &str = "more";

const REQUESTER: &str = "requester";
const OWNER: &str = "owner";
const ADMIN: &str = "admin";
const NOT_REQUESTER: &str = "not_requester";
const RESET: &str = "reset";

/// As many as a window offers.
const MOST_APPROVALS: u8 = 5;
const MOST_OPTIONS: usize = 100;
/// Cards that say anew who decides when a rule is set; the others do when somebody clicks.
const MOST_REDRAWN: i64 = 100;

pub async fn show(scene: &Scene<'_>, to: Whisper<'_>, is_admin: bool) -> Surfaced {
    let mut tx = scene.tx().await?;
    let mut lines = Vec::new();
    for row in policies::list(&mut tx).await? {
        let Ok(policy) = serde_json::from_value::<Policy>(row.policy) else {
            continue;
        };
        let named: Vec<PersonId> = policy.deciders.iter().filter_map(person).collect();
        let known = people::by_ids(&mut tx, &named).await?;
        let mention = |id: PersonId| {
            let found = known.iter().find(|known| known.id == id);
            let user = found.and_then(|found| found.slack_user.as_ref());
            user.map_or_else(|| words::SOMEBODY.to_owned(), |user| format!("<@{user}>"))
        };
        let system = name_of(&row.system);
        let said = cards::deciders(&policy, words::WHOEVER_ASKS, &system, &mention);
        lines.push(words::rule(
            &scope_in_words(&row.system, &row.operation),
            &said,
        ));
    }
    drop(tx);
    let blocks = approval::rules(&lines, is_admin);
    scene.whisper(to, words::POLICY_HEADING, raw(blocks)).await
}

fn person(decider: &Decider) -> Option<PersonId> {
    match decider {
        Decider::Person(person) => Some(*person),
        _ => None,
    }
}

fn name_of(system: &str) -> String {
    let found = registry::find(system);
    found.map_or_else(
        || words::THE_SYSTEM.to_owned(),
        |it| it.manifest().name.to_owned(),
    )
}

fn scope_in_words(system: &str, operation: &str) -> String {
    if system == ANY {
        return words::EVERYTHING.to_owned();
    }
    let found = registry::find(system).map(|connector| connector.manifest());
    let title = found
        .and_then(|manifest| manifest.operation(operation))
        .map(|it| it.title);
    match operation {
        ANY => words::everything_in(&name_of(system)),
        other => words::one_thing_in(title.unwrap_or(other), &name_of(system)),
    }
}

/// The window, for administrators.
pub async fn open(scene: &Scene<'_>, clicked: &BlockActions) -> Surfaced {
    let source = &clicked.source;
    let groups = match scene.workspace.slack.groups().await {
        Ok(groups) => groups,
        // Without the right to read them there are none to choose.
        Err(error) => {
            tracing::debug!(%error, "user groups could not be listed");
            Vec::new()
        }
    };
    let groups = groups
        .into_iter()
        .map(|it| (format!("@{}", it.handle), it.id.0));
    let window = windows::policy(&inputs(groups.collect()));
    scene.open_modal_or_tell(source, &window).await
}

fn inputs(groups: Vec<(String, String)>) -> Vec<Input> {
    let option = |(label, value): &(&str, &str)| ((*label).to_owned(), (*value).to_owned());
    let who = [
        (words::REQUESTER, REQUESTER),
        (words::OWNER, OWNER),
        (words::ADMIN, ADMIN),
    ];
    let more = [(words::NOT_REQUESTER, NOT_REQUESTER), (words::RESET, RESET)];
    let counts = (1..=MOST_APPROVALS).map(|count| (count.to_string(), count.to_string()));
    let mut inputs = vec![
        Input::required(
            SCOPE,
            words::SCOPE_LABEL,
            Inputs::Choice {
                options: scopes(),
                chosen: Some(scope_value(ANY, ANY)),
            },
        ),
        Input::optional(
            WHO,
            words::WHO_LABEL,
            Inputs::Boxes {
                options: who.iter().map(option).collect(),
                chosen: vec![REQUESTER.to_owned(), OWNER.to_owned(), ADMIN.to_owned()],
            },
        ),
        Input::optional(PEOPLE, words::PEOPLE_LABEL, Inputs::People),
    ];
    if !groups.is_empty() {
        let input = Inputs::Several {
            options: groups.into_iter().take(MOST_OPTIONS).collect(),
            chosen: Vec::new(),
        };
        inputs.push(Input::optional(GROUPS, words::GROUPS_LABEL, input));
    }
    inputs.push(Input::required(
        COUNT,
        words::COUNT_LABEL,
        Inputs::Choice {
            options: counts.collect(),
            chosen: Some("1".to_owned()),
        },
    ));
    let boxes = Inputs::Boxes {
        options: more.iter().map(option).collect(),
        chosen: Vec::new(),
    };
    inputs.push(Input::optional(MORE, words::MORE_LABEL, boxes));
    inputs
}

fn scope_value(system: &str, operation: &str) -> String {
    format!("{system} {operation}")
}

fn scopes() -> Vec<(String, String)> {
    let mut scopes = vec![(words::EVERYTHING.to_owned(), scope_value(ANY, ANY))];
    for connector in registry::all() {
        let manifest = connector.manifest();
        if manifest.operations.is_empty() {
            continue;
        }
        let names = std::iter::once(ANY).chain(manifest.operations.iter().map(|it| it.name));
        scopes.extend(names.map(|name| {
            let words = scope_in_words(manifest.slug, name);
            (words, scope_value(manifest.slug, name))
        }));
    }
    scopes.truncate(MOST_OPTIONS);
    scopes
}

/// What was chosen, with people still as Slack names them.
struct Chosen {
    scope: Operation,
    is_reset: bool,
    policy: Policy,
    people: Vec<UserId>,
}

fn chosen(view: &View) -> Option<Chosen> {
    let options = |block: &str| -> Vec<String> {
        let element = view.element(block, FIELD);
        let list = element.and_then(|it| it["selected_options"].as_array());
        let values = list
            .into_iter()
            .flatten()
            .filter_map(|it| it["value"].as_str());
        values.map(str::to_owned).collect()
    };
    let (system, name) = view.filled(SCOPE, FIELD)?.split_once(' ')?;
    let more = options(MORE);
    let mut deciders: BTreeSet<Decider> = options(GROUPS)
        .into_iter()
        .map(|group| Decider::Group(GroupId(group)))
        .collect();
    for who in options(WHO) {
        deciders.extend(match who.as_str() {
            REQUESTER => Some(Decider::Requester),
            OWNER => Some(Decider::RecordOwner),
            ADMIN => Some(Decider::Admin),
            _ => None,
        });
    }
    let people = view
        .element(PEOPLE, FIELD)
        .and_then(|it| it["selected_users"].as_array());
    let people = people.into_iter().flatten().filter_map(Value::as_str);
    Some(Chosen {
        scope: Operation {
            system: system.to_owned(),
            name: name.to_owned(),
        },
        is_reset: more.iter().any(|it| it == RESET),
        policy: Policy {
            deciders,
            approvals: view.filled(COUNT, FIELD)?.parse().ok()?,
            not_requester: more.iter().any(|it| it == NOT_REQUESTER),
        },
        people: people.map(UserId::from).collect(),
    })
}

/// What is wrong with what was chosen, by field.
pub fn objections(view: &View) -> Map<String, Value> {
    let Some(mut chosen) = chosen(view) else {
        return Map::new();
    };
    // Whoever they are, they are so many.
    let people = chosen
        .people
        .iter()
        .map(|_| Decider::Person(PersonId::fresh()));
    chosen.policy.deciders.extend(people);
    match chosen.policy.check() {
        _ if chosen.is_reset => Map::new(),
        Ok(()) => Map::new(),
        Err(bad) => Map::from_iter([(WHO.to_owned(), json!(words::bad_policy(&bad)))]),
    }
}

pub async fn submitted(scene: &Scene<'_>, submitted: &ViewSubmission) -> Surfaced {
    let user = &submitted.source.user;
    let Some(mut chosen) = chosen(&submitted.view) else {
        return Ok(());
    };
    for named in &chosen.people {
        let person = scene.person(named).await?;
        if !person.is_restricted {
            chosen.policy.deciders.insert(Decider::Person(person.id));
        }
    }
    let facts = facts::of(scene, user).await?;
    let policy = (!chosen.is_reset).then_some(chosen.policy);
    let scope = scope_in_words(&chosen.scope.system, &chosen.scope.name);
    let mut tx = scene.tx().await?;
    let set = approvals::set_policy(&mut tx, chosen.scope.clone(), policy, &facts).await;
    let said = match set {
        Ok(()) => {
            redraw_open(&mut tx, &chosen.scope).await?;
            tx.commit().await?;
            words::policy_set(&scope)
        }
        Err(Error::Refused(refusal)) => words::refused(&refusal, ""),
        Err(error) => return Err(error.into()),
    };
    scene.tell_directly(user, &said).await
}

/// What waits already may need other people from now on, and its card says whom.
async fn redraw_open(tx: &mut OrgTx, scope: &Operation) -> Surfaced {
    for record in proposals::open(tx, MOST_REDRAWN).await? {
        let sealed = approvals::open(tx.org(), &record)?;
        let operation = &sealed.content().operation;
        let fits = |scope: &str, name: &str| scope == ANY || scope == name;
        if fits(&scope.system, &operation.system) && fits(&scope.name, &operation.name) {
            redraw_later(tx, record.key.proposal).await?;
            cards::bring_later(tx, record.key.proposal).await?;
        }
    }
    Ok(())
}
