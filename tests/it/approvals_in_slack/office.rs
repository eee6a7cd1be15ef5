//! Penny in the demo company, where Jonas has asked for something that needs a yes. Maya is an
//! administrator of the workspace.

use crate::support::TestApp;
use crate::support::request::INTERACTIONS;
use penny::approvals::policy::{Policy, Stakes};
use penny::approvals::seal::{Operation, Target};
use penny::approvals::{self, Draft, Facts, Ticket, Wording};
use penny::base::ids::{AskerId, ConversationId, OrgId, PersonId};
use penny::jobs::cards;
use penny::jobs::workspaces::Workspace;
use penny::models::scripted::Step;
use penny::playground::{Container, Human, Pressed, Seen, Setup, Thread};
use penny::store::conversations;
use penny::store::proposals::Origin;
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

    /// Proposes it, and puts no card up.
    pub async fn proposes_unseen(&self) -> Ticket {
        self.makes(self.draft().await).await
    }

    async fn makes(&self, draft: Draft) -> Ticket {
        let services = &self.app.process().app.services;
        let mut tx = services.db.org(self.org).await.unwrap();
        let proposed = approvals::propose(&mut tx, draft, None).await.unwrap();
        tx.commit().await.unwrap();
        proposed.sealed.ticket()
    }

    /// Proposes it and puts its card up.
    pub async fn proposes_this(&self, draft: Draft) -> Ticket {
        let ticket = self.makes(draft).await;
        let services = &self.app.process().app.services;
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

    /// Proposes these as one turn would, and puts their card up.
    pub async fn proposes_together(&self, drafts: impl IntoIterator<Item = Draft>) {
        let services = &self.app.process().app.services;
        let asker = AskerId::fresh();
        for (place, draft) in drafts.into_iter().enumerate() {
            let origin = Origin {
                conversation: ConversationId::fresh(),
                asker,
                tool_use_id: format!("call_{place}"),
            };
            let mut tx = services.db.org(self.org).await.unwrap();
            let proposed = approvals::propose(&mut tx, draft, Some(&origin)).await;
            proposed.unwrap();
            tx.commit().await.unwrap();
        }
        let workspace = self.workspace();
        let thread = conversations::Thread {
            workspace: workspace.id.as_str().into(),
            channel: self.thread.channel.clone(),
            thread_ts: self.thread.root.to_string().as_str().into(),
        };
        cards::show_open_of(services, &workspace, &thread, asker)
            .await
            .unwrap();
        self.app.settles().await;
    }

    /// Of what is proposed twenty minutes are left.
    pub async fn time_is_nearly_up(&self) {
        self.app
            .execute(
                "update core.proposals set created_at = now() - interval '23 hours',
                     expires_at = now() + interval '20 minutes'",
            )
            .await;
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

    /// A press of a button with a value of the test's own choice.
    pub async fn presses(&self, person: &Human, action_id: &str, value: &str) {
        press(&self.app, &self.thread, person, action_id, value).await;
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
        self.app.window_says(person, words).await
    }

    pub async fn close(self) {
        self.app.stop().await;
    }
}

/// A press of a button of the thread's card, as Slack would send it: of any name, and with any
/// value.
pub async fn press(app: &TestApp, thread: &Thread, person: &Human, action_id: &str, value: &str) {
    let messages = person.answers_in(thread);
    let is_card = |seen: &&Seen| json!(seen.blocks).to_string().contains("penny_show_all");
    let card = messages.iter().find(is_card).unwrap();
    let workspace = &app.process().app.services.workspaces.all()[0].id;
    let payload = json!({
        "type": "block_actions",
        "user": {"id": person.id(), "team_id": workspace},
        "team": {"id": workspace},
        "container": {
            "type": "message", "message_ts": card.ts.to_string(),
            "channel_id": thread.channel, "thread_ts": thread.root.to_string(),
        },
        "channel": {"id": thread.channel},
        "trigger_id": format!("t.{}", value.len()),
        "actions": [{
            "type": "button", "action_id": action_id, "block_id": "b", "value": value,
            "action_ts": format!("{}.{}", value.len(), uuid::Uuid::now_v7().as_u128()),
        }],
    });
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("payload", &payload.to_string())
        .finish();
    let now = app.process().app.services.clock.now().timestamp();
    let posted = app.post(INTERACTIONS, body);
    let answered = posted.signed_at(&now.to_string()).send().await;
    assert_eq!(answered.status, 200);
    app.settles().await;
}

/// Chooses an entry of the menu of a card, or of the row of a plan that has these words.
pub async fn choose(thread: &Thread, person: &Human, words: &str, entry: &str) {
    let messages = person.answers_in(thread);
    let menus = messages.iter().flat_map(|seen| {
        let menus = seen.blocks.iter().filter_map(|it| menu_of(it, words));
        menus.map(|(block, menu)| (seen.ts, block, menu))
    });
    let (ts, block, menu) = menus.last().expect("a menu");
    let options = menu["options"].as_array().unwrap();
    let option = options.iter().find(|it| it["text"]["text"] == entry);
    let pressed = Pressed {
        container: Container::Message {
            channel: thread.channel.clone(),
            ts,
        },
        element: json!({
            "type": "overflow", "action_id": menu["action_id"], "block_id": block,
            "selected_option": option.expect(entry),
        }),
        state: None,
    };
    person.press(pressed).await.unwrap();
}

/// The menu of a block, and the block's name.
fn menu_of<'a>(block: &'a Value, words: &str) -> Option<(&'a Value, &'a Value)> {
    let is_menu = |it: &&Value| it["type"] == "overflow";
    let among = block["elements"].as_array().into_iter().flatten();
    let beside = Some(&block["accessory"]).filter(|_| block.to_string().contains(words));
    let menu = among.chain(beside).find(is_menu)?;
    Some((&block["block_id"], menu))
}

pub fn fields(json: &Value) -> Map<String, Value> {
    json.as_object().cloned().unwrap()
}
