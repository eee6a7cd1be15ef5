//! The real binary is killed at each step of carrying an approved change out, and another process
//! goes on: the change is made once, and the card, the ledger and the thread say so.

use super::chatter::Office;
use super::process::Penny;
use super::slots::database;
use crate::support::hurried::WAITS_ARE_OVER;
use penny::playground::systems::hubspot::{DEALS, Fault, HubSpot, NOTES};
use penny::playground::{Human, Slack, Thread};
use serde_json::json;
use sqlx::postgres::PgPool;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::time::{Duration, Instant};

const QUESTION: &str = "t0-m0";
const WRITE_NOTE: &str = "/crm/v3/objects/notes";
const READ_DEAL: &str = "/crm/v3/objects/deals";
/// It ends a test that would hang, and decides none.
const PATIENCE: Duration = Duration::from_secs(60);
/// Taken by the test, so that Penny's statement waits for it.
const GATE: i64 = 0x6b69_6c6c;

/// A step at which the process is caught.
enum Step {
    /// HubSpot has got this call, does this to it, and never answers.
    Call(&'static str, &'static str, Fault),
    /// The database has got a statement that does this, and has not done it.
    Statement(&'static str, &'static str),
}

/// What the ledger has of an execution that nothing came in between of.
const BEGUN_ONCE: [&str; 2] = ["began", "succeeded"];

struct Desk {
    office: Office,
    hubspot: HubSpot,
    database: PgPool,
    alice: Human,
}

impl Desk {
    /// Alice's office, and the Penny in it, who has read HubSpot.
    async fn open(name: &str) -> (Self, Penny) {
        let hubspot = HubSpot::start().await.unwrap();
        let office = Office::with(vec![("HUBSPOT_BASE_URL", hubspot.url().to_owned())]).await;
        let penny = Penny::start(&office, name).await;
        office.slack.point_at(&penny.url());
        let desk = Self {
            database: database(&office).await,
            alice: office.person(),
            office,
            hubspot,
        };
        desk.connects_hubspot().await;
        (desk, penny)
    }

    async fn connects_hubspot(&self) {
        let command = "/penny connect hubspot";
        self.alice.runs_command("sales", command).await.unwrap();
        self.window_says("private app").await;
        let key = json!(self.hubspot.token().expose());
        self.alice.submits(&[("penny_key", key)]).await.unwrap();
        self.window_says("is connected").await;
        self.alice.close_view(true).await.unwrap();
        self.until("HubSpot is read", async || {
            self.texts("select kind from core.jobs").await.is_empty()
        })
        .await;
    }

    async fn window_says(&self, words: &str) {
        let look = |_: &Slack| self.alice.modal_text().contains(words).then_some(());
        self.office.slack.until(words, look).await.unwrap();
    }

    /// Alice asks for a note, and its card is there to be decided on.
    async fn wants_a_note(&self) -> Thread {
        let pipeline = self.hubspot.pipeline("Sales", &[("Talking", 0.2)]);
        let deal = [
            ("dealname", "Acme: 40 seats"),
            ("pipeline", &pipeline.id),
            ("dealstage", &pipeline.stages[0]),
        ];
        let note = json!({
            "deal_id": self.hubspot.add(DEALS, &deal),
            "text": "They sign on Friday.",
        });
        let change = json!({"system": "hubspot", "operation": "add_note", "arguments": note});
        self.office.model.proposes(change);
        let said = self.office.asks(&self.alice, None, QUESTION).await;
        let thread = said.thread();
        let look = |_: &Slack| (self.cards(&thread).len() == 1).then_some(());
        self.office.slack.until("a card", look).await.unwrap();
        self.until("nothing else is to be done", async || {
            self.texts("select kind from core.jobs").await.is_empty()
        })
        .await;
        thread
    }

    fn cards(&self, thread: &Thread) -> Vec<String> {
        let seen = self.alice.answers_in(thread).into_iter();
        seen.map(|seen| seen.text)
            .filter(|text| text.contains("Asked by"))
            .collect()
    }

    /// Alice approves, and the process is killed when it is right at this step.
    async fn approves_and_penny_dies(&self, thread: &Thread, step: Step, penny: &mut Penny) {
        match step {
            Step::Call(method, path, fault) => {
                let before = self.calls(method, path);
                self.hubspot.faults().on(path).method(method).hit(fault);
                self.alice.clicks(thread, "Approve").await.unwrap();
                self.until("HubSpot was called", async || {
                    self.calls(method, path) > before
                })
                .await;
                penny.kill().await;
            }
            Step::Statement(event, when) => {
                let mut gate = self.closes_a_gate(event, when).await;
                self.alice.clicks(thread, "Approve").await.unwrap();
                self.until("the database was asked", async || {
                    !self.texts(WAITING).await.is_empty()
                })
                .await;
                penny.kill().await;
                // The server would else do what the dead have asked for.
                let cut =
                    format!("select pg_terminate_backend(pid::int)::text from ({WAITING}) as it");
                self.texts(&cut).await;
                let open = format!("select pg_advisory_unlock({GATE})");
                sqlx::query(AssertSqlSafe(open))
                    .execute(&mut gate)
                    .await
                    .unwrap();
            }
        }
    }

    /// Keeps the database from doing this as long as the connection holds the lock.
    async fn closes_a_gate(&self, event: &str, when: &str) -> PgConnection {
        let sql = format!(
            "create function wait_at_the_gate() returns trigger language plpgsql as
                 $$ begin perform pg_advisory_xact_lock({GATE}); return coalesce(new, old); end $$;
             create trigger wait_at_the_gate before {event} for each row
                 when ({when}) execute function wait_at_the_gate()"
        );
        self.execute(&sql).await;
        let options = self.database.connect_options();
        let mut gate = PgConnection::connect_with(&options).await.unwrap();
        let close = format!("select pg_advisory_lock({GATE})");
        sqlx::query(AssertSqlSafe(close))
            .execute(&mut gate)
            .await
            .unwrap();
        gate
    }

    /// Whoever died has been silent for long, and nothing waits any longer.
    async fn is_settled(&self) {
        self.execute("update core.jobs set lease_until = now() where lease_token is not null")
            .await;
        self.until("it is settled and said", async || {
            self.execute(WAITS_ARE_OVER).await;
            self.texts("select state from core.proposals").await == ["succeeded"]
                && self.texts("select kind from core.jobs").await.is_empty()
        })
        .await;
    }

    fn notes_sent(&self) -> usize {
        let calls = self.hubspot.calls().into_iter();
        calls
            .filter(|call| call.method == "POST" && call.path == WRITE_NOTE)
            .count()
    }

    fn calls(&self, method: &str, path: &str) -> usize {
        let calls = self.hubspot.calls().into_iter();
        calls
            .filter(|call| call.method == method && call.path.starts_with(path))
            .count()
    }

    async fn execute(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        sqlx::raw_sql(sql).execute(&self.database).await.unwrap();
    }

    /// The first column of each row.
    async fn texts(&self, sql: &str) -> Vec<String> {
        let query = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()));
        query.fetch_all(&self.database).await.unwrap()
    }

    async fn until(&self, what: &str, holds: impl AsyncFn() -> bool) {
        let begun = Instant::now();
        while !holds().await {
            let jobs = "select format('%s %s: %s', kind, key, last_error) from core.jobs";
            assert!(
                begun.elapsed() < PATIENCE,
                "it never came true that {what}; jobs: {:?}",
                self.texts(jobs).await
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The statements of other connections that stand at the gate.
const WAITING: &str = "select pid::text from pg_locks where locktype = 'advisory' and not granted
    and database = (select oid from pg_database where datname = current_database())";

/// What the ledger says of how it was carried out.
const CARRIED_OUT: &str = "select coalesce(entry::json ->> 'state', 'began') from core.ledger
    where entry::json ->> 'act' in ('began', 'ended') order by seq";

/// Whoever goes on after a kill at this step makes the change once, in as many calls, and says so.
async fn is_made_once_though_killed(name: &str, step: Step, calls: usize, ledger: &[&str]) {
    let (desk, mut penny) = Desk::open(name).await;
    let thread = desk.wants_a_note().await;
    desk.approves_and_penny_dies(&thread, step, &mut penny)
        .await;
    penny.start_again().await;
    desk.is_settled().await;
    let asked = [QUESTION];
    desk.office
        .until_answered(&desk.alice, &thread, &asked)
        .await;
    penny.end().await;

    assert_eq!(desk.hubspot.records(NOTES).len(), 1, "one note");
    assert_eq!(desk.notes_sent(), calls);
    assert_eq!(desk.texts(CARRIED_OUT).await, ledger);
    let [card] = &desk.cards(&thread)[..] else {
        panic!("one card: {:?}", desk.cards(&thread));
    };
    assert!(card.contains("Done. Approved by"), "{card}");
    assert!(desk.office.model.was_told("it is done"));
    assert_eq!(desk.hubspot.faults().unused(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_it_takes_a_change_on_the_next_process_does() {
    let claim = Step::Statement(
        "update on core.proposals",
        "old.state = 'approved' and new.state = 'executing'",
    );
    is_made_once_though_killed("claims", claim, 1, &BEGUN_ONCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_looks_at_the_record_the_next_process_looks_and_sends() {
    let look = Step::Call("GET", READ_DEAL, Fault::Hang);
    is_made_once_though_killed("looks", look, 1, &BEGUN_ONCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_its_intent_is_written_down_nothing_was_sent_and_the_next_process_sends() {
    let intent = Step::Statement(
        "update on core.proposals",
        "old.sent_at is null and new.sent_at is not null",
    );
    is_made_once_though_killed("intends", intent, 1, &BEGUN_ONCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_the_system_applied_it_the_next_process_finds_nothing_and_sends() {
    let sent = Step::Call("POST", WRITE_NOTE, Fault::Hang);
    let ledger = ["began", "approved", "began", "succeeded"];
    is_made_once_though_killed("sends", sent, 2, &ledger).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_system_applied_it_the_next_process_finds_it_and_does_not_send() {
    let applied = Step::Call("POST", WRITE_NOTE, Fault::AppliedHang);
    is_made_once_though_killed("waits", applied, 1, &BEGUN_ONCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_the_answer_and_its_commit_the_next_process_finds_it_and_does_not_send() {
    let settled = Step::Statement("update on core.proposals", "new.state = 'succeeded'");
    is_made_once_though_killed("settles", settled, 1, &BEGUN_ONCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_all_is_written_down_the_next_process_only_ends_the_job() {
    let ended = Step::Statement("delete on core.jobs", "old.kind = 'execute'");
    is_made_once_though_killed("ends", ended, 1, &BEGUN_ONCE).await;
}
