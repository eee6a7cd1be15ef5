//! Penny's app in workspaces: installations, bot tokens with their scopes, OAuth codes.

use super::world::{Change, World};
use crate::base::ids::{ChannelId, TeamId, UserId};
use crate::playground::people::Person;
use crate::playground::refusal::Refusal;
use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeSet;

const TOKEN_LIFE_HOURS: i64 = 12;
const CODE_LIFE_MINUTES: i64 = 10;

#[derive(Debug, Clone)]
pub struct Installation {
    /// `None` for an installation on the whole Enterprise organisation.
    pub team: Option<TeamId>,
    pub bot_user: UserId,
    pub bot_id: String,
    pub scopes: BTreeSet<String>,
    pub installer: UserId,
    pub active: bool,
}

#[derive(Debug, Clone)]
pub struct Token {
    pub installation: usize,
    pub expires: Option<DateTime<Utc>>,
    pub revoked: bool,
}

#[derive(Debug, Clone)]
pub struct Grant {
    pub team: Option<TeamId>,
    pub user: UserId,
    pub scopes: BTreeSet<String>,
    pub redirect_uri: String,
    pub expires: DateTime<Utc>,
}

/// Fresh tokens of an installation; the refresh half only with token rotation.
#[derive(Debug, Clone)]
pub struct Minted {
    pub installation: usize,
    pub access: String,
    pub refresh: Option<String>,
    pub expires_in: Option<i64>,
}

impl World {
    /// Who calls, by its bearer token.
    pub fn authenticate(&self, token: &str) -> Result<usize, Refusal> {
        let known = self
            .tokens
            .get(token)
            .ok_or_else(|| Refusal::code("invalid_auth"))?;
        if known.revoked {
            return Err(Refusal::code("token_revoked"));
        }
        if known.expires.is_some_and(|expires| expires <= self.now) {
            return Err(Refusal::code("token_expired"));
        }
        let installation = &self.installations[known.installation];
        if !installation.active {
            return Err(Refusal::code("account_inactive"));
        }
        Ok(known.installation)
    }

    /// The installation that serves a workspace: its own, or that of the whole organisation.
    pub fn installation_of(&self, team: &TeamId) -> Option<&Installation> {
        self.installation_place(team)
            .map(|place| &self.installations[place])
    }

    pub fn installation_place(&self, team: &TeamId) -> Option<usize> {
        let own = |known: &Installation| known.team.as_ref() == Some(team);
        let org_wide = |known: &Installation| known.team.is_none() && self.is_ours(team);
        let find = |fits: &dyn Fn(&Installation) -> bool| {
            self.installations
                .iter()
                .position(|known| known.active && fits(known))
        };
        find(&own).or_else(|| find(&org_wide))
    }

    pub fn is_ours(&self, team: &TeamId) -> bool {
        self.teams.get(team).is_some_and(|team| !team.is_external)
    }

    /// Installs (again): a team, or with `None` the whole organisation. The bot user is kept.
    pub fn install(
        &mut self,
        team: Option<TeamId>,
        installer: UserId,
        scopes: BTreeSet<String>,
    ) -> usize {
        let known = self
            .installations
            .iter()
            .position(|installation| installation.team == team);
        if let Some(place) = known {
            let installation = &mut self.installations[place];
            installation.active = true;
            installation.scopes.extend(scopes);
            installation.installer = installer;
            return place;
        }
        let suffix = if self.installations.is_empty() {
            String::new()
        } else {
            (self.installations.len() + 1).to_string()
        };
        let bot_user = UserId::new(format!("U0PENNY{suffix}"));
        let home = team
            .clone()
            .or_else(|| self.home_team())
            .unwrap_or_else(|| TeamId::new(""));
        let mut bot = Person::new(bot_user.as_str(), &self.app.name)
            .with_face(&self.app.emoji, &self.app.color)
            .of_team(home)
            .bot();
        bot.email = String::new();
        self.people.insert(bot_user.clone(), bot);
        self.changes.push(Change::Person(bot_user.clone()));
        self.installations.push(Installation {
            team,
            bot_user,
            bot_id: format!("B0PENNY{suffix}"),
            scopes,
            installer,
            active: true,
        });
        self.installations.len() - 1
    }

    pub fn mint_tokens(&mut self, installation: usize) -> Minted {
        let prefix = if self.app.token_rotation {
            "xoxe.xoxb"
        } else {
            "xoxb"
        };
        let access = format!("{prefix}-playground-{}", self.random_text(24));
        let expires_in = self.app.token_rotation.then_some(TOKEN_LIFE_HOURS * 3600);
        let expires = expires_in.map(|seconds| self.now + Duration::seconds(seconds));
        self.tokens.insert(
            access.clone(),
            Token {
                installation,
                expires,
                revoked: false,
            },
        );
        let refresh = self.app.token_rotation.then(|| {
            let refresh = format!("xoxe-1-playground-{}", self.random_text(24));
            self.refreshes.insert(refresh.clone(), installation);
            refresh
        });
        Minted {
            installation,
            access,
            refresh,
            expires_in,
        }
    }

    /// A person pressed Allow: the code that the redirect carries.
    pub fn mint_code(
        &mut self,
        team: Option<TeamId>,
        user: UserId,
        scopes: BTreeSet<String>,
        redirect_uri: &str,
    ) -> String {
        let code = format!("{}.{}", self.app.client_id, self.random_text(20));
        let expires = self.now + Duration::minutes(CODE_LIFE_MINUTES);
        let redirect_uri = redirect_uri.to_owned();
        self.codes.insert(
            code.clone(),
            Grant {
                team,
                user,
                scopes,
                redirect_uri,
                expires,
            },
        );
        code
    }

    /// The app leaves: its tokens die, its bot leaves the channels.
    pub fn uninstall(&mut self, place: usize) {
        let Some(installation) = self.installations.get_mut(place) else {
            return;
        };
        installation.active = false;
        let bot = installation.bot_user.clone();
        self.refreshes
            .retain(|_, installation| *installation != place);
        let joined: Vec<ChannelId> = self
            .memberships
            .get(&bot)
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        for channel in joined {
            let direct = self
                .channels
                .get(&channel)
                .is_some_and(|channel| channel.kind.is_direct());
            if !direct {
                self.drop_member(&channel, &bot);
            }
        }
        self.changes.push(Change::App);
    }

    pub fn revoke_tokens(&mut self, place: usize) {
        for token in self
            .tokens
            .values_mut()
            .filter(|token| token.installation == place)
        {
            token.revoked = true;
        }
        self.refreshes
            .retain(|_, installation| *installation != place);
    }

    pub fn bot_of(&self, team: &TeamId) -> Option<UserId> {
        self.installation_of(team)
            .map(|installation| installation.bot_user.clone())
    }

    pub fn is_app_user(&self, user: &UserId) -> bool {
        self.installations
            .iter()
            .any(|installation| installation.bot_user == *user)
    }
}
