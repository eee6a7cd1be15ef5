//! Changes of a deal that somebody asks for in words: what is read off them, how the deal is
//! found, and the proposal that comes of it.

use super::conversation::Answered;
use super::queries::like;
use super::table::{self, Row};
use super::words::Words;
use chrono::NaiveDate;
use serde_json::{Map, Value, json};

/// What shall happen to which deal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Part of its name or of its account's.
    pub deal: String,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Fields of the operation `update_deal`, with their values as they were written.
    Update(Vec<(&'static str, String)>),
    Note(String),
    Delete,
}

const SETTING: [&str; 5] = ["set", "change", "update", "raise", "push"];
const FIELDS: [(&str, &str); 7] = [
    ("stage", "stage"),
    ("amount", "amount"),
    ("value", "amount"),
    ("close date", "close_date"),
    ("closing date", "close_date"),
    ("owner", "owner"),
    ("name", "name"),
];

/// The change that a sentence asks for, if it asks for one.
pub fn read(words: &Words) -> Option<Change> {
    let text = words.plain();
    let text = ["please ", "can you ", "could you "]
        .iter()
        .find_map(|opening| strip(&text, opening))
        .unwrap_or(text);
    let text = text.trim_end_matches(['.', '?', '!']);
    note(text)
        .or_else(|| delete(text))
        .or_else(|| update(text))
        .filter(|change| change.deal.chars().any(char::is_alphanumeric))
}

fn note(text: &str) -> Option<Change> {
    let rest = ["add a note to ", "add a note on ", "note on "]
        .iter()
        .find_map(|opening| strip(text, opening))?;
    let (deal, note) = rest.split_once(": ")?;
    Some(Change {
        deal: deal_name(deal),
        what: What::Note(note.trim().to_owned()),
    })
}

fn delete(text: &str) -> Option<Change> {
    let rest = ["delete the deal ", "delete deal ", "delete "]
        .iter()
        .find_map(|opening| strip(text, opening))?;
    text.to_lowercase().contains("deal").then(|| Change {
        deal: deal_name(&rest),
        what: What::Delete,
    })
}

/// `move Nordhavn to Negotiation and set the amount to 48000`.
fn update(text: &str) -> Option<Change> {
    let mut clauses = text.split(" and ");
    let (deal, first) = opening(clauses.next()?)?;
    let mut fields = vec![first];
    for clause in clauses {
        fields.push(setting(clause)?.1);
    }
    Some(Change {
        deal,
        what: What::Update(fields),
    })
}

fn opening(clause: &str) -> Option<(String, (&'static str, String))> {
    if let Some(rest) = strip(clause, "move ") {
        let (deal, stage) = rest.rsplit_once(" to ")?;
        return Some((deal_name(deal), ("stage", stage.trim().to_owned())));
    }
    if let Some(rest) = strip(clause, "mark ").or_else(|| strip(clause, "close ")) {
        let (deal, stage) = rest.rsplit_once(" as ")?;
        return Some((deal_name(deal), ("stage", stage.trim().to_owned())));
    }
    let (deal, field) = setting(clause)?;
    Some((deal_name(&deal?), field))
}

/// `set the amount of the Nordhavn deal to 48000`; the deal may have been named before.
fn setting(clause: &str) -> Option<(Option<String>, (&'static str, String))> {
    let verb = SETTING
        .iter()
        .find_map(|verb| strip(clause, &format!("{verb} ")));
    let rest = verb.as_deref().unwrap_or(clause);
    let rest = ["the ", "its "]
        .iter()
        .find_map(|article| strip(rest, article))
        .unwrap_or_else(|| rest.to_owned());
    let (field, rest) = FIELDS
        .iter()
        .find_map(|(spoken, field)| Some((*field, strip(&rest, spoken)?)))?;
    let (about, value) = rest.rsplit_once(" to ")?;
    let deal = strip(about.trim(), "of ").or_else(|| strip(about.trim(), "for "));
    Some((deal, (field, value.trim().to_owned())))
}

pub fn strip(text: &str, opening: &str) -> Option<String> {
    let head = text.get(..opening.len())?;
    head.eq_ignore_ascii_case(opening)
        .then(|| text[opening.len()..].to_owned())
}

/// `the Nordhavn deal` → `Nordhavn`.
fn deal_name(text: &str) -> String {
    let name = strip(text.trim(), "the ").unwrap_or_else(|| text.trim().to_owned());
    let name = strip(&name, "deal ").unwrap_or(name);
    let end = name.to_lowercase().find(" deal").unwrap_or(name.len());
    name.get(..end).unwrap_or(&name).trim().to_owned()
}

/// Finds the deals that a name may mean, open ones first: those with all its words, because
/// nobody writes the colon in `Nordhavn Seafood: Pilot`.
pub fn query(change: &Change) -> String {
    let words = change.deal.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    let named: Vec<String> = words
        .map(|word| format!("concat_ws(' ', d.name, a.name) ilike {}", like(word)))
        .collect();
    let named = named.join(" and ");
    format!(
        "select d.name as deal, d.source as system, d.source_id as id from deals d \
         left join accounts a on a.account_id = d.account_id \
         where {named} \
         order by d.status = 'open' desc, d.amount desc limit 4"
    )
}

/// What to do once the deals that may be meant are known.
#[derive(Debug, PartialEq)]
pub enum Found {
    Nothing,
    One(Row),
    /// Their names.
    Several(Vec<String>),
}

/// Of the deals found, the one that is meant: the only one, or the one that somebody chose.
pub fn meant(answered: &[Answered]) -> Found {
    let deals = answered
        .first()
        .map_or_else(Vec::new, |found| table::rows(&found.content));
    let chosen = answered.get(1).map(|choice| choice.content.as_str());
    let is_chosen =
        |row: &&Row| chosen.is_some_and(|text| text.ends_with(&table::text(row, "deal")));
    match (deals.as_slice(), deals.iter().find(is_chosen)) {
        (_, Some(row)) => Found::One(row.clone()),
        ([], _) => Found::Nothing,
        ([only], _) => Found::One(only.clone()),
        (several, None) => {
            let names = several.iter().map(|row| table::text(row, "deal"));
            Found::Several(names.collect())
        }
    }
}

/// The input of `propose_write`.
pub fn proposal(change: &Change, deal: &Row) -> Value {
    let id = table::text(deal, "id");
    let (operation, arguments) = match &change.what {
        What::Delete => ("delete_deal", json!({"id": id})),
        What::Note(text) => ("add_note", json!({"deal_id": id, "text": text})),
        What::Update(fields) => {
            let mut arguments = Map::from_iter([("id".to_owned(), json!(id))]);
            for (field, value) in fields {
                arguments.insert((*field).to_owned(), json!(as_argument(field, value)));
            }
            ("update_deal", Value::from(arguments))
        }
    };
    json!({"system": table::text(deal, "system"), "operation": operation, "arguments": arguments})
}

/// Amounts and dates as people write them.
fn as_argument(field: &str, value: &str) -> String {
    match field {
        "amount" => {
            let (number, thousands) = match value.trim().strip_suffix(['k', 'K']) {
                Some(number) => (number, "000"),
                None => (value, ""),
            };
            let digits = number.chars().filter(|c| c.is_ascii_digit() || *c == '.');
            digits.collect::<String>() + thousands
        }
        "close_date" => {
            let with_year = |format| NaiveDate::parse_from_str(value, format).ok();
            let date = with_year("%d %B %Y").or_else(|| with_year("%B %d, %Y"));
            date.map_or_else(|| value.to_owned(), |date| date.to_string())
        }
        _ => value.to_owned(),
    }
}
