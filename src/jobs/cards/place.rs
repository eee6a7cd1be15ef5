//! Putting cards up: each once, however often it is tried, and in the ledger once it stands.

use super::{CardError, draw};
use crate::approvals::ledger;
use crate::approvals::{Act, Actor};
use crate::base::ids::{AskerId, ChannelId, ProposalId, Ts};
use crate::jobs::Services;
use crate::jobs::deliver;
use crate::jobs::workspaces::Workspace;
use crate::slack::blocks::approval::MOST_ROWS;
use crate::slack::client::NewMessage;
use crate::store::conversations::Thread;
use crate::store::proposal_cards::{self, Card};

/// Puts up a card for what a turn has proposed and nobody was shown yet. Several of one turn
/// share a card.
pub async fn show_open_of(
    services: &Services,
    workspace: &Workspace,
    thread: &Thread,
    asker: AskerId,
) -> Result<(), CardError> {
    let mut tx = services.db.org(workspace.org).await?;
    let unshown = proposal_cards::unshown_of(&mut tx, asker).await?;
    drop(tx);
    for together in unshown.chunks(MOST_ROWS) {
        put_up(
            services,
            workspace,
            &thread.channel,
            Some(&thread.root()),
            together,
        )
        .await?;
    }
    Ok(())
}

/// Puts up the card of a proposal that no turn has made, such as an undo.
pub async fn show(
    services: &Services,
    workspace: &Workspace,
    channel: &ChannelId,
    thread: Option<&Ts>,
    proposal: ProposalId,
) -> Result<(), CardError> {
    put_up(services, workspace, channel, thread, &[proposal]).await
}

async fn put_up(
    services: &Services,
    workspace: &Workspace,
    channel: &ChannelId,
    thread: Option<&Ts>,
    proposals: &[ProposalId],
) -> Result<(), CardError> {
    let Some(first) = proposals.first() else {
        return Ok(());
    };
    let db = &services.db;
    let mut tx = db.org(workspace.org).await?;
    let drawing = draw::drawing(&mut tx, proposals).await?;
    drop(tx);
    let Some(drawing) = drawing else {
        return Ok(());
    };
    let message = NewMessage {
        thread: thread.cloned(),
        text: drawing.text.clone(),
        blocks: drawing.blocks.clone(),
        metadata: None,
    };
    let key = format!("card:{first}");
    let ts = deliver::once(&services.outbox, workspace, &key, channel, message).await?;
    let card = Card {
        workspace: workspace.id.clone(),
        channel: channel.clone(),
        thread: thread.cloned(),
        message: ts,
    };
    let mut tx = db.org(workspace.org).await?;
    if !proposal_cards::placed(&mut tx, &card, proposals).await? {
        return Ok(());
    }
    // It may have moved while its card was on its way.
    let has_moved = draw::drawing(&mut tx, proposals).await?.as_ref() != Some(&drawing);
    for proposal in drawing.tickets {
        let act = Act::Shown {
            proposal,
            channel: channel.clone(),
        };
        ledger::record(&mut tx, Actor::Penny, &act).await?;
    }
    if has_moved {
        super::redraw_later(&mut tx, *first).await?;
    }
    super::bring::bring_if_needed(&mut tx, proposals).await?;
    tx.commit().await?;
    Ok(())
}
