//! Posting in Slack outside the conversation: where it may be, as it was approved, once, and back.

use crate::support::TestApp;
use crate::support::approving::{self, Done};
use crate::support::hurried::Hurried;
use penny::approvals::State;
use penny::base::ids::{OrgId, PersonId, UserId};
use penny::base::viewer::Audience;
use penny::connectors::changes::{self, Unfit, Wanted};
use penny::playground::Fault;
use serde_json::{Value, json};
use std::sync::Arc;

struct Floor {
    app: TestApp,
    org: OrgId,
}

impl Floor {
    async fn open() -> Self {
        let app = TestApp::build([]).clock(Arc::new(Hurried)).start().await;
        let org = app.process().app.services.workspaces.all()[0].org;
        Self { app, org }
    }

    async fn person(&self, user: &str) -> PersonId {
        let services = &self.app.process().app.services;
        let workspace = services.workspaces.all().remove(0);
        let user = UserId::new(user);
        let person = services.directory.person(&services.db, &workspace, &user);
        person.await.unwrap().id
    }

    async fn posts(&self, user: &str, channel: &str, text: &str) -> Result<Done, Unfit> {
        let arguments = json!({"channel": channel, "text": text});
        self.changes(user, "post_message", arguments, None).await
    }

    async fn changes(
        &self,
        user: &str,
        operation: &str,
        arguments: Value,
        undone: Option<&Done>,
    ) -> Result<Done, Unfit> {
        let wanted = Wanted {
            requester: self.person(user).await,
            audience: Audience::Private,
            system: "slack",
            operation,
            arguments: arguments.as_object().unwrap(),
            undo_of: undone.map(|done| done.proposal),
        };
        approving::carry_out(&self.app, self.org, &wanted).await
    }

    /// What Penny has said in a channel.
    fn said_in(&self, channel: &str) -> Vec<String> {
        let maya = self.app.slack.person("maya").unwrap();
        let channel = self.app.slack.channel(channel).unwrap();
        let said = maya.channel_messages(&channel).into_iter();
        said.filter(|seen| seen.by_app)
            .map(|seen| seen.text)
            .collect()
    }

    async fn close(self) {
        self.app.settles().await;
        self.app.slack.calls().mark_all_read();
        self.app.stop().await;
    }
}

#[tokio::test]
async fn an_approved_message_is_posted_and_taken_back() {
    let floor = Floor::open().await;
    let before = floor.said_in("sales");
    let done = floor
        .posts("U0MAYA", "#Sales", "**Acme** has signed.")
        .await;
    let done = done.unwrap();
    assert_eq!(done.state, State::Succeeded);
    let said = floor.said_in("sales");
    assert_eq!(said.len(), before.len() + 1);
    assert!(said.last().unwrap().contains("Acme"), "{said:?}");
    let db = &floor.app.process().app.services.db;
    let mut tx = db.org(floor.org).await.unwrap();
    let way_back = changes::way_back(&mut tx, done.proposal).await.unwrap();
    tx.commit().await.unwrap();
    let (operation, arguments) = way_back.unwrap();
    let undone = floor.changes("U0MAYA", &operation.name, arguments.into(), Some(&done));
    assert_eq!(undone.await.unwrap().state, State::Succeeded);
    assert_eq!(floor.said_in("sales"), before);
    floor.close().await;
}

#[tokio::test]
async fn a_message_whose_answer_was_lost_is_found_and_not_posted_again() {
    let floor = Floor::open().await;
    let before = floor.said_in("sales").len();
    let faults = floor.app.slack.faults();
    faults.on("chat.postMessage").hit(Fault::ApplyThenCut);
    let done = floor.posts("U0MAYA", "sales", "Once.").await.unwrap();
    assert_eq!(done.state, State::Succeeded);
    assert_eq!(floor.said_in("sales").len(), before + 1);
    floor.close().await;
}

#[tokio::test]
async fn nobody_is_called_but_those_who_are_named_and_there() {
    let floor = Floor::open().await;
    let shouting = "<!channel> @here <@U0JONAS> <!subteam^S1> <!everyone>";
    let done = floor.posts("U0MAYA", "sales", shouting).await.unwrap();
    assert_eq!(done.state, State::Succeeded);
    let raw = floor.app.slack.calls().all();
    let posted = raw.iter().find(|call| call.method == "chat.postMessage");
    let posted = posted.unwrap().args.to_string();
    for reference in ["<!", "<@", "@here"] {
        assert!(!posted.contains(reference), "{posted}");
    }
    let mention = |who: &str| json!({"channel": "sales", "mention": [who], "text": "Look."});
    let named = floor.changes("U0MAYA", "post_message", mention("U0JONAS"), None);
    assert_eq!(named.await.unwrap().state, State::Succeeded);
    let last = floor.said_in("sales").pop().unwrap();
    assert!(last.contains("<@U0JONAS>"), "{last}");
    for nobody in ["U0LUKAS", "!channel", "S0TEAM", "U0NOBODY"] {
        let refused = floor.changes("U0MAYA", "post_message", mention(nobody), None);
        let refused = refused.await.unwrap_err();
        assert!(
            matches!(refused, Unfit::Problems { .. }),
            "{nobody}: {refused}"
        );
    }
    floor.close().await;
}

#[tokio::test]
async fn whoever_could_not_say_it_there_cannot_have_it_said() {
    let floor = Floor::open().await;
    for (who, channel) in [
        ("U0LUKAS", "deal-room"),
        ("U0BEN", "sales"),
        ("U0MAYA", "ext-nordlake"),
        ("U0MAYA", "no-such-channel"),
    ] {
        let refused = floor.posts(who, channel, "Hello.").await.unwrap_err();
        assert!(
            matches!(refused, Unfit::Problems { .. }),
            "{who} in {channel}: {refused}"
        );
    }
    let done = floor.posts("U0JONAS", "deal-room", "Hello.").await.unwrap();
    assert_eq!(done.state, State::Succeeded);
    floor.close().await;
}

#[tokio::test]
async fn only_what_was_posted_by_approval_can_be_deleted() {
    let floor = Floor::open().await;
    let maya = floor.app.slack.person("maya").unwrap();
    let said = maya.says("sales", "My own words.").await.unwrap();
    let arguments = json!({"channel": "sales", "id": said.ts.to_string()});
    let refused = floor
        .changes("U0MAYA", "delete_message", arguments, None)
        .await;
    assert!(matches!(refused, Err(Unfit::Problems { .. })));
    floor.close().await;
}
