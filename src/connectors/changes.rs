//! From what somebody wants to have done to what can be proposed: the arguments are checked, the
//! target is read live, and both go into the draft in the system's own terms. The agent's
//! proposals, a person's edits and undos all come this way, and so does the last look before the
//! change is carried out.

use super::connections::{ConnectionError, Connections};
use super::field::{self, Arguments, Problem};
use super::operation::{Look, LookError, Operation};
use super::own::Requester;
use super::reaching::{Open, ReachError};
use super::{ConnectorError, Manifest, Reach, Readable, registry};
use crate::approvals::seal::{self, Content};
use crate::approvals::{self, Draft, Live, Outcome, Wording};
use crate::base::ids::{OrgId, PersonId, ProposalId};
use crate::base::viewer::Audience;
use crate::store::{OrgTx, proposals};
use std::time::Duration;

/// How long a proposal waits for its decision: over a night, so that a colleague elsewhere is
/// awake in it.
pub const LIVES_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// What is wanted, in the words of whoever wants it.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    pub requester: PersonId,
    /// Who reads along where it is proposed.
    pub audience: Audience,
    pub system: &'a str,
    pub operation: &'a str,
    pub arguments: &'a Arguments,
    pub undo_of: Option<ProposalId>,
}

/// Why it cannot be proposed.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    #[error("there is no system {0:?}")]
    NoSuchSystem(String),
    #[error("{} has no operation {name:?}", manifest.name)]
    NoSuchOperation {
        manifest: &'static Manifest,
        name: String,
    },
    #[error("{0} is not connected")]
    NotConnected(&'static str),
    /// For whoever worded it, each with its field.
    #[error("{}", sentences(.problems))]
    Problems {
        operation: &'static Operation,
        problems: Vec<Problem>,
    },
    #[error("it is like that already")]
    NothingChanges,
    /// The system could not be asked; it may pass.
    #[error("{name} could not be asked: {error}")]
    Away {
        name: &'static str,
        error: ConnectorError,
    },
    #[error(transparent)]
    Connection(#[from] ReachError),
}

fn sentences(problems: &[Problem]) -> String {
    let said: Vec<_> = problems
        .iter()
        .map(|problem| problem.said.as_str())
        .collect();
    said.join(" ")
}

/// Where a change goes.
struct Way {
    open: Open,
    /// Set where it is Penny's own account that acts.
    requester: Option<Requester>,
    readable: Readable,
    operation: &'static Operation,
}

impl Way {
    async fn to(
        connections: &Connections,
        org: OrgId,
        person: PersonId,
        audience: &Audience,
        target: &seal::Operation,
    ) -> Result<Self, Unfit> {
        let connector = registry::find(&target.system)
            .ok_or_else(|| Unfit::NoSuchSystem(target.system.clone()))?;
        let manifest = connector.manifest();
        let operation = manifest
            .operation(&target.name)
            .ok_or_else(|| Unfit::NoSuchOperation {
                manifest,
                name: target.name.clone(),
            })?;
        let open = match connections.reach(org, person, &target.system).await {
            Ok(open) => open,
            Err(ReachError::NotConnected(name)) => return Err(Unfit::NotConnected(name)),
            Err(error) => return Err(Unfit::Connection(error)),
        };
        let requester = match manifest.reach {
            Reach::Penny => {
                let found = Box::pin(requester(connections, org, person, manifest));
                Some(found.await?)
            }
            Reach::Org | Reach::Person => None,
        };
        let readable = connections.readable(org, person, audience, manifest);
        Ok(Self {
            open,
            requester,
            readable: readable
                .await
                .map_err(ConnectionError::from)
                .map_err(ReachError::from)?,
            operation,
        })
    }

    async fn look(&self, arguments: &Arguments) -> Result<Look, Unfit> {
        let unfit = |problems| Unfit::Problems {
            operation: self.operation,
            problems,
        };
        let checked = field::check(self.operation.fields, arguments).map_err(unfit)?;
        match self.admitted(&checked).await {
            Ok(look) => Ok(look),
            Err(LookError::Problems(problems)) => Err(unfit(problems)),
            Err(LookError::Connector(error)) => Err(Unfit::Away {
                name: self.open.connector.manifest().name,
                error,
            }),
        }
    }

    async fn admitted(&self, arguments: &Arguments) -> Result<Look, LookError> {
        let Open { connector, api, .. } = &self.open;
        let look = connector
            .look(api, self.operation, arguments, &self.readable)
            .await?;
        if let Some(requester) = &self.requester {
            connector.admit(api, &look, requester).await?;
        }
        Ok(look)
    }

    fn wording(look: Look) -> Wording {
        Wording {
            arguments: look.arguments,
            before: look.before,
            amount: look.amount,
            lives_for: LIVES_FOR,
        }
    }
}

async fn requester(
    connections: &Connections,
    org: OrgId,
    person: PersonId,
    manifest: &Manifest,
) -> Result<Requester, Unfit> {
    let found = connections.requester(org, person).await;
    let found = found.map_err(|error| Unfit::Connection(error.into()))?;
    found.ok_or(Unfit::NotConnected(manifest.name))
}

/// What is wanted as a draft, with its target as it is right now.
pub async fn draft(
    connections: &Connections,
    org: OrgId,
    wanted: &Wanted<'_>,
) -> Result<Draft, Unfit> {
    let operation = seal::Operation {
        system: wanted.system.to_owned(),
        name: wanted.operation.to_owned(),
    };
    let audience = &wanted.audience;
    let way = Way::to(connections, org, wanted.requester, audience, &operation).await?;
    let look = way.look(wanted.arguments).await?;
    if changes_nothing(&look) {
        return Err(Unfit::NothingChanges);
    }
    Ok(Draft {
        operation,
        connection: way.open.connection.clone(),
        target: look.target.clone(),
        stakes: way.operation.stakes,
        requester: wanted.requester,
        undo_of: wanted.undo_of,
        wording: Way::wording(look),
    })
}

/// Another wording of a proposal. It stays about the same record.
pub async fn reword(
    connections: &Connections,
    content: &Content,
    arguments: &Arguments,
) -> Result<Wording, Unfit> {
    let way = Way::to(
        connections,
        content.org,
        content.requester,
        &Audience::Private,
        &content.operation,
    )
    .await?;
    let mut arguments = arguments.clone();
    for field in way.operation.fields {
        if field.kind == field::Kind::Id
            && let Some(record) = content.arguments.get(field.name)
        {
            arguments.insert(field.name.to_owned(), record.clone());
        }
    }
    let look = way.look(&arguments).await?;
    if changes_nothing(&look) {
        return Err(Unfit::NothingChanges);
    }
    Ok(Way::wording(look))
}

/// The target and the connection as they are right before the change is carried out, and the
/// means to do it.
pub async fn live(connections: &Connections, content: &Content) -> Result<(Open, Live), Unfit> {
    let way = Way::to(
        connections,
        content.org,
        content.requester,
        &Audience::Private,
        &content.operation,
    )
    .await?;
    let look = way.look(&content.arguments).await?;
    let live = Live {
        before: look.before,
        connection: way.open.connection.clone(),
    };
    Ok((way.open, live))
}

/// How a change that was carried out is taken back. None: there is nothing to take back, or no
/// way to.
pub async fn way_back(
    tx: &mut OrgTx,
    proposal: ProposalId,
) -> Result<Option<(seal::Operation, Arguments)>, approvals::Error> {
    let Some(done) = proposals::latest(tx, proposal).await? else {
        return Ok(None);
    };
    let Some(Outcome::Succeeded(effect)) = approvals::outcome_of(&done)? else {
        return Ok(None);
    };
    let sealed = approvals::open(tx.org(), &done)?;
    let content = sealed.content();
    let system = content.operation.system.clone();
    let undo = registry::find(&system).and_then(|connector| connector.undo(content, &effect));
    Ok(undo.map(|undo| {
        let name = undo.operation.to_owned();
        (seal::Operation { system, name }, undo.arguments)
    }))
}

/// Whether every field that would be written already has its value.
fn changes_nothing(look: &Look) -> bool {
    let Some(before) = &look.before else {
        return false;
    };
    let mut fields = before.iter().peekable();
    fields.peek().is_some() && fields.all(|(name, value)| look.arguments.get(name) == Some(value))
}
