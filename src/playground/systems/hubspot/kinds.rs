//! HubSpot's kinds of record, and what differs between them.

use super::NoSuchRecord;

#[derive(Debug)]
pub struct Kind {
    /// Its place among all kinds.
    pub at: usize,
    pub plural: &'static str,
    pub singular: &'static str,
    /// The property that says when a record last changed.
    pub modified: &'static str,
    pub created: &'static str,
    /// What a private app needs for it, without `.read` or `.write`.
    scope: &'static str,
    /// What is listed if nothing is asked for.
    pub listed: &'static [&'static str],
}

/// Its lists are called by it.
impl AsRef<str> for Kind {
    fn as_ref(&self) -> &str {
        self.plural
    }
}

const fn engagement(at: usize, plural: &'static str, singular: &'static str) -> Kind {
    Kind {
        at,
        plural,
        singular,
        modified: "hs_lastmodifieddate",
        created: "hs_createdate",
        scope: "crm.objects.contacts",
        listed: &[],
    }
}

pub static KINDS: [Kind; 9] = [
    Kind {
        at: 0,
        plural: "companies",
        singular: "company",
        modified: "hs_lastmodifieddate",
        created: "createdate",
        scope: "crm.objects.companies",
        listed: &["name", "domain"],
    },
    Kind {
        at: 1,
        plural: "contacts",
        singular: "contact",
        modified: "lastmodifieddate",
        created: "createdate",
        scope: "crm.objects.contacts",
        listed: &["firstname", "lastname", "email"],
    },
    Kind {
        at: 2,
        plural: "deals",
        singular: "deal",
        modified: "hs_lastmodifieddate",
        created: "createdate",
        scope: "crm.objects.deals",
        listed: &["dealname", "amount", "closedate", "pipeline", "dealstage"],
    },
    engagement(3, "emails", "email"),
    engagement(4, "calls", "call"),
    engagement(5, "notes", "note"),
    engagement(6, "tasks", "task"),
    engagement(7, "meetings", "meeting"),
    Kind {
        scope: "crm.objects.goals",
        ..engagement(8, "goal_targets", "goal_target")
    },
];

pub static COMPANIES: &Kind = &KINDS[0];
pub static CONTACTS: &Kind = &KINDS[1];
pub static DEALS: &Kind = &KINDS[2];
pub static EMAILS: &Kind = &KINDS[3];
pub static CALLS: &Kind = &KINDS[4];
pub static NOTES: &Kind = &KINDS[5];
pub static TASKS: &Kind = &KINDS[6];
pub static MEETINGS: &Kind = &KINDS[7];
pub static GOALS: &Kind = &KINDS[8];

impl Kind {
    pub fn of(name: &str) -> Option<&'static Self> {
        KINDS
            .iter()
            .find(|kind| kind.plural == name || kind.singular == name)
    }

    /// HubSpot's ids are numbers.
    pub(super) fn number(&self, id: &str) -> Result<u64, NoSuchRecord> {
        id.parse().map_err(|_| NoSuchRecord::new(self, id))
    }

    pub fn is_engagement(&self) -> bool {
        self.at > 2
    }

    pub fn scopes(&self, writes: bool) -> Vec<String> {
        let right = if writes { "write" } else { "read" };
        let mut scopes = vec![format!("{}.{right}", self.scope)];
        if self.plural == "emails" && !writes {
            scopes.push("sales-email-read".to_owned());
        }
        scopes
    }

    /// HubSpot's numbers of the types of associations, as far as Penny meets them: that without
    /// a label, and that of the primary company.
    pub fn association(&self, to: &Self) -> (Option<u64>, Option<u64>) {
        match (self.singular, to.singular) {
            ("contact", "company") => (Some(279), Some(1)),
            ("company", "contact") => (Some(280), Some(2)),
            ("deal", "company") => (Some(341), Some(5)),
            ("company", "deal") => (Some(342), Some(6)),
            ("deal", "contact") => (Some(3), None),
            ("contact", "deal") => (Some(4), None),
            ("email", "company") => (Some(186), None),
            ("email", "contact") => (Some(198), None),
            ("email", "deal") => (Some(210), None),
            ("call", "company") => (Some(182), None),
            ("call", "contact") => (Some(194), None),
            ("call", "deal") => (Some(206), None),
            ("note", "company") => (Some(190), None),
            ("note", "contact") => (Some(202), None),
            ("note", "deal") => (Some(214), None),
            ("task", "company") => (Some(192), None),
            ("task", "contact") => (Some(204), None),
            ("task", "deal") => (Some(216), None),
            ("meeting", "company") => (Some(188), None),
            ("meeting", "contact") => (Some(200), None),
            ("meeting", "deal") => (Some(212), None),
            _ => (None, None),
        }
    }
}
