//! `/penny ask`: a question for everybody in the channel to see, answered in its thread.

use super::Subcommand;
use crate::base::ids::ChannelId;
use crate::slack::blocks::help::Command;
use crate::slack::blocks::modals;
use crate::slack::inbound::ViewSubmission;
use crate::slack::mrkdwn::escape;
use crate::slack::text;
use crate::surfaces::ask::{self, Asked, Asking};
use crate::surfaces::call::Call;
use crate::surfaces::scene::{Scene, Surfaced};
use async_trait::async_trait;

pub struct Ask;

#[async_trait]
impl Subcommand for Ask {
    fn name(&self) -> &'static str {
        "ask"
    }

    fn help(&self) -> Command {
        Command {
            usage: "ask <question>",
            about: "asks me here, for everybody to see; without a question I’ll open a window",
        }
    }

    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
        if call.words.is_empty() {
            let window = modals::ask(call.channel.as_str());
            return match scene.open_modal(call.source, &window).await? {
                true => Ok(()),
                false => call.answer(scene, text::ASK_TOO_LATE, Vec::new()).await,
            };
        }
        let asking = Asking {
            by: call.user(),
            channel: call.channel,
            thread: None,
            question: call.words,
            about: None,
        };
        match ask::ask(scene, &asking).await? {
            Asked::Yes => Ok(()),
            Asked::NotThere => call.answer(scene, text::NOT_IN_CHANNEL, Vec::new()).await,
        }
    }
}

/// The window's question is asked where the command was typed, or, where Penny cannot write
/// there, in the direct conversation: a window has no other way to say so.
pub async fn submitted(scene: &Scene<'_>, submitted: &ViewSubmission, typed: &str) -> Surfaced {
    if typed.is_empty() {
        return Ok(());
    }
    let user = &submitted.source.user;
    let channel = ChannelId::new(submitted.view.private_metadata.as_str());
    let question = escape(typed);
    let mut asking = Asking {
        by: user,
        channel: &channel,
        thread: None,
        question: &question,
        about: None,
    };
    if ask::ask(scene, &asking).await? == Asked::NotThere {
        let direct = ask::direct(scene, user).await?;
        asking.channel = &direct;
        ask::ask(scene, &asking).await?;
    }
    Ok(())
}
