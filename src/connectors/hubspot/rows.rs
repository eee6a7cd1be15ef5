//! HubSpot's records as rows of the company's tables.

use super::objects::{Kind, Record, Reference};
use crate::connectors::Asked;
use crate::store::company::{
    Account, Activity, Cents, Contact, Currency, Deal, Origin, Visibility,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use uuid::Uuid;

/// One record being read.
pub struct Read<'a> {
    pub kind: &'a Kind,
    pub asked: &'a Asked<'a>,
    /// What the addresses of the account's records begin with.
    pub home: &'a str,
    pub record: &'a Record,
}

impl Read<'_> {
    pub fn get(&self, property: &str) -> Option<&str> {
        let text = self.record.properties.get(property)?.as_str()?.trim();
        (!text.is_empty()).then_some(text)
    }

    pub fn text(&self, property: &str) -> Option<String> {
        self.get(property).map(|text| text.replace('\0', ""))
    }

    /// Without the markup of HubSpot's editor.
    pub fn plain(&self, property: &str) -> Option<String> {
        self.text(property).map(|text| without_tags(&text))
    }

    pub fn is(&self, property: &str) -> bool {
        self.get(property) == Some("true")
    }

    /// HubSpot writes moments as text, and in older properties as milliseconds.
    pub fn moment(&self, property: &str) -> Option<DateTime<Utc>> {
        let text = self.get(property)?;
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Some(at.with_timezone(&Utc));
        }
        DateTime::from_timestamp_millis(text.parse().ok()?)
    }

    fn day(&self, property: &str) -> Option<NaiveDate> {
        let day = || self.get(property)?.parse().ok();
        self.moment(property).map(|at| at.date_naive()).or_else(day)
    }

    pub fn row(&self, table: &str, kind: &str, id: &str) -> Uuid {
        self.asked.ids.of(table, &format!("{kind}/{id}"))
    }

    pub fn id(&self) -> Uuid {
        self.row(self.kind.table, self.kind.name, &self.record.id)
    }

    /// The record of a kind that this one belongs to: the primary one, or the first.
    pub fn linked(&self, kind: &str, table: &str) -> Option<Uuid> {
        let all = &self.record.associations.get(kind)?.results;
        let primary = primary(self.kind.name, kind);
        let is_primary = |it: &&Reference| primary.is_some() && it.sort.as_deref() == primary;
        let one = all.iter().find(is_primary).or(all.first())?;
        Some(self.row(table, kind, &one.id))
    }

    pub fn origin(&self) -> Origin {
        Origin {
            visibility: Visibility::Org,
            owner_id: self.asked.person(self.get("hubspot_owner_id")),
            channel_id: None,
            shareable: false,
            source: self.asked.ids.source,
            source_id: self.kind.source_id(&self.record.id),
            source_url: self.kind.link(self.home, &self.record.id),
            raw: Some(Value::Object(self.record.properties.clone())),
            created_at: self.record.created_at,
            updated_at: self.record.updated_at,
        }
    }
}

/// What HubSpot calls the association with a primary record; only companies are such.
pub fn primary(from: &str, to: &str) -> Option<&'static str> {
    match (from, to) {
        ("contacts", "companies") => Some("contact_to_company"),
        ("deals", "companies") => Some("deal_to_company"),
        _ => None,
    }
}

pub fn account(read: &Read<'_>) -> Account {
    let lifecycle = match read.get("lifecyclestage") {
        Some("customer" | "evangelist") => "customer",
        Some("partner") => "partner",
        _ => "prospect",
    };
    Account {
        account_id: read.id(),
        name: read
            .text("name")
            .or_else(|| read.text("domain"))
            .unwrap_or_else(|| "(no name)".to_owned()),
        domain: read.text("domain"),
        industry: read.text("industry"),
        employee_count: read.get("numberofemployees").and_then(|it| it.parse().ok()),
        annual_revenue: read.get("annualrevenue").and_then(Cents::parse),
        currency: None,
        city: read.text("city"),
        country: read.text("country"),
        lifecycle,
        customer_since: (lifecycle == "customer")
            .then(|| read.day("closedate"))
            .flatten(),
        description: read.text("description"),
        origin: read.origin(),
    }
}

pub fn contact(read: &Read<'_>) -> Contact {
    let names = [read.get("firstname"), read.get("lastname")];
    let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
    Contact {
        contact_id: read.id(),
        account_id: read.linked("companies", "accounts"),
        name: [Some(name), read.text("email")]
            .into_iter()
            .flatten()
            .find(|name| !name.is_empty())
            .unwrap_or_else(|| "(no name)".to_owned()),
        email: read.text("email"),
        phone: read.text("phone"),
        title: read.text("jobtitle"),
        buying_role: match read.get("hs_buying_role") {
            Some("DECISION_MAKER") => Some("decision_maker"),
            Some("CHAMPION") => Some("champion"),
            Some("INFLUENCER") => Some("influencer"),
            Some("BLOCKER") => Some("blocker"),
            Some("END_USER") => Some("user"),
            _ => None,
        },
        city: read.text("city"),
        country: read.text("country"),
        time_zone: read.text("hs_timezone"),
        origin: read.origin(),
    }
}

pub fn deal(read: &Read<'_>) -> Deal {
    let status = match (read.is("hs_is_closed"), read.is("hs_is_closed_won")) {
        (_, true) => "won",
        (true, false) => "lost",
        (false, false) => "open",
    };
    let ids = &read.asked.ids;
    Deal {
        deal_id: read.id(),
        name: read
            .text("dealname")
            .unwrap_or_else(|| "(no name)".to_owned()),
        account_id: read.linked("companies", "accounts"),
        primary_contact_id: read.linked("contacts", "contacts"),
        pipeline_id: ids.of("pipelines", read.get("pipeline").unwrap_or("default")),
        stage_id: ids.of("pipeline_stages", read.get("dealstage").unwrap_or_default()),
        status,
        amount: read.get("amount").and_then(Cents::parse),
        currency: read
            .get("deal_currency_code")
            .and_then(Currency::parse)
            .unwrap_or(Currency::USD),
        close_date: read.day("closedate"),
        // HubSpot keeps no other moment of closing than the close date.
        closed_at: (status != "open")
            .then(|| read.moment("closedate").unwrap_or(read.record.updated_at)),
        stage_entered_at: read.moment("hs_v2_date_entered_current_stage"),
        last_activity_at: read.moment("notes_last_updated"),
        next_step: read.text("hs_next_step"),
        lost_reason: read.text("closed_lost_reason"),
        origin: read.origin(),
    }
}

pub fn activity(read: &Read<'_>, kind: &'static str) -> Activity {
    Activity {
        activity_id: read.id(),
        kind,
        direction: None,
        subject: None,
        body: None,
        occurred_at: read
            .moment("hs_timestamp")
            .unwrap_or(read.record.created_at),
        duration_minutes: None,
        due_at: None,
        completed_at: None,
        thread_key: None,
        from_address: None,
        to_addresses: None,
        account_id: read.linked("companies", "accounts"),
        contact_id: read.linked("contacts", "contacts"),
        deal_id: read.linked("deals", "deals"),
        origin: read.origin(),
    }
}

/// Text as HubSpot's editor would keep it; [`without_tags`] reads it back.
pub fn with_tags(text: &str) -> String {
    let mut html = text.to_owned();
    for (letter, entity) in [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\n", "<br>")] {
        html = html.replace(letter, entity);
    }
    html
}

/// The words of a short piece of HTML.
pub fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let Some((name, after)) = tag.split_once('>') else {
            text.push('<');
            rest = tag;
            break;
        };
        if ["br", "/p", "/div", "/li"]
            .iter()
            .any(|it| name.starts_with(it))
        {
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(rest);
    for (entity, letter) in [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, letter);
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_read_without_the_markup_of_the_editor() {
        for (html, text) in [
            (
                "<p>Called Ann &amp; Bob.</p><p>They sign <b>soon</b>.</p>",
                "Called Ann & Bob.\nThey sign soon.",
            ),
            ("a < b and c", "a < b and c"),
            ("one<br>two<br/>three", "one\ntwo\nthree"),
            ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
            ("", ""),
        ] {
            assert_eq!(without_tags(html), text, "{html}");
        }
    }
}
