//! Mail as a step: from the owner's own mailbox, once they have agreed to it, and from nowhere where
//! others read along.

use super::desk::Desk;
use crate::support::TestApp;
use crate::support::turned::Turned;
use penny::base::ids::PersonId;
use penny::connectors::registry;
use penny::models::scripted::{Scripted, Step};
use penny::playground::Thread;
use penny::playground::systems::gmail::{Gmail, Kept, Mailbox};
use serde_json::{Value, json};

struct House {
    desk: Desk,
    _gmail: Gmail,
    mailbox: Mailbox,
}

impl House {
    /// Maya has connected her mailbox.
    async fn open() -> Self {
        let gmail = Gmail::start().await.unwrap();
        let clock = Turned::at("2026-11-20T08:00:00Z");
        let of_slack = clock.clone();
        let app = TestApp::thinking_with(Scripted::new([Step::says("Hello.")]))
            .setting("GMAIL_BASE_URL", gmail.url())
            .clock(clock.clone())
            .slack(|setup| setup.clock(of_slack))
            .start()
            .await;
        let desk = Desk::at(app, clock);
        // So that Penny knows her.
        let said = desk.maya.tells_penny("hello").await.unwrap();
        desk.maya.reads(&said.thread(), "Hello.").await.unwrap();
        desk.app.settles().await;
        let person = "select person_id::text from core.people where slack_user_id = 'U0MAYA'";
        let maya: PersonId = desk.app.texts(person).await.remove(0).parse().unwrap();
        let services = &desk.app.process().app.services;
        let org = services.workspaces.all()[0].org;
        let mailbox = gmail.mailbox("maya@northwind.example");
        let connector = registry::find("gmail").unwrap();
        let connected = services
            .connections
            .connect(org, maya, connector, mailbox.lasting_token());
        connected.await.unwrap();
        desk.app.settles().await;
        Self {
            desk,
            _gmail: gmail,
            mailbox,
        }
    }

    fn thanks() -> Value {
        json!({"steps": [
            {"id": "write", "mail": {"to": "ann@acme.example", "subject": "Your order", "body": "Dear {{input.name}}"}},
            {"id": "after", "message": "write: {{steps.write.state}}"},
        ]})
    }

    fn sent(&self) -> Vec<Kept> {
        let mails = self.mailbox.mails().into_iter();
        mails.filter(|mail| mail.labels.contains("SENT")).collect()
    }

    /// Maya starts it in #sales; says where it reports to her alone.
    async fn starts(&self, typed: &str, told: &str) -> Thread {
        let desk = &self.desk;
        desk.maya.runs_command("sales", typed).await.unwrap();
        desk.is_told(&desk.maya, told).await;
        desk.app.settles().await;
        let dm = desk.maya.dm().unwrap();
        let messages = desk.maya.channel_messages(&dm).into_iter().rev();
        let mut heads = messages.filter(|seen| seen.text.contains("Workflow of"));
        Thread {
            root: heads.next().expect("a run").ts,
            channel: dm,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_a_card_and_goes_out_once_from_the_owners_mailbox_when_they_agree() {
    let house = House::open().await;
    let desk = &house.desk;
    desk.writes("thanks", "by hand", House::thanks()).await;
    desk.app
        .execute("update core.workflows set channel_id = null")
        .await;
    let thread = house
        .starts("/penny workflow run thanks name=Ann", "I’m on it")
        .await;
    assert_eq!(desk.states().await, ["waiting"]);
    assert_eq!(house.sent(), []);
    let card = desk.said(&thread).join("\n");
    for part in ["ann@acme.example", "Your order", "Dear Ann"] {
        assert!(card.contains(part), "{part}: {card}");
    }
    desk.maya.clicks(&thread, "Approve").await.unwrap();
    desk.app
        .comes_true("the run is over", async || desk.states().await == ["done"])
        .await;
    desk.app.settles().await;
    let sent = house.sent();
    let [mail] = &sent[..] else {
        panic!("{sent:?}");
    };
    let header = |name: &str| mail.headers.get(name).map_or("", String::as_str);
    assert_eq!(header("From"), "maya@northwind.example");
    assert_eq!(header("To"), "ann@acme.example");
    assert_eq!(header("Subject"), "Your order");
    assert_eq!(mail.text.trim(), "Dear Ann");
    let said = desk.said(&thread);
    assert!(said.iter().any(|text| text == "write: done"), "{said:?}");

    let dry = house
        .starts("/penny workflow dry thanks name=Bea", "I’m trying *thanks*")
        .await;
    assert_eq!(desk.states().await, ["done", "done"]);
    let shown = desk.said(&dry).join("\n");
    assert!(shown.contains("Dear Bea"), "{shown}");
    assert_eq!(house.sent().len(), 1);
    desk.reads_directly().await;
    house.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobodys_mailbox_is_written_from_where_others_read_along() {
    let house = House::open().await;
    let desk = &house.desk;
    desk.writes("thanks", "by hand", House::thanks()).await;
    let thread = desk.runs("thanks").await;
    assert_eq!(desk.states().await, ["failed"]);
    let head = desk.head(&thread);
    for part in ["one person’s own account", "leave the channel empty"] {
        assert!(head.contains(part), "{part}: {head}");
    }
    assert_eq!(house.sent(), []);
    assert_eq!(desk.app.count("select 1 from core.proposals").await, 0);
    desk.reads_directly().await;
    house.desk.close().await;
}
