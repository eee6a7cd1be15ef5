//! What of a delivery is kept as data. Asked of every event before it is acknowledged, so it looks
//! at nothing but what is in memory.

use crate::base::ids::ChannelId;
use crate::jobs::workspaces::Workspace;
use crate::slack::inbound::{Event, EventEnvelope, Inbound, reported};

/// The event about a message of a channel that is read, and the channel.
pub fn heard(
    event: &Event,
    envelope: &EventEnvelope<'_>,
    workspace: &Workspace,
) -> Option<(ChannelId, String)> {
    let Event::Message(message) = event else {
        return None;
    };
    let channel = message.channel.as_ref()?;
    if !workspace.reads.contains(channel) {
        return None;
    }
    let event = envelope.event.get();
    reported(event, &workspace.bot_user)?;
    Some((channel.clone(), event.to_owned()))
}

/// Whether an event of a channel leads to anything. Who comes and goes counts everywhere, because
/// membership decides about more than messages.
pub fn concerns(inbound: &Inbound, workspace: &Workspace) -> bool {
    match inbound {
        Inbound::ChannelChanged { channel } => workspace.reads.contains(channel),
        _ => true,
    }
}
