//! What a call that succeeded brought, and where a list goes on.

use super::ApiError;
use reqwest::header::{HeaderMap, HeaderValue};
use serde::de::DeserializeOwned;
use url::Url;

/// What a successful call brought.
pub(super) struct Answer {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        // A call that has nothing to say sends nothing.
        let said: &[u8] = if self.body.is_empty() {
            b"null"
        } else {
            &self.body
        };
        serde_json::from_slice(said).map_err(|error| ApiError::Unreadable(error.to_string()))
    }
}

/// The query of the address that a `Link` header calls the next one.
pub(super) fn next_query(header: &HeaderValue) -> Option<String> {
    // An address may have commas in it, and links stand between commas, too.
    header.to_str().ok()?.split('<').find_map(|link| {
        let (address, relation) = link.split_once('>')?;
        let is_next = relation
            .split([';', ','])
            .any(|it| it.trim() == r#"rel="next""#);
        let query = Url::parse(address).ok()?.query()?.to_owned();
        is_next.then_some(query)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_link_to_the_next_page_only_the_query_is_taken() {
        let next = |header: &'static str| next_query(&HeaderValue::from_static(header));
        assert_eq!(
            next(
                r#"<https://elsewhere.example/user?page=1>; rel="prev", <https://elsewhere.example/user?page=3&per_page=2>; rel="next""#
            ),
            Some("page=3&per_page=2".to_owned())
        );
        assert_eq!(
            next(r#"<https://api.example/user?page=9>; rel="last""#),
            None
        );
        assert_eq!(
            next(
                r#"<https://api.example/user?a=b,c&page=2>; rel="next", <https://api.example/user?a=b,c&page=9>; rel="last""#
            ),
            Some("a=b,c&page=2".to_owned())
        );
        assert_eq!(next("nonsense"), None);
    }
}
