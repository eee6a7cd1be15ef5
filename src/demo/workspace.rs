//! Who works at the demo company and where they talk. The playground and the seeding both read
//! this, so that a Slack user and the owner of a deal are the same person.

use super::calendar::Calendar;
use super::chatter;
use chrono::{DateTime, Utc};

pub const COMPANY: &str = "Wayfold";
pub const DOMAIN: &str = "wayfold.example";
pub const PARTNER: &str = "Nordlake Partners";

#[derive(Debug, Clone)]
pub struct Workspace {
    pub team: Team,
    /// The implementation partner's own workspace, met in the shared channel.
    pub partner: Team,
    pub people: &'static [Colleague],
    pub channels: &'static [Channel],
    /// What was said before today, oldest first; a reply comes after what it replies to.
    pub messages: Vec<Said>,
}

#[derive(Debug, Clone, Copy)]
pub struct Team {
    pub id: &'static str,
    pub name: &'static str,
    pub domain: &'static str,
    pub emoji: &'static str,
}

/// A person with a Slack user. Those of `PARTNER` are in Slack through the shared channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Colleague {
    pub user: &'static str,
    /// The handle, also the part of the mail address before the @.
    pub handle: &'static str,
    pub name: &'static str,
    pub title: &'static str,
    pub time_zone: &'static str,
    pub emoji: &'static str,
    pub color: &'static str,
    pub role: Role,
    pub is_admin: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Sales,
    Success,
    Engineering,
    Product,
    Management,
    /// A guest of the workspace.
    Guest,
    /// Somebody of the partner company.
    External,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Channel {
    pub id: &'static str,
    pub name: &'static str,
    pub topic: &'static str,
    pub is_private: bool,
    /// Shared with the partner's workspace.
    pub is_shared: bool,
    /// Slack users.
    pub members: &'static [&'static str],
}

#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    pub channel: &'static str,
    pub user: &'static str,
    pub text: String,
    pub at: DateTime<Utc>,
    /// When the message was said that this one replies to.
    pub reply_to: Option<DateTime<Utc>>,
}

impl Said {
    /// The id that Slack would give a message of that time.
    pub fn ts(at: DateTime<Utc>) -> String {
        format!("{}.{:06}", at.timestamp(), at.timestamp_subsec_micros())
    }
}

impl Colleague {
    pub fn email(&self) -> String {
        match self.role {
            Role::External => format!("{}@nordlake.example", self.handle),
            Role::Guest => format!("{}@fischer-design.example", self.handle),
            _ => format!("{}@{DOMAIN}", self.handle),
        }
    }

    pub fn first_name(&self) -> &'static str {
        self.name.split(' ').next().unwrap_or(self.name)
    }

    /// Guests and people of other companies see only what is marked shareable.
    pub fn is_restricted(&self) -> bool {
        matches!(self.role, Role::Guest | Role::External)
    }
}

/// The workspace as it is at `now`.
pub fn workspace(now: DateTime<Utc>) -> Workspace {
    Workspace {
        team: Team {
            id: "T0WAYFOLD",
            name: COMPANY,
            domain: "wayfold",
            emoji: "🚚",
        },
        partner: Team {
            id: "T0NORDLAKE",
            name: PARTNER,
            domain: "nordlake",
            emoji: "🌊",
        },
        people: &PEOPLE,
        channels: &CHANNELS,
        messages: chatter::messages(&Calendar::new(now)),
    }
}

pub fn of_role(role: Role) -> impl Iterator<Item = &'static Colleague> {
    PEOPLE.iter().filter(move |person| person.role == role)
}

pub fn by_handle(handle: &str) -> Option<&'static Colleague> {
    PEOPLE.iter().find(|person| person.handle == handle)
}

#[rustfmt::skip]
pub const PEOPLE: [Colleague; 13] = [
    person("U0MAYA", "maya", "Maya Lindqvist", "Head of Sales", "Europe/Berlin", ("🦊", "#c2571a"), Role::Sales, true),
    person("U0JONAS", "jonas", "Jonas Weber", "Account Executive, Central Europe", "Europe/Berlin", ("🐻", "#3d7a4f"), Role::Sales, false),
    person("U0PRIYA", "priya", "Priya Nair", "Account Executive, UK & Nordics", "Europe/London", ("🦜", "#2c6e91"), Role::Sales, false),
    person("U0DIEGO", "diego", "Diego Alvarez", "Account Executive, Americas", "America/New_York", ("🐆", "#8e4585"), Role::Sales, false),
    person("U0ELENA", "elena", "Elena Rossi", "Chief Executive", "Europe/Rome", ("🦉", "#5b4b8a"), Role::Management, false),
    person("U0TOM", "tom", "Tom Becker", "Head of Customer Success", "Europe/Berlin", ("🐢", "#4a7c59"), Role::Success, false),
    person("U0AISHA", "aisha", "Aisha Khan", "Support Engineer", "Europe/London", ("🐬", "#1f7a8c"), Role::Success, false),
    person("U0LUKAS", "lukas", "Lukas Novak", "Head of Engineering", "Europe/Prague", ("🐺", "#54606b"), Role::Engineering, false),
    person("U0MEI", "mei", "Mei Chen", "Backend Engineer", "Europe/Berlin", ("🐼", "#6b4f3a"), Role::Engineering, false),
    person("U0SAM", "sam", "Sam O'Connor", "Frontend Engineer", "Europe/Dublin", ("🦦", "#7a5c1e"), Role::Engineering, false),
    person("U0NOOR", "noor", "Noor Haddad", "Product Manager", "Europe/Amsterdam", ("🐝", "#a8741a"), Role::Product, false),
    person("U0BEN", "ben", "Ben Fischer", "Designer (freelance)", "Europe/Vienna", ("🐧", "#39424e"), Role::Guest, false),
    person("U0CLARA", "clara", "Clara Dubois", "Implementation Partner, Nordlake", "Europe/Paris", ("🦢", "#a23b52"), Role::External, false),
];

#[rustfmt::skip]
pub const CHANNELS: [Channel; 9] = [
    channel("C0GENERAL", "general", "Company news and wins", &EVERYBODY),
    channel("C0RANDOM", "random", "Lunch, pets and route puns", &EVERYBODY),
    channel("C0SALES", "sales", "Pipeline, deals, competitors", &["U0MAYA", "U0JONAS", "U0PRIYA", "U0DIEGO", "U0ELENA", "U0TOM", "U0NOOR"]),
    channel("C0ENG", "engineering", "Building Wayfold", &["U0LUKAS", "U0MEI", "U0SAM", "U0NOOR", "U0AISHA", "U0ELENA"]),
    channel("C0SUPPORT", "support", "What customers ask and what is on fire", &["U0TOM", "U0AISHA", "U0MEI", "U0SAM", "U0NOOR", "U0MAYA"]),
    channel("C0DESIGN", "design", "Screens for review; Ben is a guest here", &["U0NOOR", "U0SAM", "U0BEN", "U0LUKAS"]),
    private("C0LEADERS", "leadership", "Numbers before they are public", &["U0ELENA", "U0MAYA", "U0LUKAS", "U0TOM"]),
    private("C0DEALROOM", "deal-room", "The big ones", &["U0MAYA", "U0JONAS", "U0PRIYA", "U0ELENA"]),
    Channel {
        is_shared: true,
        ..channel(
            "C0NORDLAKE",
            "ext-nordlake",
            "Roll-outs with our partner Nordlake (shared with them)",
            &["U0TOM", "U0AISHA", "U0PRIYA", "U0NOOR", "U0CLARA"],
        )
    },
];

/// All members of the workspace but the guest.
const EVERYBODY: [&str; 11] = [
    "U0MAYA", "U0JONAS", "U0PRIYA", "U0DIEGO", "U0ELENA", "U0TOM", "U0AISHA", "U0LUKAS", "U0MEI",
    "U0SAM", "U0NOOR",
];

#[expect(
    clippy::too_many_arguments,
    reason = "one line a person reads as a table"
)]
const fn person(
    user: &'static str,
    handle: &'static str,
    name: &'static str,
    title: &'static str,
    time_zone: &'static str,
    face: (&'static str, &'static str),
    role: Role,
    is_admin: bool,
) -> Colleague {
    Colleague {
        user,
        handle,
        name,
        title,
        time_zone,
        emoji: face.0,
        color: face.1,
        role,
        is_admin,
    }
}

const fn channel(
    id: &'static str,
    name: &'static str,
    topic: &'static str,
    members: &'static [&'static str],
) -> Channel {
    Channel {
        id,
        name,
        topic,
        is_private: false,
        is_shared: false,
        members,
    }
}

const fn private(
    id: &'static str,
    name: &'static str,
    topic: &'static str,
    members: &'static [&'static str],
) -> Channel {
    Channel {
        is_private: true,
        ..channel(id, name, topic, members)
    }
}
