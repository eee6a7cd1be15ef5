//! The job of a run: it finds out how far the run is and takes it further, as far as it goes. It
//! may be run at any point and any number of times.

use super::course::{Course, Halt, Interrupted};
use super::{showing, understood, words};
use crate::agent::tools::{Eyes, ToolError};
use crate::automation::workflow::{self as definitions, Scope};
use crate::base::ids::{ChannelId, OrgId, Ts, WorkflowRunId};
use crate::base::viewer::Viewer;
use crate::jobs::Services;
use crate::jobs::cards::{CardError, show_open_of};
use crate::jobs::eyes::TurnEyes;
use crate::jobs::schedules::words as scheduled;
use crate::jobs::workspaces::Workspace;
use crate::queue::{Done, Handler, Held, Lane};
use crate::slack::client::SlackError;
use crate::store::StoreError;
use crate::store::conversations::{self, Thread};
use crate::store::workflows::{self, End, RUN, Run, Workflow};
use async_trait::async_trait;
use chrono::TimeDelta;
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Without a token nobody can be told; whoever installs Penny again brings one.
const UNTIL_INSTALLED: Duration = Duration::from_secs(600);
const TOLD_WITHIN: TimeDelta = TimeDelta::weeks(1);

#[derive(Debug, Clone)]
pub struct RunWorkflow {
    pub services: Services,
}

#[async_trait]
impl Handler for RunWorkflow {
    fn kind(&self) -> &'static str {
        RUN
    }

    fn lane(&self) -> Lane {
        Lane::Background
    }

    async fn run(&self, held: &Held) -> Done {
        let Ok(id) = held.key().parse::<WorkflowRunId>() else {
            return Done::Finished;
        };
        match Box::pin(self.go_on(held, id)).await {
            Ok(()) => Done::Finished,
            Err(error) => self.interrupted(held, id, error).await,
        }
    }

    async fn exhausted(&self, held: &Held) -> Done {
        let Ok(id) = held.key().parse() else {
            return Done::Finished;
        };
        self.fail(held.lease().org, id, words::GAVE_UP).await
    }
}

impl RunWorkflow {
    async fn interrupted(&self, held: &Held, id: WorkflowRunId, error: Interrupted) -> Done {
        let why = error.to_string();
        match error {
            Interrupted::HandOver => Done::HandOver,
            Interrupted::Store(StoreError::Fenced) => self.fenced(held, id).await,
            Interrupted::Slack(SlackError::Refused { code, .. }) => {
                self.fail(held.lease().org, id, &words::not_delivered(&code))
                    .await
            }
            Interrupted::Slack(SlackError::NoToken) | Interrupted::Card(CardError::Uninstalled) => {
                self.fail(held.lease().org, id, scheduled::NOT_INSTALLED)
                    .await
            }
            Interrupted::Slack(SlackError::RateLimited { retry_after }) => Done::Retry {
                after: Some(retry_after),
                error: why,
            },
            _ => Done::Retry {
                after: Some(Duration::from_secs(2)),
                error: why,
            },
        }
    }

    /// Nothing more can be saved: the run is over by now, or another process has it.
    async fn fenced(&self, held: &Held, id: WorkflowRunId) -> Done {
        let closed = async {
            let mut tx = self.services.db.org(held.lease().org).await?;
            let run = workflows::get_run(&mut tx, id).await?;
            drop(tx);
            match run.filter(Run::is_over) {
                Some(run) => showing::close(&self.services, held.lease().org, &run)
                    .await
                    .map(|()| true),
                None => Ok(false),
            }
        };
        match closed.await {
            Ok(true) => Done::Finished,
            Ok(false) => Done::Lost,
            Err(error) => Done::Retry {
                after: None,
                error: error.to_string(),
            },
        }
    }

    /// Trying again would not help.
    async fn fail(&self, org: OrgId, id: WorkflowRunId, trouble: &str) -> Done {
        let ended = async {
            let mut tx = self.services.db.org(org).await?;
            let Some(run) = workflows::get_run(&mut tx, id).await? else {
                return Ok(());
            };
            workflows::end(&mut tx, &run, &End::Failed(trouble.to_owned())).await?;
            tx.commit().await?;
            self.close(org, id).await
        };
        match ended.await {
            Ok(()) => Done::Finished,
            Err(Interrupted::Slack(error)) => self.tell_later(org, id, &error).await,
            Err(error) => Done::Retry {
                after: None,
                error: error.to_string(),
            },
        }
    }

    /// Nobody could be told of the end so far. Whoever installs Penny again brings a token, and
    /// Slack comes back; for a week that is waited for, as where a schedule failed.
    async fn tell_later(&self, org: OrgId, id: WorkflowRunId, error: &SlackError) -> Done {
        let after = match error {
            SlackError::RateLimited { retry_after } => *retry_after,
            SlackError::Refused { code, .. } if !code.is_about_the_token() => {
                // What could not be shown stays in the list of workflows.
                tracing::warn!(%error, "the end of a workflow’s run could not be shown");
                return Done::Finished;
            }
            _ => UNTIL_INSTALLED,
        };
        let ended_at = async {
            let mut tx = self.services.db.org(org).await?;
            let run = workflows::get_run(&mut tx, id).await?;
            Ok::<_, StoreError>(run.and_then(|run| run.ended_at))
        };
        match ended_at.await {
            Ok(Some(ended_at)) if self.services.clock.now() - ended_at < TOLD_WITHIN => {
                tracing::debug!(%error, "the end of a workflow’s run is told later");
                Done::Later(after)
            }
            Ok(_) => {
                tracing::error!(%error, run.id = %id, "nobody could be told of the end of a run");
                Done::Finished
            }
            Err(error) => Done::Retry {
                after: None,
                error: error.to_string(),
            },
        }
    }

    async fn close(&self, org: OrgId, id: WorkflowRunId) -> Result<(), Interrupted> {
        let mut tx = self.services.db.org(org).await?;
        let run = workflows::get_run(&mut tx, id).await?;
        drop(tx);
        match run {
            Some(run) => showing::close(&self.services, org, &run).await,
            None => Ok(()),
        }
    }

    async fn go_on(&self, held: &Held, id: WorkflowRunId) -> Result<(), Interrupted> {
        let services = &self.services;
        let org = held.lease().org;
        let mut tx = services.db.org(org).await?;
        let Some(mut run) = workflows::get_run(&mut tx, id).await? else {
            return Ok(());
        };
        let Some(workflow) = workflows::get(&mut tx, run.workflow).await? else {
            return Ok(());
        };
        drop(tx);
        if run.is_over() {
            return showing::close(services, org, &run).await;
        }
        let workspace = services.workspaces.get(&workflow.workspace);
        let workspace = workspace.ok_or(SlackError::NoToken)?;
        let owner = services
            .directory
            .person(&services.db, &workspace, &workflow.owner)
            .await?;
        if owner.is_deactivated {
            return self
                .end_with(org, &run, End::Failed(scheduled::OWNER_LEFT.to_owned()))
                .await;
        }
        let definition = understood(&run.definition)?;
        if let Some(schema) = &definition.input {
            run.input = schema.filled(&run.input);
        }
        let (channel, thread) = self.place(&workspace, &workflow, &run).await?;
        let eyes = TurnEyes {
            db: &services.db,
            directory: &services.directory,
            workspace: &workspace,
            channel: &channel,
            asker: &workflow.owner,
        };
        let viewer = eyes.viewer().await.map_err(|error| match error {
            ToolError::Store(error) => Interrupted::Store(error),
            ToolError::Refused(why) | ToolError::Unavailable(why) => Interrupted::Passing(why),
        })?;
        if let Some(objection) = definition
            .input
            .as_ref()
            .and_then(|it| it.objection(&run.input))
        {
            return self
                .end_with(org, &run, End::Failed(words::bad_input(&objection)))
                .await;
        }
        let place = (&channel, &thread);
        self.take_steps(
            held,
            &workspace,
            &workflow,
            &run,
            &definition,
            &viewer,
            place,
        )
        .await
    }

    /// The thread of the run: its own, or that of the run whose step it is.
    async fn place(
        &self,
        workspace: &Arc<Workspace>,
        workflow: &Workflow,
        run: &Run,
    ) -> Result<(ChannelId, Ts), Interrupted> {
        if let (Some(channel), Some(thread)) = (&run.channel, &run.thread) {
            return Ok((channel.clone(), thread.clone()));
        }
        let db = &self.services.db;
        let mut tx = db.org(workspace.org).await?;
        let parent = match run.parent.filter(|_| run.is_step_of_another()) {
            Some(parent) => workflows::get_run(&mut tx, parent).await?,
            None => None,
        };
        drop(tx);
        let placed = parent.and_then(|parent| parent.channel.zip(parent.thread));
        let (channel, thread) = match placed {
            Some(placed) => placed,
            None => showing::head(&self.services, workspace, workflow, run).await?,
        };
        let mut tx = db.org(workspace.org).await?;
        workflows::place(&mut tx, run.id, &channel, &thread).await?;
        let of_run = Thread {
            workspace: workspace.id.as_str().into(),
            channel: channel.clone(),
            thread_ts: thread.clone(),
        };
        // So that whoever answers there talks with Penny about the run.
        conversations::open(&mut tx, &of_run, Some(&workflow.name)).await?;
        tx.commit().await?;
        Ok((channel, thread))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "all of it was looked up for this one call"
    )]
    async fn take_steps(
        &self,
        held: &Held,
        workspace: &Arc<Workspace>,
        workflow: &Workflow,
        run: &Run,
        definition: &definitions::Workflow,
        viewer: &Viewer,
        (channel, thread): (&ChannelId, &Ts),
    ) -> Result<(), Interrupted> {
        let mut tx = self.services.db.org(workspace.org).await?;
        workflows::advance(&mut tx, run.id, false, None).await?;
        let saved = workflows::saved(&mut tx, run.id).await?;
        let found = conversations::find(&mut tx, channel, thread).await?;
        tx.commit().await?;
        let (conversation, _) =
            found.ok_or_else(|| StoreError::Corrupt("a run without its thread".to_owned()))?;
        let course = Course {
            services: &self.services,
            workspace,
            held,
            workflow,
            run,
            definition,
            viewer,
            channel,
            thread,
            conversation,
            saved: Mutex::new(
                saved
                    .into_iter()
                    .map(|step| (step.path.clone(), step))
                    .collect(),
            ),
            is_asking: AtomicBool::new(false),
            loops: Mutex::default(),
            spent: Mutex::new(None),
            wake_at: Mutex::new(None),
        };
        let mut scope = Scope::new(run.input.clone(), about(run), workflow.notes.clone());
        let walked = course.walk(&definition.steps, "", &mut scope).await;
        let end = match walked {
            Ok(output) => match definition
                .output
                .as_ref()
                .and_then(|it| it.objection(&output))
            {
                None => End::Done(output),
                Some(objection) => End::Failed(words::bad_output(&objection)),
            },
            Err(Halt::Stopped(why)) => End::Done(json!({ "stopped": why })),
            Err(Halt::Failed(why) | Halt::Spent(why)) => End::Failed(why),
            Err(Halt::Interrupted(interrupted)) => return Err(interrupted),
            Err(Halt::Parked) => return self.park(&course).await,
        };
        self.end_with(workspace.org, run, end).await
    }

    /// The job ends here; whoever acts, or the clock, makes another.
    async fn park(&self, course: &Course<'_>) -> Result<(), Interrupted> {
        let (thread, asker) = (course.in_thread(), course.run.id.into());
        show_open_of(&self.services, course.workspace, &thread, asker).await?;
        let wake_at = *course.wake_at.lock();
        let mut tx = self.services.db.org(course.workspace.org).await?;
        workflows::advance(&mut tx, course.run.id, true, wake_at).await?;
        tx.commit().await?;
        showing::refresh(&self.services, course.workspace, course.run.id).await
    }

    async fn end_with(&self, org: OrgId, run: &Run, end: End) -> Result<(), Interrupted> {
        let mut tx = self.services.db.org(org).await?;
        if workflows::end(&mut tx, run, &end).await?
            && !run.is_dry
            && let End::Done(output) = &end
            && output.get("stopped").is_none()
            && run.depth + 1 < definitions::MOST_DEPTH
            && workflows::descendants(&mut tx, run.root).await? < definitions::MOST_DESCENDANTS
        {
            workflows::start_followers(&mut tx, run, output).await?;
        }
        tx.commit().await?;
        self.close(org, run.id).await
    }
}

/// What references to `run` find.
fn about(run: &Run) -> Value {
    json!({
        "id": run.id,
        "date": run.created_at.format("%Y-%m-%d").to_string(),
        "started_by": run.trigger_kind,
        "is_dry": run.is_dry,
    })
}
