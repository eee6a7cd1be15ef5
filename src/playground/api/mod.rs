//! The Web API, `POST /api/<method>`: who calls, whether a scripted fault strikes, what the
//! method does, and the log line that tests read.

pub mod args;
mod assistant;
mod auth;
mod chat;
mod content;
mod conversations;
mod files;
mod history;
mod methods;
mod pages;
pub mod rates;
mod reactions;
pub mod response_url;
pub use self::assistant::STATUS_LIFE_SECONDS;
pub use self::views::prepare as prepare_view;
mod streams;
mod users;
mod views;

use self::args::Args;
use self::methods::Method;
use self::rates::Rates;
use super::calls::{ApiCall, Outcome, Subject};
use super::faults::Fault;
use super::refusal::Refusal;
use super::serve::cut_connection;
use super::slack::Slack;
use super::state::channel::{Channel, Kind};
use super::state::installation::Installation;
use super::state::stamp::Stamp;
use super::state::world::World;
use crate::base::ids::{ChannelId, TeamId, UserId};
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

type Answered = Result<Value, Refusal>;

/// One authenticated call at work.
pub struct Call<'a> {
    pub world: &'a mut World,
    pub args: &'a Args,
    headers: &'a HeaderMap,
    installation: Option<usize>,
    subject: Option<Subject>,
    /// A scripted fault for the stream that this call starts.
    doom: Option<u32>,
}

impl Call<'_> {
    fn caller(&self) -> Result<&Installation, Refusal> {
        self.installation
            .and_then(|place| self.world.installations.get(place))
            .ok_or_else(|| Refusal::code("not_authed"))
    }

    fn bot(&self) -> Result<UserId, Refusal> {
        self.caller()
            .map(|installation| installation.bot_user.clone())
    }

    fn bot_id(&self) -> Result<String, Refusal> {
        self.caller()
            .map(|installation| installation.bot_id.clone())
    }

    /// The workspace the call is about. Tokens of a whole organisation must name it.
    fn team(&self) -> Result<TeamId, Refusal> {
        let own = self.caller()?.team.clone();
        let named = || self.args.text("team_id").map(TeamId::from);
        let team = own
            .or_else(named)
            .ok_or_else(|| Refusal::code("missing_argument"))?;
        if !self.world.is_ours(&team) {
            return Err(Refusal::code("team_not_found"));
        }
        Ok(team)
    }

    fn require_scope(&self, any_of: &[&str]) -> Result<(), Refusal> {
        let scopes = &self.caller()?.scopes;
        if any_of.is_empty() || any_of.iter().any(|scope| scopes.contains(*scope)) {
            return Ok(());
        }
        let provided: Vec<&str> = scopes.iter().map(String::as_str).collect();
        Err(Refusal::missing_scope(
            &any_of.join(","),
            &provided.join(","),
        ))
    }

    /// A channel that the app can see: public ones of its workspaces, others as a member.
    fn visible_channel(&self, name: &str) -> Result<&Channel, Refusal> {
        let channel = self.world.channel(&self.args.channel(name)?)?;
        let installation = self.caller()?;
        let reachable = match &installation.team {
            Some(team) => channel.is_in_team(team),
            None => self.world.is_ours(&channel.team),
        };
        let member = channel.members.contains(&installation.bot_user);
        if member || (reachable && channel.kind == Kind::Public) {
            return Ok(channel);
        }
        Err(Refusal::code("channel_not_found"))
    }

    /// A channel that the app may write to.
    fn writable_channel(&self, name: &str) -> Result<ChannelId, Refusal> {
        let bot = self.bot()?;
        let channel = self.visible_channel(name)?;
        if channel.is_archived {
            return Err(Refusal::code("is_archived"));
        }
        let may_write = channel.members.contains(&bot)
            || (channel.kind == Kind::Public && self.require_scope(&["chat:write.public"]).is_ok());
        if !may_write {
            return Err(Refusal::code("not_in_channel"));
        }
        Ok(channel.id.clone())
    }

    fn shows_in(&mut self, channel: &ChannelId, root: Stamp) {
        self.subject = Some(Subject::Thread(channel.clone(), root));
    }
}

/// `axum` entry for both `GET` and `POST`.
pub async fn handle(
    State(slack): State<Slack>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let args = Args::read(&headers, query.as_deref().unwrap_or_default(), &body);
    let channel = args
        .as_ref()
        .ok()
        .and_then(|args| args.text("channel").or(args.text("channel_id")));
    let fault = slack.faults().strike(&name, channel);
    if let Some(fault) = &fault
        && let Some(response) = strike(&slack, &name, args.as_ref().ok(), fault).await
    {
        return response;
    }
    let lost = fault == Some(Fault::ApplyThenCut);
    let doom = match fault {
        Some(Fault::StreamDiesAfter(appends)) => Some(appends),
        _ => None,
    };
    // Noted down together with its effect: who sees the one finds the other.
    let result = slack.edit(|world| {
        let mut subject = None;
        let result = match (&args, methods::find(&name)) {
            (_, None) => Err(Refusal::code("unknown_method")),
            (Err(refusal), _) => Err(refusal.clone()),
            (Ok(args), Some(method)) => {
                let call = Call {
                    world,
                    args,
                    headers: &headers,
                    installation: None,
                    subject: None,
                    doom,
                };
                run(call, method, slack.rates(), &mut subject)
            }
        };
        let outcome = match &result {
            _ if lost => Outcome::Fault {
                name: Fault::ApplyThenCut.name(),
                applied: result.is_ok(),
            },
            Ok(_) => Outcome::Ok,
            Err(refusal) => Outcome::Refused(refusal.code.clone().into_owned()),
        };
        note(&slack, &name, args.as_ref().ok(), outcome, subject);
        result
    });
    if lost {
        return cut_connection();
    }
    respond(result)
}

/// The faults that strike before a call is applied; these take the place of the call.
async fn strike(slack: &Slack, name: &str, args: Option<&Args>, fault: &Fault) -> Option<Response> {
    match fault {
        Fault::ApplyThenCut | Fault::StreamDiesAfter(_) => return None,
        Fault::Delay(wait) => {
            tokio::time::sleep(*wait).await;
            return None;
        }
        _ => {}
    }
    let outcome = Outcome::Fault {
        name: fault.name(),
        applied: false,
    };
    note(slack, name, args, outcome, None);
    slack.touch();
    Some(match fault {
        Fault::RateLimited(seconds) => respond(Err(Refusal::rate_limited(*seconds))),
        Fault::Error(code) => respond(Err(Refusal::code(*code))),
        Fault::Hang => std::future::pending().await,
        Fault::Status(status) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (
                status,
                "<html><body>Something went wrong on our end.</body></html>",
            )
                .into_response()
        }
        _ => cut_connection(),
    })
}

fn run(
    mut call: Call<'_>,
    method: &'static Method,
    rates: Option<&Rates>,
    subject: &mut Option<Subject>,
) -> Answered {
    call.installation = match (call.args.token(), method.needs_token) {
        (Some(token), true) => Some(call.world.authenticate(token)?),
        (None, true) => return Err(Refusal::code("not_authed")),
        (_, false) => None,
    };
    if let (Some(rates), Some(installation)) = (rates, call.installation) {
        let channel = call.args.text("channel").unwrap_or_default();
        rates
            .admit(method.name, method.tier, installation, channel)
            .map_err(Refusal::rate_limited)?;
    }
    if method.needs_token {
        call.require_scope(method.scopes)?;
    }
    let mut answer = (method.run)(&mut call)?;
    *subject = call.subject.take();
    answer["ok"] = json!(true);
    if let Some(place) = call.installation {
        let scopes: Vec<&str> = call.world.installations[place]
            .scopes
            .iter()
            .map(String::as_str)
            .collect();
        answer[SCOPES_FIELD] = json!(scopes.join(","));
    }
    Ok(answer)
}

/// Carries the token's scopes to the response's header; never part of a body.
const SCOPES_FIELD: &str = "\u{0}scopes";

fn respond(result: Answered) -> Response {
    let (status, retry_after, mut body) = match result {
        Ok(body) => (StatusCode::OK, None, body),
        Err(refusal) => match refusal.retry_after {
            Some(seconds) => (
                StatusCode::TOO_MANY_REQUESTS,
                Some(seconds),
                refusal.into_body(),
            ),
            None => (StatusCode::OK, None, refusal.into_body()),
        },
    };
    let scopes = body
        .as_object_mut()
        .and_then(|body| body.remove(SCOPES_FIELD));
    let mut response = (status, body.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    if let Some(seconds) = retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    let scopes = scopes
        .as_ref()
        .and_then(Value::as_str)
        .map(HeaderValue::from_str);
    if let Some(Ok(scopes)) = scopes {
        headers.insert("x-oauth-scopes", scopes);
    }
    response
}

fn note(
    slack: &Slack,
    method: &str,
    args: Option<&Args>,
    outcome: Outcome,
    subject: Option<Subject>,
) {
    let args = match args {
        Some(args) if !slack.calls().is_quiet() => args.as_value(),
        _ => Value::Null,
    };
    slack.calls().record(ApiCall {
        number: 0,
        method: method.to_owned(),
        args,
        outcome,
        at: slack.clock().now(),
        subject,
        read: false,
    });
}
