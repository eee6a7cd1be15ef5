//! Slack's consent page: «Penny wants to join your workspace», Allow or Cancel.

use super::composer::escape;
use super::slack::Slack;
use super::state::world::World;
use crate::base::ids::{TeamId, UserId};
use axum::extract::{Form, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt::Write;
use url::Url;

#[derive(Debug, Clone, Deserialize)]
pub struct Request {
    client_id: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    redirect_uri: String,
    /// A workspace's id, or `org` for the whole Enterprise organisation.
    #[serde(default)]
    team: String,
    #[serde(default)]
    person: String,
    #[serde(default)]
    decision: String,
}

/// The page with the buttons.
pub async fn ask(State(slack): State<Slack>, Query(request): Query<Request>) -> Response {
    slack.look(|world| {
        if request.client_id != world.app.client_id {
            return (
                StatusCode::BAD_REQUEST,
                Html("<h1>Invalid client_id parameter</h1>"),
            )
                .into_response();
        }
        if Url::parse(&request.redirect_uri).is_err() {
            return (
                StatusCode::BAD_REQUEST,
                Html("<h1>redirect_uri did not match any configured URIs</h1>"),
            )
                .into_response();
        }
        Html(consent(world, &request)).into_response()
    })
}

fn consent(world: &World, request: &Request) -> String {
    let mut targets = String::new();
    if let Some(enterprise) = &world.enterprise {
        let name = escape(&enterprise.name);
        let _ = write!(
            targets,
            "<option value=\"org\">{name} (the whole organisation)</option>"
        );
    }
    for team in world.teams.values().filter(|team| !team.is_external) {
        let _ = write!(
            targets,
            "<option value=\"{}\">{}</option>",
            team.id,
            escape(&team.name)
        );
    }
    let scopes: String = request
        .scope
        .split(',')
        .map(|scope| format!("<li>{}</li>", escape(scope)))
        .collect();
    let hidden: String = [
        ("client_id", &request.client_id),
        ("scope", &request.scope),
        ("state", &request.state),
        ("redirect_uri", &request.redirect_uri),
    ]
    .iter()
    .map(|(name, value)| {
        format!(
            "<input type=hidden name={name} value=\"{}\">",
            escape(value).replace('"', "&quot;")
        )
    })
    .collect();
    format!(
        "<!DOCTYPE html><meta charset=utf-8><title>Install {name} | Slack playground</title>\
         <style>body{{font:16px system-ui;max-width:30rem;margin:4rem auto}}button,select{{font:inherit;padding:.5rem 1rem}}</style>\
         <h1>{emoji} {name} is requesting permission to access a workspace</h1>\
         <form method=post>{hidden}<p><select name=team>{targets}</select></p>\
         <p>What will {name} be able to do?</p><ul>{scopes}</ul>\
         <button name=decision value=deny>Cancel</button> <button name=decision value=allow>Allow</button></form>",
        name = escape(&world.app.name),
        emoji = world.app.emoji,
    )
}

/// The button: back to the app with a code, or with `access_denied`.
pub async fn decide(State(slack): State<Slack>, Form(request): Form<Request>) -> Response {
    let Ok(mut target) = Url::parse(&request.redirect_uri) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    if request.decision != "allow" {
        target
            .query_pairs_mut()
            .append_pair("error", "access_denied")
            .append_pair("state", &request.state);
        return Redirect::to(target.as_str()).into_response();
    }
    let code = slack.edit(|world| allow(world, &request));
    target
        .query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", &request.state);
    Redirect::to(target.as_str()).into_response()
}

fn allow(world: &mut World, request: &Request) -> String {
    let org_wide = request.team == "org" && world.enterprise.is_some();
    let named = Some(TeamId::new(request.team.as_str())).filter(|team| world.is_ours(team));
    let team = if org_wide {
        None
    } else {
        named.or_else(|| world.home_team())
    };
    let someone = || {
        world
            .people
            .values()
            .find(|person| !person.is_bot)
            .map(|person| person.id.clone())
    };
    let named =
        Some(UserId::new(request.person.as_str())).filter(|user| world.people.contains_key(user));
    let user = named
        .or_else(someone)
        .unwrap_or_else(|| UserId::new("U0ADMIN"));
    let scopes: BTreeSet<String> = request
        .scope
        .split(',')
        .filter(|scope| !scope.is_empty())
        .map(str::to_owned)
        .collect();
    world.mint_code(team, user, scopes, &request.redirect_uri)
}
