//! Gmail: a person's mail is read whole, stays theirs, and is written from only as they approved.

mod asking;
mod changing;
mod filing;
mod privacy;
mod reading;

use crate::support::TestApp;
use crate::support::approving::{self, Done};
use crate::support::hurried::Hurried;
use penny::base::ids::{OrgId, PersonId, UserId};
use penny::base::viewer::Audience;
use penny::connectors::Readable;
use penny::connectors::changes::{self, Unfit, Wanted};
use penny::connectors::field::Arguments;
use penny::connectors::operation::LookError;
use penny::connectors::registry;
use penny::playground::systems::gmail::{Arriving, Gmail, Mailbox};
use serde_json::Value;
use std::sync::Arc;

const MAILS: &str = "/gmail/v1/users/me/messages";
const SEND: &str = "/gmail/v1/users/me/messages/send";

/// A company where Maya and Jonas have a mailbox each.
struct House {
    app: TestApp,
    gmail: Gmail,
    org: OrgId,
    maya: PersonId,
    jonas: PersonId,
    mayas: Mailbox,
    jonas_mail: Mailbox,
}

impl House {
    async fn open() -> Self {
        let gmail = Gmail::start().await.unwrap();
        let app = TestApp::build([])
            .setting("GMAIL_BASE_URL", gmail.url())
            .clock(Arc::new(Hurried))
            .start()
            .await;
        let services = &app.process().app.services;
        let workspace = services.workspaces.all().remove(0);
        let mut ids = Vec::new();
        for user in ["U0MAYA", "U0JONAS"] {
            let user = UserId::new(user);
            let person = services.directory.person(&services.db, &workspace, &user);
            ids.push(person.await.unwrap().id);
        }
        Self {
            org: workspace.org,
            maya: ids[0],
            jonas: ids[1],
            mayas: gmail.mailbox("maya@northwind.example"),
            jonas_mail: gmail.mailbox("jonas@northwind.example"),
            gmail,
            app,
        }
    }

    async fn connects(&self, person: PersonId, mailbox: &Mailbox) {
        let connections = &self.app.process().app.services.connections;
        let connector = registry::find("gmail").unwrap();
        connections
            .connect(self.org, person, connector, mailbox.token())
            .await
            .unwrap();
    }

    async fn maya_connects(&self) {
        self.connects(self.maya, &self.mayas).await;
        self.app.settles().await;
    }

    async fn reads_again(&self) {
        let connections = &self.app.process().app.services.connections;
        let found = connections.read_now(self.org, self.maya, "gmail").await;
        assert!(found.unwrap().is_some());
        self.app.settles().await;
    }

    async fn subjects(&self) -> Vec<String> {
        let subjects = "select subject from core.activities where source = 'gmail' order by 1";
        self.app.texts(subjects).await
    }

    async fn asks(
        &self,
        person: PersonId,
        query: &str,
        arguments: Value,
    ) -> Result<Value, LookError> {
        let connections = &self.app.process().app.services.connections;
        let open = connections.reach(self.org, person, "gmail").await.unwrap();
        let query = open.connector.manifest().query(query).unwrap();
        open.connector
            .query(
                &open.api,
                query,
                arguments.as_object().unwrap(),
                &Readable::default(),
            )
            .await
    }

    /// Maya asks for it and agrees to it.
    async fn changes(&self, operation: &str, arguments: Value) -> Result<Done, Unfit> {
        let arguments = arguments.as_object().unwrap();
        self.carries_out(self.wants(operation, arguments)).await
    }

    async fn undoes(&self, done: &Done) -> Result<Done, Unfit> {
        let db = &self.app.process().app.services.db;
        let mut tx = db.org(self.org).await.unwrap();
        let way_back = changes::way_back(&mut tx, done.proposal).await.unwrap();
        tx.commit().await.unwrap();
        let (operation, arguments) = way_back.expect("a way back");
        let wanted = Wanted {
            undo_of: Some(done.proposal),
            ..self.wants(&operation.name, &arguments)
        };
        self.carries_out(wanted).await
    }

    fn wants<'a>(&self, operation: &'a str, arguments: &'a Arguments) -> Wanted<'a> {
        Wanted {
            requester: self.maya,
            audience: Audience::Private,
            system: "gmail",
            operation,
            arguments,
            undo_of: None,
        }
    }

    async fn carries_out(&self, wanted: Wanted<'_>) -> Result<Done, Unfit> {
        approving::carry_out(&self.app, self.org, &wanted).await
    }

    /// How often a path was called.
    fn calls_of(&self, path: &str) -> usize {
        let calls = self.gmail.calls();
        calls.iter().filter(|call| call.path == path).count()
    }
}

fn mail(from: &str, subject: &str) -> Arriving {
    Arriving::from(from, subject, &format!("About {subject}."))
}
