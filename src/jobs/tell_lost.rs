//! Tells whoever asked that the answer could not be put where they asked, in a direct message, once:
//! why, what to do, and the answer itself as far as there is one.

mod words;

use super::Services;
use super::deliver::{self, DeliverError};
use super::workspaces::Workspace;
use crate::agent::transcript::{Entry, Transcript};
use crate::base::ids::{ChannelId, OrgId, Ts, TurnId, UserId};
use crate::queue::{Done, Handler, Held};
use crate::slack::answer;
use crate::slack::client::{ApiCode, NewMessage};
use crate::store::turns::{self, Ended};
use crate::store::{OrgTx, StoreResult, conversations, jobs};
use async_trait::async_trait;

pub const KIND: &str = "tell_lost";

/// Part of the transaction that ends the turn, so that they are told exactly if it has ended so.
pub async fn nudge(tx: &mut OrgTx, turn: TurnId, code: &ApiCode) -> StoreResult<()> {
    jobs::nudge(tx, KIND, &format!("{turn}:{}", code.as_str())).await
}

#[derive(Debug, Clone)]
pub struct TellLost {
    pub services: Services,
}

#[async_trait]
impl Handler for TellLost {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, held: &Held) -> Done {
        let parts = held.key().split_once(':');
        let Some((Ok(turn), code)) = parts.map(|(turn, code)| (turn.parse::<TurnId>(), code))
        else {
            return Done::Finished;
        };
        let code = ApiCode::from(code);
        let telling = self.tell(held.lease().org, turn, &code);
        deliver::told(telling.await, "an answer is lost")
    }

    async fn exhausted(&self, held: &Held) -> Done {
        tracing::error!(
            turn.id = held.key(),
            "nobody could be told that an answer is lost"
        );
        Done::Finished
    }
}

impl TellLost {
    async fn tell(&self, org: OrgId, id: TurnId, code: &ApiCode) -> Result<(), DeliverError> {
        let mut tx = self.services.db.org(org).await?;
        let Some(turn) = turns::get(&mut tx, id).await? else {
            return Ok(());
        };
        let entries = conversations::entries(&mut tx, turn.conversation).await?;
        drop(tx);
        let transcript = Transcript::read(entries).map_err(crate::store::StoreError::from)?;
        let Some(workspace) = self.services.workspaces.get(&turn.workspace) else {
            return Ok(());
        };
        let user = UserId(turn.asked_by.clone());
        let directory = &self.services.directory;
        let person = directory.person(&self.services.db, &workspace, &user);
        if user.as_str().is_empty() || person.await?.is_deactivated {
            return Ok(());
        }
        let dm = workspace.slack.open_conversation(&[user]).await?;
        // Nothing can be put there, which is why it is lost.
        if dm.as_str() == turn.channel {
            return Ok(());
        }
        let said = transcript.answer_of(id, 0);
        let link = link_of(&workspace, &turn).await;
        let head = NewMessage {
            text: words::lost(
                &turn.channel,
                question_of(&transcript, id).as_deref(),
                link.as_deref(),
                code,
                !said.is_empty(),
            ),
            ..NewMessage::default()
        };
        let outbox = &self.services.outbox;
        deliver::once(outbox, &workspace, &format!("lost:{id}"), &dm, head).await?;
        if said.is_empty() {
            return Ok(());
        }
        for (at, part) in answer::messages(&said, words::TOO_LONG)
            .into_iter()
            .enumerate()
        {
            let key = format!("lost:{id}:{at}");
            deliver::once(outbox, &workspace, &key, &dm, part).await?;
        }
        Ok(())
    }
}

async fn link_of(workspace: &Workspace, turn: &Ended) -> Option<String> {
    let channel = ChannelId(turn.channel.clone());
    let asked = Ts(turn.asked_ts.clone());
    workspace.slack.permalink(&channel, &asked).await.ok()
}

fn question_of(transcript: &Transcript, turn: TurnId) -> Option<String> {
    let said = transcript.of_turn(turn).find_map(|entry| match entry {
        Entry::Input(input) => input.messages.iter().find(|said| !said.overheard),
        _ => None,
    })?;
    Some(said.text.clone())
}
