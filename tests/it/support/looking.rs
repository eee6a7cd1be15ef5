//! What people find in Slack, once it is there: what Penny wrote to them, tells them alone, shows
//! in a window or in App Home.

use super::TestApp;
use penny::base::ids::ChannelId;
use penny::connectors::registry;
use penny::playground::calls::Outcome;
use penny::playground::{Human, Seen, Slack, Thread};
use std::collections::HashSet;

impl TestApp {
    /// Every table that a system's manifest announces has rows of it once it was read, which are
    /// counted beside its connection.
    pub async fn has_what_is_announced_by(&self, system: &str) {
        for table in registry::find(system).unwrap().manifest().tables() {
            let table = table.name();
            let counted = format!(
                "select from core.connections where system = '{system}'
                     and (row_counts ->> '{table}')::bigint > 0
                     and (row_counts ->> '{table}')::bigint
                         = (select count(*) from core.{table} where source = '{system}')"
            );
            assert_eq!(self.count(&counted).await, 1, "{system} fills {table}");
        }
    }

    /// Looks at Penny's newest direct message to this person that says this, once there is one.
    pub async fn is_written(&self, person: &Human, words: &str) -> Seen {
        let dm = person.dm().expect("a direct conversation");
        let look = |_: &Slack| {
            let messages = person.channel_messages(&dm).into_iter().rev();
            messages.into_iter().find(|seen| seen.text.contains(words))
        };
        let found = self.slack.until(words, look).await.expect("a message");
        person.sees(&Thread {
            channel: dm.clone(),
            root: found.ts,
        });
        found
    }

    /// What only this person sees there, once it says this. `dm` is their own conversation.
    pub async fn is_told(&self, person: &Human, channel: &str, words: &str) -> String {
        let channel = self.room(person, channel);
        let look = |_: &Slack| {
            let seen = person.whispers(&channel).into_iter().rev();
            seen.map(|seen| seen.text).find(|text| text.contains(words))
        };
        self.slack.until(words, look).await.expect("a whisper")
    }

    /// The newest of what only this person sees there that says this, to click in.
    pub fn whisper(&self, person: &Human, channel: &str, words: &str) -> Thread {
        let channel = self.room(person, channel);
        let seen = person.whispers(&channel).into_iter().rev();
        let found = seen.into_iter().find(|seen| seen.text.contains(words));
        Thread {
            root: found.expect("a whisper").ts,
            channel,
        }
    }

    /// The window that is open, once it says this.
    pub async fn window_says(&self, person: &Human, words: &str) -> String {
        let look = |_: &Slack| Some(person.modal_text()).filter(|text| text.contains(words));
        self.slack.until(words, look).await.expect("a window")
    }

    /// This person's App Home, once it says this and nothing is on its way any more.
    pub async fn home_says(&self, person: &Human, words: &str) -> String {
        let look = |_: &Slack| Some(person.home_text()).filter(|text| text.contains(words));
        self.slack.until(words, look).await.expect("a page");
        self.settles().await;
        person.home_text()
    }

    fn room(&self, person: &Human, name: &str) -> ChannelId {
        let room = match name {
            "dm" => person.dm(),
            name => self.slack.channel(name),
        };
        room.expect("a channel")
    }

    /// Everything that Penny did visibly stands where somebody looked, and Slack refused nothing but
    /// what was to be done only if nothing had changed.
    pub(super) fn assert_all_was_seen(&self) {
        let calls = self.slack.calls();
        let looked_at: HashSet<_> = calls
            .all()
            .into_iter()
            .filter(|call| call.read)
            .filter_map(|call| call.subject)
            .collect();
        let changed_meanwhile = Outcome::Refused("hash_conflict".to_owned());
        let unseen: Vec<String> = calls
            .unread()
            .into_iter()
            .filter(|call| call.outcome != changed_meanwhile)
            .filter(|call| {
                call.subject
                    .as_ref()
                    .is_none_or(|subject| !looked_at.contains(subject))
            })
            .map(|call| format!("{} {} → {:?}", call.method, call.args, call.outcome))
            .collect();
        assert!(unseen.is_empty(), "nobody looked at {unseen:#?}");
    }
}
