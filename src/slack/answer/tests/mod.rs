//! Answers as people see them, on the stand-in for Slack: streamed, posted, cut off, resumed.
#![cfg(feature = "playground")]

mod faults;

use super::*;
use crate::base::clock::TestClock;
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
        let token = slack.bot_token().unwrap();
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
                recipient_team: Some("T0PLAY".into()),
                penny: "U0PENNY".into(),
                since: Ts(self.asked.ts.to_string()),
                is_shared: false,
            },
            title: None,
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

    /// An answer of which the first words stand in the thread.
    async fn begin_with_a_word(&self) -> Answer {
        let answer = self.begin();
        answer.text("One moment. ");
        self.until(has("One moment.")).await;
        answer
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

    fn always_fault(&self, method: &'static str, fault: Fault) {
        self.slack.faults().on(method).always().hit(fault);
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
async fn a_card_shows_what_a_model_or_a_page_says_as_words_that_reach_nobody() {
    let stage = Stage::set().await;
    let answer = stage.begin();
    answer.task(TaskCard {
        title: "Looking up <!channel> [bank.com](https://evil.example)".into(),
        outcome: Some("<@U012345|bob> owes \u{202E}9".into()),
        ..looking_up(TaskState::Done)
    });
    stage.until(has("＠bob owes 9")).await;
    let answers = stage.answers();
    assert!(
        answers[0]
            .text
            .contains("Looking up ＠channel https://evil.example")
    );
    let blocks = serde_json::to_string(&answers[0].blocks).unwrap();
    for active in ["<!", "<@", "bank.com", "\u{202E}"] {
        assert!(!blocks.contains(active), "{blocks}");
    }
    stage.finish(answer, whole("Nine.")).await.unwrap();
}

#[tokio::test]
async fn words_between_tool_calls_and_after_them_stay_one_stream() {
    let stage = Stage::set().await;
    let answer = stage.begin();
    answer.text("I will look. \n");
    stage.until(has("I will look.")).await;
    answer.saved();
    answer.task(looking_up(TaskState::Running));
    stage.until(has("Reading deals")).await;
    answer.text("There are three.\n");
    answer.saved();
    stage
        .finish(answer, whole("I will look.\n\nThere are three."))
        .await
        .unwrap();
    assert_eq!(stage.answers().len(), 1);
    assert_eq!(stage.calls("chat.update"), 0);
}

#[tokio::test]
async fn what_was_shown_stays_when_the_answer_fails() {
    let stage = Stage::set().await;
    let answer = stage.begin();
    answer.text("There are three, of which");
    stage.until(has("of which")).await;
    answer.fail("I had to stop here.", None).await.unwrap();
    let answers = stage.answers();
    assert_eq!(answers.len(), 1);
    assert_eq!(
        answers[0].text.trim(),
        "There are three, of which\n\nI had to stop here."
    );
    assert_eq!(stage.calls("chat.update"), 0);
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
    assert_eq!(answers[0].text.trim(), "I will look.\n\nRight attempt.");
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
async fn while_somebody_is_waited_for_no_card_of_a_call_turns_on() {
    let stage = Stage::set().await;
    let answer = stage.begin();
    answer.task(looking_up(TaskState::Running));
    stage.until(has("Reading deals")).await;
    answer.task(TaskCard {
        id: "2".into(),
        title: "Asking you".into(),
        state: TaskState::Running,
        outcome: None,
    });
    answer.park().await.unwrap();
    let cards = serde_json::to_string(&stage.answers()[0].blocks).unwrap();
    assert!(cards.contains("\"complete\""), "{cards}");
    assert!(!cards.contains("\"in_progress\""), "{cards}");
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
