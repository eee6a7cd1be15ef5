//! Every id is its own type, so that a channel can never be passed where a person is meant.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A fresh id that sorts by the time it was made.
            pub fn fresh() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    )+};
}

uuid_id! {
    /// One customer: a Slack workspace, or an Enterprise Grid organisation.
    OrgId,
    /// A person of an organisation, over all the systems that know them.
    PersonId,
    /// A Slack thread in which Penny takes part.
    ConversationId,
    /// One run of the agent, from the first unanswered message to the answer.
    TurnId,
    /// Who asked for a change: a turn, or a run of a workflow, whose steps ask as a turn does.
    AskerId,
    /// A change that Penny wants to make outside, over all its versions.
    ProposalId,
    /// A connected account of a system.
    ConnectionId,
    /// A standing approval, capped by count, time and amount.
    GrantId,
    /// One run of reading a connected system.
    RunId,
    /// One write of Penny's own tables.
    WriteId,
    /// A chart, report, export or dashboard, over all its versions.
    ArtifactId,
    /// A person's link to a dashboard.
    LinkId,
    /// Something that another system sent by itself.
    DeliveryId,
    /// Something that Penny does again and again.
    ScheduleId,
    /// One time that a schedule was due.
    ScheduleRunId,
    /// Steps that Penny takes whenever something starts them.
    WorkflowId,
    /// One time that a workflow was started.
    WorkflowRunId,
}

impl From<TurnId> for AskerId {
    fn from(turn: TurnId) -> Self {
        Self(turn.0)
    }
}

impl From<WorkflowRunId> for AskerId {
    fn from(run: WorkflowRunId) -> Self {
        Self(run.0)
    }
}

impl LinkId {
    /// One that does not tell when it was made, for it is seen by whoever holds the link.
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl ProposalId {
    /// It begins with the time that it was made at.
    pub fn made_at(self) -> DateTime<Utc> {
        let made = self.0.get_timestamp();
        let (seconds, nanos) = made.map_or((0, 0), |made| made.to_unix());
        i64::try_from(seconds)
            .ok()
            .and_then(|seconds| DateTime::from_timestamp(seconds, nanos))
            .unwrap_or_default()
    }
}

text_id! {
    /// A Slack workspace, `T…`.
    TeamId,
    /// An Enterprise Grid organisation, `E…`.
    EnterpriseId,
    /// A Slack channel, DM or group DM: `C…`, `D…`, `G…`.
    ChannelId,
    /// A Slack user, `U…` or `W…`.
    UserId,
    /// A Slack user group, `S…`.
    GroupId,
    /// A Slack message's timestamp, which is also its id within the channel.
    Ts,
}
