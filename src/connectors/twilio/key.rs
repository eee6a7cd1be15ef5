//! What opens Twilio: the account, whose id is part of every address there, and what signs in to
//! it, which is its own token or an API key.

/// The account's id and the two halves of HTTP Basic.
struct Parts<'k> {
    account: &'k str,
    name: &'k str,
    password: &'k str,
}

fn parts(key: &str) -> Option<Parts<'_>> {
    let (account, rest) = key.split_once(':')?;
    let (name, password) = match rest.split_once(':') {
        Some((name, password)) if is_sid(name, "SK") => (name, password),
        Some(_) => return None,
        None => (account, rest),
    };
    let is_key = is_sid(account, "AC") && !password.is_empty();
    is_key.then_some(Parts {
        account,
        name,
        password,
    })
}

/// Ids are two letters for their kind, and 32 hexadecimal digits.
pub fn is_sid(text: &str, kind: &str) -> bool {
    let digits = text.strip_prefix(kind).unwrap_or_default();
    digits.len() == 32 && digits.bytes().all(|it| it.is_ascii_hexdigit())
}

pub fn login(key: &str) -> Option<(&str, &str)> {
    parts(key).map(|it| (it.name, it.password))
}

pub fn account(key: &str) -> Option<&str> {
    parts(key).map(|it| it.account)
}

/// Most of those may send, and may not look at the account itself.
pub fn is_api_key(key: &str) -> bool {
    parts(key).is_some_and(|it| it.name != it.account)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
    const API_KEY: &str = "SK0123456789abcdef0123456789abcdef";

    #[test]
    fn a_key_is_an_account_and_what_signs_in_to_it() {
        let own = format!("{ACCOUNT}:canary");
        assert_eq!(login(&own), Some((ACCOUNT, "canary")));
        assert_eq!(account(&own), Some(ACCOUNT));
        assert!(!is_api_key(&own));
        let other = format!("{ACCOUNT}:{API_KEY}:canary");
        assert_eq!(login(&other), Some((API_KEY, "canary")));
        assert_eq!(account(&other), Some(ACCOUNT));
        assert!(is_api_key(&other));
    }

    #[test]
    fn anything_else_is_no_key() {
        for wrong in [
            "",
            "canary",
            ACCOUNT,
            &format!("{ACCOUNT}:"),
            &format!("{API_KEY}:canary"),
            &format!("{ACCOUNT}:AC12:canary"),
            "AC01/../../x:canary",
        ] {
            assert_eq!(login(wrong), None, "{wrong}");
        }
    }
}
