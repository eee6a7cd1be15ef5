//! `POST /play/act`: the page's actions, each one thing that a person does.

use super::refused;
use crate::base::ids::{ChannelId, UserId};
use crate::playground::driver::{Container, Denied, Draft, Human, Pressed, Submitted};
use crate::playground::slack::Slack;
use crate::playground::state::stamp::Stamp;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
struct Act {
    person: String,
    #[serde(flatten)]
    action: Action,
}

/// What has an answer of its own, then what is done or refused.
#[derive(Debug, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
enum Action {
    Send {
        channel: ChannelId,
        text: String,
        thread_ts: Option<String>,
        #[serde(default)]
        files: Vec<String>,
        #[serde(default)]
        broadcast: bool,
        context: Option<ChannelId>,
    },
    Options {
        container: Place,
        block_id: String,
        action_id: String,
        value: String,
    },
    Submit {
        view_id: String,
        state: Option<Value>,
    },
    CreateChannel {
        name: String,
        private: bool,
    },
    OpenDm {
        users: Vec<UserId>,
    },
    #[serde(untagged)]
    Plain(PlainAction),
}

#[derive(Debug, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
enum PlainAction {
    Edit {
        channel: ChannelId,
        ts: String,
        text: String,
    },
    Delete {
        channel: ChannelId,
        ts: String,
    },
    React {
        channel: ChannelId,
        ts: String,
        name: String,
        add: bool,
    },
    Press {
        container: Place,
        element: Value,
        state: Option<Value>,
    },
    Close {
        #[serde(default)]
        clear: bool,
    },
    Command {
        channel: ChannelId,
        text: String,
    },
    MessageShortcut {
        channel: ChannelId,
        ts: String,
        callback_id: String,
    },
    GlobalShortcut {
        callback_id: String,
    },
    OpenHome {
        tab: String,
    },
    OpenPane {
        context: Option<ChannelId>,
    },
    LookAt {
        channel: ChannelId,
    },
    Stop {
        channel: ChannelId,
        thread_ts: String,
    },
    Join {
        channel: ChannelId,
    },
    Leave {
        channel: ChannelId,
    },
    Invite {
        channel: ChannelId,
        user: UserId,
    },
    Remove {
        channel: ChannelId,
        user: UserId,
    },
    Archive {
        channel: ChannelId,
    },
    Dismiss {
        channel: ChannelId,
        ts: String,
    },
    Install,
    Uninstall,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Place {
    Message { channel: ChannelId, ts: String },
    View { view_id: String },
}

impl TryFrom<Place> for Container {
    type Error = Denied;

    fn try_from(place: Place) -> Result<Self, Denied> {
        Ok(match place {
            Place::Message { channel, ts } => Self::Message {
                channel,
                ts: stamp(&ts)?,
            },
            Place::View { view_id } => Self::View { id: view_id },
        })
    }
}

fn stamp(text: &str) -> Result<Stamp, Denied> {
    text.parse()
        .map_err(|_| Denied("That message is gone.".to_owned()))
}

pub async fn act(State(slack): State<Slack>, body: Bytes) -> Response {
    let act: Act = match serde_json::from_slice(&body) {
        Ok(act) => act,
        Err(problem) => {
            return refused(&format!(
                "The playground does not understand that action: {problem}."
            ));
        }
    };
    let done = match slack.person(&act.person) {
        Ok(human) => Box::pin(perform(&human, act.action)).await,
        Err(denied) => Err(denied),
    };
    match done {
        Ok(mut answer) => {
            answer["ok"] = json!(true);
            Json(answer).into_response()
        }
        Err(denied) => refused(&denied.to_string()),
    }
}

/// The actions that answer with something, and the rest.
async fn perform(human: &Human, action: Action) -> Result<Value, Denied> {
    match action {
        Action::Send {
            channel,
            text,
            thread_ts,
            files,
            broadcast,
            context,
        } => {
            let thread = thread_ts.as_deref().map(stamp).transpose()?;
            let draft = Draft {
                channel,
                text,
                thread,
                files,
                broadcast,
                context,
            };
            let said = human.send(draft).await?;
            Ok(json!({"ts": said.ts.to_string()}))
        }
        Action::Options {
            container,
            block_id,
            action_id,
            value,
        } => {
            let container = container.try_into()?;
            human
                .options(&container, &block_id, &action_id, &value)
                .await
        }
        Action::Submit { view_id, state } => match human.submit(&view_id, state).await? {
            Submitted::Errors(errors) => Ok(json!({"errors": errors})),
            Submitted::Taken => Ok(json!({})),
        },
        Action::CreateChannel { name, private } => {
            Ok(json!({"channel": human.create_channel(&name, private)?}))
        }
        Action::OpenDm { users } => Ok(json!({"channel": human.open_dm(&users)?})),
        Action::Plain(action) => {
            perform_plain(human, action).await?;
            Ok(json!({}))
        }
    }
}

async fn perform_plain(human: &Human, action: PlainAction) -> Result<(), Denied> {
    use PlainAction as Plain;
    match action {
        Plain::Edit { channel, ts, text } => human.edit(&channel, stamp(&ts)?, &text).await,
        Plain::Delete { channel, ts } => human.delete(&channel, stamp(&ts)?).await,
        Plain::React {
            channel,
            ts,
            name,
            add,
        } => human.react(&channel, stamp(&ts)?, &name, add).await,
        Plain::Press {
            container,
            element,
            state,
        } => {
            let container = container.try_into()?;
            human
                .press(Pressed {
                    container,
                    element,
                    state,
                })
                .await
        }
        Plain::Close { clear } => human.close_view(clear).await,
        Plain::Command { channel, text } => human.command(&channel, &text).await.map(drop),
        Plain::MessageShortcut {
            channel,
            ts,
            callback_id,
        } => {
            human
                .message_shortcut(&channel, stamp(&ts)?, &callback_id)
                .await
        }
        Plain::GlobalShortcut { callback_id } => human.global_shortcut(&callback_id).await,
        Plain::OpenHome { tab } => human.open_home(&tab).await,
        Plain::OpenPane { context } => human.open_pane(context.as_ref()).await,
        Plain::LookAt { channel } => human.look_at(&channel).await,
        Plain::Stop { channel, thread_ts } => human.stop(&channel, stamp(&thread_ts)?).await,
        Plain::Join { channel } => human.join(&channel).await,
        Plain::Leave { channel } => human.leave(&channel).await,
        Plain::Invite { channel, user } => human.invite(&channel, &user).await,
        Plain::Remove { channel, user } => human.remove(&channel, &user),
        Plain::Archive { channel } => human.archive(&channel),
        Plain::Dismiss { channel, ts } => human.dismiss(&channel, stamp(&ts)?),
        Plain::Install => human.install(),
        Plain::Uninstall => human.uninstall().await,
    }
}
