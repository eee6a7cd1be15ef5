//! The jobs that this process works on: their leases are renewed together, a lost one is told
//! to its work, and a thread's stop reaches the turn that runs here.

use crate::base::ids::OrgId;
use crate::store::jobs::Lease;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A lease at work, with the ways in which the work can be told to end.
#[derive(Debug)]
pub struct Held {
    pub(super) lease: Lease,
    /// A person wants it to stop.
    pub stop: CancellationToken,
    /// The lease is lost, or the process is going away.
    pub leave: CancellationToken,
}

#[derive(Debug, Clone)]
struct Entry {
    org: OrgId,
    key: String,
    stop: CancellationToken,
    leave: CancellationToken,
}

#[derive(Debug, Clone, Default)]
pub struct Running(Arc<Mutex<HashMap<Uuid, Entry>>>);

impl Running {
    pub fn add(&self, lease: Lease) -> Held {
        let held = Held {
            lease,
            stop: CancellationToken::new(),
            leave: CancellationToken::new(),
        };
        self.0.lock().insert(
            held.lease.token(),
            Entry {
                org: held.lease.org,
                key: held.lease.key.clone(),
                stop: held.stop.clone(),
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
                entry.stop.cancel();
            }
        }
    }

    pub fn leave_all(&self) {
        for entry in self.0.lock().values() {
            entry.leave.cancel();
        }
    }
}
