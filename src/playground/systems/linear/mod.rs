//! A stand-in for Linear's API, in process and from memory, as Linear documents it: a test fills
//! it, changes it while it is read, and makes it fail. It reads GraphQL, so a question that
//! Linear would not understand is not answered here either.

mod answers;
mod filter;
mod language;
mod routes;
mod world;

use self::world::{World, written};
use super::faults::Faults;
use crate::base::clock::{SharedClock, SystemClock};
use crate::base::secret::Secret;
use chrono::{DateTime, SubsecRound, Utc};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::net::TcpListener;

#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// 400 with a code of its own, as Linear says that a limit is reached.
    RateLimited { retry_after: Option<u64> },
    /// A status with a page in place of JSON.
    Status(u16),
    /// The call is applied, and the connection is cut in the middle of its answer.
    Cut,
    /// No answer at all; the connection stays open, and the call is not applied.
    Hang,
}

/// A handle to it; all clones are of the same one.
#[derive(Clone)]
pub struct Linear {
    shared: Arc<Shared>,
}

struct Shared {
    url: String,
    clock: SharedClock,
    world: Mutex<World>,
    faults: Faults<Fault>,
    calls: Mutex<Vec<String>>,
    hooks: Mutex<Vec<Hook>>,
}

struct Hook {
    field: &'static str,
    pages: usize,
    act: Act,
}

type Act = Box<dyn FnMut(&Linear, usize) + Send>;

impl Linear {
    pub async fn start() -> std::io::Result<Self> {
        Self::start_at(Arc::new(SystemClock)).await
    }

    /// Its records change at this clock's time, to the millisecond.
    pub async fn start_at(clock: SharedClock) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let linear = Self {
            shared: Arc::new(Shared {
                url: format!("http://{address}"),
                clock,
                world: Mutex::default(),
                faults: Faults::default(),
                calls: Mutex::default(),
                hooks: Mutex::default(),
            }),
        };
        let router = routes::router(linear.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(linear)
    }

    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// A personal key.
    pub fn token(&self) -> Secret {
        Secret::new(self.shared.world.lock().key.clone())
    }

    pub fn revoke_token(&self) {
        self.shared.world.lock().is_revoked = true;
    }

    pub fn user(&self, email: &str, name: &str) -> String {
        let user = json!({"name": name, "displayName": name, "email": email, "active": true});
        self.add("users", user)
    }

    /// With the states that a new team has.
    pub fn team(&self, key: &str, name: &str) -> String {
        let now = self.now();
        self.shared.world.lock().add_team(key, name, false, now)
    }

    pub fn private_team(&self, key: &str, name: &str) -> String {
        let now = self.now();
        self.shared.world.lock().add_team(key, name, true, now)
    }

    pub fn project(&self, team: &str, name: &str) -> String {
        let project = json!({
            "name": name, "slugId": name.to_lowercase(), "teamIds": [team],
            "url": format!("https://linear.app/acme/project/{name}"),
            "status": {"type": "started"}, "startDate": null, "targetDate": null,
        });
        self.add("projects", project)
    }

    pub fn label(&self, name: &str) -> String {
        self.add("issueLabels", json!({"name": name}))
    }

    /// An issue with fields as Linear's own input has them.
    pub fn issue(&self, team: &str, fields: Value) -> String {
        let now = self.now();
        self.shared.world.lock().add_issue(team, fields, now)
    }

    pub fn comment(&self, issue: &str, body: &str) -> String {
        self.add("comments", json!({"issueId": issue, "body": body}))
    }

    fn add(&self, table: &'static str, fields: Value) -> String {
        let now = self.now();
        self.shared.world.lock().add(table, fields, now)
    }

    /// Changes an issue as somebody else would; false: there is none.
    pub fn change(&self, issue: &str, mut fields: Value) -> bool {
        fields["updatedAt"] = written(self.now());
        self.shared.world.lock().change("issues", issue, fields)
    }

    /// Linear does not say of what is archived that it has changed.
    pub fn archive(&self, issue: &str, by_itself: bool) -> bool {
        let now = written(self.now());
        let by_itself = by_itself.then(|| now.clone());
        let archived = json!({"archivedAt": now, "autoArchivedAt": by_itself});
        self.shared.world.lock().change("issues", issue, archived)
    }

    /// All issues as they are shown, in the order of their making.
    pub fn issues(&self) -> Vec<Value> {
        let world = self.shared.world.lock();
        let issues = world.table("issues").iter();
        issues.map(|it| world.shown("issues", it)).collect()
    }

    pub fn comments(&self) -> Vec<Value> {
        self.shared.world.lock().table("comments").to_vec()
    }

    /// Of the path `/graphql`, or of one operation: `/graphql#issueCreate`.
    pub fn faults(&self) -> &Faults<Fault> {
        &self.shared.faults
    }

    /// Acts after each page of a list was put together and before it is sent, with the number of
    /// pages so far: what changes while somebody reads.
    pub fn on_page(&self, list: &'static str, act: impl FnMut(&Linear, usize) + Send + 'static) {
        self.shared.hooks.lock().push(Hook {
            field: list,
            pages: 0,
            act: Box::new(act),
        });
    }

    /// The names of the fields that were asked for, in order.
    pub fn calls(&self) -> Vec<String> {
        self.shared.calls.lock().clone()
    }

    fn now(&self) -> DateTime<Utc> {
        self.shared.clock.now().trunc_subsecs(3)
    }

    fn page_was_made(&self, field: &str) {
        let mut hooks = self.shared.hooks.lock();
        for hook in hooks.iter_mut().filter(|hook| hook.field == field) {
            hook.pages += 1;
            (hook.act)(self, hook.pages);
        }
    }
}
