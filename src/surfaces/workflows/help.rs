//! `/penny workflow help`: how a workflow is written, with what can start one.

use super::words::{AROUND, STEPS, WHOLE};
use crate::jobs::workflows::events;
use crate::slack::blocks::{raw, sentence};
use crate::surfaces::call::Call;
use crate::surfaces::scene::{Scene, Surfaced};

/// Slack takes three thousand characters a section.
const SECTION_CHARS: usize = 2_800;

pub async fn show(scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
    let mut blocks = vec![sentence(WHOLE), sentence(AROUND), sentence(STEPS)];
    blocks.extend(started_by().iter().map(|section| sentence(section)));
    call.answer(scene, WHOLE, raw(blocks)).await
}

/// What starts one, with every event, in as many sections as that takes.
fn started_by() -> Vec<String> {
    let mut sections = vec![
        "*What starts it*: `by hand`, a time such as `every weekday at 9`, `after another-one`, or `event` and one of these:"
            .to_owned(),
    ];
    for event in events() {
        let fields = match event.fields {
            [] => String::new(),
            fields => format!(" _{}_", fields.join(", ")),
        };
        let line = format!("\n• `{}`: {}{fields}", event.name, event.about);
        match sections.last_mut() {
            Some(section) if section.chars().count() + line.chars().count() <= SECTION_CHARS => {
                section.push_str(&line);
            }
            _ => sections.push(line.trim_start().to_owned()),
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automation::workflow::KINDS;
    use crate::jobs::workflows::check;
    use serde_json::Value;

    const README: &str = include_str!("../../../README.md");

    fn told() -> String {
        let started_by = started_by().concat();
        format!("{WHOLE}{AROUND}{STEPS}{started_by}")
    }

    /// What stands between fences.
    fn examples(text: &str, fence: &str) -> Vec<Value> {
        let pieces = text.split(fence).skip(1);
        let pieces = pieces.filter_map(|piece| piece.split("```").next());
        let read = pieces.filter(|piece| piece.trim().starts_with('{'));
        read.map(|piece| serde_json::from_str(piece).unwrap())
            .collect()
    }

    #[test]
    fn every_step_and_every_event_with_its_fields_is_told_in_slack_and_in_the_readme() {
        let told = told();
        for kind in KINDS {
            assert!(told.contains(&format!("`\"{kind}\"")), "{kind}");
            assert!(README.contains(&format!("`{kind}`")), "{kind}");
        }
        for event in events() {
            assert!(
                told.contains(&format!("`{}`", event.name)),
                "{}",
                event.name
            );
            assert!(
                README.contains(&format!("`{}`", event.name)),
                "{}",
                event.name
            );
            assert!(told.contains(&event.fields.join(", ")), "{}", event.name);
            let fields = event.fields.join("`, `");
            assert!(README.contains(&fields), "{}", event.name);
        }
    }

    #[test]
    fn every_section_fits_into_a_message() {
        let all = [WHOLE, AROUND, STEPS].map(str::to_owned);
        for section in all.into_iter().chain(started_by()) {
            assert!(section.chars().count() < 3_000, "{section}");
        }
    }

    #[test]
    fn the_examples_can_be_saved_as_they_stand() {
        let in_help = examples(WHOLE, "```");
        let in_readme = examples(README, "```json");
        assert_eq!((in_help.len(), in_readme.len()), (1, 1));
        for mut example in in_help.into_iter().chain(in_readme) {
            example["on"] = "event deal.stage_changed".into();
            let checked = check(&example);
            assert!(checked.is_ok(), "{checked:?}");
        }
    }
}
