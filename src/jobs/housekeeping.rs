//! What has to be done from time to time in every process: tokens are renewed before they
//! expire and sealed with the newest key, what no event tells of is looked for, and what is past
//! its retention goes. Each piece may run twice, or in two processes at once, without harm;
//! tokio-cron-scheduler only says when.

use super::{Services, cards, refresh_token};
use crate::base::clock::SharedClock;
use crate::store::{
    Db, StoreResult, artifacts, connect_links, dashboards, deliveries, events, inbox,
    installations, jobs, listening, memory, outbox, own_tables, pages, proposal_cards, proposals,
    schedules, spending, sync, workflows,
};
use std::time::Duration;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;

const TOKENS_EVERY: Duration = Duration::from_secs(60);
const LOOKING_EVERY: Duration = Duration::from_secs(30);
const CLEANING_EVERY: Duration = Duration::from_secs(600);
/// Rows that one statement takes, so that none holds its locks for long …
const BATCH: i64 = 1_000;
/// … and statements of one round, so that a round ends.
const ROUNDS: u32 = 50;

/// Days for which what other systems said can be worked on again.
const KEPT_WHOLE_DAYS: i32 = 7;

/// Keeps house until `leaving`.
pub async fn run(
    services: Services,
    retention_days: i32,
    leaving: CancellationToken,
) -> Result<(), JobSchedulerError> {
    let mut scheduler = JobScheduler::new().await?;
    let tokens = services.clone();
    scheduler
        .add(Job::new_repeated_async(TOKENS_EVERY, move |_, _| {
            let services = tokens.clone();
            Box::pin(async move {
                if let Err(error) = nudge_refreshes(&services).await {
                    tracing::warn!(%error, "tokens could not be looked after");
                }
                match services.workspaces.reseal().await {
                    Ok(0) => {}
                    Ok(installations) => {
                        tracing::info!(
                            slack.installations = installations,
                            "tokens were sealed with the newest key"
                        );
                    }
                    Err(error) => tracing::warn!(%error, "tokens could not be sealed anew"),
                }
                if let Err(error) = services.connections.reseal().await {
                    tracing::warn!(%error, "keys of connected systems could not be sealed anew");
                }
            })
        })?)
        .await?;
    let looking = services.clone();
    scheduler
        .add(Job::new_repeated_async(LOOKING_EVERY, move |_, _| {
            let services = looking.clone();
            Box::pin(async move {
                let db = services.db.clone();
                if let Err(error) = cards::sweep::sweep(&services).await {
                    tracing::warn!(%error, "proposals could not be looked after");
                }
                if let Err(error) = inbox::settle_early_replies(&db).await {
                    tracing::warn!(%error, "early replies could not be settled");
                }
                if let Err(error) = look_after_channels(&db).await {
                    tracing::warn!(%error, "channels could not be looked after");
                }
                if let Err(error) = super::schedules::settle_lost(&db).await {
                    tracing::warn!(%error, "scheduled runs that were lost could not be settled");
                }
                if let Err(error) = events::record_ended_meetings(&db).await {
                    tracing::warn!(%error, "meetings that have ended could not be told of");
                }
                if let Err(error) = sync::nudge_due(&db).await {
                    tracing::warn!(%error, "systems whose hour has come could not be read");
                }
                if let Err(error) = services.connections.nudge_watches().await {
                    tracing::warn!(%error, "systems could not be asked to tell of changes");
                }
            })
        })?)
        .await?;
    scheduler
        .add(Job::new_repeated_async(CLEANING_EVERY, move |_, _| {
            let services = services.clone();
            Box::pin(async move {
                if let Err(error) = clean(&services, retention_days).await {
                    tracing::warn!(%error, "old rows could not be cleared");
                }
            })
        })?)
        .await?;
    scheduler.start().await?;
    leaving.cancelled().await;
    scheduler.shutdown().await
}

/// Asks for a refresh wherever a token is about to expire; the job itself looks again.
pub async fn nudge_refreshes(services: &Services) -> StoreResult<()> {
    let now = services.clock.now();
    for workspace in services.workspaces.all() {
        if !refresh_token::is_due(&workspace, now) {
            continue;
        }
        let mut tx = services.db.org(workspace.org).await?;
        jobs::nudge(&mut tx, refresh_token::KIND, &workspace.id).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Finds what no event tells of: what was heard and not folded, and channels that changed.
pub async fn look_after_channels(db: &Db) -> StoreResult<()> {
    let nudged = listening::nudge_waiting(db).await;
    listening::due(db).await?;
    nudged.map(|_| ())
}

/// Has each of these done in batches, and tells of all of them together. What fails keeps none of
/// the others from being cleared.
macro_rules! cleared {
    ($clock:expr, $($what:ident: $delete:expr,)*) => {{
        let mut failed = None;
        $(let $what = in_batches($clock, || $delete).await.unwrap_or_else(|error| {
            failed.get_or_insert(error);
            0
        });)*
        if 0 $(+ $what)* > 0 {
            tracing::info!($(cleared.$what = $what,)* "cleared old rows");
        }
        failed.map_or(Ok(()), Err)
    }};
}

/// Clears what is past its retention: what of Slack's messages is kept as data has its own.
pub async fn clean(services: &Services, retention_days: i32) -> StoreResult<()> {
    let (db, days) = (&services.db, retention_days);
    let (message_days, whole_days) = (services.message_days, KEPT_WHOLE_DAYS.min(days));
    cleared! { &services.clock,
        received: inbox::delete_older_than(db, days, BATCH),
        sent: outbox::delete_older_than(db, days, BATCH),
        proposals: proposals::delete_older_than(db, days, BATCH),
        cards: proposal_cards::forget_orphans(db),
        undoable: own_tables::delete_older_than(db, days, BATCH),
        events: events::delete_older_than(db, days.min(message_days), BATCH),
        artifacts: artifacts::delete_older_than(db, days, BATCH),
        workflow_runs: workflows::delete_older_than(db, days, BATCH),
        blanked: deliveries::blank_older_than(db, whole_days, BATCH),
        deliveries: deliveries::delete_older_than(db, days, BATCH),
        messages: listening::delete_old(db, message_days, BATCH),
        unsaid: listening::forget_unsaid(db),
        pages: pages::delete_old(db, BATCH),
        spending: spending::delete_old(db, BATCH),
        memories: memory::purge(db),
        schedules: schedules::lapse(db),
        states: installations::delete_expired_states(db),
        links: connect_links::delete_expired(db),
        dashboards: dashboards::forget_ended(db, BATCH),
        given_up: jobs::delete_dead(db, days, BATCH),
    }
}

/// Repeats a bounded statement until it has nothing left to do, with pauses for others.
async fn in_batches<F>(clock: &SharedClock, statement: impl Fn() -> F) -> StoreResult<u64>
where
    F: Future<Output = StoreResult<u64>>,
{
    let mut total = 0;
    for _ in 0..ROUNDS {
        let done = statement().await?;
        total += done;
        if done < BATCH.unsigned_abs() {
            break;
        }
        clock.sleep(Duration::from_millis(50)).await;
    }
    Ok(total)
}
