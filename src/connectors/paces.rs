//! The pace of each connection's calls, which everybody who calls through it keeps together.

use super::Manifest;
use crate::base::ids::ConnectionId;
use crate::net::json_api::Pace;
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Debug, Clone, Default)]
pub(super) struct Paces(Arc<Mutex<HashMap<ConnectionId, Arc<Pace>>>>);

impl Paces {
    /// None: nobody says how often it may be called.
    pub fn of(
        &self,
        id: ConnectionId,
        manifest: &'static Manifest,
        now: DateTime<Utc>,
    ) -> Option<Arc<Pace>> {
        if manifest.limits.is_empty() {
            return None;
        }
        let mut paces = self.0.lock();
        // Those that have nothing to remember begin anew.
        paces.retain(|_, pace| Arc::strong_count(pace) > 1 || !pace.is_at_rest(now));
        let pace = paces.entry(id);
        Some(Arc::clone(
            pace.or_insert_with(|| Arc::new(Pace::new(manifest.limits))),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::registry;
    use uuid::Uuid;

    #[test]
    fn whoever_calls_through_a_connection_keeps_its_pace_and_no_other_ones() {
        let (paces, now) = (Paces::default(), Utc::now());
        let of = |id, system| {
            let manifest = registry::find(system).unwrap().manifest();
            paces.of(ConnectionId(Uuid::from_u128(id)), manifest, now)
        };
        let one = of(1, "hubspot").unwrap();
        assert!(Arc::ptr_eq(&one, &of(1, "hubspot").unwrap()));
        assert!(!Arc::ptr_eq(&one, &of(2, "hubspot").unwrap()));
        assert!(of(3, "twilio").is_none());
        assert!(Arc::ptr_eq(&one, &of(1, "hubspot").unwrap()));
        assert_eq!(paces.0.lock().len(), 1, "nobody calls through the other");
    }
}
