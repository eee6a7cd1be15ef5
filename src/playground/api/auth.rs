//! Tokens: who am I, OAuth v2 with rotation and org-wide installs, and their end.

use super::args::Args;
use super::{Answered, Call};
use crate::playground::events::Place;
use crate::playground::refusal::Refusal;
use crate::playground::state::installation::Minted;
use crate::playground::state::world::{Change, World};
use serde_json::{Value, json};

pub fn api_test(call: &mut Call<'_>) -> Answered {
    if let Some(error) = call.args.text("error") {
        return Err(Refusal::code(error.to_owned()));
    }
    Ok(json!({"args": call.args.as_value()}))
}

pub fn test(call: &mut Call<'_>) -> Answered {
    let installation = call.caller()?;
    let world = &*call.world;
    let team = installation
        .team
        .as_ref()
        .and_then(|team| world.teams.get(team));
    let enterprise = world.enterprise.as_ref();
    let domain = team.map_or("playground", |team| team.domain.as_str());
    let mut answer = json!({
        "url": format!("https://{domain}.slack.com/"),
        "team": team.map(|team| &team.name).or(enterprise.map(|enterprise| &enterprise.name)),
        "user": world.app.name.to_lowercase(),
        "team_id": team.map(|team| team.id.as_str()).or(enterprise.map(|enterprise| enterprise.id.as_str())),
        "user_id": installation.bot_user,
        "bot_id": installation.bot_id,
        "is_enterprise_install": team.is_none(),
    });
    if let Some(enterprise) = enterprise {
        answer["enterprise_id"] = json!(enterprise.id);
    }
    Ok(answer)
}

/// Checks client id and secret, from a Basic header or the body.
fn client(call: &Call<'_>) -> Result<(), Refusal> {
    let body = || {
        Some((
            call.args.text("client_id")?.to_owned(),
            call.args.text("client_secret")?.to_owned(),
        ))
    };
    let (id, secret) = Args::basic(call.headers)
        .or_else(body)
        .ok_or_else(|| Refusal::code("invalid_client_id"))?;
    if id != call.world.app.client_id {
        return Err(Refusal::code("invalid_client_id"));
    }
    if secret != call.world.app.client_secret.expose() {
        return Err(Refusal::code("bad_client_secret"));
    }
    Ok(())
}

pub fn access(call: &mut Call<'_>) -> Answered {
    client(call)?;
    if call.args.text("grant_type") == Some("refresh_token") {
        let refresh = call.args.need("refresh_token")?;
        let installation = call
            .world
            .refreshes
            .remove(refresh)
            .ok_or_else(|| Refusal::code("invalid_refresh_token"))?;
        let minted = call.world.mint_tokens(installation);
        return Ok(grant(call, &minted));
    }
    let code = call.args.need("code")?;
    let known = call
        .world
        .codes
        .remove(code)
        .ok_or_else(|| Refusal::code("invalid_code"))?;
    if known.expires <= call.world.now {
        return Err(Refusal::code("code_expired"));
    }
    if call
        .args
        .text("redirect_uri")
        .is_some_and(|given| given != known.redirect_uri)
    {
        return Err(Refusal::code("bad_redirect_uri"));
    }
    let place = call.world.install(known.team, known.user, known.scopes);
    let minted = call.world.mint_tokens(place);
    call.world.changes.push(Change::App);
    Ok(grant(call, &minted))
}

fn grant(call: &Call<'_>, minted: &Minted) -> Value {
    let world = &*call.world;
    let installation = &world.installations[minted.installation];
    let team = installation
        .team
        .as_ref()
        .and_then(|team| world.teams.get(team));
    let scopes: Vec<&str> = installation.scopes.iter().map(String::as_str).collect();
    let mut answer = json!({
        "access_token": minted.access,
        "token_type": "bot",
        "scope": scopes.join(","),
        "bot_user_id": installation.bot_user,
        "app_id": world.app.id,
        "team": team.map(|team| json!({"id": team.id, "name": team.name})),
        "enterprise": world.enterprise.as_ref().map(|org| json!({"id": org.id, "name": org.name})),
        "authed_user": {"id": installation.installer},
        "is_enterprise_install": team.is_none(),
    });
    if let (Some(refresh), Some(expires_in)) = (&minted.refresh, minted.expires_in) {
        answer["refresh_token"] = json!(refresh);
        answer["expires_in"] = json!(expires_in);
    }
    answer
}

pub fn revoke(call: &mut Call<'_>) -> Answered {
    let Some(place) = call.installation else {
        return Err(Refusal::code("not_authed"));
    };
    call.world.retire(place, true, false);
    Ok(json!({"revoked": true}))
}

pub fn uninstall(call: &mut Call<'_>) -> Answered {
    client(call)?;
    let Some(place) = call.installation else {
        return Err(Refusal::code("not_authed"));
    };
    call.world.retire(place, false, true);
    Ok(json!({}))
}

impl World {
    /// Ends an installation's tokens, the installation, or both, and tells the app beforehand.
    pub fn retire(&mut self, place: usize, revoke: bool, uninstall: bool) {
        let Some(installation) = self.installations.get(place).cloned() else {
            return;
        };
        let Some(team) = installation.team.clone().or_else(|| self.home_team()) else {
            return;
        };
        let place_of_event = Place {
            team: &team,
            channel: None,
        };
        if revoke || uninstall {
            let tokens = json!({"oauth": [], "bot": [installation.bot_user]});
            let event = json!({"type": "tokens_revoked", "tokens": tokens});
            self.emit(&place_of_event, "tokens_revoked", &event);
        }
        if uninstall {
            self.emit(
                &place_of_event,
                "app_uninstalled",
                &json!({"type": "app_uninstalled"}),
            );
            self.uninstall(place);
        }
        if revoke {
            self.revoke_tokens(place);
        }
    }
}
