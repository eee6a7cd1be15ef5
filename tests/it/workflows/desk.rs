//! Maya's company, with a clock that the test turns.

use crate::support::turned::Turned;
use crate::support::{Builder, TestApp};
use penny::base::ids::ChannelId;
use penny::jobs::workflows::look;
use penny::models::scripted::{Scripted, Step};
use penny::playground::{Human, Seen, Slack, Submitted, Thread};
use serde_json::{Value, json};
use std::sync::Arc;

pub struct Desk {
    pub app: TestApp,
    pub clock: Arc<Turned>,
    pub maya: Human,
    pub jonas: Human,
}

impl Desk {
    /// It is Friday 20 November 2026, nine o’clock in Berlin.
    pub async fn open(steps: impl IntoIterator<Item = Step>) -> Self {
        Self::with(steps, |app| app).await
    }

    pub async fn with(
        steps: impl IntoIterator<Item = Step>,
        change: impl FnOnce(Builder) -> Builder,
    ) -> Self {
        let clock = Turned::at("2026-11-20T08:00:00Z");
        let of_slack = clock.clone();
        let app = TestApp::thinking_with(Scripted::new(steps))
            .clock(clock.clone())
            .slack(|setup| setup.clock(of_slack));
        let app = change(app).start().await;
        Self::at(app, clock)
    }

    pub fn at(app: TestApp, clock: Arc<Turned>) -> Self {
        Self {
            maya: app.slack.person("maya").unwrap(),
            jonas: app.slack.person("jonas").unwrap(),
            app,
            clock,
        }
    }

    pub fn sales(&self) -> ChannelId {
        self.app.slack.channel("sales").unwrap()
    }

    /// Maya writes a workflow in the window that she opens in #sales.
    pub async fn writes(&self, name: &str, on: &str, definition: Value) {
        let submitted = self.tries_to_write(name, on, &definition.to_string()).await;
        assert!(matches!(submitted, Submitted::Taken), "{submitted:?}");
        self.is_saved(name).await;
    }

    pub async fn looks_at_window(&self) {
        let open = |_: &Slack| self.maya.modal().ok();
        self.app.slack.until("the window", open).await.unwrap();
        self.app.settles().await;
        self.maya.modal_text();
    }

    pub async fn is_saved(&self, name: &str) {
        self.is_written(&format!("Saved the workflow *{name}*"))
            .await;
    }

    /// Penny writes this to Maya, who looks at it once it stands there for good.
    pub async fn is_written(&self, words: &str) {
        self.app.is_written(&self.maya, words).await;
        self.app.settles().await;
        self.app.is_written(&self.maya, words).await;
    }

    pub async fn tries_to_write(&self, name: &str, on: &str, definition: &str) -> Submitted {
        self.maya
            .runs_command("sales", "/penny workflow new")
            .await
            .unwrap();
        self.looks_at_window().await;
        self.fills(&[("name", name), ("on", on), ("definition", definition)])
            .await
    }

    /// Fills the open window and sends it.
    pub async fn fills(&self, fields: &[(&str, &str)]) -> Submitted {
        let modal = self.maya.modal().unwrap();
        let mut state = modal.state.clone();
        for (block, value) in fields {
            state[*block]["penny_field"] = json!({"type": "plain_text_input", "value": value});
        }
        let values = json!({"values": state});
        self.maya.submit(&modal.id, Some(values)).await.unwrap()
    }

    /// Maya writes the steps of the first workflow of her list anew.
    pub async fn edits(&self, name: &str, definition: &Value) {
        self.presses("Edit").await;
        self.looks_at_window().await;
        let submitted = self.fills(&[("definition", &definition.to_string())]).await;
        assert!(matches!(submitted, Submitted::Taken), "{submitted:?}");
        self.is_saved(name).await;
    }

    /// Presses a button of the first workflow in Maya's list, once the list is there.
    pub async fn presses(&self, label: &str) {
        self.maya
            .runs_command("sales", "/penny workflows")
            .await
            .unwrap();
        self.is_told(&self.maya, "Workflows here").await;
        self.app.settles().await;
        let list = self.whisper(&self.maya, "Workflows here");
        self.maya.clicks(&list, label).await.unwrap();
    }

    /// Presses a button of one of Maya's workflows.
    pub async fn presses_of(&self, name: &str, label: &str) {
        let typed = format!("/penny workflows {name}");
        self.maya.runs_command("sales", &typed).await.unwrap();
        let heading = format!("Workflows with “{name}”");
        self.is_told(&self.maya, &heading).await;
        self.app.settles().await;
        let list = self.whisper(&self.maya, &heading);
        self.maya.clicks(&list, label).await.unwrap();
    }

    /// Looks through all that Penny wrote to Maya directly.
    pub async fn reads_directly(&self) -> Vec<String> {
        self.app.settles().await;
        let channel = self.maya.dm().unwrap();
        let mut said = Vec::new();
        for seen in self.maya.channel_messages(&channel) {
            let thread = Thread {
                channel: channel.clone(),
                root: seen.ts,
            };
            said.extend(self.maya.sees(&thread).into_iter().map(|seen| seen.text));
        }
        said
    }

    /// What Penny tells this person alone in #sales.
    pub async fn is_told(&self, person: &Human, words: &str) -> String {
        self.app.is_told(person, "sales", words).await
    }

    /// The whisper in #sales that says this, to click in.
    pub fn whisper(&self, person: &Human, words: &str) -> Thread {
        self.app.whisper(person, "sales", words)
    }

    /// Maya starts it, and it goes as far as it goes by itself.
    pub async fn runs(&self, name: &str) -> Thread {
        self.starts("run", name).await
    }

    pub async fn starts(&self, verb: &str, name: &str) -> Thread {
        let typed = format!("/penny workflow {verb} {name}");
        self.maya.runs_command("sales", &typed).await.unwrap();
        self.is_told(&self.maya, name).await;
        self.app.settles().await;
        self.newest(name)
    }

    /// The thread of the newest run of a workflow in #sales.
    pub fn newest(&self, name: &str) -> Thread {
        let channel = self.sales();
        let messages = self.maya.channel_messages(&channel).into_iter().rev();
        let mut heads =
            messages.filter(|seen| seen.text.contains("Workflow of") && seen.text.contains(name));
        let root = heads.next().expect("a run").ts;
        Thread { channel, root }
    }

    /// How the run shows at the head of its thread.
    pub fn head(&self, thread: &Thread) -> String {
        self.maya.sees(thread)[0].text.clone()
    }

    /// What stands below the head.
    pub fn said(&self, thread: &Thread) -> Vec<String> {
        let seen: Vec<Seen> = self.maya.sees(thread);
        seen.into_iter().skip(1).map(|seen| seen.text).collect()
    }

    /// Turns the clock and has Penny look at what starts or goes on.
    pub async fn time_is(&self, moment: &str) -> u64 {
        self.clock.turn_to(moment);
        self.penny_looks().await
    }

    pub async fn penny_looks(&self) -> u64 {
        let begun = look(&self.app.process().app.services).await.unwrap();
        self.app.settles().await;
        begun
    }

    pub async fn states(&self) -> Vec<String> {
        self.app
            .texts("select state from core.workflow_runs order by created_at")
            .await
    }

    pub async fn close(self) {
        self.app.settles().await;
        for person in [&self.maya, &self.jonas] {
            person.whispers(&self.sales());
            for seen in person.channel_messages(&self.sales()) {
                let thread = Thread {
                    channel: self.sales(),
                    root: seen.ts,
                };
                person.sees(&thread);
            }
        }
        self.app.stop().await;
    }
}
