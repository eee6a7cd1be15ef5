//! One struct a table of migration 0002, whose comments say what the columns mean. Field names
//! are column names: rows travel to Postgres as JSON.

use crate::base::ids::{ChannelId, PersonId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// What each company row has besides its own columns: who may see it, and where it is from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Origin {
    pub visibility: Visibility,
    pub owner_id: Option<PersonId>,
    pub channel_id: Option<ChannelId>,
    /// May be shown while people of other companies are present.
    pub shareable: bool,
    pub source: &'static str,
    pub source_id: String,
    pub source_url: Option<String>,
    pub raw: Option<Value>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    Org,
    /// The members of `channel_id`.
    Channel,
    /// `owner_id` alone.
    Person,
}

/// An amount in hundredths of its currency's unit, so that no sum is ever rounded on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cents(pub i64);

impl Cents {
    pub fn whole(units: i64) -> Self {
        Self(units * 100)
    }

    /// Reads a decimal number; digits beyond hundredths are cut off. None for what is no amount.
    pub fn parse(number: &str) -> Option<Self> {
        let number = number.trim();
        let (sign, digits) = match number.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, number),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let cents: i64 = format!("{fraction:0<2}").get(..2)?.parse().ok()?;
        let whole: i64 = whole.parse().ok()?;
        Some(Self(sign * whole.checked_mul(100)?.checked_add(cents)?))
    }
}

impl Serialize for Cents {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        serializer.collect_str(&format_args!("{sign}{}.{:02}", cents / 100, cents % 100))
    }
}

/// An ISO 4217 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency([u8; 3]);

impl Currency {
    pub const EUR: Self = Self(*b"EUR");
    pub const USD: Self = Self(*b"USD");

    /// None for what is no code.
    pub fn parse(code: &str) -> Option<Self> {
        let letters: [u8; 3] = code
            .trim()
            .to_ascii_uppercase()
            .into_bytes()
            .try_into()
            .ok()?;
        letters
            .iter()
            .all(u8::is_ascii_uppercase)
            .then_some(Self(letters))
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&String::from_utf8_lossy(&self.0))
    }
}

/// Writes the structs down once, and from them the list of columns that the upsert needs.
macro_rules! company_rows {
    ($($row:ident in $table:literal { $($column:ident: $kind:ty,)* })*) => {$(
        #[derive(Debug, Clone, PartialEq, Serialize)]
        pub struct $row {
            $(pub $column: $kind,)*
            #[serde(flatten)]
            pub origin: Origin,
        }

        impl super::CompanyRow for $row {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),*];
        }
    )*};
}

company_rows! {
    Connection in "connections" {
        connection_id: Uuid,
        system: &'static str,
        name: String,
        scope: &'static str,
        health: &'static str,
        health_note: Option<String>,
        last_synced_at: Option<DateTime<Utc>>,
        row_counts: Value,
    }
    Pipeline in "pipelines" {
        pipeline_id: Uuid,
        name: String,
        is_default: bool,
    }
    PipelineStage in "pipeline_stages" {
        stage_id: Uuid,
        pipeline_id: Uuid,
        name: String,
        position: i32,
        outcome: &'static str,
        win_probability: f64,
    }
    Goal in "goals" {
        goal_id: Uuid,
        name: String,
        metric: &'static str,
        target_value: Cents,
        currency: Option<Currency>,
        period_start: NaiveDate,
        period_end: NaiveDate,
        pipeline_id: Option<Uuid>,
    }
    Account in "accounts" {
        account_id: Uuid,
        name: String,
        domain: Option<String>,
        industry: Option<String>,
        employee_count: Option<i32>,
        annual_revenue: Option<Cents>,
        currency: Option<Currency>,
        city: Option<String>,
        country: Option<String>,
        lifecycle: &'static str,
        customer_since: Option<NaiveDate>,
        description: Option<String>,
    }
    Contact in "contacts" {
        contact_id: Uuid,
        account_id: Option<Uuid>,
        name: String,
        email: Option<String>,
        phone: Option<String>,
        title: Option<String>,
        buying_role: Option<&'static str>,
        city: Option<String>,
        country: Option<String>,
        time_zone: Option<String>,
    }
    Deal in "deals" {
        deal_id: Uuid,
        name: String,
        account_id: Option<Uuid>,
        primary_contact_id: Option<Uuid>,
        pipeline_id: Uuid,
        stage_id: Uuid,
        status: &'static str,
        amount: Option<Cents>,
        currency: Currency,
        close_date: Option<NaiveDate>,
        closed_at: Option<DateTime<Utc>>,
        stage_entered_at: Option<DateTime<Utc>>,
        last_activity_at: Option<DateTime<Utc>>,
        next_step: Option<String>,
        lost_reason: Option<String>,
    }
    Activity in "activities" {
        activity_id: Uuid,
        kind: &'static str,
        direction: Option<&'static str>,
        subject: Option<String>,
        body: Option<String>,
        occurred_at: DateTime<Utc>,
        duration_minutes: Option<i32>,
        due_at: Option<DateTime<Utc>>,
        completed_at: Option<DateTime<Utc>>,
        thread_key: Option<String>,
        from_address: Option<String>,
        to_addresses: Option<Vec<String>>,
        account_id: Option<Uuid>,
        contact_id: Option<Uuid>,
        deal_id: Option<Uuid>,
    }
    Meeting in "meetings" {
        meeting_id: Uuid,
        title: String,
        starts_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
        status: &'static str,
        location: Option<String>,
        account_id: Option<Uuid>,
        deal_id: Option<Uuid>,
        summary: Option<String>,
        transcript: Option<String>,
        recording_url: Option<String>,
        ical_uid: Option<String>,
    }
    TrackerTeam in "tracker_teams" {
        team_id: Uuid,
        key: String,
        name: String,
        description: Option<String>,
    }
    Project in "projects" {
        project_id: Uuid,
        key: String,
        name: String,
        description: Option<String>,
        status: &'static str,
        start_date: Option<NaiveDate>,
        target_date: Option<NaiveDate>,
    }
    Issue in "issues" {
        issue_id: Uuid,
        key: String,
        project_id: Option<Uuid>,
        title: String,
        description: Option<String>,
        kind: &'static str,
        status: &'static str,
        priority: &'static str,
        assignee_id: Option<PersonId>,
        account_id: Option<Uuid>,
        labels: Vec<String>,
        estimate_points: Option<i32>,
        due_date: Option<NaiveDate>,
        started_at: Option<DateTime<Utc>>,
        completed_at: Option<DateTime<Utc>>,
    }
    Repository in "repositories" {
        repository_id: Uuid,
        name: String,
        description: Option<String>,
        default_branch: String,
        main_language: Option<String>,
        is_archived: bool,
    }
    PullRequest in "pull_requests" {
        pull_request_id: Uuid,
        repository_id: Uuid,
        issue_id: Option<Uuid>,
        number: i32,
        title: String,
        body: Option<String>,
        branch: Option<String>,
        state: &'static str,
        is_draft: bool,
        review_status: &'static str,
        reviewer_id: Option<PersonId>,
        review_requested_at: Option<DateTime<Utc>>,
        lines_added: Option<i32>,
        lines_removed: Option<i32>,
        merged_at: Option<DateTime<Utc>>,
        closed_at: Option<DateTime<Utc>>,
    }
    Commit in "commits" {
        commit_id: Uuid,
        repository_id: Uuid,
        pull_request_id: Option<Uuid>,
        sha: String,
        message: String,
        author_name: Option<String>,
        committed_at: DateTime<Utc>,
        lines_added: Option<i32>,
        lines_removed: Option<i32>,
    }
    File in "files" {
        file_id: Uuid,
        name: String,
        mime_type: Option<String>,
        size_bytes: Option<i64>,
        folder: Option<String>,
        content: Option<String>,
        account_id: Option<Uuid>,
        deal_id: Option<Uuid>,
        project_id: Option<Uuid>,
    }
    ChannelMessage in "messages" {
        message_id: Uuid,
        channel_name: String,
        author_name: String,
        text: String,
        sent_at: DateTime<Utc>,
        thread_id: Option<String>,
    }
}

/// Seen by those who see its meeting, so it has no origin of its own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeetingAttendee {
    pub meeting_id: Uuid,
    pub email: String,
    pub name: String,
    pub person_id: Option<PersonId>,
    pub contact_id: Option<Uuid>,
    pub is_organizer: bool,
    pub response: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_to_the_cent_and_nothing_else_is_an_amount() {
        for (text, cents) in [
            ("12", Some(1_200)),
            ("12.5", Some(1_250)),
            ("-0.999", Some(-99)),
            (" 7.00 ", Some(700)),
            ("", None),
            ("12,5", None),
            ("1e9", None),
            ("NaN", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(Cents::parse(text), cents.map(Cents), "{text:?}");
        }
    }

    #[test]
    fn a_currency_is_three_letters() {
        let code = |text| serde_json::to_value(Currency::parse(text)).unwrap();
        assert_eq!(code("eur"), "EUR");
        assert_eq!(code("euro"), Value::Null);
        assert_eq!(code("E1R"), Value::Null);
    }
}
