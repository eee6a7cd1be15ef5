//! The one task that writes an answer to Slack, call after call, so that nothing overtakes
//! anything: the first thing at once, more of it at a measured pace, and the end in one go.

use super::compose;
use super::draft::{Closing, Draft, Snapshot};
use super::status::Showing;
use super::stream::Shown;
use super::{AnswerError, AnswerState, Mode, NotSaved, Start, post, recover};
use crate::base::ids::Ts;
use crate::slack::client::{ApiCode, NOW, NewMessage, SlackError, Stream, StreamStart};
use crate::slack::markdown::{Part, first_part_so_far};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tracing::Instrument;

const BETWEEN_APPENDS: Duration = Duration::from_millis(400);
/// Slack takes about one change of a message in three seconds.
const BETWEEN_UPDATES: Duration = Duration::from_secs(3);

pub(super) struct Pump {
    pub(super) start: Start,
    pub(super) state: AnswerState,
    pub(super) draft: Arc<Draft>,
    pub(super) shown: Shown,
    pub(super) key: String,
    must_recover: bool,
    /// What went wrong meanwhile; told when the answer is closed.
    trouble: Option<AnswerError>,
}

impl Pump {
    pub fn new(start: Start, draft: Arc<Draft>) -> Self {
        let state = start.state.clone();
        Self {
            key: format!("{}.{}", start.key, state.leg),
            must_recover: start.resumed,
            trouble: None,
            start,
            state,
            draft,
            shown: Shown::default(),
        }
    }

    pub async fn run(mut self) -> Result<AnswerState, AnswerError> {
        let status = self.show_status();
        let closing = self.write_until_closed().await;
        if matches!(closing, Closing::Abandon) {
            return Ok(self.state);
        }
        let outcome = self.close(closing).await;
        self.hide_status(status);
        outcome.map(|()| self.state)
    }

    async fn write_until_closed(&mut self) -> Closing {
        loop {
            self.draft.changed().await;
            // Whoever wrote may be about to write more, or to finish.
            tokio::task::yield_now().await;
            if let Some(closing) = self.draft.closing() {
                return closing;
            }
            if self.trouble.is_none() {
                self.trouble = self.advance().await.err();
            }
            self.pause().await;
        }
    }

    /// Shows what is new. An error here is told when the answer is closed.
    async fn advance(&mut self) -> Result<(), AnswerError> {
        self.recover_once().await?;
        let draft = self.draft.snapshot();
        let part = first_part_so_far(&draft.text);
        match self.state.mode {
            Mode::Nothing => self.open(&part, &draft).await,
            Mode::Stream => self.append(part, &draft).await,
            Mode::Post => self.update(&part, &draft).await,
        }
    }

    async fn open(&mut self, part: &Part, draft: &Snapshot) -> Result<(), AnswerError> {
        if part.is_empty() && draft.tasks.is_empty() {
            return Ok(());
        }
        if self.start.place.is_shared {
            return self.post_instead(part, draft).await;
        }
        let chunks = self.shown.missing(draft, part).unwrap_or_default();
        let place = &self.start.place;
        let team = place.recipient_team.as_ref();
        let started = self
            .start
            .client
            .start_stream(&StreamStart {
                channel: &place.channel,
                thread: &place.thread,
                recipient: team.map(|team| (&place.recipient, team)),
                chunks: &chunks,
            })
            .await;
        let ts = match started {
            Ok(started) => started.ts,
            Err(error) if must_give_up(&error) && !is_about_the_recipient(&error) => {
                return Err(error.into());
            }
            Err(SlackError::Ambiguous(_)) => {
                let found = recover::find(&self.start.client, place, &self.key).await?;
                match found.stream {
                    Some(ts) => ts,
                    None => return self.post_instead(part, draft).await,
                }
            }
            Err(error) => {
                tracing::debug!(%error, "no stream; the answer is posted and updated");
                return self.post_instead(part, draft).await;
            }
        };
        self.shown.now(Some(part.clone()), &draft.tasks);
        self.note(0, ts, Mode::Stream).await
    }

    async fn post_instead(&mut self, part: &Part, draft: &Snapshot) -> Result<(), AnswerError> {
        let message = compose::in_progress(part, &draft.tasks);
        let ts = self.put(0, message).await?;
        self.note(0, ts, Mode::Post).await
    }

    async fn append(&mut self, part: Part, draft: &Snapshot) -> Result<(), AnswerError> {
        let Some(ts) = self.first_ts() else {
            return Ok(());
        };
        // Void text cannot be taken back from a stream; the end of the answer replaces it.
        let missing = self.shown.missing(draft, &part);
        let is_whole = missing.is_some();
        let chunks = missing.unwrap_or_else(|| self.shown.missing_tasks(&draft.tasks));
        if chunks.is_empty() {
            return Ok(());
        }
        let stream = Stream {
            channel: &self.start.place.channel,
            ts: &ts,
        };
        match self.start.client.append_stream(&stream, &chunks).await {
            Ok(()) => {
                self.shown.now(is_whole.then_some(part), &draft.tasks);
                Ok(())
            }
            Err(error) if must_give_up(&error) => Err(error.into()),
            Err(SlackError::RateLimited { .. } | SlackError::NotSent) => Ok(()),
            Err(error) => {
                tracing::debug!(%error, "the stream is over; the answer goes on by updates");
                if error.code() != Some(&ApiCode::MessageNotInStreamingState) {
                    // Whether it took the last text is unknown: it is closed and written anew.
                    self.stop_quietly(&ts, &[]).await;
                }
                self.note(0, ts, Mode::Post).await?;
                self.update(&part, draft).await
            }
        }
    }

    async fn update(&mut self, part: &Part, draft: &Snapshot) -> Result<(), AnswerError> {
        if part.is_empty() && draft.tasks.is_empty() {
            return Ok(());
        }
        let Some(ts) = self.first_ts() else {
            return self.post_instead(part, draft).await;
        };
        let mut message = compose::in_progress(part, &draft.tasks);
        message.metadata = Some(compose::metadata(&self.key, 0));
        let channel = &self.start.place.channel;
        let client = &self.start.client;
        match client.update_message(channel, &ts, &message, NOW).await {
            Err(error) if must_give_up(&error) => Err(error.into()),
            // The next change, or the end, will do.
            _ => Ok(()),
        }
    }

    async fn close(&mut self, closing: Closing) -> Result<(), AnswerError> {
        if let Some(trouble) = self.trouble.take().filter(AnswerError::must_stop) {
            return Err(trouble);
        }
        self.recover_once().await?;
        match closing {
            Closing::Abandon => Ok(()),
            Closing::Park => self.park().await,
            Closing::Finish(answer) => self.finish(answer).await,
        }
    }

    /// Before anything is shown: what an earlier attempt has left is taken over.
    async fn recover_once(&mut self) -> Result<(), AnswerError> {
        if !self.must_recover {
            return Ok(());
        }
        let found = recover::find(&self.start.client, &self.start.place, &self.key).await?;
        for (n, ts) in found.parts {
            self.remember(n, ts);
        }
        let open_stream = match (self.state.mode, self.first_ts()) {
            (Mode::Stream, Some(ts)) => Some(ts),
            _ => found.stream,
        };
        if let Some(ts) = open_stream {
            self.stop_quietly(&ts, &[]).await;
            self.remember(0, ts);
        }
        if self.first_ts().is_some() {
            self.state.mode = Mode::Post;
        }
        self.must_recover = false;
        Ok(())
    }

    pub(super) async fn put(&self, n: usize, message: NewMessage) -> Result<Ts, AnswerError> {
        let known = self.state.parts.get(n).and_then(Option::as_ref);
        let (client, place) = (&self.start.client, &self.start.place);
        post::put(client, place, &self.key, n, known, message).await
    }

    pub(super) fn first_ts(&self) -> Option<Ts> {
        self.state.parts.first().cloned().flatten()
    }

    pub(super) fn remember(&mut self, n: usize, ts: Ts) {
        if self.state.parts.len() <= n {
            self.state.parts.resize(n + 1, None);
        }
        self.state.parts[n] = Some(ts);
    }

    async fn note(&mut self, n: usize, ts: Ts, mode: Mode) -> Result<(), AnswerError> {
        self.remember(n, ts);
        self.state.mode = mode;
        self.save().await
    }

    pub(super) async fn save(&self) -> Result<(), AnswerError> {
        match self.start.save.save(&self.state).await {
            Ok(()) => Ok(()),
            Err(NotSaved::Fenced) => Err(AnswerError::Fenced),
            // A resumed turn finds in the thread what is not written down.
            Err(NotSaved::Failed) => Ok(()),
        }
    }

    async fn pause(&self) {
        let pace = match self.state.mode {
            Mode::Post => BETWEEN_UPDATES,
            Mode::Stream | Mode::Nothing => BETWEEN_APPENDS,
        };
        tokio::select! {
            () = self.start.client.clock().sleep(pace) => {}
            () = self.draft.closed() => {}
        }
    }

    fn show_status(&self) -> JoinHandle<Showing> {
        let (client, place) = (self.start.client.clone(), self.start.place.clone());
        let (statuses, title) = (self.start.statuses.clone(), self.start.title.clone());
        let working = async move { statuses.working(&client, &place, title.as_deref()).await };
        tokio::spawn(working.in_current_span())
    }

    /// In its own time: nobody waits for it.
    fn hide_status(&self, showing: JoinHandle<Showing>) {
        let (client, place) = (self.start.client.clone(), self.start.place.clone());
        let statuses = self.start.statuses.clone();
        let posted = self.first_ts().is_some();
        let idle = async move {
            if let Ok(showing) = showing.await {
                statuses.idle(&client, &place, showing, posted).await;
            }
        };
        tokio::spawn(idle.in_current_span());
    }
}

impl AnswerError {
    /// Closing the answer would meet the same trouble.
    fn must_stop(&self) -> bool {
        self.is_final() || matches!(self, Self::Fenced)
    }
}

/// Slack does not know whom the stream would be for; a message needs no recipient.
fn is_about_the_recipient(error: &SlackError) -> bool {
    error.code() == Some(&ApiCode::TeamNotFound)
}

/// The channel or the installation is gone, so no other way of saying it will do either.
pub(super) fn must_give_up(error: &SlackError) -> bool {
    matches!(error, SlackError::NoToken)
        || error
            .code()
            .is_some_and(|code| code.is_about_the_channel() || code.is_about_the_token())
}
