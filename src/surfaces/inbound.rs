//! Deliveries that are not part of a conversation (clicks, commands, windows, App Home …): the
//! job of each reads it from the inbox and hands it to the surface that it is for.

use super::page::Page;
use super::scene::{Remedy, Scene, SurfaceError, Surfaced};
use super::systems::{connecting, disconnecting, reading};
use super::{
    approvals, artifacts, channel, command, dashboards, digests, failing, feedback, home,
    listening, memory, pane, people, questions, retry, schedules, shortcuts, stopping, workflows,
};
use crate::base::ids::UserId;
use crate::jobs::Services;
use crate::queue::{Done, Handler, Held};
use crate::slack::ids;
use crate::slack::inbound::{
    Action, BlockActions, Event, EventEnvelope, Inbound, Interaction, SlashCommand, ViewSubmission,
    classify,
};
use crate::store::conversations;
use crate::store::inbox::{self, Item, Kind};
use async_trait::async_trait;

#[derive(Debug, Clone)]
pub struct HandleInbound {
    pub services: Services,
}

#[async_trait]
impl Handler for HandleInbound {
    fn kind(&self) -> &'static str {
        "inbound"
    }

    /// Who clicked has gone on by then.
    fn max_attempts(&self) -> i32 {
        4
    }

    async fn run(&self, held: &Held) -> Done {
        match self.handle(held).await {
            Ok(()) => Done::Finished,
            Err(error) => match error.remedy() {
                Remedy::TryAgain(after) => Done::Retry {
                    after,
                    error: error.to_string(),
                },
                Remedy::Forget => {
                    tracing::info!(%error, "nobody is left to answer");
                    self.let_go(held, false).await;
                    Done::Finished
                }
                Remedy::GiveUp => {
                    tracing::error!(%error, "a delivery could not be handled");
                    self.let_go(held, true).await;
                    Done::Failed {
                        error: error.to_string(),
                    }
                }
            },
        }
    }

    async fn exhausted(&self, held: &Held) -> Done {
        tracing::warn!(job.key = held.key(), "a delivery was given up");
        self.let_go(held, true).await;
        Done::Failed {
            error: "gave up after several attempts".to_owned(),
        }
    }
}

impl HandleInbound {
    async fn handle(&self, held: &Held) -> Surfaced {
        let Some(item) = self.item(held).await? else {
            return Ok(());
        };
        if let Some(scene) = self.scene(held, &item) {
            dispatch(&scene, &item).await?;
        }
        let mut tx = self.services.db.org(held.lease().org).await?;
        inbox::mark_handled(&mut tx, held.key()).await?;
        Ok(tx.commit().await?)
    }

    async fn item(&self, held: &Held) -> Surfaced<Option<Item>> {
        let mut tx = self.services.db.org(held.lease().org).await?;
        Ok(inbox::get(&mut tx, held.key()).await?)
    }

    /// None: the installation is gone, and with it whoever could be answered.
    fn scene<'a>(&'a self, held: &'a Held, item: &'a Item) -> Option<Scene<'a>> {
        Some(Scene {
            services: &self.services,
            workspace: self.services.workspaces.get(item.workspace.as_str())?,
            inbox_id: item.inbox_id,
            event_key: held.key(),
            page: Page::default(),
        })
    }

    /// Ends what failed for good: whoever waits for it is told, as far as they can be.
    async fn let_go(&self, held: &Held, is_told: bool) {
        let let_go = async {
            if let Some(item) = self.item(held).await?.filter(|_| is_told)
                && let Some(scene) = self.scene(held, &item)
                && let Err(error) = failing::tell(&scene, &item).await
            {
                tracing::info!(%error, "nobody could be told of it");
            }
            let mut tx = self.services.db.org(held.lease().org).await?;
            inbox::erase(&mut tx, held.key()).await?;
            Ok::<_, SurfaceError>(tx.commit().await?)
        };
        if let Err(error) = let_go.await {
            tracing::warn!(%error, "a delivery that failed could not be erased");
        }
    }
}

async fn dispatch(scene: &Scene<'_>, item: &Item) -> Surfaced {
    let body = item.payload.as_bytes();
    match item.kind {
        Kind::Event => event(scene, &EventEnvelope::parse(body)?).await,
        Kind::Interaction => interaction(scene, Interaction::parse(body)?).await,
        Kind::Command => command::run(scene, &SlashCommand::parse(body)?).await,
        // These wait for the turn of their thread, or for being folded.
        Kind::Message | Kind::Reply | Kind::Overheard | Kind::Heard | Kind::Stop => Ok(()),
    }
}

async fn event(scene: &Scene<'_>, envelope: &EventEnvelope<'_>) -> Surfaced {
    match classify(Event::parse(envelope.event), &scene.workspace.bot_user) {
        Inbound::HomeOpened {
            user,
            home_tab: true,
            ..
        } => home::publish(scene, &user, None).await,
        Inbound::HomeOpened { user, channel, .. } => {
            pane::opened(scene, &user, channel, None).await
        }
        Inbound::PaneOpened {
            user,
            channel,
            thread,
        } => pane::opened(scene, &user, Some(channel), Some(&thread)).await,
        Inbound::Joined { channel, .. } => channel::joined(scene, &channel).await,
        Inbound::SomebodyLeft { channel, user } => {
            listening::somebody_left(scene, &channel, &user).await
        }
        Inbound::SomebodyJoined { channel } | Inbound::Shared { channel } => {
            listening::audience_changed(scene, &channel).await
        }
        Inbound::ChannelChanged { channel } => listening::look_at(scene, &channel).await,
        Inbound::Stop(stop) => stopping::said(scene, &stop).await,
        Inbound::TitleChanged {
            channel,
            thread,
            title,
        } => {
            let mut tx = scene.tx().await?;
            if let Some((id, _)) = conversations::find(&mut tx, &channel, &thread).await? {
                conversations::set_title(&mut tx, id, &title).await?;
            }
            Ok(tx.commit().await?)
        }
        Inbound::Uninstalled => {
            tracing::info!(slack.team = scene.workspace.id, "Penny was removed");
            Ok(scene.services.workspaces.retire(&scene.workspace).await?)
        }
        _ => Ok(()),
    }
}

async fn interaction(scene: &Scene<'_>, interaction: Interaction) -> Surfaced {
    match interaction {
        Interaction::BlockActions(clicked) => {
            for action in &clicked.actions {
                click(scene, &clicked, action).await?;
                home::answer(scene, &clicked.source.user).await?;
            }
            Ok(())
        }
        Interaction::ViewSubmission(submitted) => {
            submission(scene, &submitted).await?;
            home::answer(scene, &submitted.source.user).await
        }
        Interaction::MessageAction(used) if used.callback_id == ids::ASK_ABOUT_MESSAGE => {
            shortcuts::ask_about(scene, &used).await
        }
        Interaction::MessageAction(_)
        | Interaction::Shortcut(_)
        | Interaction::ViewClosed(_)
        | Interaction::BlockSuggestion(_)
        | Interaction::Unknown { .. } => Ok(()),
    }
}

async fn click(scene: &Scene<'_>, clicked: &BlockActions, action: &Action) -> Surfaced {
    let value = action.chosen().unwrap_or_default();
    let user: &UserId = &clicked.source.user;
    match ids::meaning(&action.action_id) {
        ids::FEEDBACK => feedback::given(scene, clicked, value).await,
        ids::FEEDBACK_TELL => feedback::wants_to_tell(scene, clicked, value).await,
        ids::RETRY => retry::clicked(scene, clicked, value).await,
        ids::ANSWER => questions::answered(scene, clicked, value).await,
        ids::FORGET => memory::forget(scene, clicked, value).await,
        ids::RESTORE => memory::restore(scene, clicked, value).await,
        ids::TRY => home::try_prompt(scene, user, value).await,
        ids::CONNECT => connecting::clicked(scene, clicked, value).await,
        ids::CONNECT_WITH_KEY => connecting::with_key(scene, clicked, value).await,
        ids::DISCONNECT => disconnecting::clicked(scene, clicked, value).await,
        ids::READ_NOW => reading::clicked(scene, clicked, value).await,
        ids::MAKE_AGAIN => artifacts::again(scene, clicked, value).await,
        ids::DELETE_ARTIFACT => artifacts::delete(scene, clicked, value).await,
        ids::OPEN_DASHBOARD => dashboards::open(scene, clicked, value).await,
        ids::SHARE_DASHBOARD => dashboards::share(scene, clicked, value).await,
        ids::END_DASHBOARD_LINKS => dashboards::end_links(scene, clicked, value).await,
        ids::FOLLOW_DASHBOARD => Ok(()),
        ids::DIGEST_ON | ids::DIGEST_OFF | ids::DIGEST_NOW => {
            digests::clicked(scene, clicked, action).await
        }
        ids::SCHEDULE_RUN
        | ids::SCHEDULE_PAUSE
        | ids::SCHEDULE_RESUME
        | ids::SCHEDULE_EDIT
        | ids::SCHEDULE_HISTORY
        | ids::SCHEDULE_DELETE
        | ids::SCHEDULE_AGREE
        | ids::SCHEDULE_DECLINE
        | ids::SCHEDULE_WHEN
        | ids::SCHEDULE_TEMPLATE
        | ids::SCHEDULES_LIST => schedules::clicked(scene, clicked, action).await,
        ids::WORKFLOW_RUN
        | ids::WORKFLOW_DRY
        | ids::WORKFLOW_PAUSE
        | ids::WORKFLOW_RESUME
        | ids::WORKFLOW_EDIT
        | ids::WORKFLOW_HISTORY
        | ids::WORKFLOW_PICTURE
        | ids::WORKFLOW_DELETE
        | ids::WORKFLOW_TEMPLATE
        | ids::WORKFLOWS_MORE
        | ids::WORKFLOW_NEW => workflows::clicked(scene, clicked, action).await,
        ids::WORKFLOW_SHOW
        | ids::WORKFLOW_CANCEL
        | ids::WORKFLOW_RETRY
        | ids::WORKFLOW_YES
        | ids::WORKFLOW_NO => workflows::of_run(scene, clicked, action).await,
        ids::MATCH_PERSON => people::wants_to_match(scene, clicked, value).await,
        ids::UNMATCH_PERSON => people::goes_by_mail(scene, clicked, value).await,
        ids::CHOOSE_CHANNELS => listening::clicked(scene, clicked).await,
        ids::READ_CHANNEL => listening::read_channel(scene, clicked, value).await,
        ids::STOP_READING => listening::stop_reading(scene, clicked, value).await,
        ids::REFRESH_HOME => home::publish(scene, user, None).await,
        _ => approvals::clicked(scene, clicked, action).await,
    }
}

async fn submission(scene: &Scene<'_>, submitted: &ViewSubmission) -> Surfaced {
    let typed = submitted.view.filled(ids::FIELD, ids::FIELD);
    let typed = typed.unwrap_or_default().trim();
    match submitted.view.callback_id.as_str() {
        ids::ASK_MODAL => command::ask::submitted(scene, submitted, typed).await,
        ids::ASK_ABOUT_MODAL => shortcuts::submitted(scene, submitted, typed).await,
        ids::CONNECT_MODAL => connecting::submitted(scene, submitted).await,
        ids::SCHEDULE_MODAL => schedules::window::submitted(scene, submitted).await,
        ids::SHARE_DASHBOARD_MODAL => dashboards::shared(scene, submitted).await,
        ids::WORKFLOW_MODAL => workflows::window::submitted(scene, submitted).await,
        ids::WORKFLOW_INPUT_MODAL => workflows::input::submitted(scene, submitted).await,
        ids::MATCH_PERSON_MODAL => people::matched(scene, submitted).await,
        ids::FEEDBACK_MODAL => feedback::told(scene, submitted, typed).await,
        _ => approvals::submitted(scene, submitted).await,
    }
}
