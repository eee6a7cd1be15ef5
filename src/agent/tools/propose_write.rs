//! Asks people to agree to a change in another system. Nothing is written here: the call makes a
//! proposal, the turn waits, and what comes of it is the call's result.

use super::{Effect, Outcome, Tool, ToolContext, ToolError, arguments, refused, systems};
use crate::approvals::{self, JOB, Outcome as Settled, State};
use crate::connectors::changes::{self, Unfit, Wanted};
use crate::connectors::connections::Connections;
use crate::connectors::{field, registry};
use crate::models::ToolSpec;
use crate::store::proposals::{self, Origin, Record};
use crate::store::{OrgTx, jobs, people, workflows};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

pub const NAME: &str = "propose_write";
const DESCRIPTION: &str = "Proposes a change in a connected system: creating, updating or deleting \
    records, sending mail, posting in Slack outside this thread. It is the only way to change \
    anything outside. People see exactly what would change, on a card, and approve, edit or reject \
    it; this call waits for that and returns what came of it. Never say that something is done \
    before it returned so. Propose several changes at once by calling it several times in one step. \
    `describe_system` gives the arguments of an operation. Look the record's id (source_id) up \
    first. The operations: ";

const WITHDRAWN: &str = "Somebody cancelled the run that this belongs to. Nothing was changed. Do not \
    propose anything more in it: say in a sentence that it was cancelled, and end.";

#[derive(Deserialize, JsonSchema)]
struct Input {
    /// The system's short name, such as hubspot.
    system: String,
    /// The operation's name, such as `update_deal`.
    operation: String,
    /// The operation's arguments. For an update, only the fields that shall change and the id.
    arguments: Map<String, Value>,
}

pub struct ProposeWrite {
    connections: Connections,
}

impl ProposeWrite {
    pub fn new(connections: Connections) -> Self {
        Self { connections }
    }
}

#[async_trait]
impl Tool for ProposeWrite {
    fn spec(&self) -> ToolSpec {
        ToolSpec::of::<Input>(NAME, format!("{DESCRIPTION}{}.", operations()))
    }

    /// A proposal is a row of Penny's own; what is written outside is written by a job, for the
    /// approval that it got.
    fn effect(&self) -> Effect {
        Effect::LocalWrite
    }

    fn title(&self, input: &Value) -> String {
        let named = |key| input.get(key).and_then(Value::as_str);
        let operation = named("system").and_then(registry::find).and_then(|found| {
            let operation = found.manifest().operation(named("operation")?)?;
            Some((operation.title, found.manifest().name))
        });
        match operation {
            Some((title, system)) => format!("Proposing in {system}: {title}"),
            None => "Proposing a change".to_owned(),
        }
    }

    async fn call(&self, context: &ToolContext<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: Input = arguments(input)?;
        let viewer = context.eyes.viewer().await?;
        let origin = Origin {
            conversation: context.conversation,
            asker: context.turn.into(),
            tool_use_id: context.tool_use_id.to_owned(),
        };
        // Called again once somebody has acted, or after a crash.
        let mut tx = context.db.org(viewer.org).await?;
        if let Some(made) = proposals::made_by(&mut tx, &origin).await? {
            return came_of(&mut tx, &made).await;
        }
        tx.commit().await?;
        systems::find(&input.system)
            .and_then(|found| systems::may_use(&viewer, found.manifest()))
            .map_err(ToolError::Refused)?;
        let wanted = Wanted {
            requester: viewer.person,
            audience: viewer.audience.clone(),
            system: &input.system,
            operation: &input.operation,
            arguments: &input.arguments,
            undo_of: None,
        };
        let draft = changes::draft(&self.connections, viewer.org, &wanted)
            .await
            .map_err(refusal)?;
        let mut tx = context.db.org(viewer.org).await?;
        if workflows::is_given_up(&mut tx, context.turn).await? {
            return refused(WITHDRAWN);
        }
        let proposed = approvals::propose(&mut tx, draft, Some(&origin))
            .await
            .map_err(fault)?;
        if proposed.state == State::Approved {
            let key = proposed.sealed.key().to_string();
            jobs::nudge(&mut tx, JOB, &key).await?;
        }
        tx.commit().await?;
        Ok(Outcome::Parked)
    }
}

/// Every operation there is, by system; what each needs is asked for when it is needed.
fn operations() -> String {
    let of_one = |connector: &'static dyn crate::connectors::Connector| {
        let manifest = connector.manifest();
        let names: Vec<_> = manifest.operations.iter().map(|it| it.name).collect();
        (!names.is_empty()).then(|| format!("{} ({})", manifest.slug, names.join(", ")))
    };
    let all: Vec<_> = registry::all().filter_map(of_one).collect();
    all.join("; ")
}

/// What the model can do about it.
fn refusal(unfit: Unfit) -> ToolError {
    ToolError::Refused(match unfit {
        Unfit::NoSuchSystem(slug) => systems::no_such(&slug),
        Unfit::NoSuchOperation { manifest, name } => {
            let names: Vec<_> = manifest.operations.iter().map(|it| it.name).collect();
            let names = match names.as_slice() {
                [] => "none: nothing can be changed there".to_owned(),
                names => names.join(", "),
            };
            format!(
                "{} has no operation {name:?}. It has {names}.",
                manifest.name
            )
        }
        Unfit::NotConnected(name) => systems::not_connected(name),
        Unfit::NothingChanges => {
            "Nothing would change: the record already is like that. Tell the person so.".to_owned()
        }
        unfit @ Unfit::Problems { operation, .. } => format!(
            "{unfit} The arguments of {}: {}",
            operation.name,
            field::schema(operation.fields)
        ),
        unfit @ Unfit::Away { .. } => format!("{unfit}. Say so; it may work later."),
        Unfit::Connection(error) => return ToolError::Unavailable(error.to_string()),
    })
}

fn fault(error: approvals::Error) -> ToolError {
    match error {
        approvals::Error::Store(error) => ToolError::Store(error),
        other => ToolError::Unavailable(other.to_string()),
    }
}

/// The result of the call, as far as it has come.
async fn came_of(tx: &mut OrgTx, made: &Record) -> Result<Outcome, ToolError> {
    let state = approvals::state_of(made).map_err(fault)?;
    let settled = approvals::outcome_of(made).map_err(fault)?;
    let said = match state {
        State::Proposed | State::Approved | State::Executing => return Ok(Outcome::Parked),
        State::Succeeded | State::Undone => {
            let mut said = vec![format!(
                "{} it, and it is done.",
                deciders(tx, made, "approved").await?
            )];
            if let Some(Settled::Succeeded(effect)) = settled {
                said.extend(effect.id.map(|id| format!("Its id: {id}.")));
                said.extend(effect.link.map(|link| format!("Its link: {link}")));
            }
            if state == State::Undone {
                said.push("Somebody has undone it since.".to_owned());
            }
            said.join(" ")
        }
        State::Rejected => format!(
            "{} it. Nothing was changed. Do not propose the same again.",
            deciders(tx, made, "rejected").await?
        ),
        State::Expired => {
            "Nobody decided in time, which counts as no. Nothing was changed.".to_owned()
        }
        State::Withdrawn => WITHDRAWN.to_owned(),
        State::Superseded => "It was replaced by another wording.".to_owned(),
        State::Changed => match settled {
            Some(Settled::Changed(what)) => format!(
                "It was approved, but meanwhile somebody had changed the record ({}), so nothing \
                 was written. The card offers to look again.",
                what.join(", ")
            ),
            _ => "The record had changed meanwhile, so nothing was written.".to_owned(),
        },
        State::Failed => match settled {
            Some(Settled::Failed(why) | Settled::NeverSent(why)) => {
                format!("It was approved, but it failed: {why}. Nothing was changed.")
            }
            _ => "It was approved, but failed. Nothing was changed.".to_owned(),
        },
        State::Unknown => {
            "It was approved and sent, but no answer came, and nobody could find out \
            whether it took effect. A person has to look. Do not propose it again."
                .to_owned()
        }
    };
    let edited = match made.key.version {
        1 => String::new(),
        _ => edited_arguments(tx, made)?,
    };
    Ok(Outcome::Result(format!("{said}{edited}")))
}

/// Somebody worded it anew, so it is not what the model asked for.
fn edited_arguments(tx: &OrgTx, made: &Record) -> Result<String, ToolError> {
    let sealed = match approvals::open(tx.org(), made) {
        // It was not carried out, which was said.
        Err(approvals::Error::BrokenSeal(_)) => return Ok(String::new()),
        opened => opened.map_err(fault)?,
    };
    let arguments = Value::from(sealed.content().arguments.clone());
    Ok(format!(
        " It was edited before; its arguments were: {arguments}"
    ))
}

/// “Maya Chen and Tom Ray approved”, with the reasons they gave.
async fn deciders(tx: &mut OrgTx, made: &Record, verdict: &str) -> Result<String, ToolError> {
    let mut names = Vec::new();
    let mut reasons = Vec::new();
    for decision in proposals::decisions(tx, made.key).await? {
        if decision.verdict != verdict {
            continue;
        }
        let name = people::name_of(tx, decision.person).await?;
        reasons.extend(
            decision
                .reason
                .map(|reason| format!(" ({name}: “{reason}”)")),
        );
        names.push(name);
    }
    if names.is_empty() {
        names.push("Somebody".to_owned());
    }
    Ok(format!(
        "{} {verdict}{}",
        names.join(" and "),
        reasons.concat()
    ))
}
