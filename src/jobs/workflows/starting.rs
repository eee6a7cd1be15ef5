//! What starts runs without a person: a slot that has come, an event that has happened, and for
//! runs that sleep the end of their wait. Every process that works looks; none waits for another.

use super::understood;
use crate::automation::rule::Rule;
use crate::automation::workflow::Workflow;
use crate::jobs::Services;
use crate::store::StoreResult;
use crate::store::workflows::{self, Due, Happened, Started};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(1);
const BATCH: i64 = 200;
/// A run that begins later than this after its moment says so.
const LATE_AFTER: TimeDelta = TimeDelta::seconds(120);

/// Looks until `leaving`.
pub async fn keep(services: &Services, leaving: &CancellationToken) {
    let looking = async {
        loop {
            if let Err(error) = look(services).await {
                tracing::warn!(%error, "workflows could not be started");
            }
            services.clock.sleep(EVERY).await;
        }
    };
    leaving.run_until_cancelled(looking).await;
}

/// One look at everything that starts or goes on by itself; says how many runs that concerns.
pub async fn look(services: &Services) -> StoreResult<u64> {
    let begun = due(services).await? + events(services).await?;
    let woken = workflows::wake_sleepers(&services.db, services.clock.now(), BATCH).await?;
    if begun + woken > 0 {
        services.db.announce();
    }
    Ok(begun + woken)
}

async fn due(services: &Services) -> StoreResult<u64> {
    let mut begun = 0;
    loop {
        let now = services.clock.now();
        let claim = workflows::claim_due(&services.db, now, BATCH).await?;
        let claimed = claim.found.len();
        if claimed == 0 {
            return Ok(begun);
        }
        let started = |due: &Due| Started {
            org: due.org,
            workflow: due.workflow,
            cause: format!("slot:{}", due.slot.to_rfc3339()),
            trigger_kind: "schedule",
            input: json!({ "due": due.slot, "is_late": now - due.slot > LATE_AFTER }),
            trace: None,
            is_alone: true,
        };
        let runs: Vec<Started> = claim.found.iter().map(started).collect();
        // Of slots that went by unseen one run is made up for.
        let next: Vec<_> = claim
            .found
            .iter()
            .map(|due| (due.org, due.workflow, next_of(due, now)))
            .collect();
        begun += claim.settle(&runs, &next).await?;
    }
}

/// None where nothing starts it by itself any more.
fn next_of(due: &Due, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match serde_json::from_value::<Rule>(due.rule.clone()) {
        Ok(rule) => rule.next(now),
        Err(error) => {
            tracing::error!(workflow.id = %due.workflow, %error, "the rule of a workflow cannot be read, so no time starts it any more");
            None
        }
    }
}

async fn events(services: &Services) -> StoreResult<u64> {
    let mut begun = 0;
    loop {
        let mut claim = workflows::claim_events(&services.db, BATCH).await?;
        if claim.found.is_empty() {
            return Ok(begun);
        }
        let listening = workflows::listening_to(&mut claim).await?;
        let mut runs = Vec::new();
        for one in listening {
            let happened = claim.found.iter().find(|event| event.id == one.event);
            let Some(happened) = happened else {
                continue;
            };
            match understood(&one.definition) {
                Ok(workflow) if fits(&workflow, happened) => runs.push(Started {
                    org: happened.org,
                    workflow: one.workflow,
                    cause: format!("event:{}", happened.id),
                    trigger_kind: "event",
                    input: happened.input(),
                    trace: happened.trace,
                    is_alone: false,
                }),
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(workflow.id = %one.workflow, %error, "a stored workflow cannot be read");
                }
            }
        }
        begun += claim.settle(&runs).await?;
    }
}

fn fits(workflow: &Workflow, happened: &Happened) -> bool {
    workflow.filter.matches(&happened.payload)
}
