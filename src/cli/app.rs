//! The composition root: the one place that knows all rooms and puts them together. `serve`,
//! `dev` and the tests build the same app; they differ in what they hand in.

use crate::agent::Agent;
use crate::agent::tools::ask_person::AskPerson;
use crate::agent::tools::create_chart::CreateChart;
use crate::agent::tools::create_dashboard::CreateDashboard;
use crate::agent::tools::create_report::CreateReport;
use crate::agent::tools::create_schedule::{Choices, CreateSchedule};
use crate::agent::tools::describe_system::DescribeSystem;
use crate::agent::tools::describe_tables::DescribeTables;
use crate::agent::tools::export_data::ExportData;
use crate::agent::tools::fetch_url::FetchUrl;
use crate::agent::tools::keep_notes::KeepNotes;
use crate::agent::tools::list_connected_systems::ListConnectedSystems;
use crate::agent::tools::manage_memory::ManageMemory;
use crate::agent::tools::propose_write::ProposeWrite;
use crate::agent::tools::query_system::QuerySystem;
use crate::agent::tools::run_sql_query::RunSqlQuery;
use crate::agent::tools::run_sql_write::RunSqlWrite;
use crate::agent::tools::search_documents::SearchDocuments;
use crate::agent::tools::trigger_sync::TriggerSync;
use crate::agent::tools::web_search::WebSearch;
use crate::agent::tools::{Tool, Toolbox};
use crate::base::clock::SharedClock;
use crate::base::config::{Config, SlackConfig};
use crate::connectors::connections::Connections;
use crate::connectors::deliveries::Ears;
use crate::jobs::Services;
use crate::jobs::await_nango::AwaitNango;
use crate::jobs::cards::{BringCard, RefreshCard};
use crate::jobs::deliver_artifact::DeliverArtifact;
use crate::jobs::execute_action::ExecuteAction;
use crate::jobs::hear::Hear;
use crate::jobs::listening::{CheckChannel, FoldHeard, ReadBack, ReportReading, Waker};
use crate::jobs::people::Directory;
use crate::jobs::refresh_token::RefreshToken;
use crate::jobs::run_turn::RunTurn;
use crate::jobs::schedules::{BeginRun, TellLapsed, TellTrouble};
use crate::jobs::show_sync::ShowSync;
use crate::jobs::sync_connection::SyncConnection;
use crate::jobs::tell_broken::TellBroken;
use crate::jobs::tell_lost::TellLost;
use crate::jobs::watch::Watch;
use crate::jobs::workflows::RunWorkflow;
use crate::jobs::workspaces::Workspaces;
use crate::models::Models;
use crate::net::Http;
use crate::net::polite::Polite;
use crate::net::search::Engine;
use crate::queue::{Handler, Worker, WorkerOptions};
use crate::reports::Maker;
use crate::slack::client::{AppCredentials, SlackApi};
use crate::slack::verify::Verifier;
use crate::store::listen;
use crate::store::outbox::Outbox;
use crate::store::sandbox::{Limits as SandboxLimits, Sandbox};
use crate::store::sealing::Sealer;
use crate::store::spending::Headroom;
use crate::store::{Db, inbox};
use crate::surfaces::catching_up::CatchUp;
use crate::surfaces::digests::sending::SendDigest;
use crate::surfaces::inbound::HandleInbound;
use crate::surfaces::intake::Intake;
use crate::web;
use anyhow::Context;
use axum::Router;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

#[derive(Clone)]
pub struct App {
    pub services: Services,
    pub worker: Worker,
    pub router: Router,
    /// What a process without the web role serves.
    pub health_router: Router,
    pub leaving: CancellationToken,
}

pub struct Parts {
    pub clock: SharedClock,
    pub models: Models,
    /// How pages of the web are read.
    pub web: Arc<Polite>,
    pub is_demo: bool,
    /// Renders all metrics in Prometheus' text format.
    pub render_metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

impl App {
    pub async fn build(config: &Config, parts: Parts) -> anyhow::Result<Self> {
        let db = Db::connect(config.database_url.expose(), config.database_connections)
            .await
            .context("the database at DATABASE_URL cannot be used")?;
        let sealer = Sealer::from_text(&config.secret_key)?;
        let api = SlackApi::new(&config.slack.api_url, parts.clock.clone())?;
        let workspaces = Workspaces::new(db.clone(), api, sealer.clone());
        // Before a job is taken, since to it a workspace that is not known is one that has gone.
        workspaces
            .reload_if_any(config.slack.oauth.is_some())
            .await
            .context("the workspaces that Penny is installed in cannot be read")?;
        let sandbox = Arc::new(Sandbox::new(
            db.clone(),
            &config.database_url,
            sealer.clone(),
            SandboxLimits::default(),
        )?);
        let engines = Engine::all(&config.search, &parts.clock)?;
        let connections = Connections::new(
            db.clone(),
            sealer.clone(),
            parts.clock.clone(),
            config.systems.clone(),
            Http::new()?,
        );
        let maker = Maker::new(db.clone(), sandbox.clone(), parts.clock.clone());
        let services = Services {
            agent: Agent {
                tools: toolbox(
                    choices(config, &parts.models),
                    parts.clock.clone(),
                    sandbox.clone(),
                    maker.clone(),
                    parts.web,
                    engines,
                    connections.clone(),
                ),
                models: parts.models,
                limits: config.limits.clone(),
                clock: parts.clock.clone(),
            },
            db: db.clone(),
            clock: parts.clock.clone(),
            workspaces: workspaces.clone(),
            connections,
            sandbox,
            maker,
            sealer: sealer.clone(),
            directory: Directory::default(),
            statuses: Arc::default(),
            outbox: Outbox::start(&db),
            headroom: Headroom::default(),
            public_url: config.public_url.clone(),
            message_days: config.message_days,
            is_demo: parts.is_demo,
        };
        let options = WorkerOptions {
            hands: config.workers,
            grace: config.grace,
        };
        let worker = Worker::new(db.clone(), handlers(&services, &config.slack), &options);
        let leaving = CancellationToken::new();
        let health = web::health::Health {
            db: db.clone(),
            leaving: leaving.clone(),
            workspaces: services.workspaces.clone(),
            awaits_workspace: config.slack.bot_token.is_some(),
            render_metrics: parts.render_metrics,
        };
        let router = web::router(
            web::slack::Endpoints {
                verifier: Arc::new(verifier(&config.slack)?),
                clock: parts.clock,
                intake: intake(&services, worker.clone()),
            },
            health.clone(),
            install(&services, &config.slack),
            connect(&services),
            webhooks(&services)?,
            web::dashboards::Dashboards::new(services.clone()),
        );
        Ok(Self {
            services,
            worker,
            router,
            health_router: web::health::routes(health),
            leaving,
        })
    }
}

fn toolbox(
    choices: Choices,
    clock: SharedClock,
    sandbox: Arc<Sandbox>,
    maker: Maker,
    web: Arc<Polite>,
    engines: Vec<Engine>,
    connections: Connections,
) -> Toolbox {
    let mut tools: Vec<Arc<dyn Tool>> = vec![
        Arc::new(DescribeTables),
        Arc::new(RunSqlQuery::new(sandbox.clone())),
        Arc::new(RunSqlWrite::new(sandbox.clone())),
        Arc::new(ListConnectedSystems::new(sandbox.clone())),
        Arc::new(ManageMemory),
        Arc::new(AskPerson),
        Arc::new(CreateSchedule::new(clock.clone(), choices)),
        Arc::new(KeepNotes::new(clock)),
        Arc::new(FetchUrl::new(web, sandbox)),
        Arc::new(DescribeSystem),
        Arc::new(QuerySystem::new(connections.clone())),
        Arc::new(TriggerSync::new(connections.clone())),
        Arc::new(ProposeWrite::new(connections)),
        Arc::new(CreateChart::new(maker.clone())),
        Arc::new(CreateDashboard::new(maker.clone())),
        Arc::new(CreateReport::new(maker.clone())),
        Arc::new(ExportData::new(maker)),
        Arc::new(SearchDocuments),
    ];
    // A tool that could only fail is not offered.
    tools.extend(WebSearch::new(engines).map(|search| Arc::new(search) as Arc<dyn Tool>));
    Toolbox::new(tools)
}

/// What people may give a schedule of its own.
fn choices(config: &Config, models: &Models) -> Choices {
    Choices {
        usual_model: models.usual.name(),
        other_models: models.others.keys().cloned().collect(),
        most_micros: config.limits.cost_micros,
    }
}

fn handlers(services: &Services, slack: &SlackConfig) -> Vec<Arc<dyn Handler>> {
    let own = || services.clone();
    let mut handlers: Vec<Arc<dyn Handler>> = vec![
        Arc::new(RunTurn { services: own() }),
        Arc::new(HandleInbound { services: own() }),
        Arc::new(CatchUp { services: own() }),
        Arc::new(SyncConnection { services: own() }),
        Arc::new(Hear { services: own() }),
        Arc::new(Watch { services: own() }),
        Arc::new(ShowSync { services: own() }),
        Arc::new(FoldHeard { services: own() }),
        Arc::new(ReadBack { services: own() }),
        Arc::new(CheckChannel { services: own() }),
        Arc::new(ReportReading { services: own() }),
        Arc::new(TellBroken { services: own() }),
        Arc::new(TellLost { services: own() }),
        Arc::new(ExecuteAction { services: own() }),
        Arc::new(BeginRun::new(own())),
        Arc::new(TellTrouble { services: own() }),
        Arc::new(TellLapsed { services: own() }),
        Arc::new(SendDigest { services: own() }),
        Arc::new(RunWorkflow { services: own() }),
        Arc::new(RefreshCard { services: own() }),
        Arc::new(BringCard { services: own() }),
        Arc::new(DeliverArtifact { services: own() }),
    ];
    if services.connections.nango().is_some() {
        handlers.push(Arc::new(AwaitNango { services: own() }));
    }
    if let Some(app) = credentials(slack) {
        handlers.push(Arc::new(RefreshToken {
            services: services.clone(),
            app,
        }));
    }
    handlers
}

fn credentials(slack: &SlackConfig) -> Option<AppCredentials> {
    let oauth = slack.oauth.as_ref()?;
    Some(AppCredentials {
        client_id: oauth.client_id.clone(),
        client_secret: oauth.client_secret.clone(),
    })
}

/// Installing needs the app's credentials and an address for Slack to send the browser back to.
fn install(services: &Services, slack: &SlackConfig) -> Option<web::install::Install> {
    Some(web::install::Install {
        app: credentials(slack)?,
        public_url: services.public_url.clone()?,
        services: services.clone(),
    })
}

/// Consent in the browser needs an address for it to be sent back to.
fn connect(services: &Services) -> Option<web::connect::Connect> {
    Some(web::connect::Connect {
        public_url: services.public_url.clone()?,
        services: services.clone(),
    })
}

fn webhooks(services: &Services) -> anyhow::Result<web::webhooks::Webhooks> {
    Ok(web::webhooks::Webhooks {
        ears: Ears::new(services.connections.clone())?,
        clock: services.clock.clone(),
        public_url: services.public_url.clone(),
    })
}

fn verifier(slack: &SlackConfig) -> anyhow::Result<Verifier> {
    let current = slack
        .signing_secrets
        .first()
        .context("there is no signing secret")?;
    Ok(Verifier::new(current, slack.signing_secrets.get(1))?)
}

/// Work that a commit caused begins at once, in this process or another, and a stop reaches
/// every process.
fn intake(services: &Services, worker: Worker) -> Intake {
    let db = services.db.clone();
    let waker = Waker::new(db.clone(), services.clock.clone());
    Intake::start(services.clone(), worker.rush().clone(), move |deliveries| {
        if inbox::comes_in_a_rush(deliveries) {
            worker.unpack();
        }
        worker.wake();
        db.announce();
        waker.wake(deliveries);
        for delivery in deliveries {
            if delivery.kind == inbox::Kind::Stop
                && let (Some(channel), Some(thread)) = (&delivery.channel, &delivery.thread_ts)
            {
                let key = format!("{channel}:{thread}");
                worker.stop(delivery.org, &key);
                let (db, payload) = (db.clone(), format!("{} {key}", delivery.org));
                tokio::spawn(async move {
                    if let Err(error) = listen::notify(&db, listen::STOPS, &payload).await {
                        tracing::debug!(%error, "other processes were not told to stop");
                    }
                });
            }
        }
    })
}
