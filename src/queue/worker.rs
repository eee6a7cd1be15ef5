//! The worker: takes jobs as far as it has hands free, woken by a commit in this process, by a
//! notification from another, or by the clock; renews its leases, and sweeps those of the dead.

use super::running::{Held, Running};
use super::{Done, Handler, Lane, Rush};
use crate::base::ids::OrgId;
use crate::store::announcer::JOBS;
use crate::store::jobs::{self, Ending, Lease, Return, Take};
use crate::store::listen::{self, Listener};
use crate::store::{Db, StoreError};
use futures::future::join_all;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

const HEARTBEAT: Duration = Duration::from_secs(2);
const SWEEP: Duration = Duration::from_secs(1);
/// The longest that a job waits when every wake-up was lost.
pub(super) const POLL: Duration = Duration::from_millis(500);
/// A lane looks for work at most this often: to look for each job costs more than most jobs, and a
/// wake-up says only that some lane has work. After a pause it looks at once.
const LOOK_EVERY: Duration = Duration::from_millis(4);
/// While Slack is kept waiting, a lane takes this many jobs at most, and then looks again after this.
const IN_A_RUSH: (usize, Duration) = (1, Duration::from_millis(100));
/// So long at most do scheduled questions wait until all runs that are due have begun.
const HOLD_BACK: Duration = Duration::from_secs(15);

#[derive(Debug, Clone)]
pub struct WorkerOptions {
    /// Answers that this process works on at the same time; how many jobs of another lane, the lane
    /// derives from it.
    pub hands: usize,
    /// How long a shutdown lets running work finish before it is handed over.
    pub grace: Duration,
}

#[derive(Clone)]
pub struct Worker {
    pub(super) db: Db,
    owner: Uuid,
    handlers: Arc<HashMap<&'static str, Arc<dyn Handler>>>,
    lanes: Arc<[Hands]>,
    running: Running,
    pub(super) rush: Rush,
    /// Somebody has bundled jobs.
    pub(super) bundled: Arc<Notify>,
    ending: Ending,
    tasks: TaskTracker,
    grace: Duration,
}

/// The hands of one lane.
struct Hands {
    lane: Lane,
    kinds: Vec<String>,
    free: Arc<Semaphore>,
    wake: Notify,
    /// Since when there has been more work than hands.
    swamped: Mutex<Option<Instant>>,
}

impl Hands {
    fn of(lane: Lane, handlers: &[Arc<dyn Handler>], number: usize) -> Self {
        let handlers = handlers.iter().filter(|handler| handler.lane() == lane);
        Self {
            lane,
            kinds: handlers.map(|handler| handler.kind().to_owned()).collect(),
            free: Arc::new(Semaphore::new(number)),
            wake: Notify::new(),
            swamped: Mutex::new(None),
        }
    }

    /// Returns whether the hands suffice again.
    fn note(&self, is_full: bool) -> bool {
        let mut swamped = self.swamped.lock();
        if is_full {
            swamped.get_or_insert_with(Instant::now);
            return false;
        }
        swamped.take().is_some()
    }

    async fn rest(&self, at_most: Duration) {
        let _ = tokio::time::timeout(at_most, self.wake.notified()).await;
    }
}

impl Worker {
    pub fn new(db: Db, handlers: Vec<Arc<dyn Handler>>, options: &WorkerOptions) -> Self {
        let lanes = Lane::ALL.map(|lane| Hands::of(lane, &handlers, lane.hands(options.hands)));
        let handlers = handlers.into_iter().map(|h| (h.kind(), h)).collect();
        Self {
            ending: Ending::start(&db),
            db,
            owner: Uuid::new_v4(),
            lanes: Arc::new(lanes),
            handlers: Arc::new(handlers),
            running: Running::default(),
            rush: Rush::default(),
            bundled: Arc::default(),
            tasks: TaskTracker::new(),
            grace: options.grace,
        }
    }

    /// Says that there may be work. Cheap, and safe to call too often.
    pub fn wake(&self) {
        self.lanes.iter().for_each(|lane| lane.wake.notify_one());
    }

    /// For those who keep Slack waiting to say so.
    pub fn rush(&self) -> &Rush {
        &self.rush
    }

    /// Stops what runs on a thread, if it runs in this process.
    pub fn stop(&self, org: OrgId, key: &str) {
        self.running.stop(org, key);
    }

    pub fn running(&self) -> usize {
        self.running.len()
    }

    /// Works until `shutdown`, then lets running work finish for the grace and hands the rest over.
    pub async fn run(&self, shutdown: CancellationToken) {
        let upkeep = CancellationToken::new();
        let keepers = TaskTracker::new();
        keepers.spawn(
            upkeep
                .clone()
                .run_until_cancelled_owned(self.clone().keep_leases()),
        );
        keepers.spawn(
            upkeep
                .clone()
                .run_until_cancelled_owned(self.clone().sweep()),
        );
        keepers.spawn(
            upkeep
                .clone()
                .run_until_cancelled_owned(self.clone().listen()),
        );
        keepers.spawn(
            upkeep
                .clone()
                .run_until_cancelled_owned(self.clone().unpack_bundles()),
        );
        let taking = join_all(self.lanes.iter().map(|lane| self.take_jobs(lane)));
        shutdown.run_until_cancelled(taking).await;
        self.tasks.close();
        tracing::info!(job.running = self.running.len(), "finishing what runs");
        if tokio::time::timeout(self.grace, self.tasks.wait())
            .await
            .is_err()
        {
            self.running.leave_all();
            self.tasks.wait().await;
        }
        upkeep.cancel();
        keepers.close();
        keepers.wait().await;
    }

    async fn take_jobs(&self, lane: &Hands) {
        let mut may_look = Instant::now();
        loop {
            tokio::time::sleep_until(may_look).await;
            let Ok(first) = lane.free.clone().acquire_owned().await else {
                return;
            };
            let mut permits = vec![first];
            while let Ok(more) = lane.free.clone().try_acquire_owned() {
                permits.push(more);
            }
            let (at_most, then) = self.pace();
            permits.truncate(at_most);
            let wanted = permits.len();
            may_look = Instant::now() + then;
            let take = self.what_to_take(lane);
            match jobs::claim(&self.db, self.owner, &lane.kinds, wanted as i64, take).await {
                Ok(leases) => {
                    let full = leases.len() == wanted;
                    for (lease, permit) in leases.into_iter().zip(permits) {
                        self.start(lease, permit);
                    }
                    if lane.note(full) {
                        self.wake();
                    }
                    if !full {
                        lane.rest(POLL).await;
                    }
                }
                Err(error) => {
                    drop(permits);
                    tracing::warn!(%error, "no jobs can be taken; trying again");
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
            }
        }
    }

    /// How much a lane takes at once, and when it may look again.
    fn pace(&self) -> (usize, Duration) {
        if self.rush.is_on() {
            IN_A_RUSH
        } else {
            (usize::MAX, LOOK_EVERY)
        }
    }

    /// With thousands of runs that are to begin, the questions of the first are left until the last
    /// has begun: whoever looks sees at once that it runs.
    fn what_to_take(&self, lane: &Hands) -> Take {
        let is_swamped = |other: &Hands| {
            let since = *other.swamped.lock();
            other.lane == Lane::Quick && since.is_some_and(|since| since.elapsed() < HOLD_BACK)
        };
        if lane.lane == Lane::Answers && self.lanes.iter().any(is_swamped) {
            Take::Urgent
        } else {
            Take::Any
        }
    }

    fn start(&self, lease: Lease, permit: OwnedSemaphorePermit) {
        let Some(handler) = self.handlers.get(lease.kind.as_str()).cloned() else {
            return;
        };
        let worker = self.clone();
        let held = self.running.add(lease);
        let forgotten = Forgotten(self.running.clone(), held.lease.token());
        self.tasks.spawn(async move {
            // Dropped by a panic, too.
            let _until_it_ends = (forgotten, permit);
            worker.work(handler.as_ref(), held).await;
        });
    }

    async fn work(&self, handler: &dyn Handler, mut held: Held) {
        let span = tracing::info_span!(
            "job",
            trace_id = %held.lease.trace,
            job.kind = %held.lease.kind,
            job.attempt = held.lease.attempts,
        );
        let trace = held.lease.trace;
        trace.join(&span);
        let token = held.lease.token();
        loop {
            use tracing::Instrument;
            let work = if held.lease.attempts > handler.max_attempts() {
                handler.exhausted(&held)
            } else {
                handler.run(&held)
            };
            let done = trace.within(work).instrument(span.clone()).await;
            let outcome = match done {
                Done::Finished => match self.ending.finish(&mut held.lease).await {
                    // Nudged meanwhile: there is more to do, and the lease is still ours.
                    Ok(false) => continue,
                    Ok(true) | Err(StoreError::Fenced) => None,
                    Err(error) => Some((Return::After(1.0), error.to_string())),
                },
                Done::Lost => None,
                Done::HandOver => Some((Return::HandOver, String::new())),
                Done::Later(wait) => Some((Return::Later(wait.as_secs_f64()), String::new())),
                Done::Retry { after, error } => {
                    let wait = after.unwrap_or_else(|| backoff(held.lease.attempts));
                    Some((Return::After(wait.as_secs_f64()), error))
                }
                Done::Failed { error } => Some((Return::Dead, error)),
            };
            self.running.remove(token);
            if let Some((how, error)) = outcome {
                self.give_back(held.lease, how, &error).await;
            }
            return;
        }
    }

    async fn give_back(&self, lease: Lease, how: Return, error: &str) {
        if !error.is_empty() {
            tracing::warn!(job.kind = %lease.kind, job.key = %lease.key, error, job.returned = ?how, "a job did not succeed");
        }
        let error = (!error.is_empty()).then_some(error);
        if let Err(error) = jobs::give_back(&self.db, lease, how, error).await {
            // The lease runs out by itself; the sweep finds the job.
            tracing::warn!(%error, "a lease could not be given back");
        }
    }

    async fn keep_leases(self) {
        loop {
            tokio::time::sleep(HEARTBEAT).await;
            let tokens = self.running.tokens();
            if tokens.is_empty() {
                continue;
            }
            match jobs::renew(&self.db, self.owner, &tokens).await {
                Ok(kept) => self.running.keep_only(&kept, &tokens),
                Err(error) => tracing::warn!(%error, "leases could not be renewed"),
            }
        }
    }

    async fn sweep(self) {
        loop {
            match jobs::sweep_expired(&self.db).await {
                Ok(0) => {}
                Ok(found) => {
                    tracing::info!(
                        job.recovered = found,
                        "took over jobs whose process went away"
                    );
                    self.wake();
                }
                Err(error) => tracing::warn!(%error, "the sweep could not run"),
            }
            tokio::time::sleep(SWEEP).await;
        }
    }

    /// Hears what other processes committed.
    async fn listen(self) {
        loop {
            match Listener::connect(&self.db, &[JOBS, listen::STOPS]).await {
                Ok(mut listener) => {
                    while let Ok((channel, payload)) = listener.next().await {
                        self.heard(&channel, &payload);
                    }
                }
                Err(error) => tracing::debug!(%error, "not listening; polling instead"),
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    fn heard(&self, channel: &str, payload: &str) {
        self.wake();
        self.unpack();
        if channel != listen::STOPS {
            return;
        }
        if let Some((org, key)) = payload.split_once(' ')
            && let Ok(org) = org.parse()
        {
            self.stop(org, key);
        }
    }
}

/// Ends the renewal of a lease with the work on it, however that ends: after a panic the lease
/// runs out, and the job is tried again and counted.
struct Forgotten(Running, Uuid);

impl Drop for Forgotten {
    fn drop(&mut self) {
        self.0.remove(self.1);
    }
}

fn backoff(attempts: i32) -> Duration {
    let ceiling = 2f64.powi(attempts.clamp(0, 9));
    Duration::from_secs_f64(rand::random_range(ceiling / 2.0..=ceiling))
}
