//! What a URL from outside may look like before anything is resolved or sent.

use super::{GuardError, Rules};
use std::net::{IpAddr, SocketAddr};
use url::{Host, Url};

/// Longer addresses carry something, and it is not the way to a page.
const LONGEST: usize = 2_000;

/// Names that mean this machine or this network, whatever they resolve to.
const INNER_NAMES: [&str; 5] = ["localhost", "local", "internal", "home.arpa", "lan"];

/// A URL as somebody wrote it. Only its plain spelling is accepted: what browsers mend (missing
/// slashes, backslashes, hidden tabs, numbers for addresses) is written so only to deceive.
pub(super) fn parse(written: &str, rules: &Rules) -> Result<Url, GuardError> {
    let odd = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
    if written.contains(odd) || written.len() > LONGEST {
        return Err(GuardError::Malformed);
    }
    let url = Url::parse(written).map_err(|_| GuardError::Malformed)?;
    let Some((_, rest)) = written.split_once("://") else {
        return Err(GuardError::Scheme);
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(GuardError::UserInfo);
    }
    if let Some(Host::Ipv4(address)) = url.host() {
        let spelled = authority.split(':').next().unwrap_or_default();
        if spelled != address.to_string() {
            return Err(GuardError::Malformed);
        }
    }
    check(&url, rules)?;
    Ok(url)
}

/// Where a redirect leads, if it may be followed.
pub(super) fn redirected(from: &Url, location: &str, rules: &Rules) -> Result<Url, GuardError> {
    let to = from.join(location).map_err(|_| GuardError::Malformed)?;
    if from.scheme() == "https" && to.scheme() == "http" {
        return Err(GuardError::Downgrade);
    }
    check(&to, rules)?;
    Ok(to)
}

fn check(url: &Url, rules: &Rules) -> Result<(), GuardError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(GuardError::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(GuardError::UserInfo);
    }
    let Some(port @ (80 | 443)) = url.port_or_known_default() else {
        return Err(GuardError::Port);
    };
    if url.as_str().len() > LONGEST {
        return Err(GuardError::Malformed);
    }
    let at = |address: IpAddr| SocketAddr::new(address, port);
    match url.host() {
        None => Err(GuardError::Malformed),
        Some(Host::Domain(name)) if has_empty_label(name) => Err(GuardError::Malformed),
        Some(Host::Domain(name)) if is_inner(name) => Err(GuardError::Inside),
        Some(Host::Domain(_)) => Ok(()),
        Some(Host::Ipv4(address)) => rules.check(at(address.into())),
        Some(Host::Ipv6(address)) => rules.check(at(address.into())),
    }
}

/// No such name exists, but some resolvers read an address into `127.0.0.1..`.
fn has_empty_label(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.split('.').any(str::is_empty)
}

/// A name without a dot is looked up in the network's own domain.
fn is_inner(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let ends_with = |inner: &str| {
        let before = name.strip_suffix(inner);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    !name.contains('.') || INNER_NAMES.into_iter().any(ends_with)
}
