//! Who lives in the workspace, as the caller describes them. The same type is the state.

use crate::base::ids::{TeamId, UserId};
use chrono::{DateTime, Offset, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Guest {
    #[default]
    No,
    /// Sees several channels (`is_restricted`).
    MultiChannel,
    /// Sees one channel (`is_ultra_restricted`).
    SingleChannel,
}

#[derive(Debug, Clone)]
pub struct Person {
    pub id: UserId,
    /// The workspace that the person belongs to; empty means the first one of the set-up.
    pub team: TeamId,
    /// Further workspaces of the organisation that the person is in.
    pub also_in: Vec<TeamId>,
    pub handle: String,
    pub real_name: String,
    pub display_name: String,
    pub title: String,
    pub email: String,
    pub tz: Tz,
    pub color: String,
    pub emoji: String,
    pub guest: Guest,
    pub is_admin: bool,
    pub is_bot: bool,
    pub deleted: bool,
}

const COLORS: [&str; 8] = [
    "#2c6e91", "#8e4585", "#3d7a4f", "#b5651d", "#5b5ea6", "#9b2335", "#56737f", "#7a5c3e",
];

impl Person {
    /// A full member whose handle and mail address are made of the name.
    pub fn new(id: impl Into<String>, real_name: &str) -> Self {
        let id = UserId::new(id);
        let first = real_name.split(' ').next().unwrap_or(real_name);
        let shade = id.as_str().bytes().map(usize::from).sum::<usize>() % COLORS.len();
        let handle = first.to_lowercase();
        Self {
            team: TeamId::new(""),
            also_in: Vec::new(),
            email: format!("{}@example.com", real_name.to_lowercase().replace(' ', ".")),
            handle,
            display_name: first.to_owned(),
            real_name: real_name.to_owned(),
            title: String::new(),
            tz: Tz::UTC,
            color: COLORS[shade].to_owned(),
            emoji: "🙂".to_owned(),
            guest: Guest::No,
            is_admin: false,
            is_bot: false,
            deleted: false,
            id,
        }
    }

    pub fn titled(mut self, title: &str) -> Self {
        self.title = title.to_owned();
        self
    }

    pub fn mailed(mut self, email: &str) -> Self {
        self.email = email.to_owned();
        self
    }

    pub fn in_zone(mut self, tz: Tz) -> Self {
        self.tz = tz;
        self
    }

    pub fn with_face(mut self, emoji: &str, color: &str) -> Self {
        self.emoji = emoji.to_owned();
        self.color = color.to_owned();
        self
    }

    pub fn of_team(mut self, team: TeamId) -> Self {
        self.team = team;
        self
    }

    pub fn also_in(mut self, team: TeamId) -> Self {
        self.also_in.push(team);
        self
    }

    pub fn admin(mut self) -> Self {
        self.is_admin = true;
        self
    }

    pub fn guest(mut self, guest: Guest) -> Self {
        self.guest = guest;
        self
    }

    pub fn bot(mut self) -> Self {
        self.is_bot = true;
        self
    }

    /// The user object of `users.info`, as an app of another workspace sees a stranger or not.
    pub fn as_user(&self, now: DateTime<Utc>, is_stranger: bool) -> Value {
        let offset = now.with_timezone(&self.tz).offset().fix().local_minus_utc();
        json!({
            "id": self.id,
            "team_id": self.team,
            "name": self.handle,
            "real_name": self.real_name,
            "deleted": self.deleted,
            "color": self.color.trim_start_matches('#'),
            "tz": self.tz.name(),
            "tz_label": self.tz.name(),
            "tz_offset": offset,
            "is_admin": self.is_admin,
            "is_owner": false,
            "is_primary_owner": false,
            "is_restricted": self.guest != Guest::No,
            "is_ultra_restricted": self.guest == Guest::SingleChannel,
            "is_bot": self.is_bot,
            "is_app_user": false,
            "is_stranger": is_stranger,
            "updated": now.timestamp(),
            "profile": {
                "title": self.title,
                "real_name": self.real_name,
                "real_name_normalized": self.real_name,
                "display_name": self.display_name,
                "display_name_normalized": self.display_name,
                "first_name": self.real_name.split(' ').next(),
                "email": (!self.is_bot && !is_stranger).then_some(&self.email),
                "status_text": "",
                "status_emoji": "",
                "team": self.team,
            },
        })
    }
}
