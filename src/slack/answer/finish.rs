//! The end of an answer: whatever is shown by then is brought to what the answer says.

use super::compose::{self, Composed, compose};
use super::draft::Snapshot;
use super::pump::{Pump, must_give_up};
use super::{AnswerError, AnswerState, FinalAnswer, Mode};
use crate::base::ids::Ts;
use crate::slack::client::{ApiCode, SlackError, Stream, Upload};
use crate::slack::text;
use bytes::Bytes;
use slack_morphism::api::SlackStreamChunk as Chunk;

impl Pump {
    pub(super) async fn park(&mut self) -> Result<(), AnswerError> {
        self.draft.end_tasks(|id| self.shown.has_task(id));
        let Snapshot { text, tasks, .. } = self.draft.snapshot();
        let has_words = !text.trim().is_empty();
        if has_words || self.state.mode != Mode::Nothing {
            let composed = compose(&text, &FinalAnswer::default());
            match (self.state.mode, has_words) {
                (Mode::Stream, false) => {
                    if let Some(ts) = self.first_ts() {
                        let last = self.shown.missing_tasks(&tasks);
                        self.stop_quietly(&ts, &last).await;
                    }
                }
                (_, true) => self.deliver(&composed).await?,
                _ => {}
            }
        }
        self.state = AnswerState {
            leg: self.state.leg + 1,
            ..AnswerState::default()
        };
        self.save().await
    }

    pub(super) async fn finish(&mut self, answer: FinalAnswer) -> Result<(), AnswerError> {
        let draft = self.draft.snapshot();
        let composed = compose(answer.markdown.as_deref().unwrap_or(&draft.text), &answer);
        self.deliver(&composed).await?;
        if let Some(file) = &composed.file
            && !self.state.file_sent
        {
            self.send_file(file).await?;
        }
        Ok(())
    }

    /// All parts in order, each exactly once.
    async fn deliver(&mut self, composed: &Composed) -> Result<(), AnswerError> {
        let tasks = self.draft.snapshot().tasks;
        let mut first = 0;
        if self.state.mode == Mode::Stream && self.end_stream(composed).await? {
            first = 1;
        }
        for n in first..composed.parts.len() {
            let ts = self.put(n, composed.message(n, &tasks)).await?;
            self.remember(n, ts);
            let is_last = n + 1 == composed.parts.len();
            if !is_last {
                self.save().await?;
            }
        }
        if self.state.mode == Mode::Nothing {
            self.state.mode = Mode::Post;
        }
        Ok(())
    }

    /// Gives the stream what it lacks and closes it. False if the message has to be written
    /// anew: the stream has died, or shows what the answer does not say.
    async fn end_stream(&mut self, composed: &Composed) -> Result<bool, AnswerError> {
        let Some(ts) = self.first_ts() else {
            return Ok(false);
        };
        let draft = self.draft.snapshot();
        let Some(chunks) = self.shown.missing(&draft, &composed.parts[0]) else {
            self.stop_quietly(&ts, &[]).await;
            self.state.mode = Mode::Post;
            return Ok(false);
        };
        let stream = Stream {
            channel: &self.start.place.channel,
            ts: &ts,
        };
        let metadata = compose::metadata(&self.key, 0);
        let foot = composed.foot_of(0);
        let client = &self.start.client;
        match client
            .stop_stream(&stream, &chunks, foot, Some(&metadata))
            .await
        {
            Ok(()) => Ok(true),
            Err(error) if must_give_up(&error) => Err(error.into()),
            Err(error) => {
                tracing::debug!(%error, "the stream could not be closed as it should");
                if error.code() != Some(&ApiCode::MessageNotInStreamingState) {
                    self.stop_quietly(&ts, &[]).await;
                }
                self.state.mode = Mode::Post;
                Ok(false)
            }
        }
    }

    pub(super) async fn stop_quietly(&self, ts: &Ts, last: &[Chunk]) {
        let stream = Stream {
            channel: &self.start.place.channel,
            ts,
        };
        // With the key, so that whoever looks for it later knows the message.
        let metadata = compose::metadata(&self.key, 0);
        let client = &self.start.client;
        let stopped = client
            .stop_stream(&stream, last, &[], Some(&metadata))
            .await;
        if let Err(error) = stopped {
            tracing::debug!(%error, "the stream was over already");
        }
    }

    async fn send_file(&mut self, markdown: &str) -> Result<(), AnswerError> {
        let place = &self.start.place;
        let sent = self
            .start
            .client
            .upload(Upload {
                name: text::ANSWER_FILE,
                title: text::ANSWER_FILE_TITLE,
                bytes: Bytes::from(markdown.to_owned()),
                channel: &place.channel,
                thread: Some(&place.thread),
                comment: None,
            })
            .await;
        match sent {
            Ok(_) | Err(SlackError::Ambiguous(_)) => {}
            Err(error) if must_give_up(&error) => return Err(error.into()),
            // The beginning is there and says so; the turn is not lost for its file.
            Err(error) => tracing::warn!(%error, "the file of a long answer was not sent"),
        }
        self.state.file_sent = true;
        self.save().await
    }
}
