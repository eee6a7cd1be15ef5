//! Lists of schedules: those that somebody may see, page by page or by their words, and their own
//! in App Home.

use super::{may_change, words};
use crate::base::ids::UserId;
use crate::jobs::schedules::rule_of;
use crate::slack::blocks::schedules::{
    Deed, Listing, SHOWN, SHOWN_IN_HOME, ScheduleCard, schedules as listed,
};
use crate::slack::blocks::{raw, sentence};
use crate::slack::mrkdwn::clip;
use crate::slack::text;
use crate::store::people::Person;
use crate::store::schedules::{self, Run, Schedule, Sight, State, Wanted};
use crate::surfaces::rooms;
use crate::surfaces::scene::{Scene, Surfaced, Whisper};

/// Words by which schedules are looked for are no longer than this.
const WORDS_CHARS: usize = 200;

/// The part of the list that somebody wants to see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    pub from: i64,
    pub words: String,
}

impl Part {
    /// `/penny schedules pipeline`
    pub fn about(words: &str) -> Self {
        Self {
            from: 0,
            words: clip(words.trim(), WORDS_CHARS),
        }
    }

    /// What a button carries. That of another list carries nothing of this.
    pub fn parse(value: &str) -> Self {
        let parts = value.split_once(':');
        let part = parts.and_then(|(from, words)| Some((from.parse().ok()?, words)));
        part.map_or_else(Self::default, |(from, words)| Self {
            from,
            words: words.to_owned(),
        })
    }

    fn value(&self) -> String {
        format!("{}:{}", self.from, self.words)
    }
}

/// The list, under a sentence about what just happened: one's own, those of the channels that one
/// is in, and all for administrators.
pub async fn show(
    scene: &Scene<'_>,
    to: Whisper<'_>,
    user: &UserId,
    heading: &str,
    part: &Part,
) -> Surfaced {
    let person = scene.person(user).await?;
    if person.is_restricted {
        return scene.whisper(to, text::GUESTS_CANNOT, Vec::new()).await;
    }
    let channels = match person.is_admin {
        true => Vec::new(),
        false => rooms::of(scene, user).await,
    };
    let sight = Sight {
        owner: user,
        channels: &channels,
        is_everything: person.is_admin,
    };
    let listing = read(scene, user, &person, sight, part, SHOWN).await?;
    let mut blocks = listed(&listing);
    blocks.insert(0, sentence(heading));
    scene.whisper(to, heading, raw(blocks)).await
}

/// Their own, for App Home.
pub async fn own(scene: &Scene<'_>, user: &UserId, person: &Person) -> Surfaced<Listing> {
    let sight = Sight {
        owner: user,
        channels: &[],
        is_everything: false,
    };
    let part = Part::default();
    let listing = read(scene, user, person, sight, &part, SHOWN_IN_HOME).await?;
    // The page has no room for the others.
    Ok(Listing {
        next: None,
        ..listing
    })
}

async fn read(
    scene: &Scene<'_>,
    user: &UserId,
    person: &Person,
    sight: Sight<'_>,
    part: &Part,
    most: usize,
) -> Surfaced<Listing> {
    let sought: Vec<String> = part.words.split_whitespace().map(str::to_owned).collect();
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let wanted = Wanted {
        words: &sought,
        from: part.from,
        limit,
    };
    let mut tx = scene.tx().await?;
    let (found, total) = schedules::list(&mut tx, &scene.workspace.id, sight, wanted).await?;
    drop(tx);
    let mut cards = Vec::new();
    for schedule in &found {
        cards.push(card(scene, user, person, schedule).await?);
    }
    let next = Part {
        from: part.from + limit,
        words: part.words.clone(),
    };
    Ok(Listing {
        cards,
        from: part.from,
        total,
        is_sought: !sought.is_empty(),
        next: (next.from < total).then(|| next.value()),
    })
}

async fn card(
    scene: &Scene<'_>,
    user: &UserId,
    person: &Person,
    schedule: &Schedule,
) -> Surfaced<ScheduleCard> {
    let mut tx = scene.tx().await?;
    let last = schedules::history(&mut tx, schedule.id, 1).await?.pop();
    drop(tx);
    Ok(ScheduleCard {
        id: schedule.id.to_string(),
        line: words::line(schedule, &rule_of(schedule)?, last.as_ref()),
        deeds: deeds(
            may_change(person, user, schedule),
            schedule.state,
            last.as_ref(),
        )
        .into_iter()
        // What a digest asks is not for its owner to write.
        .filter(|deed| !schedule.is_digest || *deed != Deed::Edit)
        .collect(),
    })
}

fn deeds(may_change: bool, state: State, last: Option<&Run>) -> Vec<Deed> {
    let offers = [
        (Deed::RunNow, may_change),
        (Deed::Pause, may_change && state == State::Active),
        (Deed::Resume, may_change && state == State::Paused),
        (Deed::Edit, may_change),
        (Deed::History, last.is_some()),
        (Deed::Delete, may_change),
    ];
    let offered = offers.into_iter().filter(|(_, is_offered)| *is_offered);
    offered.map(|(deed, _)| deed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_may_not_change_a_schedule_is_offered_its_history_alone() {
        assert_eq!(deeds(false, State::Active, None), []);
        assert_eq!(
            deeds(true, State::Active, None),
            [Deed::RunNow, Deed::Pause, Deed::Edit, Deed::Delete]
        );
        assert_eq!(
            deeds(true, State::Paused, None),
            [Deed::RunNow, Deed::Resume, Deed::Edit, Deed::Delete]
        );
    }

    #[test]
    fn the_rest_of_a_list_is_found_again_by_what_its_button_carries() {
        let part = Part {
            from: 20,
            words: "at 9: pipeline".to_owned(),
        };
        assert_eq!(Part::parse(&part.value()), part);
        for of_another_list in ["", "0197-a", "x:y"] {
            assert_eq!(Part::parse(of_another_list), Part::default());
        }
    }
}
