//! Cookies that tie a way through another site to the browser that began it.

use crate::slack::oauth::Nonce;
use axum::http::{HeaderMap, header};
use url::Url;

/// As long as a state is remembered.
pub const TEN_MINUTES: u32 = 600;

/// Bound to this browser and out of reach of scripts. Over plain HTTP, which only a stand-in on
/// one's own machine uses, browsers would drop a cookie that is marked as secure.
pub fn set(name: &str, value: &str, seconds: u32, public_url: &Url) -> String {
    let secure = if public_url.scheme() == "https" {
        "; Secure"
    } else {
        ""
    };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

pub fn read(name: &str, headers: &HeaderMap) -> Option<Nonce> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| {
            let (found, value) = pair.trim().split_once('=')?;
            (found == name && !value.is_empty()).then(|| Nonce::received(value))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn with_cookies(text: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(text))])
    }

    #[test]
    fn the_cookie_is_found_among_others_and_an_empty_one_is_none() {
        let found = |text| {
            let cookie = read("penny_install", &with_cookies(text));
            cookie.map(|cookie| cookie.expose().to_owned())
        };
        assert_eq!(found("a=1; penny_install=abc; b=2"), Some("abc".to_owned()));
        assert_eq!(found("penny_install="), None);
        assert_eq!(found("not_penny_install=abc"), None);
    }
}
