//! How Penny is doing, as `/penny status` and App Home show it.

use super::scene::{Scene, Surfaced};
use crate::connectors::registry;
use crate::slack::blocks::status::{Health, Queue, System, Usage};
use crate::slack::prompts::{self, Prompt};
use crate::slack::text;
use crate::store::connections::{self, Connection};
use crate::store::people::Person;
use crate::store::turns::Open;
use crate::store::{jobs, spending, turns};

#[derive(Debug)]
pub struct Status {
    pub model: String,
    pub open: Open,
    pub systems: Vec<System>,
    /// Questions to begin with that can be answered, each with its place in the list of all.
    pub prompts: Vec<(usize, Prompt)>,
    /// For administrators.
    pub queue: Option<Queue>,
    pub usage: Option<Usage>,
}

pub async fn read(scene: &Scene<'_>, person: &Person) -> Surfaced<Status> {
    let mut tx = scene.tx().await?;
    let systems = connections::visible_to(&mut tx, person.id).await?;
    let open = turns::open_now(&mut tx).await?;
    let services = scene.services;
    let (queue, usage) = if person.is_admin {
        let health = jobs::health(&mut tx).await?;
        let queue = Queue {
            ready: health.ready,
            running: health.running,
            dead: health.dead,
            oldest_seconds: health.oldest_seconds,
        };
        let taken = spending::taken(&mut tx).await?;
        let caps = &services.agent.limits.caps;
        let usage = Usage {
            turns: taken.turns_this_hour,
            most_turns: caps.org_turns,
            micros: taken.micros_today,
            most_micros: caps.org_micros.and_then(|most| i64::try_from(most).ok()),
        };
        (Some(queue), Some(usage))
    } else {
        (None, None)
    };
    Ok(Status {
        prompts: prompts_for(person, &systems),
        model: text::thinking_with(&services.agent.models.usual.name(), services.is_demo),
        open,
        systems: systems.into_iter().map(system).collect(),
        queue,
        usage,
    })
}

/// Guests do not learn what is connected, so they are not asked about it either.
pub fn prompts_for(person: &Person, systems: &[Connection]) -> Vec<(usize, Prompt)> {
    let systems = systems.iter().filter(|_| !person.is_restricted);
    let known = systems.filter_map(|it| registry::find(&it.system));
    let topics: Vec<_> = known.flat_map(|it| it.manifest().topics).copied().collect();
    prompts::answerable(&topics)
}

fn system(connection: Connection) -> System {
    System {
        health: Health::named(&connection.health),
        name: connection.name,
        note: connection.health_note,
        synced_at: connection.last_synced_at,
    }
}
