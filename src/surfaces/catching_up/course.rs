//! What is still to be read after an absence, as it is saved after each page. Every place is a ts,
//! so whoever goes on needs nothing of the page before.

use crate::base::ids::{ChannelId, Ts};
use crate::slack::client::{Archived, Channel};
use crate::store::{StoreError, StoreResult};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// Pages of one channel or thread: what is said in a busier one is left alone.
const MOST_PAGES: u32 = 5;
/// Pages of one absence, and channels and threads that wait to be read.
const MOST: u32 = 500;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// The next one last.
    left: Vec<Place>,
    asked: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    pub channel: ChannelId,
    /// As events call it: im, mpim, group or channel.
    pub kind: String,
    /// None for what is said outside of threads.
    pub thread: Option<Ts>,
    /// How far it is read: a channel from now back, a thread from the absence on.
    pub read_to: Option<Ts>,
    pages: u32,
}

impl Place {
    fn new(channel: &ChannelId, kind: &str, thread: Option<Ts>) -> Self {
        Self {
            channel: channel.clone(),
            kind: kind.to_owned(),
            thread,
            read_to: None,
            pages: 0,
        }
    }

    fn is_direct(&self) -> bool {
        is_direct(&self.kind)
    }
}

fn is_direct(kind: &str) -> bool {
    matches!(kind, "im" | "mpim")
}

impl Course {
    /// First the threads in which Penny has part, then direct messages, then channels; of each
    /// first where something was going on lately.
    pub fn of(channels: &[Channel], threads: Vec<(ChannelId, Ts)>) -> Self {
        let kinds: HashMap<ChannelId, &str> = channels
            .iter()
            .map(|channel| (ChannelId::new(channel.id.as_str()), kind_of(channel)))
            .collect();
        let is_recent: HashSet<&ChannelId> = threads.iter().map(|(channel, _)| channel).collect();
        let mut places: Vec<(&ChannelId, &str)> =
            kinds.iter().map(|(id, kind)| (id, *kind)).collect();
        places.sort_by_key(|(id, kind)| (is_direct(kind), is_recent.contains(id), *id));
        let mut left: Vec<Place> = places
            .into_iter()
            .map(|(id, kind)| Place::new(id, kind, None))
            .collect();
        // Where Penny is no longer in the channel, there is nothing to read.
        let known = threads.iter().rev().filter_map(|(channel, root)| {
            let kind = kinds.get(channel)?;
            Some(Place::new(channel, kind, Some(root.clone())))
        });
        left.extend(known);
        Self { left, asked: 0 }
    }

    pub fn read(value: Value) -> StoreResult<Self> {
        serde_json::from_value(value).map_err(StoreError::from)
    }

    pub fn to_value(&self) -> StoreResult<Value> {
        Ok(serde_json::to_value(self)?)
    }

    /// What is to be read now; none at the end.
    pub fn next(&mut self) -> Option<Place> {
        match self.is_cut() {
            true => None,
            false => self.left.pop(),
        }
    }

    /// Whether there would be more to read than is read at most.
    pub fn is_cut(&self) -> bool {
        self.asked >= MOST && !self.left.is_empty()
    }

    /// Behind a page of a place.
    pub fn behind(&mut self, mut place: Place, page: &Archived, since: &Ts) {
        self.asked += 1;
        place.pages += 1;
        let stamps = || page.messages.iter().filter_map(|message| ts(message, "ts"));
        if place.thread.is_none() {
            self.add_threads(&place, page, since);
        }
        place.read_to = match place.thread {
            Some(_) => stamps().max(),
            None => stamps().min(),
        };
        if page.has_more && place.pages < MOST_PAGES && place.read_to.is_some() {
            self.left.push(place);
        }
    }

    /// Threads that began meanwhile: in a direct message they are read next, and in a channel last,
    /// since few of them are for Penny.
    fn add_threads(&mut self, place: &Place, page: &Archived, since: &Ts) {
        let found = page.messages.iter().filter(|message| {
            let has_replies = message.get("reply_count").and_then(Value::as_u64) > Some(0);
            has_replies && ts(message, "latest_reply").is_none_or(|latest| latest > *since)
        });
        let found = found.filter_map(|message| {
            let root = ts(message, "ts")?;
            Some(Place::new(&place.channel, &place.kind, Some(root)))
        });
        let room = (MOST as usize).saturating_sub(self.left.len());
        let found = found.take(room);
        match place.is_direct() {
            true => self.left.extend(found),
            false => drop(self.left.splice(0..0, found.collect::<Vec<_>>())),
        }
    }
}

fn kind_of(channel: &Channel) -> &'static str {
    match channel {
        channel if channel.is_im => "im",
        channel if channel.is_mpim => "mpim",
        channel if channel.is_private => "group",
        _ => "channel",
    }
}

fn ts(message: &Value, name: &str) -> Option<Ts> {
    Some(Ts::new(message.get(name)?.as_str()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn channel(id: &str) -> Channel {
        Channel {
            id: id.to_owned(),
            is_im: id.starts_with('D'),
            ..Channel::default()
        }
    }

    fn page(messages: Value, has_more: bool) -> Archived {
        let messages = messages.as_array().cloned().unwrap_or_default();
        Archived { messages, has_more }
    }

    fn order(mut course: Course) -> Vec<String> {
        std::iter::from_fn(|| course.next())
            .map(|place| match place.thread {
                Some(thread) => format!("{} {thread}", place.channel),
                None => place.channel.0,
            })
            .collect()
    }

    #[test]
    fn threads_come_first_then_direct_messages_then_channels_and_lately_used_ones_before_others() {
        let channels = ["C1", "C2", "D1", "D2"].map(channel);
        let threads = [("C1", "5"), ("D2", "4"), ("CGONE", "3")];
        let threads = threads.map(|(id, root)| (ChannelId::from(id), Ts::from(root)));
        let course = Course::of(&channels, threads.to_vec());
        assert_eq!(order(course), ["C1 5", "D2 4", "D2", "D1", "C1", "C2"]);
    }

    #[test]
    fn a_thread_that_began_meanwhile_is_read_next_in_a_direct_message_and_last_in_a_channel() {
        let mut course = Course::of(&["C1", "C2", "D1"].map(channel), Vec::new());
        let since = Ts::from("100.0");
        let talked = json!([
            {"ts": "200.0", "reply_count": 2, "latest_reply": "300.0"},
            {"ts": "150.0"},
        ]);
        let direct = course.next().unwrap();
        course.behind(direct, &page(talked.clone(), false), &since);
        let in_direct = course.next().unwrap();
        assert_eq!(in_direct.thread, Some(Ts::from("200.0")));
        course.behind(in_direct, &Archived::default(), &since);
        let in_channel = course.next().unwrap();
        course.behind(in_channel, &page(talked, false), &since);
        assert_eq!(order(course), ["C1", "C2 200.0"]);
    }

    #[test]
    fn a_long_channel_is_read_on_from_its_oldest_message_for_some_pages() {
        let mut course = Course::of(&[channel("C1")], Vec::new());
        let since = Ts::from("0.0");
        for pages in 0..MOST_PAGES {
            let place = course.next().unwrap();
            let oldest = (pages > 0).then(|| Ts(format!("{}.0", 900 - pages)));
            assert_eq!(place.read_to, oldest);
            let messages = json!([{"ts": "950.0"}, {"ts": format!("{}.0", 899 - pages)}]);
            course.behind(place, &page(messages, true), &since);
        }
        assert_eq!(course.next(), None);
        assert!(!course.is_cut());
    }
}
