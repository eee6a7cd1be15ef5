//! The demo company, seeded as `penny dev` seeds it.

use crate::support::TestApp;
use chrono::Utc;
use penny::demo;
use penny::models::scripted::Step;

/// With a model that answers with these.
pub async fn company(steps: impl IntoIterator<Item = Step>) -> TestApp {
    let app = TestApp::start(steps).await;
    let services = &app.process().app.services;
    let org = services.workspaces.all()[0].org;
    let seeded = demo::seed(&services.db, org, Utc::now(), 1, &|_| ()).await;
    seeded.expect("a company");
    app
}
