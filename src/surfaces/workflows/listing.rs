//! The list of workflows, as far as somebody may see them: all, or those with some words, some at a
//! time.

use super::{LIST, may_change, words};
use crate::base::ids::UserId;
use crate::slack::blocks::workflows::{Deed, SHOWN, WorkflowCard, workflows as listed};
use crate::slack::blocks::{raw, sentence};
use crate::slack::inbound::BlockActions;
use crate::slack::text;
use crate::store::people::Person;
use crate::store::workflows::{self, Workflow};
use crate::surfaces::call::Call;
use crate::surfaces::rooms;
use crate::surfaces::scene::{Scene, Surfaced, Whisper};

/// More of one workspace are not looked through; one’s own come first.
const MOST: i64 = 500;
/// A button carries no more than two thousand characters.
const WORDS_CHARS: usize = 200;

/// Which ones a list has: those with these words, from one on.
#[derive(Debug, Clone, Copy, Default)]
struct Page<'a> {
    pub words: &'a str,
    pub from: usize,
}

impl<'a> Page<'a> {
    /// As the button for the next ones carries it: `20 stale deals`.
    fn read(value: &'a str) -> Self {
        let (from, words) = value.split_once(' ').unwrap_or((value, ""));
        Self {
            words,
            from: from.parse().unwrap_or_default(),
        }
    }

    fn next(&self) -> String {
        let words: String = self.words.chars().take(WORDS_CHARS).collect();
        format!("{} {words}", self.from + SHOWN)
    }
}

/// `/penny workflows`, or those with some words.
pub async fn list(scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
    let page = Page {
        words: call.words,
        from: 0,
    };
    let heading = match page.words {
        "" => LIST.to_owned(),
        words => words::found(words),
    };
    show_page(scene, call.whisper(), call.user(), &heading, page).await
}

/// The list, under a sentence about what just happened.
pub async fn show(scene: &Scene<'_>, to: Whisper<'_>, user: &UserId, heading: &str) -> Surfaced {
    show_page(scene, to, user, heading, Page::default()).await
}

async fn show_page(
    scene: &Scene<'_>,
    to: Whisper<'_>,
    user: &UserId,
    heading: &str,
    page: Page<'_>,
) -> Surfaced {
    let person = scene.person(user).await?;
    if person.is_restricted {
        return scene.whisper(to, text::GUESTS_CANNOT, Vec::new()).await;
    }
    let mut tx = scene.tx().await?;
    let all = workflows::list(&mut tx, &scene.workspace.id, user, page.words, MOST).await?;
    drop(tx);
    let visible = visible(scene, user, &person, all).await;
    let mut cards = Vec::new();
    for workflow in visible.iter().skip(page.from).take(SHOWN) {
        cards.push(card(scene, user, &person, workflow).await?);
    }
    let nothing = words::none_found(page.words);
    let heading = match (visible.is_empty(), page.words) {
        (true, "") if heading == LIST => text::NO_WORKFLOWS,
        (true, words) if !words.is_empty() => nothing.as_str(),
        _ => heading,
    };
    let left = visible.len().saturating_sub(page.from + SHOWN);
    let more = (left > 0).then(|| (left, page.next()));
    let mut blocks = listed(
        &cards,
        more.as_ref().map(|(left, next)| (*left, next.as_str())),
    );
    blocks.insert(0, sentence(heading));
    scene.whisper(to, heading, raw(blocks)).await
}

/// Those that they may change, and those of channels that they are in.
async fn visible(
    scene: &Scene<'_>,
    user: &UserId,
    person: &Person,
    all: Vec<Workflow>,
) -> Vec<Workflow> {
    let is_own = |workflow: &Workflow| may_change(person, user, workflow);
    if all.iter().all(is_own) {
        return all;
    }
    let rooms = rooms::of(scene, user).await;
    let is_there = |workflow: &Workflow| {
        let channel = workflow.channel.as_ref();
        channel.is_some_and(|channel| rooms.iter().any(|room| room == channel.as_str()))
    };
    let seen = all.into_iter().filter(|it| is_own(it) || is_there(it));
    seen.collect()
}

async fn card(
    scene: &Scene<'_>,
    user: &UserId,
    person: &Person,
    workflow: &Workflow,
) -> Surfaced<WorkflowCard> {
    let mut tx = scene.tx().await?;
    let last = workflows::history(&mut tx, workflow.id, 1).await?.pop();
    Ok(WorkflowCard {
        id: workflow.id.to_string(),
        line: words::line(workflow, last.as_ref()),
        deeds: deeds(
            may_change(person, user, workflow),
            workflow.is_paused,
            last.is_some(),
        ),
    })
}

fn deeds(may_change: bool, is_paused: bool, has_run: bool) -> Vec<Deed> {
    let offers = [
        (Deed::RunNow, may_change),
        (Deed::DryRun, may_change),
        (Deed::Pause, may_change && !is_paused),
        (Deed::Resume, may_change && is_paused),
        (Deed::Edit, may_change),
        (Deed::History, has_run),
        (Deed::Picture, true),
        (Deed::Delete, may_change),
    ];
    let offered = offers.into_iter().filter(|(_, is_offered)| *is_offered);
    offered.map(|(deed, _)| deed).collect()
}

/// The next ones of a list.
pub async fn more(scene: &Scene<'_>, clicked: &BlockActions, value: &str) -> Surfaced {
    let page = Page::read(value);
    let user = &clicked.source.user;
    let heading = match page.words {
        "" => LIST.to_owned(),
        words => words::found(words),
    };
    match Whisper::in_place(clicked) {
        Some(to) => show_page(scene, to, user, &heading, page).await,
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_may_not_change_a_workflow_can_still_look_at_it() {
        assert_eq!(deeds(false, false, true), [Deed::History, Deed::Picture]);
        assert!(deeds(true, true, false).contains(&Deed::Resume));
        assert!(!deeds(true, true, false).contains(&Deed::Pause));
    }
}
