//! What a verified delivery means, as the row of the inbox that it becomes.

use super::listening::hearing;
use crate::base::ids::{ChannelId, Ts, UserId};
use crate::base::telemetry::TraceId;
use crate::jobs::workspaces::Workspace;
use crate::slack::inbound::{Event, EventEnvelope, Heard, Inbound, Malformed, classify};
use crate::store::inbox::{Delivery, Kind};

/// None where there is nothing to do for an event.
pub fn of_event(
    envelope: &EventEnvelope<'_>,
    workspace: &Workspace,
    body: &[u8],
) -> Option<Delivery> {
    let event_key = envelope.key();
    let event = Event::parse(envelope.event);
    let heard = hearing::heard(&event, envelope, workspace);
    let inbound = classify(event, &workspace.bot_user);
    let asked = asked_of_penny(&inbound, &event_key, workspace, body);
    let Some((channel, event)) = heard else {
        return asked;
    };
    let data_alone = || whole(workspace, Kind::Heard, event_key, None, b"").ok();
    let mut delivery = asked.or_else(data_alone)?;
    delivery.channel = Some(channel.0);
    delivery.heard = Some(event);
    Some(delivery)
}

fn asked_of_penny(
    inbound: &Inbound,
    event_key: &str,
    workspace: &Workspace,
    body: &[u8],
) -> Option<Delivery> {
    let event_key = event_key.to_owned();
    let said = |kind, heard: &Heard| {
        let place = Place {
            channel: &heard.channel,
            thread: &heard.thread,
            ts: Some(&heard.ts),
            user: Some(&heard.user),
        };
        in_thread(workspace, kind, event_key.clone(), &place, body)
    };
    match inbound {
        Inbound::Mention(heard) | Inbound::DirectMessage(heard) => said(Kind::Message, heard),
        Inbound::ThreadReply(heard) => said(Kind::Reply, heard),
        Inbound::Overheard(heard) => said(Kind::Overheard, heard),
        // Beside the threads: what it is meant for is to be found first.
        Inbound::Stop(stop) if stop.said_in.as_ref() == Some(&stop.thread) => {
            let user = stop.user.clone();
            let mut delivery = whole(workspace, Kind::Event, event_key, user, body).ok()?;
            delivery.message_key = Some(format!("{}:{}", stop.channel, stop.thread));
            Some(delivery)
        }
        Inbound::Stop(stop) => {
            let place = Place {
                channel: &stop.channel,
                thread: &stop.thread,
                ts: stop.said_in.as_ref(),
                user: stop.user.as_ref(),
            };
            in_thread(workspace, Kind::Stop, event_key, &place, body)
        }
        Inbound::Ignored(reason) => {
            tracing::trace!(slack.ignored = ?reason, "an event that asks nothing of Penny");
            None
        }
        inbound if !hearing::concerns(inbound, workspace) => None,
        _ => whole(workspace, Kind::Event, event_key, None, body).ok(),
    }
}

struct Place<'a> {
    channel: &'a ChannelId,
    thread: &'a Ts,
    ts: Option<&'a Ts>,
    user: Option<&'a UserId>,
}

fn in_thread(
    workspace: &Workspace,
    kind: Kind,
    event_key: String,
    place: &Place<'_>,
    body: &[u8],
) -> Option<Delivery> {
    let mut delivery = whole(workspace, kind, event_key, place.user.cloned(), body).ok()?;
    delivery.message_key = place.ts.map(|ts| format!("{}:{ts}", place.channel));
    delivery.channel = Some(place.channel.0.clone());
    delivery.thread_ts = Some(place.thread.0.clone());
    delivery.ts = place.ts.map(|ts| ts.0.clone());
    Some(delivery)
}

/// One that its own job handles, with all that came.
pub fn whole(
    workspace: &Workspace,
    kind: Kind,
    event_key: String,
    user: Option<UserId>,
    body: &[u8],
) -> Result<Delivery, Malformed> {
    Ok(Delivery {
        org: workspace.org,
        kind,
        event_key,
        message_key: None,
        workspace: workspace.id.clone(),
        channel: None,
        thread_ts: None,
        ts: None,
        user: user.map(|user| user.0),
        // Postgres text has no NUL; JSON writes it as an escape, so a raw one is not JSON.
        payload: std::str::from_utf8(body)
            .map_err(|_| Malformed::NotText)?
            .replace('\0', ""),
        heard: None,
        trace: TraceId::fresh(),
    })
}
