//! A stand-in for GitHub's REST API, in process and from memory, as GitHub documents it: a test
//! fills it, changes it while it is read, and makes it fail.

mod reading;
mod routes;
mod world;
mod writing;

use self::world::{World, merge, written};
use super::faults::Faults;
use crate::base::clock::{SharedClock, SystemClock};
use crate::base::secret::Secret;
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::net::TcpListener;

#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// 403 for too much at once, to be repeated at once.
    Secondary,
    /// A status with a page in place of JSON.
    Status(u16),
    /// The call is applied, and the connection is cut in the middle of its answer.
    Cut,
    /// No answer at all; the connection stays open, and the call is not applied.
    Hang,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub method: String,
    pub path: String,
    pub query: String,
}

/// A handle to it; all clones are of the same one.
#[derive(Clone)]
pub struct GitHub {
    shared: Arc<Shared>,
}

struct Shared {
    url: String,
    clock: SharedClock,
    world: Mutex<World>,
    faults: Faults<Fault>,
    calls: Mutex<Vec<Call>>,
    hooks: Mutex<Vec<Hook>>,
}

struct Hook {
    path: String,
    times: usize,
    act: Act,
}

type Act = Box<dyn FnMut(&GitHub, usize) + Send>;

impl GitHub {
    pub async fn start() -> std::io::Result<Self> {
        Self::start_at(Arc::new(SystemClock)).await
    }

    /// Its records change at this clock's time, to the second.
    pub async fn start_at(clock: SharedClock) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let github = Self {
            shared: Arc::new(Shared {
                url: format!("http://{address}"),
                clock,
                world: Mutex::default(),
                faults: Faults::default(),
                calls: Mutex::default(),
                hooks: Mutex::default(),
            }),
        };
        let router = routes::router(github.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(github)
    }

    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// A fine-grained token.
    pub fn token(&self) -> Secret {
        Secret::new(self.shared.world.lock().token.clone())
    }

    pub fn revoke_token(&self) {
        self.shared.world.lock().is_revoked = true;
    }

    /// A member of every organisation, who shows an address or does not; returns them as GitHub
    /// shows them.
    pub fn user(&self, login: &str, email: Option<&str>) -> Value {
        self.shared.world.lock().add_user(login, email)
    }

    /// With one commit on its main branch.
    pub fn repository(&self, name: &str) {
        let now = self.now();
        self.shared.world.lock().add_repo(name, now);
    }

    /// It is gone, as for all who may not see it.
    pub fn delete_repository(&self, name: &str) -> bool {
        self.shared.world.lock().repos.remove(name).is_some()
    }

    /// It has another name from now on.
    pub fn rename_repository(&self, name: &str, new: &str) {
        let mut world = self.shared.world.lock();
        if let Some(mut repo) = world.repos.remove(name) {
            repo.shown["full_name"] = json!(new);
            world.repos.insert(new.to_owned(), repo);
        }
    }

    pub fn label(&self, repo: &str, name: &str) {
        if let Some(repo) = self.shared.world.lock().repos.get_mut(repo) {
            repo.labels.push(name.to_owned());
        }
    }

    /// Writes a file on a branch; false: there is no such branch.
    pub fn write(&self, repo: &str, branch: &str, path: &str, text: &str) -> bool {
        let now = self.now();
        let file = Some((path, Some(text.to_owned())));
        let mut world = self.shared.world.lock();
        world.commit(repo, branch, &format!("Write {path}"), file, now)
    }

    /// A commit without a file, on main.
    pub fn commit(&self, repo: &str, message: &str) -> bool {
        let now = self.now();
        self.shared
            .world
            .lock()
            .commit(repo, "main", message, None, now)
    }

    /// A branch that ends where main does.
    pub fn branch(&self, repo: &str, name: &str) {
        let mut world = self.shared.world.lock();
        let branches = world.repos.get_mut(repo).map(|it| &mut it.branches);
        if let Some(branches) = branches
            && let Some(main) = branches.get("main").cloned()
        {
            branches.insert(name.to_owned(), main);
        }
    }

    /// An issue with fields as GitHub shows them; returns its number.
    pub fn issue(&self, repo: &str, fields: Value) -> u64 {
        let now = self.now();
        self.shared.world.lock().add_issue(repo, fields, now)
    }

    pub fn pull(&self, repo: &str, fields: Value) -> u64 {
        let now = self.now();
        self.shared.world.lock().add_pull(repo, fields, now)
    }

    pub fn review(&self, repo: &str, pull: u64, by: &str, state: &str) {
        let mut world = self.shared.world.lock();
        let user = world.user(by);
        if let Some(repo) = world.repos.get_mut(repo) {
            let review = json!({"pull": pull, "user": user, "state": state, "body": ""});
            repo.reviews.push(review);
        }
    }

    /// Changes an issue or a pull request as somebody else would; false: there is none.
    pub fn change(&self, repo: &str, number: u64, mut fields: Value) -> bool {
        fields["updated_at"] = written(self.now());
        let mut world = self.shared.world.lock();
        let found = world.repos.get_mut(repo);
        match found.and_then(|repo| repo.issue_mut(number)) {
            Some(issue) => {
                merge(issue, fields);
                true
            }
            None => false,
        }
    }

    /// All issues of a repository, pull requests too, in the order of their numbers.
    pub fn issues(&self, repo: &str) -> Vec<Value> {
        let world = self.shared.world.lock();
        let found = world.repos.get(repo);
        found.map(|repo| repo.issues.clone()).unwrap_or_default()
    }

    pub fn comments(&self, repo: &str) -> Vec<Value> {
        let world = self.shared.world.lock();
        let found = world.repos.get(repo);
        found.map(|repo| repo.comments.clone()).unwrap_or_default()
    }

    pub fn branches(&self, repo: &str) -> Vec<String> {
        let world = self.shared.world.lock();
        let found = world.repos.get(repo);
        found
            .map(|it| it.branches.keys().cloned().collect())
            .unwrap_or_default()
    }

    pub fn file(&self, repo: &str, branch: &str, path: &str) -> Option<String> {
        let world = self.shared.world.lock();
        world
            .repos
            .get(repo)?
            .branches
            .get(branch)?
            .files
            .get(path)
            .cloned()
    }

    pub fn faults(&self) -> &Faults<Fault> {
        &self.shared.faults
    }

    /// Acts after each answer of this path was put together and before it is sent, with the
    /// number of them so far: what changes while somebody reads.
    pub fn on_read(&self, path: &str, act: impl FnMut(&GitHub, usize) + Send + 'static) {
        self.shared.hooks.lock().push(Hook {
            path: path.to_owned(),
            times: 0,
            act: Box::new(act),
        });
    }

    pub fn calls(&self) -> Vec<Call> {
        self.shared.calls.lock().clone()
    }

    fn now(&self) -> DateTime<Utc> {
        self.shared.clock.now()
    }

    fn was_read(&self, path: &str) {
        let mut hooks = self.shared.hooks.lock();
        for hook in hooks.iter_mut().filter(|hook| hook.path == path) {
            hook.times += 1;
            (hook.act)(self, hook.times);
        }
    }
}
