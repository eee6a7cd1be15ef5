//! One running Penny. It has a runtime of its own, so that a test can take it away in the middle
//! of anything, as `kill -9` does.

use super::PATIENCE;
use super::logs::Logs;
use penny::base::clock::SharedClock;
use penny::base::config::Config;
use penny::base::secret::Secret;
use penny::cli::app::{App, Parts};
use penny::models::Models;
use penny::net::polite::Polite;
use penny::web::server;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub struct Process {
    /// Large, and moved about with every test.
    pub app: Box<App>,
    pub address: String,
    /// What it calls itself to Postgres.
    pub name: String,
    shutdown: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    runtime: Option<Runtime>,
}

impl Process {
    pub async fn start(
        config: &Config,
        models: Models,
        clock: SharedClock,
        web: Polite,
        logs: Option<&Logs>,
    ) -> Self {
        let logs = logs.cloned();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .on_thread_start(move || logs.iter().for_each(Logs::capture_this_thread))
            .build()
            .expect("a runtime");
        let parts = Parts {
            clock,
            models,
            web: Arc::new(web),
            is_demo: false,
            render_metrics: Arc::new(String::new),
        };
        let shutdown = CancellationToken::new();
        let (mut config, stopping) = (config.clone(), shutdown.clone());
        let name = new_name();
        config.database_url = called(&name, &config.database_url);
        let started = runtime.spawn(async move {
            let app = App::build(&config, parts).await.expect("an app");
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = format!("http://{}", listener.local_addr().expect("an address"));
            let (router, worker) = (app.router.clone(), app.worker.clone());
            let tasks = vec![
                tokio::spawn(server::serve(listener, router, stopping.clone())),
                tokio::spawn(async move { worker.run(stopping).await }),
            ];
            app.register(&config.slack).await;
            (app, address, tasks)
        });
        let (app, address, tasks) = started.await.expect("a process that starts");
        Self {
            app: Box::new(app),
            address,
            name,
            shutdown,
            tasks,
            runtime: Some(runtime),
        }
    }

    /// Ends in order, as after SIGTERM.
    pub async fn stop(mut self) {
        self.shutdown.cancel();
        for task in self.tasks.drain(..) {
            task.await.expect("a task that ends");
        }
        if let Some(runtime) = &self.runtime {
            let db = self.app.services.db.clone();
            runtime
                .spawn(async move { db.close().await })
                .await
                .expect("a pool that closes");
        }
    }

    /// Ends between any two steps, as after SIGKILL; returns when no step is being taken any more.
    /// Postgres may still be at the last statement.
    pub async fn kill(mut self) {
        let runtime = self.runtime.take().expect("a process that runs");
        tokio::task::spawn_blocking(move || runtime.shutdown_timeout(PATIENCE))
            .await
            .expect("a process that dies");
    }
}

fn new_name() -> String {
    static PROCESSES: AtomicU32 = AtomicU32::new(0);
    format!("penny {}", PROCESSES.fetch_add(1, Ordering::Relaxed))
}

fn called(name: &str, database: &Secret) -> Secret {
    let mut database = url::Url::parse(database.expose()).expect("the address of a database");
    database
        .query_pairs_mut()
        .append_pair("application_name", name);
    Secret::new(database)
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
