//! An office full of people who all talk to Penny at once, each in a thread of their own, and
//! who do not stop because she dies now and then.

use super::ModelServer;
use super::model::is_question;
use crate::support::hurried::Hurried;
use chrono::{DateTime, Utc};
use penny::base::clock::Clock;
use penny::playground::{Draft, Human, Said, Setup, Slack, Thread};
use penny::store::embedded::testing::TestDatabase;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

const MESSAGES: usize = 8;
/// When Slack repeats what was not acknowledged for the last time.
const LAST_REPEAT: Duration = Duration::from_secs(5 * 60);

pub struct Office {
    pub slack: Slack,
    pub model: ModelServer,
    database: TestDatabase,
    settings: Vec<(&'static str, String)>,
    killing_is_over: Arc<watch::Sender<bool>>,
}

/// Slack's clock, in a hurry but for its last repeat: five minutes have passed when the killing is
/// over, and no sooner. A machine on which Penny takes long to start would else use up all the
/// repeats of a message before it ends.
#[derive(Debug)]
struct SlacksClock {
    is_over: watch::Receiver<bool>,
}

impl Clock for SlacksClock {
    fn now(&self) -> DateTime<Utc> {
        Hurried.now()
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut is_over = self.is_over.clone();
        Box::pin(async move {
            if wait < LAST_REPEAT {
                return Hurried.sleep(wait).await;
            }
            // An office that is gone waits for nothing.
            let _ = is_over.wait_for(|is_over| *is_over).await;
        })
    }
}

impl Office {
    pub async fn open() -> Self {
        Self::with(Vec::new()).await
    }

    /// Where Penny is started with these variables, too.
    pub async fn with(settings: Vec<(&'static str, String)>) -> Self {
        penny::net::install_crypto();
        let (over, is_over) = watch::channel(false);
        let setup = Setup::small().clock(Arc::new(SlacksClock { is_over }));
        Self {
            killing_is_over: Arc::new(over),
            slack: Slack::start(setup).await.expect("a playground"),
            model: ModelServer::start().await,
            database: TestDatabase::fresh().await.expect("a database"),
            settings,
        }
    }

    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let token = self.slack.bot_token().expect("Penny is installed");
        let mut environment = vec![
            ("DATABASE_URL", self.database.url().expose().to_owned()),
            ("SLACK_API_URL", self.slack.api_url()),
            (
                "SLACK_SIGNING_SECRET",
                self.slack.signing_secret().expose().to_owned(),
            ),
            ("SLACK_BOT_TOKEN", token.expose().to_owned()),
            ("ANTHROPIC_BASE_URL", self.model.url.clone()),
            ("ANTHROPIC_API_KEY", "sk-of-a-stand-in".to_owned()),
            ("PENNY_MODEL", "claude-stand-in".to_owned()),
            (
                "PENNY_SECRET_KEY",
                "a key for tests that is long enough".to_owned(),
            ),
            ("PENNY_HOST", "127.0.0.1".to_owned()),
            ("PENNY_DB_CONNECTIONS", "4".to_owned()),
            ("PENNY_SHUTDOWN_SECONDS", "1".to_owned()),
        ];
        environment.extend(self.settings.iter().cloned());
        environment
    }

    pub fn person(&self) -> Human {
        self.slack.person("U0ALICE").expect("Alice")
    }

    /// Mentions Penny with a question, and waits until Slack knows that she has heard it.
    pub async fn asks(&self, person: &Human, thread: Option<&Thread>, question: &str) -> Said {
        ask(&self.slack, person, thread, question).await
    }

    pub async fn until_answered(&self, person: &Human, thread: &Thread, questions: &[&str]) {
        let asked: Vec<String> = questions.iter().map(|&name| name.to_owned()).collect();
        settled(&self.slack, person, thread, &asked).await;
    }
}

async fn ask(slack: &Slack, person: &Human, thread: Option<&Thread>, question: &str) -> Said {
    let channel = slack.channel("sales").expect("a channel");
    let mut draft = Draft::new(channel, format!("@Penny what about {question}?"));
    draft.thread = thread.map(|thread| thread.root);
    let said = person.send(draft).await.expect("a message");
    if !said.was_acknowledged() {
        let named = question.to_owned();
        slack
            .until("a later delivery", |slack| {
                is_heard(slack, &named).then_some(())
            })
            .await
            .unwrap();
    }
    said
}

/// Whether Penny has acknowledged every event of the message.
fn is_heard(slack: &Slack, question: &str) -> bool {
    let named = format!("what about {question}?");
    let deliveries = slack.deliveries();
    deliveries
        .iter()
        .filter(|delivery| String::from_utf8_lossy(&delivery.request.body).contains(&named))
        .all(|delivery| matches!(delivery.attempts.last(), Some(Ok(200))))
}

/// Everybody's conversation, going on in the background.
pub struct Chatter {
    slack: Slack,
    killing_is_over: Arc<watch::Sender<bool>>,
    people: Vec<JoinHandle<(Human, Thread, Vec<String>)>>,
}

impl Chatter {
    pub fn begin(office: &Office, threads: usize) -> Self {
        let people = (0..threads)
            .map(|thread| {
                let (slack, person) = (office.slack.clone(), office.person());
                tokio::spawn(async move { talk(&slack, person, thread).await })
            })
            .collect();
        Self {
            slack: office.slack.clone(),
            killing_is_over: office.killing_is_over.clone(),
            people,
        }
    }

    /// To be asked once nobody is killed any more.
    pub async fn everybody_is_answered_once_and_in_order(self) {
        self.killing_is_over.send_replace(true);
        for talking in self.people {
            let (person, thread, asked) = talking.await.expect("a conversation");
            settled(&self.slack, &person, &thread, &asked).await;
        }
    }
}

async fn talk(slack: &Slack, person: Human, number: usize) -> (Human, Thread, Vec<String>) {
    let mut asked = vec![format!("t{number}-m0")];
    let thread = ask(slack, &person, None, &asked[0]).await.thread();
    for message in 1..MESSAGES {
        let question = format!("t{number}-m{message}");
        let pause = rand::random_range(0..700);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        ask(slack, &person, Some(&thread), &question).await;
        asked.push(question);
    }
    (person, thread, asked)
}

/// Waits for the last answer, then holds the whole thread against what was asked in it.
async fn settled(slack: &Slack, person: &Human, thread: &Thread, asked: &[String]) {
    let complete = |_: &Slack| {
        let answers = person.answers_in(thread);
        let done = answers.iter().all(|answer| !answer.streaming);
        let said = answered(person, thread);
        (done && asked.iter().all(|question| said.contains(question))).then_some(())
    };
    let waited = slack.until("an answer to every question", complete).await;
    let said = answered(person, thread);
    assert!(
        waited.is_ok() && said == asked,
        "asked {asked:?}, answered {said:?}:\n{}",
        person.visible_text(thread)
    );
}

/// The questions that Penny's visible messages answer, from top to bottom.
fn answered(person: &Human, thread: &Thread) -> Vec<String> {
    let answers = person.answers_in(thread);
    let words = answers.iter().flat_map(|answer| {
        answer
            .text
            .split(|c: char| !c.is_alphanumeric() && c != '-')
    });
    words
        .filter(|word| is_question(word))
        .map(str::to_owned)
        .collect()
}
