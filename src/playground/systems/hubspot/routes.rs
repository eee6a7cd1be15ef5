//! The addresses of the stand-in, and who is let in: the token and its scopes.

use super::associations::{self, Batch};
use super::kinds::{CONTACTS, Kind};
use super::records::{PORTAL, Record, World};
use super::refusal::Refusal;
use super::search::Search;
use super::{HubSpot, oauth, properties, writes, written};
use crate::playground::systems::keys::{Standing, bearer};
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

const MOST_LISTED: usize = 100;
const MOST_OWNERS: usize = 500;

pub type Answer = Result<Json<Value>, Refusal>;
type Asked = Query<Vec<(String, String)>>;

pub fn router(hubspot: HubSpot) -> Router {
    Router::new()
        .route("/account-info/v3/details", get(details))
        .route("/crm/v3/owners", get(owners))
        .route("/crm/v3/pipelines/deals", get(pipelines))
        .route("/crm/v3/objects/{kind}", get(list).post(writes::create))
        .route("/crm/v3/objects/{kind}/search", post(search))
        .route(
            "/crm/v3/objects/{kind}/{id}",
            get(one).patch(writes::update).delete(writes::archive),
        )
        .route("/crm/v3/objects/{kind}/batch/read", post(batch))
        .route("/crm/v3/properties/{kind}", get(described))
        .route("/crm/v4/associations/{from}/{to}/batch/read", post(links))
        .fallback(async || Refusal::NotFound)
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn_with_state(hubspot.clone(), admit))
        .route("/oauth/authorize", get(oauth::authorize))
        .route("/oauth/v1/token", post(oauth::token))
        .route("/oauth/2026-03/token/revoke", post(oauth::revoke))
        .with_state(hubspot)
}

async fn admit(State(hubspot): State<HubSpot>, request: Request, next: Next) -> Response {
    match refusal(&hubspot, &request) {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    }
}

/// Why a call is not let in.
fn refusal(hubspot: &HubSpot, request: &Request) -> Option<Refusal> {
    let Some(token) = bearer(request.headers()) else {
        return Some(Refusal::Unauthorized);
    };
    let world = hubspot.world();
    if !world.key.is(token) {
        match world.grants.standing(token, hubspot.now()) {
            Standing::Good { .. } => {}
            Standing::Expired => return Some(Refusal::Expired),
            Standing::Unknown => return Some(Refusal::Unauthorized),
        }
    }
    let needed = scopes(request.method(), request.uri().path());
    let mut needs = needed.iter().map(String::as_str);
    let lacks = needs.any(|scope| world.withdrawn.contains(scope));
    lacks.then_some(Refusal::MissingScopes(needed))
}

fn scopes(method: &Method, path: &str) -> Vec<String> {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let kinds = |names: &[&str], writes| {
        let kinds = names.iter().filter_map(|name| Kind::of(name));
        kinds.flat_map(|kind| kind.scopes(writes)).collect()
    };
    match parts.as_slice() {
        ["crm", _, "owners"] => vec!["crm.objects.owners.read".to_owned()],
        ["crm", _, "objects", kind, "search" | "batch", ..] => kinds(&[kind], false),
        ["crm", _, "objects", kind, ..] => kinds(&[kind], method != Method::GET),
        ["crm", _, "pipelines", kind] => kinds(&[kind], false),
        ["crm", _, "associations", from, to, ..] => kinds(&[from, to], false),
        _ => Vec::new(),
    }
}

async fn details() -> Json<Value> {
    Json(json!({
        "portalId": PORTAL,
        "accountType": "STANDARD",
        "timeZone": "US/Eastern",
        "companyCurrency": "USD",
        "additionalCurrencies": [],
        "utcOffset": "-05:00",
        "utcOffsetMilliseconds": -18_000_000,
        "uiDomain": "app.hubspot.com",
        "dataHostingLocation": "na1",
    }))
}

async fn owners(State(hubspot): State<HubSpot>, Query(asked): Asked) -> Answer {
    let limit = limit(&asked, MOST_OWNERS, MOST_OWNERS)?;
    let after = after(&asked)?;
    let world = hubspot.world();
    let begin = usize::try_from(after).unwrap_or(usize::MAX);
    // Nobody leaves the stand-in's company.
    let owners = if is_archived(&asked) {
        &[][..]
    } else {
        &world.owners
    };
    let results: Vec<&Value> = owners.iter().skip(begin).take(limit).collect();
    let mut body = json!({ "results": results });
    if begin + limit < owners.len() {
        body["paging"] = next(&hubspot, "/crm/v3/owners", (begin + limit) as u64);
    }
    Ok(Json(body))
}

async fn pipelines(State(hubspot): State<HubSpot>) -> Json<Value> {
    Json(json!({ "results": hubspot.world().pipelines }))
}

async fn list(
    State(hubspot): State<HubSpot>,
    Path(kind): Path<String>,
    Query(asked): Asked,
) -> Answer {
    let kind = kind_of(&kind)?;
    let limit = limit(&asked, 10, MOST_LISTED)?;
    let (after, wanted) = (after(&asked)?, Wanted::of(&asked)?);
    let body = {
        let world = hubspot.world();
        let table = world.table(kind);
        let records = if is_archived(&asked) {
            &table.archived
        } else {
            &table.live
        };
        let mut records = records.range(after..).map(|(_, record)| record);
        let results: Vec<Value> = records
            .by_ref()
            .take(limit)
            .map(|record| wanted.shown(&world, kind, record))
            .collect();
        let mut body = json!({ "results": results });
        if let Some(following) = records.next() {
            let path = format!("/crm/v3/objects/{}", kind.plural);
            body["paging"] = next(&hubspot, &path, following.id);
        }
        body
    };
    hubspot.page_was_made(kind);
    Ok(Json(body))
}

async fn search(
    State(hubspot): State<HubSpot>,
    Path(kind): Path<String>,
    Json(search): Json<Search>,
) -> Answer {
    let kind = kind_of(&kind)?;
    let body = search.run(kind, hubspot.world().table_to_search(kind))?;
    hubspot.page_was_made(kind);
    Ok(Json(body))
}

async fn one(
    State(hubspot): State<HubSpot>,
    Path((kind, id)): Path<(String, String)>,
    Query(asked): Asked,
) -> Answer {
    let (kind, wanted) = (kind_of(&kind)?, Wanted::of(&asked)?);
    let world = hubspot.world();
    let id = match value(&asked, "idProperty") {
        None => id_of(&id)?,
        Some("email") if kind.at == CONTACTS.at => {
            let id = id.to_lowercase();
            world.contact_with(&id).ok_or(Refusal::NotFound)?
        }
        Some(other) => return Err(Refusal::invalid(format!("{other} is not unique"))),
    };
    let table = world.table(kind);
    let records = if is_archived(&asked) {
        &table.archived
    } else {
        &table.live
    };
    let record = records.get(&id).ok_or(Refusal::NotFound)?;
    Ok(Json(wanted.shown(&world, kind, record)))
}

#[derive(Deserialize)]
struct ReadBatch {
    inputs: Vec<Input>,
    #[serde(default)]
    properties: Vec<String>,
}

#[derive(Deserialize)]
struct Input {
    id: String,
}

/// What is not there is not among the results.
async fn batch(
    State(hubspot): State<HubSpot>,
    Path(kind): Path<String>,
    Json(asked): Json<ReadBatch>,
) -> Answer {
    let kind = kind_of(&kind)?;
    if asked.inputs.len() > MOST_LISTED {
        let message = format!("a batch has at most {MOST_LISTED} inputs");
        return Err(Refusal::invalid(message));
    }
    let world = hubspot.world();
    let live = &world.table(kind).live;
    let found = asked
        .inputs
        .iter()
        .filter_map(|it| live.get(&it.id.parse().ok()?));
    let results: Vec<Value> = found
        .map(|record| record.shown(kind, &asked.properties))
        .collect();
    Ok(Json(json!({"status": "COMPLETE", "results": results})))
}

async fn described(Path(kind): Path<String>) -> Answer {
    Ok(Json(properties::described(kind_of(&kind)?)))
}

async fn links(
    State(hubspot): State<HubSpot>,
    Path((from, to)): Path<(String, String)>,
    Json(batch): Json<Batch>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let (from, to) = (kind_of(&from)?, kind_of(&to)?);
    let now = written(hubspot.now());
    let world = hubspot.world();
    let (status, body) = associations::batch(&world, from, to, &batch, &now)?;
    Ok((status, Json(body)))
}

/// What a call wants to see of each record.
struct Wanted {
    properties: Vec<String>,
    linked: Vec<&'static Kind>,
}

impl Wanted {
    fn of(asked: &[(String, String)]) -> Result<Self, Refusal> {
        let linked = listed(asked, "associations");
        Ok(Self {
            properties: listed(asked, "properties"),
            linked: linked
                .iter()
                .map(|it| kind_of(it))
                .collect::<Result<_, _>>()?,
        })
    }

    fn shown(&self, world: &World, kind: &Kind, record: &Record) -> Value {
        let mut shown = record.shown(kind, &self.properties);
        if let Some(links) = associations::listed(world, kind, record.id, &self.linked) {
            shown["associations"] = links;
        }
        shown
    }
}

pub fn kind_of(name: &str) -> Result<&'static Kind, Refusal> {
    Kind::of(name)
        .ok_or_else(|| Refusal::invalid(format!("Unable to infer object type from: {name}")))
}

pub fn id_of(text: &str) -> Result<u64, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

fn value<'a>(asked: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = asked.iter().find(|(it, _)| it == name);
    found.map(|(_, value)| value.as_str())
}

/// A list may be one value with commas or several values.
fn listed(asked: &[(String, String)], name: &str) -> Vec<String> {
    let values = asked.iter().filter(|(it, _)| it == name);
    values
        .flat_map(|(_, value)| value.split(','))
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}

fn limit(asked: &[(String, String)], usual: usize, most: usize) -> Result<usize, Refusal> {
    let limit = value(asked, "limit").map_or(Ok(usual), str::parse);
    match limit {
        Ok(limit) if (1..=most).contains(&limit) => Ok(limit),
        _ => {
            let message = format!("limit must be between 1 and {most}");
            Err(Refusal::invalid(message))
        }
    }
}

fn after(asked: &[(String, String)]) -> Result<u64, Refusal> {
    let after = value(asked, "after").map_or(Ok(0), str::parse);
    after.map_err(|_| Refusal::invalid("after is not of this list"))
}

fn is_archived(asked: &[(String, String)]) -> bool {
    value(asked, "archived") == Some("true")
}

fn next(hubspot: &HubSpot, path: &str, after: u64) -> Value {
    let link = format!("{}{path}?after={after}", hubspot.url());
    json!({"next": {"after": after.to_string(), "link": link}})
}
