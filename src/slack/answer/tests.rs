//! Answers as people see them, on the stand-in for Slack: streamed, posted, cut off, resumed.

use super::*;
use crate::base::clock::{Clock, TestClock};
use crate::base::ids::TurnId;
use crate::playground::{Fault, Human, Said, Seen, Setup, Slack};
use crate::slack::client::SlackApi;
use chrono::DateTime;
use parking_lot::Mutex;
use std::time::Duration;

/// Remembers what was stored; may refuse as a store does whose lease is lost.
#[derive(Default)]
struct Stored {
    states: Mutex<Vec<AnswerState>>,
    fenced: bool,
}

#[async_trait]
impl SaveAnswer for Stored {
    async fn save(&self, state: &AnswerState) -> Result<(), NotSaved> {
        if self.fenced {
            return Err(NotSaved::Fenced);
        }
        self.states.lock().push(state.clone());
        Ok(())
    }
}

struct Stage {
    slack: Slack,
    clock: Arc<TestClock>,
    client: SlackClient,
    stored: Arc<Stored>,
    statuses: Arc<Statuses>,
    alice: Human,
    asked: Said,
}

impl Stage {
    async fn set() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let clock = TestClock::at(DateTime::from_timestamp(1_790_000_000, 0).unwrap());
        let setup = Setup::small().clock(clock.clone());
        let slack = Slack::start(setup).await.unwrap();
        let alice = slack.person("alice").unwrap();
        let asked = alice.says("sales", "how many deals?").await.unwrap();
        clock.advance(Duration::from_millis(10));
        let api = SlackApi::new(&slack.api_url().parse().unwrap(), clock.clone()).unwrap();
        let token = Arc::new(slack.bot_token().unwrap());
        Self {
            client: api.client("T0PLAY".into(), token),
            slack,
            clock,
            stored: Arc::default(),
            statuses: Arc::default(),
            alice,
            asked,
        }
    }

    fn start(&self) -> Start {
        Start {
            client: self.client.clone(),
            place: Place {
                channel: self.asked.channel.clone(),
                thread: Ts(self.asked.ts.to_string()),
                recipient: self.alice.id().clone(),
                recipient_team: "T0PLAY".into(),
                penny: "U0PENNY".into(),
                since: Ts(self.asked.ts.to_string()),
            },
            key: "turn-1".into(),
            state: AnswerState::default(),
            resumed: false,
            text_so_far: String::new(),
            save: self.stored.clone(),
            statuses: self.statuses.clone(),
        }
    }

    fn begin(&self) -> Answer {
        Answer::begin(self.start())
    }

    /// Another process takes the turn over with what was stored.
    fn resume(&self, text_so_far: &str) -> Answer {
        let state = self.stored.states.lock().last().cloned();
        Answer::begin(Start {
            state: state.unwrap_or_default(),
            resumed: true,
            text_so_far: text_so_far.into(),
            ..self.start()
        })
    }

    fn answers(&self) -> Vec<Seen> {
        self.alice.answers_in(&self.asked.thread())
    }

    fn calls(&self, method: &str) -> u64 {
        self.slack.calls().count(method)
    }

    fn fault(&self, method: &'static str, fault: Fault) {
        self.slack.faults().on(method).hit(fault);
    }

    /// Waits, turning the clock, until what people see is as it should be.
    async fn until(&self, met: impl Fn(&[Seen]) -> bool) {
        for _ in 0..400 {
            if met(&self.answers()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
            self.clock.advance(Duration::from_millis(100));
        }
        panic!("never seen; there is {:?}", self.answers());
    }

    /// Finishes, turning the clock for whatever waits.
    async fn finish(&self, answer: Answer, final_answer: FinalAnswer) -> Outcome {
        let mut done = Box::pin(answer.finish(final_answer));
        loop {
            tokio::select! {
                outcome = &mut done => return outcome,
                () = tokio::time::sleep(Duration::from_millis(5)) => {
                    self.clock.advance(Duration::from_millis(500));
                }
            }
        }
    }
}

type Outcome = Result<AnswerState, AnswerError>;

fn whole(markdown: &str) -> FinalAnswer {
    FinalAnswer {
        markdown: Some(markdown.into()),
        footer: Some("2s · 1 tool".into()),
        controls: Some(TurnId::fresh()),
    }
}

fn looking_up(state: TaskState) -> TaskCard {
    TaskCard {
        id: "call-1".into(),
        title: "Reading deals".into(),
        state,
        outcome: (state == TaskState::Done).then(|| "3 rows".into()),
    }
}

fn has(text: &'static str) -> impl Fn(&[Seen]) -> bool {
    move |answers| answers.iter().any(|seen| seen.text.contains(text))
}

#[tokio::test]
async fn an_answer_streams_with_its_tools_and_ends_with_its_buttons() {
    let stage = Stage::set().await;
    let answer = stage.begin();
    answer.task(looking_up(TaskState::Running));
    stage.until(has("Reading deals")).await;
    answer.task(looking_up(TaskState::Done));
    answer.text("There are **three** deals.");
    stage.until(has("There are ")).await;
    let end = FinalAnswer {
        markdown: None,
        ..whole("")
    };
    stage.finish(answer, end).await.unwrap();
    let answers = stage.answers();
    assert_eq!(answers.len(), 1);
    assert!(!answers[0].streaming);
    for part in ["3 rows", "**three** deals.", "1 tool", "Retry"] {
        assert!(
            answers[0].text.contains(part),
            "{part}: {}",
            answers[0].text
        );
    }
    assert_eq!(stage.calls("chat.startStream"), 1);
    assert_eq!(stage.calls("chat.stopStream"), 1);
    assert_eq!(stage.calls("chat.postMessage"), 0);
}

#[tokio::test]
async fn an_answer_that_is_there_at_once_is_one_message() {
    let stage = Stage::set().await;
    let answer = stage.begin();
    answer.text("Three.");
    answer.finish(whole("Three.")).await.unwrap();
    assert_eq!(stage.answers().len(), 1);
    assert_eq!(stage.calls("chat.postMessage"), 1);
    assert_eq!(stage.calls("chat.startStream"), 0);
}

#[tokio::test]
async fn where_streams_are_refused_the_answer_is_posted_and_updated_in_place() {
    for fault in [
        Fault::RateLimited(30),
        Fault::Error("unknown_method"),
        Fault::Error("not_allowed_token_type"),
        Fault::Status(404),
    ] {
        let stage = Stage::set().await;
        stage
            .slack
            .faults()
            .on("chat.startStream")
            .always()
            .hit(fault);
        let answer = stage.begin();
        answer.text("One moment. ");
        stage.until(has("One moment.")).await;
        answer.text("There are three.");
        stage.until(has("three")).await;
        stage
            .finish(answer, whole("One moment. There are three."))
            .await
            .unwrap();
        let answers = stage.answers();
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert!(answers[0].text.contains("Retry"));
        assert_eq!(stage.calls("chat.postMessage"), 1);
    }
}

#[tokio::test]
async fn when_the_stream_dies_the_same_message_is_written_to_its_end() {
    let stage = Stage::set().await;
    stage.fault("chat.startStream", Fault::StreamDiesAfter(0));
    let answer = stage.begin();
    answer.text("One moment. ");
    stage.until(has("One moment.")).await;
    answer.text("There are three.");
    stage.until(has("three")).await;
    stage
        .finish(answer, whole("One moment. There are three."))
        .await
        .unwrap();
    let answers = stage.answers();
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].text.matches("One moment").count(), 1);
}

#[tokio::test]
async fn a_stream_that_dies_of_age_does_not_lose_the_end() {
    let stage = Stage::set().await;
    let answer = stage.begin();
    answer.text("One moment. ");
    stage.until(has("One moment.")).await;
    stage.clock.advance(Duration::from_secs(600));
    stage
        .finish(answer, whole("One moment. Three."))
        .await
        .unwrap();
    let answers = stage.answers();
    assert_eq!(answers.len(), 1);
    assert!(answers[0].text.contains("Three."));
}

#[tokio::test]
async fn a_lost_answer_of_slack_never_doubles_a_message() {
    for (method, streams) in [
        ("chat.startStream", true),
        ("chat.appendStream", true),
        ("chat.stopStream", true),
        ("chat.postMessage", false),
        ("chat.update", false),
    ] {
        let stage = Stage::set().await;
        if !streams {
            let faults = stage.slack.faults();
            faults
                .on("chat.startStream")
                .always()
                .hit(Fault::Error("unknown_method"));
        }
        stage.fault(method, Fault::ApplyThenCut);
        let answer = stage.begin();
        answer.text("One moment. ");
        stage.until(has("One moment.")).await;
        answer.text("There are three. ");
        stage.until(has("are three")).await;
        stage
            .finish(answer, whole("One moment. There are three. Done."))
            .await
            .unwrap();
        let answers = stage.answers();
        assert_eq!(answers.len(), 1, "{method}: {answers:?}");
        for words in ["One moment", "are three", "Done."] {
            let count = answers[0].text.matches(words).count();
            assert_eq!(count, 1, "{method}: {}", answers[0].text);
        }
    }
}

#[tokio::test]
async fn void_text_is_replaced_in_the_message_that_showed_it() {
    let stage = Stage::set().await;
    let answer = stage.begin();
    answer.text("I will look. ");
    answer.saved();
    answer.text("Wrong attempt ");
    stage.until(has("Wrong attempt")).await;
    answer.restart();
    answer.text("Right attempt.");
    let end = FinalAnswer::default();
    stage.finish(answer, end).await.unwrap();
    let answers = stage.answers();
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].text.trim(), "I will look. \n\nRight attempt.");
}

#[tokio::test]
async fn a_resumed_turn_goes_on_in_the_message_that_is_there() {
    let stage = Stage::set().await;
    let answer = stage.begin();
    answer.text("I will look. ");
    stage.until(has("I will look.")).await;
    drop(answer);
    let resumed = stage.resume("I will look. ");
    resumed.text("There are three.");
    stage.until(has("three")).await;
    stage
        .finish(resumed, whole("I will look.\n\nThere are three."))
        .await
        .unwrap();
    let answers = stage.answers();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(!answers[0].streaming);
    assert_eq!(answers[0].text.matches("I will look").count(), 1);
}

#[tokio::test]
async fn a_stream_that_nobody_took_note_of_is_found_and_used() {
    let stage = Stage::set().await;
    let answer = stage.begin();
    answer.text("I will look. ");
    stage.until(has("I will look.")).await;
    drop(answer);
    stage.stored.states.lock().clear();
    let resumed = stage.resume("");
    stage.finish(resumed, whole("Three.")).await.unwrap();
    let answers = stage.answers();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(answers[0].text.starts_with("Three."), "{}", answers[0].text);
}

#[tokio::test]
async fn a_turn_that_had_answered_but_not_noted_it_does_not_answer_twice() {
    let stage = Stage::set().await;
    let long = "A sentence that fills the message.\n\n".repeat(500);
    stage.finish(stage.begin(), whole(&long)).await.unwrap();
    let before = stage.answers().len();
    assert_eq!(before, 2);
    stage.stored.states.lock().clear();
    stage.finish(stage.resume(""), whole(&long)).await.unwrap();
    assert_eq!(stage.answers().len(), before);
}

#[tokio::test]
async fn what_is_too_long_for_messages_comes_as_a_file() {
    let stage = Stage::set().await;
    let long = "A sentence that fills the message.\n\n".repeat(2000);
    stage.finish(stage.begin(), whole(&long)).await.unwrap();
    let answers = stage.answers();
    let files: Vec<&String> = answers.iter().flat_map(|seen| &seen.files).collect();
    assert_eq!(files, ["answer.md"]);
    assert_eq!(answers.len(), 2);
    assert!(answers[0].text.contains("in the file below"));
}

#[tokio::test]
async fn a_parked_turn_goes_on_in_a_new_message() {
    let stage = Stage::set().await;
    let answer = stage.begin();
    answer.text("I have a question. ");
    stage.until(has("I have a question.")).await;
    let state = answer.park().await.unwrap();
    assert_eq!(state.leg, 1);
    assert!(!stage.answers()[0].streaming);
    stage
        .finish(stage.resume(""), whole("Thanks. Three."))
        .await
        .unwrap();
    let texts: Vec<String> = stage.answers().into_iter().map(|seen| seen.text).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[1].starts_with("Thanks."));
}

#[tokio::test]
async fn an_archived_channel_ends_the_answer_with_its_reason_and_without_a_storm() {
    let stage = Stage::set().await;
    stage.alice.archive(&stage.asked.channel).unwrap();
    let answer = stage.begin();
    answer.text("Three.");
    let outcome = stage.finish(answer, whole("Three.")).await;
    assert_eq!(
        outcome,
        Err(AnswerError::Undeliverable(ApiCode::IsArchived))
    );
    assert!(stage.calls("chat.postMessage") + stage.calls("chat.startStream") <= 2);
}

#[tokio::test]
async fn a_worker_that_lost_its_turn_writes_nothing_more() {
    let mut stage = Stage::set().await;
    stage.stored = Arc::new(Stored {
        fenced: true,
        ..Stored::default()
    });
    let answer = stage.begin();
    answer.text("Two ");
    stage.until(has("Two")).await;
    answer.text("or three.");
    let outcome = stage.finish(answer, whole("Two or three.")).await;
    assert_eq!(outcome, Err(AnswerError::Fenced));
    assert_eq!(
        stage.calls("chat.appendStream") + stage.calls("chat.stopStream"),
        0
    );
}

#[tokio::test]
async fn the_thread_shows_that_penny_works_and_then_that_she_does_not() {
    let stage = Stage::set().await;
    let answer = stage.begin();
    let thread = stage.asked.thread();
    let session = || stage.alice.session_of(&thread);
    stage.until(|_| session() == Some("processing")).await;
    stage.finish(answer, whole("Three.")).await.unwrap();
    stage.until(|_| session() == Some("active")).await;
}

#[tokio::test]
async fn a_workspace_without_sessions_is_asked_for_them_only_once() {
    let stage = Stage::set().await;
    let faults = stage.slack.faults();
    faults
        .on("agents.sessions.setStatus")
        .always()
        .hit(Fault::Error("unknown_method"));
    let thread = stage.asked.thread();
    for _ in 0..3 {
        let answer = stage.begin();
        stage
            .until(|_| stage.alice.status_in(&thread).is_some())
            .await;
        stage.finish(answer, whole("Three.")).await.unwrap();
    }
    assert_eq!(stage.calls("agents.sessions.setStatus"), 1);
}

#[tokio::test]
async fn blocks_that_slack_refuses_are_sent_as_text() {
    let stage = Stage::set().await;
    stage.fault("chat.postMessage", Fault::Error("invalid_blocks"));
    stage.finish(stage.begin(), whole("Three.")).await.unwrap();
    assert_eq!(stage.answers()[0].text, "Three.");
}

#[test]
fn what_is_stored_of_an_answer_is_read_again_also_if_it_lacks_fields() {
    let state = AnswerState {
        mode: Mode::Stream,
        parts: vec![Some("1.2".into()), None],
        file_sent: false,
        leg: 2,
    };
    let json = serde_json::to_string(&state).unwrap();
    assert_eq!(serde_json::from_str::<AnswerState>(&json).unwrap(), state);
    assert_eq!(
        serde_json::from_str::<AnswerState>("{}").unwrap(),
        AnswerState::default()
    );
}
