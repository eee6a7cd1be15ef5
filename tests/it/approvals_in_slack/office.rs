//! Penny in the demo company, where Jonas has asked for something that needs a yes. Maya is an
//! administrator of the workspace.

use crate::support::TestApp;
use penny::approvals::policy::{Policy, Stakes};
use penny::approvals::seal::{Operation, Target};
use penny::approvals::{self, Draft, Facts, Ticket, Wording};
use penny::base::ids::{OrgId, PersonId};
use penny::jobs::cards;
use penny::jobs::workspaces::Workspace;
use penny::models::scripted::Step;
use penny::playground::{Human, Setup, Slack, Thread};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;

pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub struct Office {
    pub app: TestApp,
    pub org: OrgId,
    pub maya: Human,
    pub jonas: Human,
    /// Where it was asked for.
    pub thread: Thread,
}

impl Office {
    pub async fn open() -> Self {
        Self::open_in("sales").await
    }

    pub async fn open_in(channel: &str) -> Self {
        Self::furnished(channel, |setup| setup).await
    }

    /// In another Slack than the demo company's.
    pub async fn with(change: impl FnOnce(Setup) -> Setup) -> Self {
        Self::furnished("sales", change).await
    }

    async fn furnished(channel: &str, change: impl FnOnce(Setup) -> Setup) -> Self {
        let app = TestApp::build([Step::says("Hello."), Step::says("Hello.")])
            .slack(change)
            .start()
            .await;
        let maya = app.slack.person("maya").unwrap();
        let jonas = app.slack.person("jonas").unwrap();
        // Whoever has said hello is known.
        for person in [&maya, &jonas] {
            let said = person.tells_penny("hello").await.unwrap();
            person.reads(&said.thread(), "Hello.").await.unwrap();
            app.settles().await;
            person.sees(&said.thread());
        }
        let anybody = app.slack.person("noor").unwrap();
        let root = anybody
            .says(channel, "let us change something")
            .await
            .unwrap();
        app.settles().await;
        Self {
            org: app.process().app.services.workspaces.all()[0].org,
            thread: root.thread(),
            app,
            maya,
            jonas,
        }
    }

    pub fn workspace(&self) -> Arc<Workspace> {
        self.app.process().app.services.workspaces.all().remove(0)
    }

    pub async fn person(&self, user: &str) -> PersonId {
        let id = format!("select person_id::text from core.people where slack_user_id = '{user}'");
        self.app.texts(&id).await.remove(0).parse().unwrap()
    }

    /// Moving a deal's amount from 10,000 to 20,000, as Jonas asks for.
    pub async fn draft(&self) -> Draft {
        Draft {
            operation: Operation {
                system: "crm".into(),
                name: "update_deal".into(),
            },
            connection: None,
            target: Target {
                kind: "deal".into(),
                id: Some("7".into()),
                name: "Acme renewal".into(),
                link: Some("https://crm.example/deals/7".into()),
            },
            stakes: Stakes::Reversible,
            requester: self.person("U0JONAS").await,
            undo_of: None,
            wording: Wording {
                arguments: fields(&json!({"amount": 20_000})),
                before: Some(fields(&json!({"amount": 10_000}))),
                amount: None,
                lives_for: DAY,
            },
        }
    }

    pub async fn proposes(&self) -> Ticket {
        self.proposes_this(self.draft().await).await
    }

    /// Proposes it and puts its card up.
    pub async fn proposes_this(&self, draft: Draft) -> Ticket {
        let services = &self.app.process().app.services;
        let mut tx = services.db.org(self.org).await.unwrap();
        let proposed = approvals::propose(&mut tx, draft, None).await.unwrap();
        tx.commit().await.unwrap();
        let ticket = proposed.sealed.ticket();
        let (workspace, root) = (self.workspace(), self.thread.root.to_string());
        let channel = &self.thread.channel;
        let thread = root.as_str().into();
        cards::show(
            services,
            &workspace,
            channel,
            Some(&thread),
            ticket.key.proposal,
        )
        .await
        .unwrap();
        self.app.settles().await;
        ticket
    }

    /// An administrator has said who decides.
    pub async fn policy(&self, policy: Policy) {
        let mut facts = Facts {
            org: self.org,
            person: self.person("U0MAYA").await,
            standing: approvals::policy::Standing::Member,
            sees_card: true,
            is_admin: true,
            owns_record: false,
            groups: [].into(),
        };
        facts.is_admin = true;
        let scope = self.draft().await.operation;
        let services = &self.app.process().app.services;
        let mut tx = services.db.org(self.org).await.unwrap();
        approvals::set_policy(&mut tx, scope, Some(policy), &facts)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// The card, or the newest of several, as this person sees it.
    pub fn card(&self, person: &Human) -> String {
        let seen = person.sees(&self.thread).into_iter().rev();
        let mut cards = seen.filter(|seen| seen.by_app && !seen.only_for_me);
        cards.next().expect("a card").text
    }

    /// Clicks on the card and waits until everything that follows is done.
    pub async fn clicks(&self, person: &Human, button: &str) {
        person.clicks(&self.thread, button).await.unwrap();
        self.app.settles().await;
    }

    /// What only this person was told beside the card.
    pub fn told(&self, person: &Human) -> Vec<String> {
        let seen = person.whispers(&self.thread.channel).into_iter();
        seen.map(|seen| seen.text).collect()
    }

    pub async fn states(&self) -> Vec<String> {
        self.app
            .texts(
                "select version || ' ' || state from core.proposals order by created_at, version",
            )
            .await
    }

    /// What the ledger says was done, in order.
    pub async fn acts(&self) -> Vec<String> {
        self.app
            .texts("select entry::jsonb ->> 'act' from core.ledger order by seq")
            .await
    }

    pub async fn sees_window(&self, person: &Human, words: &str) -> String {
        let look = |_: &Slack| Some(person.modal_text()).filter(|text| text.contains(words));
        self.app.slack.until(words, look).await.unwrap()
    }

    pub async fn close(self) {
        self.app.stop().await;
    }
}

pub fn fields(json: &Value) -> Map<String, Value> {
    json.as_object().cloned().unwrap()
}
