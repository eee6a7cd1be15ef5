//! The jobs that this process works on: their leases are renewed together, a lost one is told
//! to its work, and a thread's stop reaches the turn that runs here.

use crate::base::ids::OrgId;
use crate::store::jobs::Lease;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A lease at work, with the ways in which the work can be told to end.
#[derive(Debug)]
pub struct Held {
    pub(super) lease: Lease,
    /// Somebody may want it to stop: a hint, which can come late and be for earlier work.
    pub stop_hint: Arc<Notify>,
    /// The lease is lost, or the process is going away.
    pub leave: CancellationToken,
}

#[derive(Debug, Clone)]
struct Entry {
    org: OrgId,
    key: String,
    stop_hint: Arc<Notify>,
    leave: CancellationToken,
}

#[derive(Debug, Clone, Default)]
pub struct Running(Arc<Mutex<HashMap<Uuid, Entry>>>);

impl Running {
    pub fn add(&self, lease: Lease) -> Held {
        let held = Held {
            lease,
            stop_hint: Arc::default(),
            leave: CancellationToken::new(),
        };
        self.0.lock().insert(
            held.lease.token(),
            Entry {
                org: held.lease.org,
                key: held.lease.key.clone(),
                stop_hint: held.stop_hint.clone(),
                leave: held.leave.clone(),
            },
        );
        held
    }

    pub fn remove(&self, token: Uuid) {
        self.0.lock().remove(&token);
    }

    pub fn tokens(&self) -> Vec<Uuid> {
        self.0.lock().keys().copied().collect()
    }

    pub fn len(&self) -> usize {
        self.0.lock().len()
    }

    /// Tells the work whose leases were lost.
    pub fn keep_only(&self, kept: &[Uuid], asked: &[Uuid]) {
        let running = self.0.lock();
        for token in asked.iter().filter(|token| !kept.contains(token)) {
            if let Some(entry) = running.get(token) {
                tracing::warn!(job.key = %entry.key, "the lease on a job was lost");
                entry.leave.cancel();
            }
        }
    }

    pub fn stop(&self, org: OrgId, key: &str) {
        for entry in self.0.lock().values() {
            if entry.org == org && entry.key == key {
                entry.stop_hint.notify_one();
            }
        }
    }

    pub fn leave_all(&self) {
        for entry in self.0.lock().values() {
            entry.leave.cancel();
        }
    }
}
