//! Bytes of files: the app's uploads and downloads, and those of the page.

use super::play::Who;
use super::refusal::Refusal;
use super::slack::Slack;
use super::state::file::File;
use crate::base::ids::UserId;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Path, Query, Request, State};
use axum::response::{Html, IntoResponse, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::json;

/// Step two of an upload: the bytes, raw or as the first part of a form.
pub async fn upload(
    State(slack): State<Slack>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let is_form = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("multipart/form-data"));
    let content = if is_form {
        first_part(request).await
    } else {
        Bytes::from_request(request, &()).await.ok()
    };
    let Some(content) = content else {
        return (StatusCode::BAD_REQUEST, "could not read the upload").into_response();
    };
    let length = content.len();
    match slack.edit(|world| world.fill_file(&id, content)) {
        Ok(()) => format!("OK - {length}").into_response(),
        Err(refusal) => (StatusCode::BAD_REQUEST, refusal.to_string()).into_response(),
    }
}

async fn first_part(request: Request) -> Option<Bytes> {
    let mut form = Multipart::from_request(request, &()).await.ok()?;
    form.next_field().await.ok()??.bytes().await.ok()
}

fn sent(file: &File) -> Response {
    let content = file.content.clone().unwrap_or_default();
    let headers = [
        (CONTENT_TYPE, file.mimetype.clone()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (headers, content).into_response()
}

/// `url_private`: the app's token with `files:read`; without one Slack shows a log-in page.
pub async fn download(
    State(slack): State<Slack>,
    Path((id, _)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let token = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let found = slack.look(|world| {
        let installation = &world.installations[world.authenticate(token.unwrap_or_default())?];
        if !installation.scopes.contains("files:read") {
            return Err(Refusal::code("missing_scope"));
        }
        let file = world
            .files
            .get(&id)
            .filter(|file| world.can_see_file(&installation.bot_user, file));
        file.cloned().ok_or_else(|| Refusal::code("file_not_found"))
    });
    match found {
        Ok(file) => sent(&file),
        Err(refusal) if refusal.code == "file_not_found" => StatusCode::NOT_FOUND.into_response(),
        Err(_) => {
            Html("<!DOCTYPE html><html><title>Sign in | Slack</title></html>").into_response()
        }
    }
}

#[derive(Deserialize)]
pub struct Named {
    person: String,
    name: String,
}

/// The page's upload; the file is shared with the message that names it.
pub async fn receive(
    State(slack): State<Slack>,
    Query(named): Query<Named>,
    content: Bytes,
) -> Response {
    let user = UserId::new(named.person);
    let stored = slack.edit(|world| {
        let person = world
            .people
            .get(&user)
            .ok_or_else(|| Refusal::code("unknown person"))?;
        let team = person.team.clone();
        let id = world.announce_file(&named.name, content.len(), user.clone(), team)?;
        world.fill_file(&id, content)?;
        world
            .files
            .get(&id)
            .map(super::play::wire::file)
            .ok_or_else(|| Refusal::code("file_not_found"))
    });
    match stored {
        Ok(file) => Json(json!({"ok": true, "file": file})).into_response(),
        Err(_) => super::play::refused(
            "That file could not be stored: the playground's file space is full.",
        ),
    }
}

pub async fn show(
    State(slack): State<Slack>,
    Path(id): Path<String>,
    Query(who): Query<Who>,
) -> Response {
    let user = UserId::new(who.person);
    let file = slack.look(|world| {
        world
            .files
            .get(&id)
            .filter(|file| world.can_see_file(&user, file))
            .cloned()
    });
    match file {
        Some(file) => sent(&file),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
