//! What people do in cards, done at once: a change is proposed, approved by whoever asked for it,
//! and carried out.

use super::TestApp;
use penny::approvals::policy::{Facts, Standing};
use penny::approvals::{self, Outcome, State, Verdict};
use penny::base::ids::{OrgId, ProposalId};
use penny::connectors::changes::{self, Unfit, Wanted};
use penny::store::{jobs, proposals};
use std::collections::BTreeSet;

/// What came of a change, and the proposal that it was.
#[derive(Debug)]
pub struct Done {
    pub proposal: ProposalId,
    pub state: State,
    pub outcome: Option<Outcome>,
}

pub async fn carry_out(app: &TestApp, org: OrgId, wanted: &Wanted<'_>) -> Result<Done, Unfit> {
    let services = &app.process().app.services;
    let draft = changes::draft(&services.connections, org, wanted).await?;
    let mut tx = services.db.org(org).await.unwrap();
    let proposed = approvals::propose(&mut tx, draft, None).await.unwrap();
    let facts = Facts {
        org,
        person: wanted.requester,
        standing: Standing::Member,
        sees_card: true,
        is_admin: false,
        owns_record: false,
        groups: BTreeSet::new(),
    };
    let ticket = proposed.sealed.ticket();
    approvals::decide(&mut tx, ticket, Verdict::Approved, None, &facts)
        .await
        .unwrap();
    let key = proposed.sealed.key().to_string();
    jobs::nudge(&mut tx, approvals::JOB, &key).await.unwrap();
    tx.commit().await.unwrap();
    app.settles().await;
    let proposal = proposed.sealed.key().proposal;
    let mut tx = services.db.org(org).await.unwrap();
    let latest = proposals::latest(&mut tx, proposal).await.unwrap().unwrap();
    Ok(Done {
        proposal,
        state: approvals::state_of(&latest).unwrap(),
        outcome: approvals::outcome_of(&latest).unwrap(),
    })
}
