//! Two or more organisations with people, channels and rows of every table, made as an
//! operator would see them: straight into the tables.

use penny::base::ids::{ChannelId, OrgId, PersonId};
use penny::base::secret::Secret;
use penny::base::viewer::{Audience, Viewer};
use penny::store::Db;
use penny::store::embedded::testing::TestDatabase;
use penny::store::sandbox::{Limits, QueryError, Sandbox, Table};
use penny::store::sealing::Sealer;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

pub const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// A table whose rows have a visibility, and what a row of it needs besides: columns, and their
/// values as SQL in which `marker` is a text that a test looks for.
pub struct TableShape {
    pub name: &'static str,
    pub id: &'static str,
    columns: &'static str,
    values: &'static str,
}

const fn shape(
    name: &'static str,
    id: &'static str,
    columns: &'static str,
    values: &'static str,
) -> TableShape {
    TableShape {
        name,
        id,
        columns,
        values,
    }
}

#[rustfmt::skip]
pub const TABLES: &[TableShape] = &[
    shape("connections", "connection_id", "system, name, scope, health", "'hubspot', marker, 'org', 'healthy'"),
    shape("pipelines", "pipeline_id", "name", "marker"),
    shape("pipeline_stages", "stage_id", "pipeline_id, name, position, outcome, win_probability", "parent, marker, 1, 'open', 0.5"),
    shape("goals", "goal_id", "name, metric, target_value, period_start, period_end", "marker, 'won_amount', 1, '2026-01-01', '2026-12-31'"),
    shape("accounts", "account_id", "name, lifecycle", "marker, 'customer'"),
    shape("contacts", "contact_id", "name", "marker"),
    shape("deals", "deal_id", "name, pipeline_id, stage_id, status", "marker, parent, parent, 'open'"),
    shape("activities", "activity_id", "kind, subject, occurred_at", "'note', marker, now()"),
    shape("meetings", "meeting_id", "title, starts_at, ends_at", "marker, now(), now()"),
    shape("tracker_teams", "team_id", "key, name", "'T', marker"),
    shape("projects", "project_id", "key, name, status", "'P', marker, 'active'"),
    shape("issues", "issue_id", "key, title, kind, status, priority", "'P-1', marker, 'bug', 'todo', 'low'"),
    shape("repositories", "repository_id", "name", "marker"),
    shape("pull_requests", "pull_request_id", "repository_id, number, title, state, review_status", "parent, 1, marker, 'open', 'none'"),
    shape("commits", "commit_id", "repository_id, sha, message, committed_at", "parent, 'abc', marker, now()"),
    shape("files", "file_id", "name", "marker"),
    shape("messages", "message_id", "channel_name, author_name, text, sent_at", "'general', 'Ann', marker, now()"),
    shape("workflow_items", "run_id", "step, number, workflow, item", "marker, 0, 'digest', '{}'"),
];

/// What decides about a row.
#[derive(Debug, Clone)]
pub struct Rule<'a> {
    pub visibility: &'a str,
    pub owner: Option<PersonId>,
    pub channel: Option<&'a str>,
    pub shareable: bool,
}

impl Rule<'_> {
    pub fn everybody() -> Self {
        Self {
            visibility: "org",
            owner: None,
            channel: None,
            shareable: false,
        }
    }
}

pub struct World {
    pub sandbox: Sandbox,
    pub db: Db,
    pub admin: PgConnection,
    pub database: TestDatabase,
}

impl World {
    pub async fn new() -> Self {
        Self::with_limits(Limits::default()).await
    }

    pub async fn with_limits(limits: Limits) -> Self {
        let database = TestDatabase::fresh().await.unwrap();
        let url = database.url().clone();
        Self::at(database, &url, limits).await
    }

    /// With Penny using the database through `url`.
    pub async fn at(database: TestDatabase, url: &Secret, limits: Limits) -> Self {
        let db = Db::connect(url.expose(), 4).await.unwrap();
        Self {
            sandbox: sandbox(url, &db, KEY, limits),
            admin: PgConnection::connect(database.url().expose())
                .await
                .unwrap(),
            db,
            database,
        }
    }

    pub async fn execute(&mut self, sql: impl Into<String>) {
        let sql: String = sql.into();
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut self.admin)
            .await
            .unwrap();
    }

    /// An organisation whose pipeline, stage and repository, seen by nobody, all have its own id.
    pub async fn org(&mut self, name: &str) -> OrgId {
        let org = OrgId::fresh();
        self.execute(format!(
            "insert into core.orgs (org_id, name) values ('{org}', '{name}')"
        ))
        .await;
        let nobody = self.person(org, "Nobody").await;
        let hidden = Rule {
            visibility: "person",
            owner: Some(nobody),
            ..Rule::everybody()
        };
        for name in ["pipelines", "pipeline_stages", "repositories"] {
            let table = TABLES.iter().find(|table| table.name == name).unwrap();
            self.insert(table, org, org.0, &hidden, "hidden").await;
        }
        org
    }

    pub async fn person(&mut self, org: OrgId, name: &str) -> PersonId {
        let person = PersonId::fresh();
        self.execute(format!(
            "insert into core.people (org_id, person_id, name) values ('{org}', '{person}', '{name}')"
        ))
        .await;
        person
    }

    pub async fn member(&mut self, org: OrgId, channel: &str, person: PersonId) {
        self.execute(format!(
            "insert into core.channel_members values ('{org}', '{channel}', '{person}')
             on conflict do nothing"
        ))
        .await;
    }

    pub async fn row(
        &mut self,
        table: &TableShape,
        org: OrgId,
        rule: &Rule<'_>,
        marker: &str,
    ) -> Uuid {
        let id = Uuid::now_v7();
        self.insert(table, org, id, rule, marker).await;
        id
    }

    async fn insert(
        &mut self,
        table: &TableShape,
        org: OrgId,
        id: Uuid,
        rule: &Rule<'_>,
        marker: &str,
    ) {
        let TableShape {
            name,
            id: id_column,
            columns,
            values,
        } = table;
        // What Penny makes herself has no source.
        let (source, test) = match *name {
            "workflow_items" => ("", ""),
            _ => (", source, source_id", ", 'test', $2::text"),
        };
        let sql = format!(
            "insert into core.{name} (org_id, {id_column}, {columns}, visibility, owner_id,
                 channel_id, shareable{source})
             select $1, $2, {values}, $3, $4, $5, $6{test}
             from (select $7::text as marker, $1::uuid as parent) as row"
        );
        sqlx::query(AssertSqlSafe(sql))
            .bind(org.0)
            .bind(id)
            .bind(rule.visibility)
            .bind(rule.owner.map(|owner| owner.0))
            .bind(rule.channel)
            .bind(rule.shareable)
            .bind(marker)
            .execute(&mut self.admin)
            .await
            .unwrap();
    }

    pub async fn run(&self, viewer: &Viewer, sql: &str) -> Result<Table, QueryError> {
        self.sandbox.run(viewer, sql).await
    }

    /// The first column of a query that has to succeed, as text.
    pub async fn column(&self, viewer: &Viewer, sql: &str) -> Vec<String> {
        let table = self.run(viewer, sql).await.unwrap();
        let text = |cell: &serde_json::Value| match cell {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        table.rows.iter().map(|row| text(&row[0])).collect()
    }

    /// A connection as the organisation's query login, in the viewer's name and a read-only
    /// transaction: what a query has without the guard.
    pub async fn unguarded(&mut self, viewer: &Viewer) -> PgConnection {
        let login: String =
            sqlx::query_scalar("select query_role from core.orgs where org_id = $1")
                .bind(viewer.org.0)
                .fetch_one(&mut self.admin)
                .await
                .unwrap();
        self.execute(format!("alter role {login} password 'open sesame'"))
            .await;
        let mut url = url::Url::parse(self.database.url().expose()).unwrap();
        url.set_username(&login).unwrap();
        url.set_password(Some("open sesame")).unwrap();
        let mut connection = PgConnection::connect(url.as_str()).await.unwrap();
        let signed = self.signed(viewer, 600).await;
        sqlx::query("begin read only")
            .execute(&mut connection)
            .await
            .unwrap();
        sqlx::query("select set_config('penny.viewer', $1, true)")
            .bind(signed)
            .execute(&mut connection)
            .await
            .unwrap();
        connection
    }

    pub async fn signed(&mut self, viewer: &Viewer, seconds: i32) -> String {
        let channel = match &viewer.audience {
            Audience::Private => None,
            Audience::Channel(channel) => Some(channel.as_str()),
        };
        sqlx::query_scalar("select agent.sign_viewer($1, $2, $3, $4, $5)")
            .bind(viewer.org.0)
            .bind(viewer.person.0)
            .bind(channel)
            .bind(viewer.external_present)
            .bind(seconds)
            .fetch_one(&mut self.admin)
            .await
            .unwrap()
    }
}

pub fn sandbox(url: &Secret, db: &Db, key: &str, limits: Limits) -> Sandbox {
    let sealer = Sealer::from_text(&Secret::new(key)).unwrap();
    Sandbox::new(db.clone(), url, sealer, limits).unwrap()
}

pub fn in_private(org: OrgId, person: PersonId) -> Viewer {
    Viewer {
        org,
        person,
        audience: Audience::Private,
        external_present: false,
    }
}

pub fn in_channel(org: OrgId, person: PersonId, channel: &str) -> Viewer {
    Viewer {
        audience: Audience::Channel(ChannelId::new(channel)),
        ..in_private(org, person)
    }
}

/// The queries of a file in `tests/data`, each with the line that says what it is.
pub fn queries(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    file.split("\n\n").filter_map(|block| {
        let (about, sql) = block.trim().split_once('\n')?;
        Some((about.strip_prefix("# ")?, sql)).filter(|(_, sql)| !sql.starts_with("# "))
    })
}
