//! Why a page was not read, for the model: what happened, and what to do instead. The address is
//! named by its host alone.

use crate::net::guard::GuardError;
use crate::net::polite::PoliteError;
use url::Url;

pub const NO_ADDRESS: &str = "This is no web address. Give it whole, beginning with https://.";

pub const COMPOSED: &str = "Nobody but you has written this address: it stands in no message here, \
    in no search result and on no page read before. It is not opened, because an address can carry \
    data away. Use one that was written, letter for letter, or ask the person for it.";

pub const UNREADABLE: &str = "The page came, but it could not be made readable.";

pub fn sentence(error: &PoliteError, url: &Url) -> String {
    let host = url.host_str().unwrap_or("the site");
    match error {
        PoliteError::Unwelcome => format!(
            "{host} asks programs not to read this page (robots.txt), so it was not read. The \
             person can open it and paste what matters."
        ),
        PoliteError::UnknownWishes => format!(
            "{host} could not say what programs may read (its robots.txt fails), so the page was \
             not read. It may work later."
        ),
        PoliteError::Busy(wait) => format!(
            "{host} wants no further request for {} seconds. Go on without the page, or say so.",
            wait.as_secs().max(1)
        ),
        PoliteError::Guard(error) => guarded(error, host),
    }
}

fn guarded(error: &GuardError, host: &str) -> String {
    match error {
        GuardError::Status {
            status: 404 | 410, ..
        } => format!("{host} has no page at this address (any more)."),
        GuardError::Status {
            status: status @ (401 | 402 | 403 | 407 | 451),
            ..
        } => format!(
            "{host} does not show this page without a login, or not to programs (status {status}). \
             The person can open it and paste what matters."
        ),
        GuardError::Status {
            status,
            retry_after: Some(wait),
        } => format!(
            "{host} is busy (status {status}) and wants no further request for {} seconds.",
            wait.as_secs().max(1)
        ),
        GuardError::Status { status, .. } => {
            format!("{host} answered with status {status}, so there is nothing to read now.")
        }
        GuardError::WrongType(kind) if kind.starts_with("application/pdf") => {
            "This is a PDF, which cannot be read from the web yet. If the person attaches it to a \
             message here, it can."
                .to_owned()
        }
        GuardError::UnknownHost => {
            format!("There is no site called {host}. Check the address with the person.")
        }
        GuardError::Unreachable | GuardError::TooSlow(_) => {
            format!("{host} did not answer in time. It may work later.")
        }
        other => format!("The page was not read: {other}."),
    }
}
