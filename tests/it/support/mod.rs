//! The whole of Penny for a test: the real app on its own database, the playground as Slack, a
//! scripted model. A test acts and looks as people in Slack do.

use chrono::Utc;
use penny::base::clock::SystemClock;
use penny::base::config::{Config, Source};
use penny::cli::app::{App, Parts};
use penny::models::Model;
use penny::playground::{Setup, Slack};
use penny::store::embedded::testing::TestDatabase;
use penny::web::server;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub struct TestApp {
    pub app: App,
    pub slack: Slack,
    pub config: Config,
    pub address: String,
    shutdown: CancellationToken,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    // Last, so that it goes when nothing uses it any more.
    _database: TestDatabase,
}

impl TestApp {
    /// Penny in the demo company's Slack, thinking with `model`.
    pub async fn start(model: Arc<dyn Model>) -> Self {
        Self::with(model, |source| source).await
    }

    pub async fn with(model: Arc<dyn Model>, change: impl FnOnce(Source) -> Source) -> Self {
        penny::net::install_crypto();
        let database = TestDatabase::fresh().await.expect("a database");
        let company = penny::demo::workspace(Utc::now());
        let slack = Slack::start(Setup::from(&company))
            .await
            .expect("a playground");
        let token = slack
            .bot_token()
            .expect("Penny is installed in the playground");
        let source = change(
            Source::default()
                .set("DATABASE_URL", database.url().expose())
                .set("SLACK_API_URL", slack.api_url())
                .set("SLACK_SIGNING_SECRET", slack.signing_secret().expose())
                .set("SLACK_BOT_TOKEN", token.expose())
                .set("PENNY_SECRET_KEY", "a key for tests that is long enough")
                .set("PENNY_DB_CONNECTIONS", "4")
                .set("PENNY_SHUTDOWN_SECONDS", "5"),
        );
        let config = Config::read(&source).expect("a configuration");
        let parts = Parts {
            clock: Arc::new(SystemClock),
            model,
            is_demo: false,
            render_metrics: Arc::new(String::new),
        };
        let app = App::build(&config, parts).await.expect("an app");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let shutdown = CancellationToken::new();
        let mut test = Self {
            app,
            slack,
            config,
            address,
            shutdown,
            tasks: Vec::new(),
            _database: database,
        };
        test.run(listener).await;
        test
    }

    async fn run(&mut self, listener: TcpListener) {
        let (app, shutdown) = (self.app.clone(), self.shutdown.clone());
        self.tasks.push(tokio::spawn(async move {
            server::serve(listener, app.router.clone(), shutdown).await;
        }));
        let (app, shutdown) = (self.app.clone(), self.shutdown.clone());
        self.tasks
            .push(tokio::spawn(async move { app.worker.run(shutdown).await }));
        self.app.register(&self.config.slack).await;
        self.slack.point_at(&self.address);
    }

    /// Ends the app as a deploy would, and fails if something was left undone.
    pub async fn stop(self) {
        self.shutdown.cancel();
        for task in self.tasks {
            task.await.expect("a task that ends");
        }
        self.app.services.db.close().await;
    }
}
