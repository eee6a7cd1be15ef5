//! An organisation with a few people, and what they propose.

use penny::approvals::ledger;
use penny::approvals::policy::{Facts, Policy, Stakes, Standing};
use penny::approvals::seal::{Connection, Operation, Target};
use penny::approvals::{
    self, ApprovedAction, Begun, Claim, Claimed, Draft, Error, Live, Proposed, Refusal, State,
    Ticket, Verdict, Wording,
};
use penny::base::ids::{ConnectionId, OrgId, PersonId};
use penny::store::embedded::testing::TestDatabase;
use penny::store::installations;
use penny::store::proposals::{self, Key};
use penny::store::{Db, OrgTx};
use serde_json::{Map, Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::collections::BTreeSet;
use std::time::Duration;

pub struct Office {
    pub db: Db,
    pub org: OrgId,
    /// Who asks.
    pub ann: Facts,
    /// An administrator.
    pub bob: Facts,
    pub database: TestDatabase,
}

pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Office {
    pub async fn new() -> Self {
        Self::with_connections(4).await
    }

    pub async fn with_connections(connections: u32) -> Self {
        let database = TestDatabase::fresh().await.unwrap();
        let db = Db::connect(database.url().expose(), connections)
            .await
            .unwrap();
        let org = OrgId::fresh();
        let mut tx = db.org(org).await.unwrap();
        installations::ensure_org(&mut tx, "Alpha").await.unwrap();
        tx.commit().await.unwrap();
        let nobody = member(org, PersonId::fresh());
        let mut office = Self {
            db,
            org,
            ann: nobody.clone(),
            bob: nobody,
            database,
        };
        office.ann = office.person("Ann").await;
        office.bob = office.admin("Bob").await;
        office
    }

    pub async fn person(&self, name: &str) -> Facts {
        let facts = member(self.org, PersonId::fresh());
        self.execute(format!(
            "insert into core.people (org_id, person_id, name) values ('{}', '{}', '{name}')",
            self.org, facts.person
        ))
        .await;
        facts
    }

    pub async fn admin(&self, name: &str) -> Facts {
        let mut facts = self.person(name).await;
        facts.is_admin = true;
        let sql = format!(
            "update core.people set is_admin = true where person_id = '{}'",
            facts.person
        );
        self.execute(sql).await;
        facts
    }

    /// As an operator would, past every rule of Penny's own role.
    pub async fn execute(&self, sql: impl Into<String>) {
        let mut operator = PgConnection::connect(self.database.url().expose())
            .await
            .unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql.into()))
            .execute(&mut operator)
            .await
            .unwrap();
    }

    pub async fn tx(&self) -> OrgTx {
        self.db.org(self.org).await.unwrap()
    }

    pub async fn propose(&self) -> Ticket {
        self.propose_this(self.draft()).await.sealed.ticket()
    }

    pub async fn propose_this(&self, draft: Draft) -> Proposed {
        let mut tx = self.tx().await;
        let proposed = approvals::propose(&mut tx, draft, None).await.unwrap();
        tx.commit().await.unwrap();
        proposed
    }

    /// Moving a deal's amount from 10 to 20, as Ann asks for.
    pub fn draft(&self) -> Draft {
        Draft {
            operation: operation(),
            connection: Some(connection(self.org)),
            target: Target {
                kind: "deal".into(),
                id: Some("7".into()),
                name: "Acme renewal".into(),
                link: None,
            },
            stakes: Stakes::Reversible,
            requester: self.ann.person,
            undo_of: None,
            wording: wording(20),
        }
    }

    pub async fn decide(
        &self,
        ticket: Ticket,
        verdict: Verdict,
        facts: &Facts,
    ) -> Result<approvals::Decided, Error> {
        let mut tx = self.tx().await;
        let decided = approvals::decide(&mut tx, ticket, verdict, None, facts).await?;
        tx.commit().await?;
        Ok(decided)
    }

    pub async fn approve(&self, ticket: Ticket) {
        let decided = self.decide(ticket, Verdict::Approved, &self.ann).await;
        assert_eq!(decided.unwrap(), approvals::Decided::Approved);
    }

    pub async fn approved(&self) -> Ticket {
        let ticket = self.propose().await;
        self.approve(ticket).await;
        ticket
    }

    pub async fn revise(&self, ticket: Ticket, amount: i64) -> Result<Ticket, Error> {
        let mut tx = self.tx().await;
        let revised = approvals::revise(&mut tx, ticket, wording(amount), &self.ann).await?;
        tx.commit().await?;
        Ok(revised.sealed.ticket())
    }

    pub async fn claim(&self, key: Key) -> Option<Claimed> {
        approvals::claim(&self.db, self.org, key).await.unwrap()
    }

    pub async fn ready(&self, key: Key) -> Claim {
        match self.claim(key).await {
            Some(Claimed::Ready(claim)) => claim,
            other => panic!("{other:?}"),
        }
    }

    pub async fn begin(&self, claim: Claim) -> ApprovedAction {
        match approvals::begin(&self.db, claim, &self.live())
            .await
            .unwrap()
        {
            Begun::Go(action) => action,
            changed => panic!("{changed:?}"),
        }
    }

    /// What is there when nobody has changed it since.
    pub fn live(&self) -> Live {
        Live {
            before: Some(fields(10)),
            connection: Some(connection(self.org)),
        }
    }

    pub async fn settle(
        &self,
        lease: &proposals::Lease,
        outcome: &approvals::Outcome,
    ) -> Result<State, Error> {
        let mut tx = self.tx().await;
        let state = approvals::settle(&mut tx, lease, outcome).await?;
        tx.commit().await?;
        Ok(state)
    }

    /// Approves, carries out and settles it.
    pub async fn done(&self) -> Ticket {
        let ticket = self.approved().await;
        self.carry_out(ticket).await;
        ticket
    }

    pub async fn carry_out(&self, ticket: Ticket) {
        let action = self.begin(self.ready(ticket.key).await).await;
        let effect = approvals::Outcome::Succeeded(approvals::Effect::default());
        let settled = self.settle(action.lease(), &effect).await;
        assert_eq!(settled.unwrap(), State::Succeeded);
    }

    /// As the sweep of one process does.
    pub async fn expire_due(&self) -> Vec<Key> {
        let mut ended = Vec::new();
        for (org, key) in proposals::due(&self.db, 10).await.unwrap() {
            let mut tx = self.db.org(org).await.unwrap();
            let expired = approvals::expire(&mut tx, key).await.unwrap();
            tx.commit().await.unwrap();
            ended.extend(expired.map(|record| record.key));
        }
        ended
    }

    pub async fn state(&self, key: Key) -> State {
        let mut tx = self.tx().await;
        let record = proposals::lock(&mut tx, key).await.unwrap().unwrap();
        approvals::state_of(&record).unwrap()
    }

    pub async fn policy(&self, policy: Policy) {
        let mut tx = self.tx().await;
        approvals::set_policy(&mut tx, operation(), Some(policy), &self.bob)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// The exported ledger, title first.
    pub async fn ledger(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut tx = self.tx().await;
        ledger::export(&mut tx, |line| {
            lines.push(line.to_owned());
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
        lines
    }

    /// What the ledger says was done, in order.
    pub async fn acts(&self) -> Vec<String> {
        let act = |line: &String| {
            let line: Value = serde_json::from_str(line).unwrap();
            let entry = &line["entry"];
            let what = entry["verdict"].as_str().or(entry["state"].as_str());
            let act = entry["act"].as_str().unwrap();
            what.map_or(act.to_owned(), |what| format!("{act} {what}"))
        };
        self.ledger().await[1..].iter().map(act).collect()
    }
}

pub fn member(org: OrgId, person: PersonId) -> Facts {
    Facts {
        org,
        person,
        standing: Standing::Member,
        sees_card: true,
        is_admin: false,
        owns_record: false,
        groups: BTreeSet::new(),
    }
}

pub fn operation() -> Operation {
    Operation {
        system: "crm".into(),
        name: "update_deal".into(),
    }
}

pub fn connection(org: OrgId) -> Connection {
    Connection {
        id: ConnectionId(org.0),
        account: "portal 7".into(),
        scopes: BTreeSet::from(["deals.write".into()]),
    }
}

pub fn fields(amount: i64) -> Map<String, Value> {
    json!({ "amount": amount }).as_object().cloned().unwrap()
}

pub fn wording(amount: i64) -> Wording {
    Wording {
        arguments: fields(amount),
        before: Some(fields(10)),
        amount: None,
        lives_for: DAY,
    }
}

#[track_caller]
pub fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Refusal {
    match outcome {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}
