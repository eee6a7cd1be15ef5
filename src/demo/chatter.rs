//! What was said in the demo company's channels before today.

use super::calendar::Calendar;
use super::words::{self, column, number};
use super::workspace::Said;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

const REPLY: &str = "> ";

pub fn messages(calendar: &Calendar) -> Vec<Said> {
    let mut roots: HashMap<&str, DateTime<Utc>> = HashMap::new();
    let said = words::CHATTER.iter().map(|line| {
        let (channel, text) = (column(line, 2), column(line, 4));
        let at = calendar.past(-number(line, 0), number(line, 1));
        let reply = text.strip_prefix(REPLY);
        if reply.is_none() {
            roots.insert(channel, at);
        }
        Said {
            channel,
            user: column(line, 3),
            text: reply.unwrap_or(text).to_owned(),
            at,
            reply_to: reply.and_then(|_| roots.get(channel).copied()),
        }
    });
    let mut said: Vec<Said> = said.collect();
    said.sort_by_key(|message| message.at);
    said
}
