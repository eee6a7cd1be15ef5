//! Trackers of issues and code: read into the company's tables, asked, and changed by approval.

mod github;
mod github_changes;
mod linear;
mod linear_changes;
mod private_code;

use crate::support::TestApp;
use penny::approvals::policy::{Facts, Standing};
use penny::approvals::{self, Outcome, State, Verdict};
use penny::base::ids::{OrgId, PersonId, ProposalId};
use penny::base::secret::Secret;
use penny::base::viewer::Audience;
use penny::connectors::changes::{self, Unfit, Wanted};
use penny::connectors::field::Arguments;
use penny::connectors::operation::LookError;
use penny::connectors::registry;
use penny::models::scripted::Step;
use penny::store::{jobs, proposals};
use serde_json::Value;

/// A company where Maya, an administrator, has said hello.
struct Company {
    app: TestApp,
    system: &'static str,
    org: OrgId,
    maya: PersonId,
}

impl Company {
    async fn with(system: &'static str, setting: &'static str, url: &str) -> Self {
        let app = TestApp::build([Step::says("Hello.")])
            .setting(setting, url)
            .start()
            .await;
        let maya = app.slack.person("maya").unwrap();
        let said = maya.tells_penny("hello").await.unwrap();
        maya.waits_for_answer(&said.thread()).await.unwrap();
        app.settles().await;
        let person = "select person_id::text from core.people where slack_user_id = 'U0MAYA'";
        let maya = app.texts(person).await.remove(0).parse().unwrap();
        let org = app.process().app.services.workspaces.all()[0].org;
        Self {
            app,
            system,
            org,
            maya,
        }
    }

    async fn email_of_maya(&self) -> String {
        let email = "select email from core.people where slack_user_id = 'U0MAYA'";
        self.app.texts(email).await.remove(0)
    }

    async fn connects(&self, key: Secret) {
        let connections = &self.app.process().app.services.connections;
        let connector = registry::find(self.system).unwrap();
        connections
            .connect(self.org, self.maya, connector, key)
            .await
            .unwrap();
        self.app.settles().await;
    }

    async fn reads_again(&self) {
        let connections = &self.app.process().app.services.connections;
        let found = connections.read_now(self.org, self.maya, self.system).await;
        assert!(found.unwrap().is_some());
        self.app.settles().await;
    }

    async fn health(&self) -> String {
        let health = format!(
            "select health || coalesce(': ' || health_note, '') from core.connections
             where system = '{}'",
            self.system
        );
        self.app.texts(&health).await.remove(0)
    }

    async fn asks(&self, query: &str, arguments: Value) -> Result<Value, LookError> {
        let audience = Audience::Private;
        self.asks_as(self.maya, audience, query, arguments).await
    }

    /// As this person asks where these read along.
    async fn asks_as(
        &self,
        person: PersonId,
        audience: Audience,
        query: &str,
        arguments: Value,
    ) -> Result<Value, LookError> {
        let connections = &self.app.process().app.services.connections;
        let open = connections.reach(self.org, person, self.system).await;
        let open = open.unwrap();
        let manifest = open.connector.manifest();
        let readable = connections.readable(self.org, person, &audience, manifest);
        let (query, arguments) = (manifest.query(query).unwrap(), arguments.as_object());
        open.connector
            .query(
                &open.api,
                query,
                arguments.unwrap(),
                &readable.await.unwrap(),
            )
            .await
    }

    /// Maya proposes, approves, and waits for what comes of it.
    async fn changes(&self, operation: &str, arguments: Value) -> (ProposalId, State) {
        let arguments = arguments.as_object().unwrap();
        self.carries_out(operation, arguments, None).await.unwrap()
    }

    /// What stands in the way of a proposal.
    async fn cannot(&self, operation: &str, arguments: Value) -> String {
        let arguments = arguments.as_object().unwrap();
        let done = self.carries_out(operation, arguments, None).await;
        done.unwrap_err().to_string()
    }

    async fn undoes(&self, proposal: ProposalId) -> State {
        let db = &self.app.process().app.services.db;
        let mut tx = db.org(self.org).await.unwrap();
        let way_back = changes::way_back(&mut tx, proposal).await.unwrap();
        tx.commit().await.unwrap();
        let (operation, arguments) = way_back.expect("a way back");
        let done = self.carries_out(&operation.name, &arguments, Some(proposal));
        done.await.unwrap().1
    }

    async fn carries_out(
        &self,
        operation: &str,
        arguments: &Arguments,
        undo_of: Option<ProposalId>,
    ) -> Result<(ProposalId, State), Unfit> {
        let services = &self.app.process().app.services;
        let wanted = Wanted {
            requester: self.maya,
            audience: Audience::Private,
            system: self.system,
            operation,
            arguments,
            undo_of,
        };
        let draft = changes::draft(&services.connections, self.org, &wanted).await?;
        let mut tx = services.db.org(self.org).await.unwrap();
        let proposed = approvals::propose(&mut tx, draft, None).await.unwrap();
        let facts = Facts {
            org: self.org,
            person: self.maya,
            standing: Standing::Member,
            sees_card: true,
            is_admin: true,
            owns_record: false,
            groups: std::collections::BTreeSet::new(),
        };
        let ticket = proposed.sealed.ticket();
        approvals::decide(&mut tx, ticket, Verdict::Approved, None, &facts)
            .await
            .unwrap();
        let key = proposed.sealed.key();
        jobs::nudge(&mut tx, approvals::JOB, &key.to_string())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.app.settles().await;
        Ok((key.proposal, self.state(key.proposal).await))
    }

    async fn state(&self, proposal: ProposalId) -> State {
        let db = &self.app.process().app.services.db;
        let mut tx = db.org(self.org).await.unwrap();
        let latest = proposals::latest(&mut tx, proposal).await.unwrap().unwrap();
        if let Some(Outcome::Failed(why)) = approvals::outcome_of(&latest).unwrap() {
            println!("it failed: {why}");
        }
        approvals::state_of(&latest).unwrap()
    }
}
