//! HubSpot's search, with its limits: one sort, 200 a page, 10,000 for each query, behind the
//! records if a test says so.

use super::kinds::Kind;
use super::records::{Record, Table, place};
use super::refusal::Refusal;
use chrono::DateTime;
use serde::Deserialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::cmp::Reverse;

const MOST_A_PAGE: usize = 200;
const MOST_A_QUERY: usize = 10_000;
const MOST_GROUPS: usize = 5;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Search {
    /// Words that begin words of the properties that HubSpot searches.
    query: Option<String>,
    filter_groups: Vec<Group>,
    sorts: Vec<Sort>,
    properties: Vec<String>,
    limit: Option<usize>,
    after: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Group {
    filters: Vec<Filter>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    property_name: String,
    operator: String,
    #[serde(default)]
    value: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sort {
    property_name: String,
    #[serde(default)]
    direction: String,
}

/// A filter that was understood.
enum Condition {
    Modified(Compare, i64),
    Id(Compare, u64),
    Created(Compare, i64),
    Is(String, String),
}

#[derive(Clone, Copy)]
enum Compare {
    Equal,
    Above,
    AboveOrEqual,
    Below,
    BelowOrEqual,
}

impl Search {
    pub fn run(&self, kind: &Kind, table: &Table) -> Result<Value, Refusal> {
        let (limit, after) = self.page()?;
        let found = self.found(kind, table)?;
        let page = found.iter().skip(after).take(limit);
        let results: Vec<Value> = page
            .filter_map(|(_, id)| table.searchable(*id))
            .map(|record| record.shown(kind, &self.properties))
            .collect();
        let mut body = json!({"total": found.len(), "results": results});
        let end = after + limit;
        if end < found.len() {
            body["paging"] = json!({"next": {"after": end.to_string()}});
        }
        Ok(body)
    }

    fn page(&self) -> Result<(usize, usize), Refusal> {
        let limit = self.limit.unwrap_or(10);
        if !(1..=MOST_A_PAGE).contains(&limit) {
            let message = format!("limit must be between 1 and {MOST_A_PAGE}");
            return Err(Refusal::invalid(message));
        }
        let after = match &self.after {
            None | Some(Value::Null) => Some(0),
            Some(Value::String(text)) => text.parse().ok(),
            Some(other) => other.as_u64().and_then(|it| usize::try_from(it).ok()),
        };
        let after = after.ok_or_else(|| Refusal::invalid("after must be a number"))?;
        if after + limit > MOST_A_QUERY {
            let message = format!("a query has at most {MOST_A_QUERY} results");
            return Err(Refusal::invalid(message));
        }
        Ok((limit, after))
    }

    fn found<'t>(&self, kind: &Kind, table: &'t Table) -> Result<Cow<'t, [(i64, u64)]>, Refusal> {
        let order = self.order(kind)?;
        let groups = self.understood(kind)?;
        let (first, last) = span(&groups);
        let within = table.changed_within(first, last);
        let is_span = match groups.as_slice() {
            [] => true,
            [group] => group.iter().all(|it| matches!(it, Condition::Modified(..))),
            _ => false,
        };
        if self.query.is_none() && is_span && order == Order::Change && table.behind.is_empty() {
            return Ok(Cow::Borrowed(within));
        }
        let words = self.words();
        let matches = |key: &(i64, u64)| {
            let holds = |group: &Vec<Condition>| group.iter().all(|it| it.holds(*key, table));
            let is_named = words.is_empty()
                || table
                    .searchable(key.1)
                    .is_some_and(|record| record.has_words(kind, &words));
            is_named && (groups.is_empty() || groups.iter().any(holds))
        };
        let current = within.iter().copied();
        let current = current.filter(|(_, id)| !table.behind.contains_key(id));
        let behind = table.behind.values().flatten().map(Record::key);
        let mut found: Vec<_> = current.chain(behind).filter(matches).collect();
        match order {
            Order::Change => found.sort_unstable_by_key(place),
            Order::LatestChange => found.sort_unstable_by_key(|key| Reverse(place(key))),
            Order::Id => found.sort_unstable_by_key(|(_, id)| *id),
        }
        Ok(Cow::Owned(found))
    }

    fn words(&self) -> Vec<String> {
        let query = self.query.as_deref().unwrap_or_default().to_lowercase();
        query.split_whitespace().map(str::to_owned).collect()
    }

    fn understood(&self, kind: &Kind) -> Result<Vec<Vec<Condition>>, Refusal> {
        if self.filter_groups.len() > MOST_GROUPS {
            return Err(Refusal::invalid("there are too many groups of filters"));
        }
        let group = |group: &Group| {
            let all = group.filters.iter();
            all.map(|filter| filter.understood(kind)).collect()
        };
        self.filter_groups.iter().map(group).collect()
    }

    fn order(&self, kind: &Kind) -> Result<Order, Refusal> {
        let sort = match self.sorts.as_slice() {
            [] => return Ok(Order::Id),
            [sort] => sort,
            _ => return Err(Refusal::invalid("there can be one sort only")),
        };
        let is_descending = sort.direction == "DESCENDING";
        match sort.property_name.as_str() {
            "hs_object_id" if !is_descending => Ok(Order::Id),
            name if name == kind.modified && is_descending => Ok(Order::LatestChange),
            name if name == kind.modified => Ok(Order::Change),
            name => {
                let message = format!("the stand-in cannot sort by {name} in that direction");
                Err(Refusal::invalid(message))
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Change,
    LatestChange,
    Id,
}

/// The milliseconds that no match lies outside of.
fn span(groups: &[Vec<Condition>]) -> (i64, i64) {
    let of_group = |group: &Vec<Condition>| {
        let bounds = group.iter().filter_map(Condition::span);
        bounds.fold((i64::MIN, i64::MAX), |all, (first, last)| {
            (all.0.max(first), all.1.min(last))
        })
    };
    let wider = |a: (i64, i64), b: (i64, i64)| (a.0.min(b.0), a.1.max(b.1));
    let whole = groups.iter().map(of_group).reduce(wider);
    whole.unwrap_or((i64::MIN, i64::MAX))
}

impl Record {
    /// Whether each word begins a word of what is searched in records of this kind.
    fn has_words(&self, kind: &Kind, words: &[String]) -> bool {
        let searched = kind.listed.iter().chain(&["phone"]);
        let text: String = searched
            .filter_map(|name| self.get(name))
            .map(|value| value.to_lowercase() + " ")
            .collect();
        let whole = text.split_whitespace();
        let parts = text.split(|c: char| !c.is_alphanumeric());
        let parts: Vec<&str> = whole.chain(parts).collect();
        words
            .iter()
            .all(|word| parts.iter().any(|part| part.starts_with(word.as_str())))
    }
}

impl Table {
    /// What a search finds under this id.
    fn searchable(&self, id: u64) -> Option<&Record> {
        match self.behind.get(&id) {
            Some(before) => before.as_ref(),
            None => self.live.get(&id),
        }
    }
}

impl Filter {
    fn understood(&self, kind: &Kind) -> Result<Condition, Refusal> {
        let compare = match self.operator.as_str() {
            "EQ" => Compare::Equal,
            "GT" => Compare::Above,
            "GTE" => Compare::AboveOrEqual,
            "LT" => Compare::Below,
            "LTE" => Compare::BelowOrEqual,
            other => {
                let message = format!("the stand-in does not know the operator {other}");
                return Err(Refusal::invalid(message));
            }
        };
        let wrong = || Refusal::invalid(format!("{:?} cannot be compared", self.value));
        match (self.property_name.as_str(), compare) {
            (name, compare) if name == kind.modified => {
                let at = milliseconds(&self.value).ok_or_else(wrong)?;
                Ok(Condition::Modified(compare, at))
            }
            (name, compare) if name == kind.created => {
                let at = milliseconds(&self.value).ok_or_else(wrong)?;
                Ok(Condition::Created(compare, at))
            }
            ("hs_object_id", compare) => {
                let id = self.value.parse().map_err(|_| wrong())?;
                Ok(Condition::Id(compare, id))
            }
            (name, Compare::Equal) => Ok(Condition::Is(name.to_owned(), self.value.clone())),
            (name, _) => {
                let message = format!("the stand-in cannot compare {name}");
                Err(Refusal::invalid(message))
            }
        }
    }
}

/// HubSpot takes milliseconds and RFC 3339.
fn milliseconds(text: &str) -> Option<i64> {
    let written = || Some(DateTime::parse_from_rfc3339(text).ok()?.timestamp_millis());
    text.parse().ok().or_else(written)
}

impl Condition {
    fn holds(&self, (at, id): (i64, u64), table: &Table) -> bool {
        match self {
            Self::Modified(compare, value) => compare.holds(&at, value),
            Self::Id(compare, value) => compare.holds(&id, value),
            Self::Created(compare, value) => table
                .searchable(id)
                .is_some_and(|it| compare.holds(&it.created.timestamp_millis(), value)),
            Self::Is(name, value) => {
                let record = table.searchable(id);
                record.and_then(|record| record.get(name)) == Some(value)
            }
        }
    }

    fn span(&self) -> Option<(i64, i64)> {
        match self {
            Self::Modified(Compare::Equal, at) => Some((*at, *at)),
            Self::Modified(Compare::Above, at) => Some((at + 1, i64::MAX)),
            Self::Modified(Compare::AboveOrEqual, at) => Some((*at, i64::MAX)),
            Self::Modified(Compare::Below, at) => Some((i64::MIN, at - 1)),
            Self::Modified(Compare::BelowOrEqual, at) => Some((i64::MIN, *at)),
            Self::Id(..) | Self::Created(..) | Self::Is(..) => None,
        }
    }
}

impl Compare {
    fn holds<T: Ord>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Above => left > right,
            Self::AboveOrEqual => left >= right,
            Self::Below => left < right,
            Self::BelowOrEqual => left <= right,
        }
    }
}
