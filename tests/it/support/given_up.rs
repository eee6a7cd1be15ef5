//! Work that is left to do, and work that Penny has given up: a test that does not expect that
//! fails, for nobody in Slack need have noticed.

use super::TestApp;
use parking_lot::Mutex;

/// The kinds of jobs of which a test expects that one is given up.
#[derive(Default)]
pub struct Expected(Mutex<Vec<&'static str>>);

impl TestApp {
    /// By the end of the test a job of this kind is given up, as the test means it to be.
    pub fn gives_up(&self, kind: &'static str) {
        self.expected.0.lock().push(kind);
    }

    pub(super) async fn assert_only_what_was_expected_is_given_up(&self) {
        let expected = self.expected.0.lock().clone();
        let is_of = |one: &str, kind: &str| one.split(' ').next() == Some(kind);
        let given_up = self.given_up().await;
        let (foreseen, others): (Vec<String>, Vec<String>) = given_up
            .into_iter()
            .partition(|one| expected.iter().any(|kind| is_of(one, kind)));
        assert!(others.is_empty(), "jobs were given up: {others:#?}");
        for kind in expected {
            assert!(
                foreseen.iter().any(|one| is_of(one, kind)),
                "no job of the kind {kind} was given up"
            );
        }
    }

    async fn given_up(&self) -> Vec<String> {
        self.jobs("dead_at is not null").await
    }

    pub(super) async fn unfinished_jobs(&self) -> Vec<String> {
        self.jobs("dead_at is null").await
    }

    /// With those that are bundled still.
    async fn jobs(&self, which: &str) -> Vec<String> {
        let named = "format('%s %s: %s', kind, key, coalesce(last_error, 'no error'))";
        self.texts(&format!(
            "select {named} from core.jobs where {which}
             union all
             select {named} from (select unnest(kinds) as kind, unnest(keys) as key,
                 null as last_error, null as dead_at from core.bundles) as bundled where {which}"
        ))
        .await
    }
}
