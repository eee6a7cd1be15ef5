//! What every stand-in is made of, so that one of them is only what it holds and how it answers:
//! an address, a clock, the calls that came, the faults that a test ordered, what happens while
//! somebody reads, and word of each change for the page that shows it.

use super::faults::{Fault, Faults, suffer};
use super::telling::{Letter, Subscription, Teller};
use super::{Shown, Table};
use crate::base::clock::{SharedClock, SystemClock};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SubsecRound, Utc};
use parking_lot::{Mutex, MutexGuard};
use serde_json::Value;
use std::fmt::Debug;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// A system: what it holds, and how it answers.
pub trait System: Default + Send + 'static {
    /// As its connector is called.
    const SLUG: &'static str;
    const NAME: &'static str;
    /// What the addresses of its records begin with: a link to one leads to its page here.
    const HOME: &'static str;
    /// How it says that it was asked too much.
    type Limit: IntoResponse + Debug + Clone + Send + 'static;

    fn router(stand_in: StandIn<Self>) -> Router;

    /// What the playground's page shows of it.
    fn tables(&self) -> Vec<Table>;

    /// What there is to tell since this was asked the last time.
    fn news(&mut self) -> Vec<Value> {
        Vec::new()
    }

    /// How it tells of that.
    fn letters(_news: Vec<Value>, _to: &Subscription, _now: DateTime<Utc>) -> Vec<Letter> {
        Vec::new()
    }

    /// What faults and the list of calls name a call by: its path, unless one serves for all.
    fn name(path: &str, _body: &[u8]) -> String {
        path.to_owned()
    }
}

/// A handle to a stand-in; all clones are of the same one.
pub struct StandIn<S: System> {
    shared: Arc<Shared<S>>,
}

struct Shared<S: System> {
    url: String,
    clock: SharedClock,
    world: Mutex<S>,
    faults: Faults<S::Limit>,
    calls: Mutex<Vec<Call>>,
    hooks: Mutex<Vec<Hook<S>>>,
    version: watch::Sender<u64>,
    teller: Mutex<Option<Teller>>,
}

struct Hook<S: System> {
    list: String,
    pages: usize,
    act: Act<S>,
}

type Act<S> = Box<dyn FnMut(&StandIn<S>, usize) + Send>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub method: String,
    pub path: String,
    pub query: String,
}

impl<S: System> Clone for StandIn<S> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<S: System> Debug for StandIn<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct(S::NAME)
            .field("url", &self.shared.url)
            .finish_non_exhaustive()
    }
}

impl<S: System> StandIn<S> {
    pub async fn start() -> std::io::Result<Self> {
        Self::start_at(Arc::new(SystemClock)).await
    }

    /// Its records change at this clock's time, to the millisecond.
    pub async fn start_at(clock: SharedClock) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let stand_in = Self {
            shared: Arc::new(Shared {
                url: format!("http://{address}"),
                clock,
                world: Mutex::default(),
                faults: Faults::default(),
                calls: Mutex::default(),
                hooks: Mutex::default(),
                version: watch::Sender::new(0),
                teller: Mutex::default(),
            }),
        };
        let gate = middleware::from_fn_with_state(stand_in.clone(), gate::<S>);
        let router = S::router(stand_in.clone()).layer(gate);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(stand_in)
    }

    pub fn url(&self) -> &str {
        &self.shared.url
    }

    pub fn faults(&self) -> &Faults<S::Limit> {
        &self.shared.faults
    }

    pub fn calls(&self) -> Vec<Call> {
        self.shared.calls.lock().clone()
    }

    /// Acts after each page of this list was put together and before it is sent, with the number
    /// of pages so far: what changes while somebody reads.
    pub fn on_page(&self, list: impl AsRef<str>, act: impl FnMut(&Self, usize) + Send + 'static) {
        self.shared.hooks.lock().push(Hook {
            list: list.as_ref().to_owned(),
            pages: 0,
            act: Box::new(act),
        });
    }

    pub(super) fn page_was_made(&self, list: impl AsRef<str>) {
        let mut hooks = self.shared.hooks.lock();
        for hook in hooks.iter_mut().filter(|hook| hook.list == list.as_ref()) {
            hook.pages += 1;
            (hook.act)(self, hook.pages);
        }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.shared.clock.now().trunc_subsecs(3)
    }

    /// To be read: what is changed by `edit` alone reaches the page.
    pub(super) fn world(&self) -> MutexGuard<'_, S> {
        self.shared.world.lock()
    }

    pub(super) fn edit<T>(&self, act: impl FnOnce(&mut S, DateTime<Utc>) -> T) -> T {
        let (done, news) = {
            let mut world = self.world();
            let done = act(&mut world, self.now());
            (done, world.news())
        };
        self.shared.version.send_modify(|version| *version += 1);
        if let Some(teller) = &*self.shared.teller.lock() {
            teller.say(S::letters(news, &teller.subscription, self.now()));
        }
        done
    }

    /// From now on it tells of what changes.
    pub fn tells(&self, subscription: Subscription) {
        let teller = Teller::start(subscription, self.shared.clock.clone());
        *self.shared.teller.lock() = Some(teller);
    }
}

impl<S: System> Shown for StandIn<S> {
    fn slug(&self) -> &'static str {
        S::SLUG
    }

    fn name(&self) -> &'static str {
        S::NAME
    }

    fn home(&self) -> &'static str {
        S::HOME
    }

    fn tables(&self) -> Vec<Table> {
        self.world().tables()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.shared.version.subscribe()
    }
}

/// In front of all addresses: notes the call, and does to it what a test ordered.
async fn gate<S: System>(
    State(stand_in): State<StandIn<S>>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await;
    let body = body.unwrap_or_default();
    let call = Call {
        method: parts.method.to_string(),
        path: S::name(parts.uri.path(), &body),
        query: parts.uri.query().unwrap_or_default().to_owned(),
    };
    let fault: Option<Fault<S::Limit>> = stand_in.faults().strike(&call.method, &call.path);
    stand_in.shared.calls.lock().push(call);
    suffer(
        fault,
        next.run(Request::from_parts(parts, Body::from(body))),
    )
    .await
}
