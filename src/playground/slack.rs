//! The handle: one stand-in for Slack, its state, its server, its way to Penny. Cheap to clone.

use super::api::rates::Rates;
use super::calls::CallLog;
use super::events::Outgoing;
use super::events::deliver::{Answer, Courier, Delivery, Missed};
use super::faults::Faults;
use super::serve;
use super::setup::{NewChannel, Setup};
use super::state::channel::{Channel, Kind};
use super::state::installation::Minted;
use super::state::world::{Change, World};
use super::systems::Shown;
use crate::base::clock::SharedClock;
use crate::base::ids::{ChannelId, TeamId, UserId};
use crate::base::secret::Secret;
use futures::future::join_all;
use parking_lot::Mutex;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::{broadcast, watch};

/// A page that falls this far behind gets a fresh snapshot.
const CHANGES_IN_FLIGHT: usize = 4096;

#[derive(Debug, Clone)]
pub struct Slack {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    world: Mutex<World>,
    changes: broadcast::Sender<Change>,
    version: watch::Sender<u64>,
    courier: Arc<Courier>,
    clock: SharedClock,
    calls: CallLog,
    faults: Faults,
    rates: Option<Rates>,
    address: SocketAddr,
    signing_secret: Secret,
    bot_token: Option<Secret>,
    stop: watch::Sender<bool>,
    systems: Mutex<Vec<Arc<dyn Shown>>>,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the playground could not listen on 127.0.0.1:{port}: {source}")]
    Listen { port: u16, source: std::io::Error },
    #[error("the playground's set-up names {0}, who is not in its list of people")]
    UnknownPerson(String),
}

impl Slack {
    /// Builds the workspace and serves it on the loopback interface.
    pub async fn start(setup: Setup) -> Result<Self, StartError> {
        let port = setup.port;
        let listener = serve::bind(port)
            .await
            .map_err(|source| StartError::Listen { port, source })?;
        let address = listener
            .local_addr()
            .map_err(|source| StartError::Listen { port, source })?;
        let slack = Self::build(setup, address)?;
        tokio::spawn(serve::serve(
            listener,
            slack.clone(),
            slack.inner.stop.subscribe(),
        ));
        Ok(slack)
    }

    fn build(setup: Setup, address: SocketAddr) -> Result<Self, StartError> {
        let clock = setup.clock.clone();
        let signing_secret = setup.app.signing_secret.clone();
        let courier = Courier::new(
            signing_secret.clone(),
            clock.clone(),
            setup.ack_within,
            !setup.quiet,
        );
        let rates = setup.strict_rates.then(|| Rates::new(clock.clone()));
        let calls = CallLog::new(setup.quiet);
        let (mut world, token) = furnish(setup, clock.now())?;
        world.base_url = format!("http://{address}");
        world.changes.clear();
        Ok(Self {
            inner: Arc::new(Inner {
                world: Mutex::new(world),
                changes: broadcast::Sender::new(CHANGES_IN_FLIGHT),
                version: watch::Sender::new(0),
                courier: Arc::new(courier),
                clock,
                calls,
                faults: Faults::default(),
                rates,
                address,
                signing_secret,
                bot_token: token.map(|minted| Secret::new(minted.access)),
                stop: watch::Sender::new(false),
                systems: Mutex::default(),
            }),
        })
    }

    /// Where Penny listens; until this is called every event is undeliverable.
    pub fn point_at(&self, penny: &str) {
        self.inner.courier.point_at(penny);
    }

    /// What Penny gets as `SLACK_API_URL`.
    pub fn api_url(&self) -> String {
        format!("{}/api", self.base_url())
    }

    /// The page's address.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.inner.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.inner.address
    }

    pub fn signing_secret(&self) -> Secret {
        self.inner.signing_secret.clone()
    }

    /// The token of the installation that the set-up made; `None` when OAuth has to come first.
    pub fn bot_token(&self) -> Option<Secret> {
        self.inner.bot_token.clone()
    }

    /// Shows a connected system's stand-in on the page.
    pub fn shows(&self, system: Arc<dyn Shown>) {
        self.inner.systems.lock().push(system);
    }

    pub(super) fn systems(&self) -> Vec<Arc<dyn Shown>> {
        self.inner.systems.lock().clone()
    }

    pub fn clock(&self) -> &SharedClock {
        &self.inner.clock
    }

    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    pub fn calls(&self) -> &CallLog {
        &self.inner.calls
    }

    pub fn deliveries(&self) -> Vec<Delivery> {
        self.inner.courier.kept()
    }

    pub fn courier(&self) -> &Courier {
        &self.inner.courier
    }

    pub(super) fn rates(&self) -> Option<&Rates> {
        self.inner.rates.as_ref()
    }

    pub(super) fn watch_changes(&self) -> broadcast::Receiver<Change> {
        self.inner.changes.subscribe()
    }

    pub(super) fn watch_version(&self) -> watch::Receiver<u64> {
        self.inner.version.subscribe()
    }

    pub(super) fn has_watchers(&self) -> bool {
        self.inner.changes.receiver_count() > 0
    }

    /// Looks at the state.
    pub(super) fn look<R>(&self, view: impl FnOnce(&World) -> R) -> R {
        let mut world = self.inner.world.lock();
        world.now = self.inner.clock.now();
        view(&world)
    }

    /// Changes the state; what follows from it goes out in the background.
    pub(super) fn edit<R>(&self, change: impl FnOnce(&mut World) -> R) -> R {
        let (result, outgoing) = self.commit(change);
        for request in outgoing {
            tokio::spawn(self.inner.courier.clone().deliver(request));
        }
        result
    }

    /// Changes the state and waits until Penny has acknowledged (or missed) what follows from it.
    pub(super) async fn edit_and_wait<R>(
        &self,
        change: impl FnOnce(&mut World) -> R,
    ) -> (R, Vec<Result<Answer, Missed>>) {
        let (result, outgoing) = self.commit(change);
        let courier = &self.inner.courier;
        let deliveries = outgoing
            .into_iter()
            .map(|request| courier.clone().deliver(request));
        let answers = join_all(deliveries).await;
        self.touch();
        (result, answers)
    }

    /// Sends one request that Slack does not repeat and returns Penny's answer.
    pub(super) async fn ask_penny(&self, request: Outgoing) -> Result<Answer, Missed> {
        let answer = self.inner.courier.clone().deliver(request).await;
        self.touch();
        answer
    }

    fn commit<R>(&self, change: impl FnOnce(&mut World) -> R) -> (R, Vec<Outgoing>) {
        let (result, changes, outgoing) = {
            let mut world = self.inner.world.lock();
            world.now = self.inner.clock.now();
            let result = change(&mut world);
            (
                result,
                std::mem::take(&mut world.changes),
                std::mem::take(&mut world.outgoing),
            )
        };
        if self.has_watchers() {
            for change in changes {
                // Nobody listening any more is no failure.
                let _ = self.inner.changes.send(change);
            }
        }
        self.touch();
        (result, outgoing)
    }

    /// Wakes whoever waits for something to happen.
    pub(super) fn touch(&self) {
        self.inner.version.send_modify(|version| *version += 1);
    }

    /// Ends the server; connections that are open die with it.
    pub fn stop(&self) {
        self.inner.stop.send_replace(true);
    }
}

/// Makes the world that the set-up describes.
fn furnish(
    setup: Setup,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(World, Option<Minted>), StartError> {
    let mut world = World::new(setup.app.clone(), now);
    world.echo = setup.echo;
    world.enterprise = setup.enterprise.clone();
    for team in &setup.teams {
        world.add_team(team.clone());
    }
    world.groups.clone_from(&setup.groups);
    for person in &setup.people {
        world.add_person(person.clone());
    }
    let installer = setup
        .people
        .first()
        .map_or_else(|| UserId::new("U0ADMIN"), |person| person.id.clone());
    let token = setup.install.then(|| {
        let team = if setup.enterprise.is_some() {
            None
        } else {
            world.home_team()
        };
        let scopes = setup.app.scopes.iter().cloned().collect();
        let place = world.install(team, installer.clone(), scopes);
        world.mint_tokens(place)
    });
    for channel in &setup.channels {
        let channel = furnish_channel(&mut world, &setup, channel, &installer)?;
        world.add_channel(channel);
    }
    for message in &setup.messages {
        world.remember(message);
    }
    Ok((world, token))
}

fn furnish_channel(
    world: &mut World,
    setup: &Setup,
    new: &NewChannel,
    creator: &UserId,
) -> Result<Channel, StartError> {
    let team = new
        .team
        .clone()
        .or_else(|| world.home_team())
        .unwrap_or_else(|| TeamId::new(""));
    let id = new
        .id
        .clone()
        .unwrap_or_else(|| ChannelId::new(world.fresh_id("C")));
    let kind = if new.is_private {
        Kind::Private
    } else {
        Kind::Public
    };
    let mut channel = Channel::new(id, &new.name, kind, team.clone());
    channel.topic.clone_from(&new.topic);
    channel.is_archived = new.is_archived;
    channel.created = world.now.timestamp();
    channel.creator = creator.clone();
    channel.shared_with = new.shared_with.iter().cloned().collect();
    match &new.members {
        Some(names) => {
            for name in names {
                let id = setup
                    .person_id(name)
                    .ok_or_else(|| StartError::UnknownPerson(name.clone()))?;
                channel.members.insert(id);
            }
        }
        None => {
            let everybody = world
                .people
                .values()
                .filter(|person| channel.is_in_team(&person.team));
            let full = everybody
                .filter(|person| !person.is_bot && person.guest == super::people::Guest::No);
            channel.members = full.map(|person| person.id.clone()).collect();
        }
    }
    if let (true, Some(bot)) = (new.with_app, world.bot_of(&team)) {
        channel.members.insert(bot);
    }
    Ok(channel)
}
