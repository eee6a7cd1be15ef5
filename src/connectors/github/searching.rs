//! Live searches, which find nothing that whoever asks may not read.

use super::looking::{repo_of, text};
use super::repositories;
use super::wire::Repository;
use crate::connectors::Readable;
use crate::connectors::field::Arguments;
use crate::connectors::operation::LookError;
use crate::net::json_api::JsonApi;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Of what GitHub takes as a search.
const MOST_QUERY: usize = 256;
const FOUND_AT_ONCE: usize = 30;
/// That are gone through where some of what is found may not be shown.
const MOST_PAGES: usize = 4;

const ISSUES: &str = "is:issue";
const PULLS: &str = "is:pull-request";

pub async fn code(
    api: &JsonApi,
    arguments: &Arguments,
    readable: &Readable,
) -> Result<Value, LookError> {
    let words = text(arguments, "text");
    search(api, "/search/code", words, &[""], arguments, readable).await
}

/// Issues and pull requests in a search each: GitHub refuses one that does not say which it is
/// about, and of one that says both it takes the last.
pub async fn issues(
    api: &JsonApi,
    arguments: &Arguments,
    readable: &Readable,
) -> Result<Value, LookError> {
    let (words, kinds) = told_apart(text(arguments, "text"));
    search(api, "/search/issues", &words, kinds, arguments, readable).await
}

/// What somebody looks for, and which of the two that may be.
fn told_apart(words: &str) -> (String, &'static [&'static str]) {
    let (mut rest, mut kinds) = (Vec::new(), &[ISSUES, PULLS][..]);
    for word in words.split_whitespace() {
        match word.to_lowercase().as_str() {
            "is:issue" | "type:issue" => kinds = &[ISSUES],
            "is:pr" | "is:pull-request" | "type:pr" => kinds = &[PULLS],
            _ => rest.push(word),
        }
    }
    (rest.join(" "), kinds)
}

/// Searches only where the key opens something: GitHub itself would search the whole world.
async fn search(
    api: &JsonApi,
    path: &str,
    words: &str,
    kinds: &[&str],
    arguments: &Arguments,
    readable: &Readable,
) -> Result<Value, LookError> {
    let shown = match arguments.contains_key("repository") {
        true => Shown::One(repo_of(arguments)?.full_name),
        false => Shown::among(&repositories::all(api).await?, readable),
    };
    if shown.is_nothing() {
        return Ok(json!({ "items": [] }));
    }
    let wanted = wanted(words, &shown.within())?;
    let mut all = Vec::new();
    for kind in kinds {
        let query = format!("{wanted} {kind}");
        all.push(found(api, path, query.trim_end(), &shown).await?);
    }
    Ok(merged(all))
}

/// What one search finds that may be shown.
async fn found(api: &JsonApi, path: &str, wanted: &str, shown: &Shown) -> Result<Value, LookError> {
    let mut items = Vec::new();
    for page in 1..=MOST_PAGES {
        let page = page.to_string();
        let query = [("q", wanted), ("per_page", "30"), ("page", &page)];
        let mut found: Value = api.get(path, &query).await?;
        let Value::Array(listed) = found["items"].take() else {
            break;
        };
        let is_last = listed.len() < FOUND_AT_ONCE;
        items.extend(listed.into_iter().filter(|item| shown.has(item)));
        if !shown.is_partial() {
            found["items"] = Value::Array(items);
            return Ok(found);
        }
        if is_last || items.len() >= FOUND_AT_ONCE {
            break;
        }
    }
    // How many there are in all would tell of what is not shown.
    Ok(json!({ "items": items }))
}

/// What several searches found, the best of each first.
fn merged(all: Vec<Value>) -> Value {
    let counts: Option<Vec<u64>> = all.iter().map(|it| it["total_count"].as_u64()).collect();
    let is_whole = all.iter().all(|it| it["incomplete_results"] == false);
    let lists = all.iter().map(|it| it["items"].as_array());
    let mut lists: Vec<_> = lists.flatten().map(|items| items.iter()).collect();
    let mut items = Vec::new();
    loop {
        let round: Vec<_> = lists.iter_mut().filter_map(Iterator::next).collect();
        if round.is_empty() || items.len() >= FOUND_AT_ONCE {
            break;
        }
        items.extend(round.into_iter().cloned());
    }
    items.truncate(FOUND_AT_ONCE);
    json!({
        "items": items,
        "total_count": counts.map(|counts| counts.iter().sum::<u64>()),
        "incomplete_results": !is_whole,
    })
}

fn wanted(words: &str, within: &str) -> Result<String, LookError> {
    // What somebody puts in as a qualifier of their own must not widen the search.
    let is_word = |word: &&str| {
        let word = word.to_lowercase();
        !["repo:", "user:", "org:"]
            .iter()
            .any(|it| word.starts_with(it))
    };
    let words: Vec<_> = words.split_whitespace().filter(is_word).collect();
    let wanted = format!("{}{within}", words.join(" "));
    if wanted.chars().count() > MOST_QUERY {
        let said = "It is too much to search for at once; name a repository or fewer words.";
        return Err(LookError::problem("text", said));
    }
    Ok(wanted)
}

/// Where a search may show what it finds.
enum Shown {
    One(String),
    Among {
        owners: BTreeSet<String>,
        names: BTreeSet<String>,
        /// There are others, which whoever asks may not read.
        is_partial: bool,
    },
}

impl Shown {
    fn among(all: &[Repository], readable: &Readable) -> Self {
        let is_open = |it: &&Repository| it.area().is_none_or(|area| readable.includes(&area));
        let open: Vec<_> = all.iter().filter(is_open).collect();
        Self::Among {
            owners: open.iter().map(|it| it.owner.login.clone()).collect(),
            names: open.iter().map(|it| it.full_name.clone()).collect(),
            is_partial: open.len() < all.len(),
        }
    }

    fn within(&self) -> String {
        match self {
            Self::One(name) => format!(" repo:{name}"),
            Self::Among { owners, .. } => owners.iter().map(|it| format!(" user:{it}")).collect(),
        }
    }

    fn has(&self, item: &Value) -> bool {
        let name = home(item);
        match self {
            Self::One(one) => name.is_some_and(|name| name.eq_ignore_ascii_case(one)),
            Self::Among { names, .. } => name.is_some_and(|name| names.contains(name)),
        }
    }

    fn is_nothing(&self) -> bool {
        matches!(self, Self::Among { names, .. } if names.is_empty())
    }

    fn is_partial(&self) -> bool {
        matches!(
            self,
            Self::Among {
                is_partial: true,
                ..
            }
        )
    }
}

/// The repository that something was found in.
fn home(item: &Value) -> Option<&str> {
    let of_issue = || Some(item["repository_url"].as_str()?.split_once("/repos/")?.1);
    item["repository"]["full_name"].as_str().or_else(of_issue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_pull_requests_alone_gets_them_alone() {
        let both = &[ISSUES, PULLS][..];
        for (words, rest, kinds) in [
            ("round cents", "round cents", both),
            ("is:pr round", "round", &[PULLS][..]),
            ("Type:Issue cents", "cents", &[ISSUES][..]),
        ] {
            assert_eq!(told_apart(words), (rest.to_owned(), kinds), "{words}");
        }
    }

    #[test]
    fn of_two_searches_the_best_of_each_come_first_and_no_more_than_of_one() {
        let many = |name: &str, count: usize| {
            let items: Vec<_> = (0..count).map(|at| json!(format!("{name}{at}"))).collect();
            json!({"items": items, "total_count": count, "incomplete_results": false})
        };
        let found = merged(vec![many("i", 3), many("p", 40)]);
        let items = found["items"].as_array().unwrap();
        assert_eq!(
            items[..4],
            [json!("i0"), json!("p0"), json!("i1"), json!("p1")]
        );
        assert_eq!(items.len(), FOUND_AT_ONCE);
        assert_eq!(found["total_count"], 43);
        assert_eq!(found["incomplete_results"], false);
        // How many a search found is not said where not all of it may be shown.
        let found = merged(vec![many("i", 1), json!({"items": []})]);
        assert_eq!(found["total_count"], Value::Null);
        assert_eq!(found["incomplete_results"], true);
    }
}
