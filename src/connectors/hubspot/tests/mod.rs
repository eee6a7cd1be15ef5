//! Changes of HubSpot from the wish to the effect and back, against the stand-in at the HTTP
//! boundary.

mod effects;
mod looking;
mod lost_answers;
mod queries;
mod repeats;

use super::operations::OPERATIONS;
use super::{HubSpot as Connected, MANIFEST};
use crate::approvals::policy::Policy;
use crate::approvals::seal::{Operation as Named, SCHEMA};
use crate::approvals::{ApprovedAction, Content, Effect};
use crate::base::clock::SystemClock;
use crate::base::ids::{OrgId, PersonId, ProposalId};
use crate::connectors::operation::{Look, LookError};
use crate::connectors::{Connector, ConnectorError, Readable, field};
use crate::net::Http;
use crate::net::json_api::{JsonApi, WriteError};
use crate::playground::systems::hubspot::{COMPANIES, CONTACTS, DEALS, HubSpot, Kind, Pipeline};
use chrono::DateTime;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A small sales team's HubSpot.
struct Office {
    hubspot: HubSpot,
    api: JsonApi,
    pipeline: Pipeline,
    maya: String,
    acme: String,
    ann: String,
    deal: String,
}

impl Office {
    async fn open() -> Self {
        let hubspot = HubSpot::start().await.unwrap();
        let url = hubspot.url().parse().unwrap();
        let http = Http::new().unwrap();
        let api = JsonApi::new(&http, url, hubspot.token(), Arc::new(SystemClock));
        let maya = hubspot.owner("maya@wayfold.example", "Maya Lindqvist");
        hubspot.owner("jonas@wayfold.example", "Jonas Weber");
        let pipeline = hubspot.pipeline(
            "New business",
            &[
                ("Demo", 0.25),
                ("Proposal", 0.65),
                ("Won", 1.0),
                ("Lost", 0.0),
            ],
        );
        hubspot.pipeline("Renewals", &[("Due", 0.8), ("Renewed", 1.0)]);
        let acme = hubspot.add(COMPANIES, &[("name", "Acme"), ("domain", "acme.example")]);
        let ann = hubspot.add(
            CONTACTS,
            &[
                ("firstname", "Ann"),
                ("lastname", "Lee"),
                ("email", "ann@acme.example"),
            ],
        );
        let deal = hubspot.add(
            DEALS,
            &[
                ("dealname", "Acme: 40 seats"),
                ("pipeline", &pipeline.id),
                ("dealstage", &pipeline.stages[0]),
                ("amount", "12000.5"),
                ("deal_currency_code", "EUR"),
                ("closedate", "2026-12-01T09:00:00Z"),
                ("hubspot_owner_id", &maya),
            ],
        );
        let office = Self {
            hubspot,
            api: api.speaking(Connected.dialect()),
            pipeline,
            maya,
            acme,
            ann,
            deal,
        };
        let link = |from, to| office.hubspot.link(from, to).unwrap();
        link((DEALS, &office.deal), (COMPANIES, &office.acme));
        office
    }

    /// As the machinery around a connector does: the arguments are checked first.
    async fn looks(&self, operation: &str, arguments: Value) -> Result<Look, LookError> {
        let operation = MANIFEST.operation(operation).unwrap();
        let arguments = arguments.as_object().unwrap();
        let checked = field::check(operation.fields, arguments).map_err(LookError::Problems)?;
        Connected
            .look(&self.api, operation, &checked, &Readable::default())
            .await
    }

    async fn approved(&self, operation: &str, arguments: Value) -> ApprovedAction {
        let look = self.looks(operation, arguments).await.unwrap();
        ApprovedAction::for_test(content(operation, look))
    }

    async fn performs(&self, action: &ApprovedAction) -> Result<Effect, WriteError> {
        Connected.perform(&self.api, action).await
    }

    async fn finds(&self, action: &ApprovedAction) -> Result<Option<Effect>, ConnectorError> {
        let key = action.idempotency_key();
        Connected
            .find_effect(&self.api, action.content(), &key)
            .await
    }

    /// Proposes, approves and carries out.
    async fn does(&self, operation: &str, arguments: Value) -> (ApprovedAction, Effect) {
        let action = self.approved(operation, arguments).await;
        let effect = self.performs(&action).await.unwrap();
        (action, effect)
    }

    /// Takes it back, as an approval of its own.
    async fn takes_back(&self, (action, effect): &(ApprovedAction, Effect)) {
        let undo = Connected.undo(action.content(), effect).unwrap();
        self.does(undo.operation, undo.arguments.into()).await;
    }

    fn record(&self, kind: &Kind, id: &str) -> BTreeMap<String, String> {
        let all = self.hubspot.records(kind);
        all.into_iter().find(|it| it.id == id).unwrap().properties
    }

    fn deal(&self) -> BTreeMap<String, String> {
        self.record(DEALS, &self.deal)
    }

    /// How many there are that are not archived.
    fn count(&self, kind: &Kind) -> usize {
        let all = self.hubspot.records(kind);
        all.iter().filter(|it| !it.archived).count()
    }
}

fn content(operation: &str, look: Look) -> Content {
    let declared = OPERATIONS.iter().find(|it| it.name == operation).unwrap();
    Content {
        schema: SCHEMA,
        org: OrgId::fresh(),
        proposal: ProposalId::fresh(),
        version: 1,
        operation: Named {
            system: MANIFEST.slug.to_owned(),
            name: operation.to_owned(),
        },
        connection: None,
        target: look.target,
        arguments: look.arguments,
        before: look.before,
        stakes: declared.stakes,
        amount: look.amount,
        requester: PersonId::fresh(),
        edited_by: BTreeSet::new(),
        policy: Policy::default_for(declared.stakes),
        expires_at: DateTime::UNIX_EPOCH,
        undo_of: None,
    }
}

/// HubSpot's own id of what came of an action.
fn own(effect: &Effect) -> &str {
    let id = effect.id.as_deref().unwrap();
    id.split_once('/').unwrap().1
}

fn said(looked: Result<Look, LookError>) -> Vec<(String, String)> {
    match looked {
        Err(LookError::Problems(problems)) => problems
            .into_iter()
            .map(|problem| (problem.field, problem.said))
            .collect(),
        other => panic!("{other:?}"),
    }
}
