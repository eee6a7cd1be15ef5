//! Slack as a source: what is said in the channels that an administrator chose is kept as it is in
//! Slack, answers are made from it, and whoever could not read it there does not read it here.

mod order;
mod privacy;
mod reading_back;
mod story;
mod switching;
mod telling;

use crate::support::TestApp;
use crate::support::hurried::Hurried;
use penny::base::ids::{ChannelId, UserId};
use penny::jobs::housekeeping::look_after_channels;
use penny::models::scripted::Step;
use penny::playground::{Human, Said};
use serde_json::json;
use std::sync::Arc;

const SALES: &str = "C0SALES";
const DEAL_ROOM: &str = "C0DEALROOM";

/// A company whose administrator is Maya.
struct House {
    app: TestApp,
    maya: Human,
    jonas: Human,
    elena: Human,
}

impl House {
    async fn open() -> Self {
        Self::with(TestApp::build([]).clock(Arc::new(Hurried)).start().await)
    }

    fn with(app: TestApp) -> Self {
        let person = |name: &str| app.slack.person(name).unwrap();
        Self {
            maya: person("maya"),
            jonas: person("jonas"),
            elena: person("elena"),
            app,
        }
    }

    /// Somebody opens the window with the channels.
    async fn opens_the_window(&self, person: &Human) {
        let channel = "general";
        let answer = person.runs_command(channel, "/penny sync slack").await;
        answer.unwrap();
        self.app.settles().await;
    }

    async fn chooses(&self, person: &Human, channel: &str) {
        let option = json!({"text": {"type": "plain_text", "text": channel}, "value": channel});
        let chosen = person.clicks_in_modal("penny_read_channel", &option).await;
        chosen.unwrap();
        self.settles().await;
    }

    /// Maya has a channel read, and it was read back.
    async fn reads(&self, channel: &str) {
        self.opens_the_window(&self.maya).await;
        self.chooses(&self.maya, channel).await;
        assert!(self.is_read(channel).await, "{channel} is read");
    }

    async fn is_read(&self, channel: &str) -> bool {
        let read = format!("select from core.heard_channels where channel_id = '{channel}'");
        self.app.count(&read).await == 1
    }

    /// Everything that was heard is folded, and nothing is left to do.
    async fn settles(&self) {
        self.app
            .comes_true("everything heard is folded", async || {
                self.app.count("select from core.heard").await == 0
            })
            .await;
        self.app.settles().await;
    }

    /// What is kept of a channel, oldest first.
    async fn kept(&self, channel: &str) -> Vec<String> {
        let said = format!(
            "select text from core.messages where source = 'slack' and channel_id = '{channel}'
             order by sent_at"
        );
        self.app.texts(&said).await
    }

    async fn says(&self, person: &Human, channel: &str, text: &str) -> Said {
        let said = person.says(channel, text).await.unwrap();
        assert!(said.was_acknowledged());
        self.settles().await;
        said
    }

    /// What the model gets to read when it looks at all messages for a question.
    async fn shown_for(&self, asking: impl Future<Output = Said>) -> String {
        let number = self.app.model.requests().len();
        let sql =
            json!({"sql": "select channel_name, author_name, text, source_url from messages"});
        self.app.model.add([
            Step::calls(&format!("look-{number}"), "run_sql_query", sql),
            Step::says("That is what was said."),
        ]);
        assert!(asking.await.was_acknowledged());
        self.settles().await;
        self.app.words_of_request(number + 1)
    }

    async fn shown_in_private(&self, person: &Human) -> String {
        self.shown_for(async { person.tells_penny("what was said?").await.unwrap() })
            .await
    }

    async fn shown_in(&self, person: &Human, channel: &str) -> String {
        self.shown_for(async {
            let said = person.mentions_penny(channel, "what was said?").await;
            said.unwrap()
        })
        .await
    }

    fn penny(&self) -> UserId {
        let workspaces = &self.app.process().app.services.workspaces;
        workspaces.all().remove(0).bot_user.clone()
    }

    /// What housekeeping does from time to time.
    async fn looks_after_channels(&self) {
        let db = &self.app.process().app.services.db;
        look_after_channels(db).await.unwrap();
        self.settles().await;
    }

    /// Ends it. Who was told what is looked at where a test is about it.
    async fn close(self) {
        self.settles().await;
        self.app.slack.calls().mark_all_read();
        self.app.stop().await;
    }
}

fn channel(id: &str) -> ChannelId {
    ChannelId::from(id)
}
