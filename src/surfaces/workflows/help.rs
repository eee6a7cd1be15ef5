//! `/penny workflow help`: how a workflow is written, with what can start one.

use crate::jobs::workflows::events;
use crate::slack::blocks::{raw, sentence};
use crate::surfaces::command::Call;
use crate::surfaces::scene::{Scene, Surfaced};

/// Slack takes three thousand characters a section.
const SECTION_CHARS: usize = 2_800;

const WHOLE: &str = r#"*How a workflow is written*: JSON in the window of `/penny workflow new`, either `"prompt"`, one question to me, or `"steps"`. Such as this one, which `event deal.stage_changed` starts:
```
{
  "about": "Large deals that were won",
  "where": {"status": "won", "amount": {"above": 20000}},
  "budget": 0.50,
  "steps": [
    {"id": "deal", "query": "select name, amount from deals where deal_id = {{input.fields.deal_id}}::uuid"},
    {"id": "each", "foreach": "{{steps.deal.rows}}", "as": "deal", "at_once": 2, "per_minute": 30, "do": [
      {"id": "praise", "model": "One sentence for the team on {{deal}}"},
      {"id": "tell", "message": "{{steps.praise.text}}"}
    ]}
  ]
}
```
`/penny templates` has more, `/penny workflow dry` tries one without changing anything."#;

const AROUND: &str = r#"*Around the steps*
• `"about"`: what it is for, in the list
• `"where"`: which of the events start it, by their fields. All have to fit: `{"status": "won", "amount": {"above": 1000}}`. There are `is`, `is_not`, `above`, `below`, `contains`, `one_of`
• `"input"`: what it takes, as JSON Schema: `{"type": "object", "required": ["who"], "properties": {"who": {"type": "string"}, "days": {"type": "integer", "default": 7}}}`. `/penny workflow run name who=Acme` gives it, *Run now* asks for it
• `"output"`: the same for what the last step comes to, which is the input of what starts `after` this one
• `"budget"`: dollars that one run may cost

*References*: `{{steps.deals.rows}}`, `{{steps.deals.rows.0.name}}`, `{{input.who}}`, of an event `{{input.fields.name}}`, `{{run.date}}`, and `{{notes}}` that earlier runs left"#;

const STEPS: &str = r#"*Steps* have an `"id"` and one of these:
• `"query"`: SQL over your data → `.rows`, `.count`
• `"model"`: a question to the model about what stands in it → `.text`; with a `"schema"` beside it `.value`
• `"prompt"`: a question to me, with all that I can look up → `.text`
• `"if": {"value": "{{steps.deals.count}}", "above": 0}, "then": […], "else": […]`; also `{"all": […]}`, `{"any": […]}`
• `"foreach": "{{steps.deals.rows}}", "as": "deal", "do": […]`, with `"at_once"` (1 to 16) and `"per_minute"` → `.done`, `.failed`, `.outcomes`
• `"wait": "2 hours"`
• `"approve": "Shall I go on?"`: the run waits for a click, `"within": "3 days"` (7 unless you say), then it is a no
• `"message"`: into the run’s thread
• `"mail": {"to", "subject", "body"}`, `"sms": {"to", "text"}`, `"webhook": {"event", "body"}`, `"change": {"system", "operation", "arguments"}`: each a card that somebody approves first
• `"workflow": "another-one", "input": {…}`: its output is the step’s
• `"note"`: kept for later runs
• `"set"`: a value to refer to"#;

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
