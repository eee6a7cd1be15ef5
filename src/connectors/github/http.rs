//! How GitHub's HTTP differs, and the places of things in it.

use crate::net::json_api::{Answered, ApiError, Dialect, Keys, shortened};
use serde::Deserialize;
use std::fmt;
use std::time::Duration;
use url::Url;

/// What GitHub asks to be waited for where it does not say how long.
const LIMITED: Duration = Duration::from_secs(60);
/// What GitHub says of a repository that it took from everybody.
const BLOCKED: &str = "access blocked";
const LONGEST_LIMIT: Duration = Duration::from_secs(60 * 60);

pub const DIALECT: Dialect = Dialect {
    headers: &[
        ("accept", "application/vnd.github+json"),
        ("x-github-api-version", "2022-11-28"),
    ],
    keys: Keys::Bearer,
    meaning,
};

#[derive(Deserialize)]
struct Refused {
    #[serde(default)]
    message: String,
    #[serde(default)]
    errors: Vec<serde_json::Value>,
}

fn meaning(answered: &Answered<'_>) -> Option<ApiError> {
    let refused = |status| {
        let body = serde_json::from_slice::<Refused>(answered.body);
        let said = body.map_or_else(|_| "it does not say why".to_owned(), |it| it.in_words());
        (status, shortened(&said))
    };
    match answered.status {
        403 | 429 => {
            let (_, said) = refused(answered.status);
            limit(answered, &said).map(ApiError::Limited)
        }
        // Blocked, for legal reasons; for other ones GitHub says so with a 403.
        451 => Some(ApiError::Forbidden(format!("repository {BLOCKED}"))),
        // It was renamed or moved; whoever asked has an old name.
        301 | 307 | 308 => Some(ApiError::NotFound),
        422 => {
            let (status, said) = refused(422);
            Some(ApiError::Refused { status, said })
        }
        _ => None,
    }
}

/// Whether GitHub has closed a repository to everybody, which says nothing about the key. It goes
/// on listing such.
pub fn is_blocked(error: &ApiError) -> bool {
    matches!(error, ApiError::Forbidden(said) if said.contains(BLOCKED))
}

impl Refused {
    /// “Validation Failed” alone helps nobody.
    fn in_words(self) -> String {
        let details = self.errors.iter().filter_map(|error| {
            let message = error.as_str().or_else(|| error["message"].as_str());
            let part = || {
                Some(format!(
                    "{} {}",
                    error["field"].as_str()?,
                    error["code"].as_str()?
                ))
            };
            message.map(str::to_owned).or_else(part)
        });
        let details: Vec<String> = details.collect();
        match details.is_empty() {
            true => self.message,
            false => format!("{}: {}", self.message, details.join(", ")),
        }
    }
}

/// A refusal that is only a pause: the hour's limit is used up, or too much came at once.
fn limit(answered: &Answered<'_>, said: &str) -> Option<Duration> {
    if let Some(wait) = answered.retry_after() {
        return Some(wait.min(LONGEST_LIMIT));
    }
    if answered.number("x-ratelimit-remaining") == Some(0) {
        let reset = answered.number("x-ratelimit-reset")?;
        let seconds = u64::try_from(reset - answered.now.timestamp()).unwrap_or(0);
        return Some(Duration::from_secs(seconds + 1).min(LONGEST_LIMIT));
    }
    let is_pause = answered.status == 429 || said.to_lowercase().contains("rate limit");
    is_pause.then_some(LIMITED)
}

/// A repository by its full name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repo {
    pub full_name: String,
}

impl Repo {
    /// None for what is no name, so that no name leads elsewhere.
    pub fn parse(name: &str) -> Option<Self> {
        let (owner, repository) = name.trim().split_once('/')?;
        let is_name = |part: &str| {
            !part.is_empty()
                && !part.chars().all(|c| c == '.')
                && part
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        };
        (is_name(owner) && is_name(repository)).then(|| Self {
            full_name: format!("{owner}/{repository}"),
        })
    }

    pub fn owner(&self) -> &str {
        self.full_name.split('/').next().unwrap_or_default()
    }

    pub fn path(&self, rest: impl fmt::Display) -> String {
        format!("/repos/{}{rest}", self.full_name)
    }

    pub fn file(&self, path: &str) -> String {
        self.path(format_args!("/contents/{}", in_path(path)))
    }

    pub fn branch(&self, name: &str) -> String {
        self.path(format_args!("/git/ref/heads/{}", in_path(name)))
    }
}

/// An issue or a pull request, as in `acme/api#12`: they are numbered together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    pub repo: Repo,
    pub number: u64,
}

impl Numbered {
    pub fn parse(key: &str) -> Option<Self> {
        let (name, number) = key.rsplit_once('#')?;
        Some(Self {
            repo: Repo::parse(name)?,
            number: number.trim().parse().ok()?,
        })
    }

    pub fn issue(&self, rest: &str) -> String {
        self.repo
            .path(format_args!("/issues/{}{rest}", self.number))
    }

    pub fn pull(&self, rest: &str) -> String {
        self.repo.path(format_args!("/pulls/{}{rest}", self.number))
    }
}

impl fmt::Display for Numbered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.repo.full_name, self.number)
    }
}

/// A path of several parts, with whatever is no part of an address written so that it is.
pub fn in_path(path: &str) -> String {
    let Ok(mut url) = Url::parse("http://any/") else {
        return String::new();
    };
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.clear();
        segments.extend(path.split('/').filter(|part| !part.is_empty()));
    }
    url.path().trim_start_matches('/').to_owned()
}

/// `name=value` pairs as a query.
pub fn query(pairs: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs).finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Utc};
    use http::HeaderMap;

    fn meant(status: u16, headers: &[(&'static str, &str)], body: &str) -> Option<ApiError> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        meaning(&Answered {
            status,
            headers: &headers,
            body: body.as_bytes(),
            now: DateTime::<Utc>::from_timestamp(1_000, 0).unwrap(),
        })
    }

    fn limited(seconds: u64) -> Option<ApiError> {
        Some(ApiError::Limited(Duration::from_secs(seconds)))
    }

    #[test]
    fn a_refusal_that_is_a_limit_is_told_from_one_that_is_not() {
        let used_up = [
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "1090"),
        ];
        assert_eq!(meant(403, &used_up, "{}"), limited(91));
        assert_eq!(meant(429, &[("retry-after", "5")], "{}"), limited(5));
        let secondary = r#"{"message": "You have exceeded a secondary rate limit."}"#;
        assert_eq!(meant(403, &[], secondary), limited(60));
        let forbidden = r#"{"message": "Resource not accessible by personal access token"}"#;
        assert_eq!(
            meant(403, &[("x-ratelimit-remaining", "40")], forbidden),
            None
        );
    }

    #[test]
    fn a_repository_that_is_blocked_is_told_from_a_key_that_may_not() {
        let body = r#"{"message": "Repository access blocked", "block": {"reason": "dmca"}}"#;
        assert!(is_blocked(&meant(451, &[], body).unwrap()));
        let forbidden = |said: &str| ApiError::Forbidden(said.to_owned());
        assert!(is_blocked(&forbidden("Repository access blocked")));
        let missing = "Resource not accessible by personal access token";
        assert!(!is_blocked(&forbidden(missing)));
    }

    #[test]
    fn a_failed_validation_says_what_failed() {
        let body = r#"{"message": "Validation Failed",
            "errors": [{"message": "A pull request already exists"}, {"field": "base", "code": "invalid"}]}"#;
        let said = "Validation Failed: A pull request already exists, base invalid".to_owned();
        assert_eq!(
            meant(422, &[], body),
            Some(ApiError::Refused { status: 422, said })
        );
    }

    #[test]
    fn no_name_leads_to_another_place() {
        let found = Numbered::parse("acme/api#12").unwrap();
        assert_eq!(
            found.issue("/comments"),
            "/repos/acme/api/issues/12/comments"
        );
        for odd in [
            "acme",
            "acme/",
            "/api",
            "acme/..",
            "a/b/c",
            "acme/api?x",
            "../user",
        ] {
            assert_eq!(Repo::parse(odd), None, "{odd}");
        }
        assert_eq!(in_path("src/a b?.rs"), "src/a%20b%3F.rs");
        assert_eq!(in_path("../../user"), "user");
        assert_eq!(query(&[("q", "a b&c")]), "q=a+b%26c");
    }
}
