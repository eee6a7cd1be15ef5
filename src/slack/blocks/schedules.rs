//! Schedules in Slack: the list with what can be done about each, and the window in which one is
//! made or changed.

use super::kit::{actions, button, context, plain, removal, section};
use crate::slack::ids::{
    FIELD, SCHEDULE_AGREE, SCHEDULE_DECLINE, SCHEDULE_DELETE, SCHEDULE_EDIT, SCHEDULE_HISTORY,
    SCHEDULE_MODAL, SCHEDULE_PAUSE, SCHEDULE_RESUME, SCHEDULE_RUN, SCHEDULE_TEMPLATE,
    SCHEDULE_WHEN, SCHEDULES_LIST,
};
use crate::slack::text;
use serde_json::{Value, json};

/// Two blocks each; a message has fifty.
pub const SHOWN: usize = 20;
/// The same where a page has a hundred for everything.
pub const SHOWN_IN_HOME: usize = 5;

pub const WHAT: &str = "what";
pub const CHANNEL: &str = "channel";
pub const AS_WHOM: &str = "as_whom";
pub const MODEL: &str = "model";
pub const CATCH_UP: &str = "catch_up";
pub const BUDGET: &str = "budget";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleCard {
    pub id: String,
    /// What it is, when it runs, and how it went, in Slack's markup.
    pub line: String,
    /// What the one who looks may do about it, in this order.
    pub deeds: Vec<Deed>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    RunNow,
    Pause,
    Resume,
    Edit,
    History,
    Delete,
}

impl Deed {
    fn button(self, id: &str) -> Value {
        let (label, action) = match self {
            Self::RunNow => (text::RUN_NOW, SCHEDULE_RUN),
            Self::Pause => (text::PAUSE, SCHEDULE_PAUSE),
            Self::Resume => (text::RESUME, SCHEDULE_RESUME),
            Self::Edit => (text::EDIT_SCHEDULE, SCHEDULE_EDIT),
            Self::History => (text::HISTORY, SCHEDULE_HISTORY),
            Self::Delete => {
                let deletes = (SCHEDULE_DELETE, id);
                return removal(text::DELETE, deletes, text::DELETE_SURE, text::DELETE_MEANS);
            }
        };
        button(label, action, id)
    }
}

/// A part of those that somebody may see.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    pub cards: Vec<ScheduleCard>,
    /// How many there are before these, and in all.
    pub from: i64,
    pub total: i64,
    /// It is what words were found in.
    pub is_sought: bool,
    /// What the button for the next ones carries.
    pub next: Option<String>,
}

pub fn schedules(listing: &Listing) -> Vec<Value> {
    if listing.cards.is_empty() {
        return vec![section(match listing.is_sought {
            true => text::NO_SUCH_SCHEDULE,
            false => text::NO_SCHEDULES,
        })];
    }
    let mut blocks: Vec<Value> = listing.cards.iter().flat_map(card).collect();
    let shown = listing.from + listing.cards.len() as i64;
    if listing.next.is_some() || listing.from > 0 {
        let line = text::shown_schedules(listing.from + 1, shown, listing.total);
        blocks.push(context(&line));
    } else if shown < listing.total {
        blocks.push(context(&text::more_schedules(listing.total - shown)));
    }
    if let Some(next) = &listing.next {
        let more = button(text::MORE_SCHEDULES, SCHEDULES_LIST, next);
        blocks.push(actions(vec![more]));
    }
    blocks
}

fn card(card: &ScheduleCard) -> Vec<Value> {
    let buttons = card
        .deeds
        .iter()
        .map(|deed| deed.button(&card.id))
        .collect::<Vec<_>>();
    let mut blocks = vec![section(&card.line)];
    if !buttons.is_empty() {
        blocks.push(actions(buttons));
    }
    blocks
}

/// What a list of templates says of one.
#[derive(Debug, Clone, Copy)]
pub struct TemplateCard<'a> {
    pub slug: &'a str,
    pub name: &'a str,
    pub about: &'a str,
    pub when: &'a str,
    pub is_for_channel: bool,
    /// A click switches it on; any other opens a window.
    pub is_digest: bool,
}

pub fn templates(cards: &[TemplateCard<'_>]) -> Vec<Value> {
    let line = |card: &TemplateCard<'_>| {
        let place = match card.is_for_channel {
            true => text::TEMPLATE_FOR_CHANNEL,
            false => text::TEMPLATE_FOR_ONESELF,
        };
        let TemplateCard {
            name, about, when, ..
        } = card;
        let mut block = section(&format!("*{name}* · {about}\n_{when}, {place}_"));
        let label = match card.is_digest {
            true => text::DIGEST_TURN_ON,
            false => text::USE_TEMPLATE,
        };
        block["accessory"] = button(label, SCHEDULE_TEMPLATE, card.slug);
        block
    };
    cards.iter().map(line).collect()
}

/// The models to choose from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offered<'a> {
    /// What thinks if nobody chooses.
    pub usual: &'a str,
    pub others: &'a [&'a str],
}

/// What stands in the window.
#[derive(Debug, Clone, Default)]
pub struct Form<'a> {
    /// What comes back with it: the schedule that is changed, if there is one already.
    pub carries: &'a str,
    pub is_new: bool,
    pub what: &'a str,
    pub when: &'a str,
    pub channel: Option<&'a str>,
    /// Whose rights its runs have.
    pub owner: &'a str,
    /// The one that is chosen; none for the usual one.
    pub model: Option<&'a str>,
    pub models: Offered<'a>,
    pub catch_up: &'a str,
    /// In dollars.
    pub budget: Option<&'a str>,
    /// The rule as it is understood so far, in Slack's markup.
    pub preview: &'a str,
}

pub fn window(form: &Form<'_>) -> Value {
    let (title, submit) = if form.is_new {
        (text::SCHEDULE_TITLE, text::SCHEDULE_SUBMIT)
    } else {
        (text::SCHEDULE_EDIT_TITLE, text::SCHEDULE_SAVE)
    };
    let mut blocks = vec![
        what(form),
        when(form),
        context(form.preview),
        channel(form),
        as_whom(form),
    ];
    if !form.models.others.is_empty() {
        blocks.push(model(form));
    }
    blocks.extend([catch_up(form), budget(form)]);
    json!({
        "type": "modal",
        "callback_id": SCHEDULE_MODAL,
        "private_metadata": form.carries,
        "title": plain(title, 24),
        "submit": plain(submit, 24),
        "close": plain(text::CANCEL, 24),
        "blocks": blocks,
    })
}

/// What somebody is asked who shall be the owner of it.
pub fn consent(question: &str, id: &str) -> Vec<Value> {
    let mut agree = button(text::SCHEDULE_AGREE, SCHEDULE_AGREE, id);
    agree["style"] = "primary".into();
    let decline = button(text::SCHEDULE_DECLINE, SCHEDULE_DECLINE, id);
    vec![section(question), actions(vec![agree, decline])]
}

fn with_initial(mut element: Value, initial: &str) -> Value {
    if !initial.is_empty() {
        element["initial_value"] = initial.into();
    }
    element
}

fn what(form: &Form<'_>) -> Value {
    let element = json!({
        "type": "plain_text_input", "action_id": FIELD, "multiline": true, "max_length": 2_500,
        "placeholder": plain(text::SCHEDULE_WHAT_PLACEHOLDER, 150),
    });
    json!({
        "type": "input", "block_id": WHAT, "label": plain(text::SCHEDULE_WHAT, 200),
        "element": with_initial(element, form.what),
    })
}

/// Every letter is looked at, so that what is understood shows while it is typed.
fn when(form: &Form<'_>) -> Value {
    let element = json!({
        "type": "plain_text_input", "action_id": SCHEDULE_WHEN, "max_length": 200,
        "placeholder": plain(text::SCHEDULE_WHEN_PLACEHOLDER, 150),
        "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
    });
    json!({
        "type": "input", "block_id": SCHEDULE_WHEN, "label": plain(text::SCHEDULE_WHEN, 200),
        "dispatch_action": true, "element": with_initial(element, form.when),
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
        "type": "input", "block_id": CHANNEL, "label": plain(text::SCHEDULE_WHERE, 200),
        "optional": true, "hint": plain(text::SCHEDULE_WHERE_HINT, 200), "element": element,
    })
}

fn as_whom(form: &Form<'_>) -> Value {
    let mut element = json!({"type": "users_select", "action_id": FIELD});
    if !form.owner.is_empty() {
        element["initial_user"] = form.owner.into();
    }
    json!({
        "type": "input", "block_id": AS_WHOM, "label": plain(text::SCHEDULE_AS_WHOM, 200),
        "hint": plain(text::SCHEDULE_AS_WHOM_HINT, 200), "element": element,
    })
}

fn model(form: &Form<'_>) -> Value {
    let option = |name: &str| json!({"text": plain(name, 75), "value": name});
    let options: Vec<Value> = form.models.others.iter().map(|name| option(name)).collect();
    let mut element = json!({
        "type": "static_select", "action_id": FIELD, "options": options,
        "placeholder": plain(&text::usual_model(form.models.usual), 150),
    });
    let offered = form.models.others;
    if let Some(chosen) = form.model.filter(|chosen| offered.contains(chosen)) {
        element["initial_option"] = option(chosen);
    }
    json!({
        "type": "input", "block_id": MODEL, "label": plain(text::SCHEDULE_MODEL, 200),
        "optional": true, "element": element,
    })
}

fn catch_up(form: &Form<'_>) -> Value {
    let options: Vec<Value> = text::CATCH_UP
        .iter()
        .map(|(label, value)| json!({"text": plain(label, 75), "value": value}))
        .collect();
    let chosen = options
        .iter()
        .find(|option| option["value"] == form.catch_up);
    let mut element = json!({"type": "static_select", "action_id": FIELD, "options": options});
    if let Some(chosen) = chosen.or(options.first()) {
        element["initial_option"] = chosen.clone();
    }
    json!({
        "type": "input", "block_id": CATCH_UP, "label": plain(text::SCHEDULE_CATCH_UP, 200),
        "element": element,
    })
}

fn budget(form: &Form<'_>) -> Value {
    let element = json!({"type": "number_input", "action_id": FIELD, "is_decimal_allowed": true});
    json!({
        "type": "input", "block_id": BUDGET, "label": plain(text::SCHEDULE_BUDGET, 200),
        "optional": true, "hint": plain(text::SCHEDULE_BUDGET_HINT, 200),
        "element": with_initial(element, form.budget.unwrap_or_default()),
    })
}
