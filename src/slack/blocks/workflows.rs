//! Workflows in Slack: the list, the message of a run, the card that asks whether it goes on, and
//! the window in which one is written.

use super::kit::{actions, button, context, plain, removal, section, section_beside};
use crate::slack::ids::{
    FIELD, WORKFLOW_CANCEL, WORKFLOW_DELETE, WORKFLOW_DRY, WORKFLOW_EDIT, WORKFLOW_HISTORY,
    WORKFLOW_MODAL, WORKFLOW_NEW, WORKFLOW_NO, WORKFLOW_PAUSE, WORKFLOW_PICTURE, WORKFLOW_RESUME,
    WORKFLOW_RETRY, WORKFLOW_RUN, WORKFLOW_SHOW, WORKFLOW_TEMPLATE, WORKFLOW_YES, WORKFLOWS_MORE,
};
use crate::slack::text;
use serde_json::{Value, json};

/// Two blocks each; a message has fifty.
pub const SHOWN: usize = 20;
/// Of a run's message.
const STEPS: usize = 40;

pub const NAME: &str = "name";
pub const CHANNEL: &str = "channel";
pub const TRIGGER: &str = "on";
/// A field takes 3,000 characters, so a definition may go over several.
pub const PARTS: [&str; 4] = ["definition", "definition_2", "definition_3", "definition_4"];
pub const PART_CHARS: usize = 2_900;
/// Our own words for a time are longer than what somebody types.
const TRIGGER_CHARS: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunCard {
    pub headline: String,
    pub steps: Vec<String>,
    pub outcome: String,
    pub run: String,
    pub can_cancel: bool,
    pub can_try_again: bool,
}

pub fn run(card: &RunCard) -> Vec<Value> {
    let mut blocks = vec![section(&card.headline)];
    if !card.steps.is_empty() {
        let left_out = card.steps.len().saturating_sub(STEPS);
        let mut lines = card.steps[left_out..].to_vec();
        if left_out > 0 {
            lines.insert(0, format!("… {left_out} steps before"));
        }
        blocks.push(section(&lines.join("\n")));
    }
    blocks.push(context(&card.outcome));
    let mut buttons = vec![button(text::SHOW_RUN, WORKFLOW_SHOW, &card.run)];
    if card.can_cancel {
        buttons.push(button(text::CANCEL_RUN, WORKFLOW_CANCEL, &card.run));
    }
    if card.can_try_again {
        buttons.push(button(text::TRY_RUN_AGAIN, WORKFLOW_RETRY, &card.run));
    }
    blocks.push(actions(buttons));
    blocks
}

/// A run in a list, with the way to everything about it for whoever may see that.
pub fn run_row(line: &str, run: &str, may_see: bool) -> Value {
    match may_see {
        true => section_beside(line, button(text::SHOW_RUN, WORKFLOW_SHOW, run)),
        false => section(line),
    }
}

/// Somebody's own runs, the latest first.
#[derive(Debug, Clone, Default)]
pub struct Runs {
    pub open: Vec<RunLine>,
    pub over: Vec<RunLine>,
}

#[derive(Debug, Clone)]
pub struct RunLine {
    pub run: String,
    pub line: String,
}

pub fn own_runs(runs: &Runs) -> Vec<Value> {
    if runs.open.is_empty() && runs.over.is_empty() {
        return vec![context(text::NO_RUNS_YET)];
    }
    let rows = |runs: &[RunLine]| -> Vec<Value> {
        let rows = runs.iter().map(|one| run_row(&one.line, &one.run, true));
        rows.collect()
    };
    let mut blocks = rows(&runs.open);
    if !runs.over.is_empty() {
        blocks.push(context(text::LATELY));
        blocks.extend(rows(&runs.over));
    }
    blocks
}

/// Whether a run goes on; the buttons carry which run and step.
pub fn approval(question: &str, until: &str, value: &str) -> Vec<Value> {
    let mut yes = button(text::GO_ON, WORKFLOW_YES, value);
    yes["style"] = "primary".into();
    vec![
        section(question),
        actions(vec![yes, button(text::END_HERE, WORKFLOW_NO, value)]),
        context(until),
    ]
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowCard {
    pub id: String,
    pub line: String,
    /// What the one who looks may do about it, in this order.
    pub deeds: Vec<Deed>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    RunNow,
    DryRun,
    Pause,
    Resume,
    Edit,
    History,
    Picture,
    Delete,
}

impl Deed {
    fn button(self, id: &str) -> Value {
        let (label, action) = match self {
            Self::RunNow => (text::RUN_NOW, WORKFLOW_RUN),
            Self::DryRun => (text::DRY_RUN, WORKFLOW_DRY),
            Self::Pause => (text::PAUSE, WORKFLOW_PAUSE),
            Self::Resume => (text::RESUME, WORKFLOW_RESUME),
            Self::Edit => (text::EDIT_SCHEDULE, WORKFLOW_EDIT),
            Self::History => (text::HISTORY, WORKFLOW_HISTORY),
            Self::Picture => (text::PICTURE, WORKFLOW_PICTURE),
            Self::Delete => {
                let deletes = (WORKFLOW_DELETE, id);
                return removal(
                    text::DELETE,
                    deletes,
                    text::DELETE_WORKFLOW_SURE,
                    text::DELETE_WORKFLOW_MEANS,
                );
            }
        };
        button(label, action, id)
    }
}

/// `more`: how many are left, and what the button to the next ones carries.
pub fn workflows(cards: &[WorkflowCard], more: Option<(usize, &str)>) -> Vec<Value> {
    let mut blocks: Vec<Value> = cards.iter().take(SHOWN).flat_map(card).collect();
    let mut buttons = vec![button(text::NEW_WORKFLOW, WORKFLOW_NEW, "new")];
    if let Some((left, next)) = more {
        blocks.push(context(&text::more_workflows(left)));
        buttons.insert(0, button(text::MORE_WORKFLOWS, WORKFLOWS_MORE, next));
    }
    blocks.push(actions(buttons));
    blocks
}

fn card(card: &WorkflowCard) -> Vec<Value> {
    let buttons: Vec<Value> = card
        .deeds
        .iter()
        .map(|deed| deed.button(&card.id))
        .collect();
    let mut blocks = vec![section(&card.line)];
    if !buttons.is_empty() {
        blocks.push(actions(buttons));
    }
    blocks
}

/// What a list of templates says of one.
#[derive(Debug, Clone)]
pub struct TemplateCard<'a> {
    pub slug: &'a str,
    pub name: &'a str,
    pub about: &'a str,
    pub starts: String,
}

pub fn templates(cards: &[TemplateCard<'_>]) -> Vec<Value> {
    let line = |card: &TemplateCard<'_>| {
        let TemplateCard {
            slug,
            name,
            about,
            starts,
        } = card;
        let use_it = button(text::USE_TEMPLATE, WORKFLOW_TEMPLATE, slug);
        section_beside(&format!("*{name}* · {about}\n_{starts}_"), use_it)
    };
    let mut blocks = vec![section(text::WORKFLOW_TEMPLATES)];
    blocks.extend(cards.iter().map(line));
    blocks
}

/// What stands in the window.
#[derive(Debug, Clone, Default)]
pub struct Form<'a> {
    /// What comes back with it: the workflow that is changed, if there is one already.
    pub carries: &'a str,
    pub name: &'a str,
    pub trigger: &'a str,
    pub channel: Option<&'a str>,
    pub definition: &'a str,
    /// It stays so: who paused it may not be who changes it.
    pub is_paused: bool,
}

pub fn window(form: &Form<'_>) -> Value {
    let title = if form.carries.is_empty() {
        text::WORKFLOW_TITLE
    } else {
        text::WORKFLOW_EDIT_TITLE
    };
    let mut blocks = vec![
        input(
            NAME,
            text::WORKFLOW_NAME,
            text::WORKFLOW_NAME_HINT,
            line(form.name, 40),
        ),
        input(
            TRIGGER,
            text::WORKFLOW_ON,
            text::WORKFLOW_ON_HINT,
            line(form.trigger, TRIGGER_CHARS),
        ),
        channel(form),
    ];
    let parts = parts(form.definition);
    for (number, block) in PARTS.iter().enumerate() {
        let mut element = line(parts.get(number).map_or("", String::as_str), 3_000);
        element["multiline"] = true.into();
        let (label, hint) = match number {
            0 => (text::WORKFLOW_STEPS, text::WORKFLOW_STEPS_HINT),
            _ => (text::WORKFLOW_MORE, text::WORKFLOW_MORE_HINT),
        };
        let mut field = input(block, label, hint, element);
        field["optional"] = (number > 0).into();
        // Room for what is there, and one field more to write on.
        if number <= parts.len() {
            blocks.push(field);
        }
    }
    blocks.push(context(text::WORKFLOW_HELP));
    if form.is_paused {
        blocks.push(context(text::WORKFLOW_STAYS_PAUSED));
    }
    blocks.push(context(text::WORKFLOW_AS_WHOM));
    json!({
        "type": "modal", "callback_id": WORKFLOW_MODAL, "private_metadata": form.carries,
        "title": plain(title, 24), "submit": plain(text::SCHEDULE_SAVE, 24),
        "close": plain(text::CANCEL, 24), "blocks": blocks,
    })
}

fn line(initial: &str, most: usize) -> Value {
    let mut element = json!({"type": "plain_text_input", "action_id": FIELD, "max_length": most});
    if !initial.is_empty() {
        element["initial_value"] = initial.into();
    }
    element
}

fn input(block: &str, label: &str, hint: &str, element: Value) -> Value {
    json!({
        "type": "input", "block_id": block, "label": plain(label, 200), "hint": plain(hint, 600),
        "element": element, "optional": block == TRIGGER,
    })
}

fn channel(form: &Form<'_>) -> Value {
    let mut element = json!({
        "type": "conversations_select", "action_id": FIELD,
        "placeholder": plain(text::SCHEDULE_DIRECT, 150),
        "filter": {"include": ["public", "private"], "exclude_bot_users": true},
    });
    if let Some(channel) = form.channel {
        element["initial_conversation"] = channel.into();
    }
    json!({
        "type": "input", "block_id": CHANNEL, "label": plain(text::WORKFLOW_WHERE, 200),
        "optional": true, "element": element,
    })
}

/// A definition in pieces that fit their fields and give it back when they are put together.
fn parts(definition: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut length = 0;
    for character in definition.chars() {
        if length >= PART_CHARS {
            parts.push(String::new());
            length = 0;
        }
        if let Some(part) = parts.last_mut() {
            part.push(character);
        }
        length += 1;
    }
    parts
}

/// Whether the window has room for it.
pub fn fits(definition: &str) -> bool {
    definition.chars().count() <= PART_CHARS * PARTS.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_definition_goes_over_several_fields_and_comes_back_whole() {
        let long = "{\"about\": \"äöü\"}\n".repeat(400);
        let parts = parts(&long);
        assert!(parts.len() > 1 && parts.len() <= PARTS.len());
        assert!(parts.iter().all(|part| part.chars().count() <= 3_000));
        assert_eq!(parts.concat(), long);
        assert!(fits(&long) && !fits(&long.repeat(10)));
    }
}
