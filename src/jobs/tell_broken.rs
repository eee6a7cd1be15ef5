//! Tells whoever connected a system that it no longer lets Penny in, once each time that happens,
//! with the way to mend it.

use super::Services;
use super::deliver::{self, DeliverError};
use crate::base::ids::{ConnectionId, OrgId};
use crate::queue::{Done, Handler, Held};
use crate::slack::blocks::{offer, raw};
use crate::slack::client::NewMessage;
use crate::slack::{ids, text};
use crate::store::sync::{self, Broken, TELL_BROKEN};
use async_trait::async_trait;

#[derive(Debug, Clone)]
pub struct TellBroken {
    pub services: Services,
}

#[async_trait]
impl Handler for TellBroken {
    fn kind(&self) -> &'static str {
        TELL_BROKEN
    }

    async fn run(&self, held: &Held) -> Done {
        let Ok(id) = held.key().parse::<ConnectionId>() else {
            return Done::Finished;
        };
        let telling = self.tell(held.lease().org, id);
        deliver::told(telling.await, "a connection is broken")
    }

    /// App Home says it as well.
    async fn exhausted(&self, held: &Held) -> Done {
        tracing::error!(
            connection.id = held.key(),
            "nobody could be told that it is broken"
        );
        Done::Finished
    }
}

impl TellBroken {
    async fn tell(&self, org: OrgId, id: ConnectionId) -> Result<(), DeliverError> {
        let mut tx = self.services.db.org(org).await?;
        let broken = sync::broken(&mut tx, id).await?;
        tx.commit().await?;
        // Somebody was faster, or it was nobody's.
        let Some((broken, user)) = broken.and_then(|it| Some((it.clone(), it.user?))) else {
            return Ok(());
        };
        let known = self.services.workspaces.all();
        let Some(workspace) = known.into_iter().find(|it| it.org == org) else {
            return Ok(());
        };
        let channel = workspace.slack.open_conversation(&[user]).await?;
        let key = format!("broken:{id}:{}", broken.since.timestamp_micros());
        let outbox = &self.services.outbox;
        deliver::once(outbox, &workspace, &key, &channel, message(&broken)).await?;
        Ok(())
    }
}

fn message(broken: &Broken) -> NewMessage {
    let sentence = text::connection_broken(&broken.name, &broken.note);
    let blocks = offer(&sentence, text::RECONNECT, ids::CONNECT, &broken.system);
    NewMessage {
        text: sentence,
        blocks: raw(blocks),
        ..NewMessage::default()
    }
}
