//! Checks an exported ledger, offline, and names the first entry that is not as it was written.
//! A chain proves itself only up to its end, and to whoever could rewrite all of it not even
//! that: a head that was kept elsewhere is what settles both.

use super::canonical;
use super::ledger::{Head, Line, Title};
use crate::base::ids::OrgId;
use std::io;

/// The first thing that is wrong. Numbers are those of the entries.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    #[error("the file does not begin with the head of a ledger")]
    NoHead,
    #[error("the file ends at {found}, but the head that was kept says {kept}")]
    OtherHead { found: Head, kept: Head },
    #[error("entry {0} was changed")]
    Changed(u64),
    #[error("entry {0} was removed")]
    Removed(u64),
    #[error("entry {0} is not in its place")]
    Moved(u64),
    #[error("the end was cut off: entry {0} and what follows it are missing")]
    CutOff(u64),
    #[error("entry {0} was added behind the end")]
    Added(u64),
    #[error("entry {seq} belongs to another organisation, {org}")]
    Foreign { seq: u64, org: OrgId },
    #[error("the file cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// What a whole ledger says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    pub org: OrgId,
    pub head: Head,
}

/// Reads an export once from its first line to its last.
pub fn verify(
    lines: impl IntoIterator<Item = io::Result<String>>,
    kept: Option<Head>,
) -> Result<Verified, Broken> {
    let mut lines = lines.into_iter().peekable();
    let (org, head) = read_title(lines.next())?;
    let mut so_far = Head::start();
    while let Some(line) = lines.next() {
        let seq = so_far.entries + 1;
        let Some(line) = read_line(&line?) else {
            // A last line that ends in its middle is where the file was cut.
            return Err(match lines.peek() {
                Some(_) => Broken::Changed(seq),
                None => Broken::CutOff(seq),
            });
        };
        if line.org != org {
            return Err(Broken::Foreign { seq, org: line.org });
        }
        if line.seq != seq {
            return Err(out_of_order(seq, &line, lines));
        }
        if seq > head.entries {
            return Err(Broken::Added(seq));
        }
        let hash = line.own_hash().map_err(|_| Broken::Changed(seq))?;
        if hash.to_string() != line.hash {
            return Err(Broken::Changed(seq));
        }
        if line.previous != so_far.hash.to_string() {
            let follows = match lines.next() {
                Some(next) => read_line(&next?).map(|next| next.previous),
                None => Some(head.hash.to_string()),
            };
            return Err(unhinged(&line, follows));
        }
        so_far = Head { entries: seq, hash };
    }
    if so_far.entries < head.entries {
        return Err(Broken::CutOff(so_far.entries + 1));
    }
    if so_far.hash != head.hash {
        return Err(Broken::Changed(so_far.entries));
    }
    match kept {
        Some(kept) if kept != head => Err(Broken::OtherHead { found: head, kept }),
        _ => Ok(Verified { org, head }),
    }
}

fn read_title(line: Option<io::Result<String>>) -> Result<(OrgId, Head), Broken> {
    let text = line.transpose()?.ok_or(Broken::NoHead)?;
    let title: Title = canonical::parse(text.as_bytes())
        .ok()
        .and_then(|value| serde_json::from_value(value).ok())
        .ok_or(Broken::NoHead)?;
    let hash = title.hash.parse().map_err(|_| Broken::NoHead)?;
    let entries = title.entries;
    Ok((title.org, Head { entries, hash }))
}

/// Another spelling of a line is a change too: somebody else's reader could take it otherwise.
fn read_line(text: &str) -> Option<Line> {
    let value = canonical::parse(text.as_bytes()).ok()?;
    serde_json::from_value(value).ok()
}

fn out_of_order(
    expected: u64,
    found: &Line,
    rest: impl Iterator<Item = io::Result<String>>,
) -> Broken {
    if found.seq < expected {
        return Broken::Moved(found.seq);
    }
    let is_expected = |line: io::Result<String>| {
        line.is_ok_and(|text| read_line(&text).is_some_and(|line| line.seq == expected))
    };
    if rest.into_iter().any(is_expected) {
        Broken::Moved(expected)
    } else {
        Broken::Removed(expected)
    }
}

/// An entry that is whole in itself but does not hang on the one before: one of the two was
/// written anew with a hash to match. If what follows hangs on this one, it was the other.
fn unhinged(line: &Line, follows: Option<String>) -> Broken {
    if line.seq > 1 && follows.as_ref() == Some(&line.hash) {
        Broken::Changed(line.seq - 1)
    } else {
        Broken::Changed(line.seq)
    }
}

#[cfg(test)]
mod tests;
