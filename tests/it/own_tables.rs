//! Tasks and notes that Penny keeps: written at once by the agent's SQL, seen by those they were
//! written for, and as they were before once somebody wants that.

use crate::sandbox::world::{self, World, in_channel, in_private};
use async_trait::async_trait;
use penny::agent::tools::run_sql_query::RunSqlQuery;
use penny::agent::tools::run_sql_write::RunSqlWrite;
use penny::agent::tools::{Eyes, Outcome, Tool, ToolContext, ToolError};
use penny::agent::transcript::Transcript;
use penny::approvals::{Error, ledger};
use penny::base::ids::{ConversationId, OrgId, TurnId};
use penny::base::viewer::Viewer;
use penny::store::sandbox::{Limits, Sandbox};
use serde_json::{Value, json};
use std::sync::Arc;

struct Seen(Viewer);

#[async_trait]
impl Eyes for Seen {
    async fn viewer(&self) -> Result<Viewer, ToolError> {
        Ok(self.0.clone())
    }
}

struct Desk {
    world: World,
    sandbox: Arc<Sandbox>,
    org: OrgId,
    ann: Viewer,
    bob: Viewer,
}

impl Desk {
    async fn new() -> Self {
        let mut world = World::new().await;
        let org = world.org("Alpha").await;
        let ann = world.person(org, "Ann").await;
        let bob = world.person(org, "Bob").await;
        let url = world.database.url();
        let sandbox = world::sandbox(url, &world.db, world::KEY, Limits::default());
        Self {
            sandbox: Arc::new(sandbox),
            org,
            ann: in_private(org, ann),
            bob: in_private(org, bob),
            world,
        }
    }

    async fn call(
        &self,
        viewer: &Viewer,
        turn: TurnId,
        tool: &dyn Tool,
        input: Value,
    ) -> Result<Outcome, ToolError> {
        let context = ToolContext {
            db: &self.world.db,
            eyes: &Seen(viewer.clone()),
            conversation: ConversationId::fresh(),
            turn,
            is_scheduled: false,
            transcript: &Transcript::default(),
            tool_use_id: "call-1",
        };
        tool.call(&context, input).await
    }

    async fn writes(&self, viewer: &Viewer, input: Value) -> Result<Outcome, ToolError> {
        let tool = RunSqlWrite::new(self.sandbox.clone());
        self.call(viewer, TurnId::fresh(), &tool, input).await
    }

    /// The id of the write.
    async fn wrote(&self, viewer: &Viewer, sql: &str) -> String {
        match self.writes(viewer, json!({"sql": sql})).await {
            Ok(Outcome::Result(said)) => said.rsplit(' ').next().unwrap().to_owned(),
            other => panic!("{sql}: {other:?}"),
        }
    }

    async fn refused(&self, viewer: &Viewer, sql: &str) -> String {
        match self.writes(viewer, json!({"sql": sql})).await {
            Err(ToolError::Refused(why)) => why,
            other => panic!("{sql}: {other:?}"),
        }
    }

    async fn takes_back(&self, viewer: &Viewer, write: &str) -> Result<Outcome, ToolError> {
        self.writes(viewer, json!({"undo": write})).await
    }

    async fn reads(&self, viewer: &Viewer, sql: &str) -> String {
        let tool = RunSqlQuery::new(self.sandbox.clone());
        match self
            .call(viewer, TurnId::fresh(), &tool, json!({"sql": sql}))
            .await
        {
            Ok(Outcome::Result(rows)) => rows,
            other => panic!("{sql}: {other:?}"),
        }
    }

    async fn tasks(&self, viewer: &Viewer) -> String {
        self.reads(viewer, "select title, status from tasks order by title")
            .await
    }
}

#[tokio::test]
async fn what_somebody_asked_to_be_kept_is_there_for_them_and_for_nobody_else() {
    let desk = Desk::new().await;
    desk.wrote(
        &desk.ann,
        "insert into tasks (title, due_date, assignee_id) values \
         ('Call Acme', date '2026-12-01' + 1, (select person_id from people where name = 'Bob'))",
    )
    .await;
    let rows = "select t.title, t.due_date, p.name, t.status from tasks t \
        join people p on p.person_id = t.assignee_id";
    let seen = desk.reads(&desk.ann, rows).await;
    for part in ["Call Acme", "2026-12-02", "Bob", "open"] {
        assert!(seen.contains(part), "{seen}");
    }
    assert_eq!(desk.tasks(&desk.bob).await, "No rows.");
    // Nor is it Bob's to change.
    let sql = "delete from tasks where title = 'Call Acme'";
    assert!(desk.refused(&desk.bob, sql).await.contains("No row fits"));
    assert!(desk.tasks(&desk.ann).await.contains("Call Acme"));
}

#[tokio::test]
async fn what_is_written_in_a_channel_belongs_to_the_channel() {
    let mut desk = Desk::new().await;
    for viewer in [desk.ann.clone(), desk.bob.clone()] {
        desk.world.member(desk.org, "C1", viewer.person).await;
    }
    let channel = in_channel(desk.org, desk.ann.person, "C1");
    desk.wrote(
        &channel,
        "insert into notes (title, body) values ('Plan', 'We start in March')",
    )
    .await;
    let notes = "select title from notes";
    assert!(desk.reads(&desk.bob, notes).await.contains("Plan"));
    let elsewhere = in_channel(desk.org, desk.ann.person, "C2");
    assert_eq!(desk.reads(&elsewhere, notes).await, "No rows.");
}

#[tokio::test]
async fn every_write_can_be_taken_back_and_stands_in_the_ledger() {
    let desk = Desk::new().await;
    let (ann, made) = (
        &desk.ann,
        "insert into tasks (title) values ('One'), ('Two'), ('Three')",
    );
    let added = desk.wrote(ann, made).await;
    let before = desk.tasks(ann).await;
    let changed = desk
        .wrote(
            ann,
            "update tasks set status = 'done', title = title || '!' where title <> 'Two'",
        )
        .await;
    assert!(desk.tasks(ann).await.contains("One!"));
    let deleted = desk.wrote(ann, "delete from tasks where true").await;
    assert_eq!(desk.tasks(ann).await, "No rows.");

    // The rows that the older write would restore are not as it left them.
    let refused = desk.takes_back(ann, &changed).await;
    assert!(matches!(refused, Err(ToolError::Refused(_))), "{refused:?}");
    for write in [&deleted, &changed] {
        let done = desk.takes_back(ann, write).await;
        assert!(matches!(done, Ok(Outcome::Result(_))), "{done:?}");
    }
    assert_eq!(desk.tasks(ann).await, before);
    // Somebody else's write is not theirs to take back, and a second time changes nothing.
    let others = desk.takes_back(&desk.bob, &added).await;
    assert!(matches!(others, Err(ToolError::Refused(_))), "{others:?}");
    desk.takes_back(ann, &deleted).await.unwrap();
    assert_eq!(desk.tasks(ann).await, before);
    desk.takes_back(ann, &added).await.unwrap();
    assert_eq!(desk.tasks(ann).await, "No rows.");

    let mut tx = desk.world.db.org(desk.org).await.unwrap();
    let mut acts = Vec::new();
    let head = ledger::export(&mut tx, |line| {
        let line: Value = serde_json::from_str(line).unwrap();
        acts.extend(line["entry"]["act"].as_str().map(str::to_owned));
        Ok::<_, Error>(())
    });
    head.await.unwrap();
    let expected = [
        "wrote",
        "wrote",
        "wrote",
        "took_back",
        "took_back",
        "took_back",
    ];
    assert_eq!(acts, expected);
}

#[tokio::test]
async fn a_step_that_is_repeated_after_a_crash_writes_once() {
    let desk = Desk::new().await;
    let tool = RunSqlWrite::new(desk.sandbox.clone());
    let (turn, sql) = (TurnId::fresh(), "insert into tasks (title) values ('Once')");
    let call = async || desk.call(&desk.ann, turn, &tool, json!({"sql": sql})).await;
    let (first, again) = (call().await.unwrap(), call().await.unwrap());
    assert_eq!(first, again);
    let count = desk
        .reads(&desk.ann, "select count(*) as n from tasks")
        .await;
    assert!(count.contains('1'), "{count}");
}

#[tokio::test]
async fn a_value_that_does_not_fit_comes_back_as_a_sentence_and_writes_nothing() {
    let desk = Desk::new().await;
    for (sql, about) in [
        (
            "insert into tasks (title, due_date) values ('x', 'soon')",
            "date",
        ),
        (
            "insert into tasks (title, status) values ('x', 'later')",
            "status",
        ),
        ("insert into tasks (title) values ('')", "title"),
        ("insert into tasks (details) values ('x')", "title"),
        (
            "insert into tasks (title, assignee_id) values ('x', 'd7a3ae1e-7f8c-4a53-9b0e-0f8d4a3a5f11')",
            "assignee",
        ),
        (
            "insert into notes (title) select 'n' || i from generate_series(1, 150) i",
            "100",
        ),
    ] {
        let why = desk.refused(&desk.ann, sql).await;
        assert!(why.contains(about), "{sql}: {why}");
    }
    assert_eq!(desk.tasks(&desk.ann).await, "No rows.");
    assert_eq!(
        desk.reads(&desk.ann, "select title from notes").await,
        "No rows."
    );
}

#[tokio::test]
async fn a_title_that_looks_like_sql_is_met_as_a_title_and_no_other_row_is() {
    let desk = Desk::new().await;
    let odd = r"'a\'' or true --'";
    desk.wrote(
        &desk.ann,
        &format!("insert into tasks (title) values ({odd}), ('Call O''Neill'), ('Rest')"),
    )
    .await;
    desk.wrote(
        &desk.ann,
        &format!("update tasks set status = 'done' where title = {odd}"),
    )
    .await;
    let done = "select title from tasks where status = 'done'";
    let shown = desk.reads(&desk.ann, done).await;
    assert!(shown.contains("or true --"), "{shown}");
    assert!(!shown.contains("O'Neill"), "{shown}");
    assert!(!shown.contains("Rest"), "{shown}");
    desk.wrote(&desk.ann, &format!("delete from tasks where title = {odd}"))
        .await;
    let left = desk.tasks(&desk.ann).await;
    assert!(left.contains("O'Neill") && left.contains("Rest"), "{left}");
    assert!(!left.contains("or true"), "{left}");
}
