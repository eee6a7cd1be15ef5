//! The agent's progress as a living answer in Slack, kept in the turn's row so that whoever
//! resumes the turn goes on in the message that is already there.

use super::input::home_of_author;
use super::open::Opened;
use crate::agent::progress::{Progress, Task, TaskState};
use crate::base::ids::{TeamId, Ts, TurnId, UserId};
use crate::jobs::Services;
use crate::jobs::workspaces::Workspace;
use crate::slack::answer::{
    self, Answer, AnswerState, NotSaved, Place, SaveAnswer, Start, TaskCard,
};
use crate::store::jobs::{self, Fence};
use crate::store::{Db, StoreError, StoreResult, turns};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a turn's row keeps of its answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Shown {
    pub state: AnswerState,
    /// Replies of the model that earlier messages of the answer carry: it goes on after them.
    pub replies: usize,
}

impl Shown {
    pub fn of(opened: &Opened) -> StoreResult<Self> {
        Ok(match &opened.turn.answer {
            Some(stored) => serde_json::from_value(stored.clone())?,
            None => Self::default(),
        })
    }
}

pub fn begin(
    services: &Services,
    workspace: &Workspace,
    opened: &Opened,
    fence: &Fence,
    shown: &Shown,
) -> Answer {
    let turn = opened.turn.id;
    Answer::begin(Start {
        client: workspace.slack.clone(),
        place: Place {
            channel: opened.thread.channel.clone(),
            thread: opened.thread.root(),
            recipient: UserId(opened.turn.asked_by.clone()),
            recipient_team: home_of_asker(workspace, opened),
            penny: workspace.bot_user.clone(),
            since: Ts(opened.turn.asked_ts.clone()),
            is_shared: opened.thread.is_lane(),
        },
        // What goes on beside a thread is not what the thread is about.
        title: opened.title.clone().filter(|_| !opened.thread.is_lane()),
        key: turn.to_string(),
        state: shown.state.clone(),
        resumed: !opened.is_fresh,
        text_so_far: opened.transcript.answer_of(turn, shown.replies),
        save: Arc::new(InTurn {
            db: services.db.clone(),
            fence: fence.clone(),
            turn,
            replies: shown.replies,
        }),
        statuses: services.statuses.clone(),
    })
}

/// The workspace that the asker belongs to, as the question says. Penny's own is another one for
/// people of a partner, and none at all where she is installed for a whole organisation.
fn home_of_asker(workspace: &Workspace, opened: &Opened) -> Option<TeamId> {
    let turn = &opened.turn;
    let question = opened.waiting.iter().find(|item| {
        let ts = item.ts.as_ref().map(Ts::as_str);
        item.kind.is_said() && ts == Some(turn.asked_ts.as_str())
    });
    question
        .and_then(|item| home_of_author(&item.payload))
        .or_else(|| Some(TeamId(workspace.id.clone())))
        .filter(|team| !team.as_str().starts_with('E'))
}

/// Saves under the lease: a worker that lost its turn cannot say where the answer stands.
struct InTurn {
    db: Db,
    fence: Fence,
    turn: TurnId,
    replies: usize,
}

#[async_trait]
impl SaveAnswer for InTurn {
    async fn save(&self, state: &AnswerState) -> Result<(), NotSaved> {
        let shown = Shown {
            state: state.clone(),
            replies: self.replies,
        };
        save(&self.db, &self.fence, self.turn, &shown)
            .await
            .map_err(|error| match error {
                StoreError::Fenced => NotSaved::Fenced,
                _ => NotSaved::Failed,
            })
    }
}

pub async fn save(db: &Db, fence: &Fence, turn: TurnId, shown: &Shown) -> StoreResult<()> {
    let mut tx = db.org(fence.org).await?;
    jobs::hold(&mut tx, fence).await?;
    turns::save_answer(&mut tx, turn, &serde_json::to_value(shown)?).await?;
    tx.commit().await
}

/// What the agent does, passed on to the answer.
pub struct Visible<'a>(pub &'a Answer);

impl Progress for Visible<'_> {
    fn text(&mut self, delta: &str) {
        self.0.text(delta);
    }

    fn restart(&mut self) {
        self.0.restart();
    }

    fn saved(&mut self) {
        self.0.saved();
    }

    fn task(&mut self, task: Task) {
        self.0.task(TaskCard {
            id: task.id,
            title: task.title,
            state: match task.state {
                TaskState::Running => answer::TaskState::Running,
                TaskState::Done => answer::TaskState::Done,
                TaskState::Failed => answer::TaskState::Failed,
            },
            outcome: task.outcome,
        });
    }
}
