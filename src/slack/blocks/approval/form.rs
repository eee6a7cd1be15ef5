//! Inputs of a window, one kind each for the kinds of values that there are.

use crate::slack::blocks::kit::plain;
use crate::slack::ids::FIELD;
use serde_json::{Value, json};

/// What Slack's text inputs can hold; a longer text cannot be edited in one.
pub const TEXT_CHARS: usize = 3_000;

#[derive(Debug, Clone)]
pub struct Input {
    /// Names its block, under which an objection is shown.
    pub name: String,
    pub label: String,
    pub hint: Option<String>,
    pub is_optional: bool,
    pub input: Inputs,
}

/// How something is put in, with what stands there at first.
#[derive(Debug, Clone)]
pub enum Inputs {
    Line(Option<String>),
    Text(Option<String>),
    Number(Option<String>),
    Decimal(Option<String>),
    Date(Option<String>),
    /// One of several: what is shown, and what comes back.
    Choice {
        options: Vec<(String, String)>,
        chosen: Option<String>,
    },
    Several {
        options: Vec<(String, String)>,
        chosen: Vec<String>,
    },
    Boxes {
        options: Vec<(String, String)>,
        chosen: Vec<String>,
    },
    People,
}

impl Input {
    pub fn required(name: &str, label: &str, input: Inputs) -> Self {
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            hint: None,
            is_optional: false,
            input,
        }
    }

    pub fn optional(name: &str, label: &str, input: Inputs) -> Self {
        Self {
            is_optional: true,
            ..Self::required(name, label, input)
        }
    }
}

pub fn input(field: &Input) -> Value {
    let mut block = json!({
        "type": "input", "block_id": field.name, "label": plain(&field.label, 200),
        "optional": field.is_optional, "element": element(&field.input),
    });
    if let Some(hint) = &field.hint {
        block["hint"] = plain(hint, 200);
    }
    block
}

fn element(input: &Inputs) -> Value {
    let set = |mut element: Value, name: &str, value: &Option<String>| {
        element["action_id"] = FIELD.into();
        if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
            element[name] = value.as_str().into();
        }
        element
    };
    let typed = |multiline: bool| json!({"type": "plain_text_input", "multiline": multiline, "max_length": TEXT_CHARS});
    let number = |decimal: bool| json!({"type": "number_input", "is_decimal_allowed": decimal});
    match input {
        Inputs::Line(initial) => set(typed(false), "initial_value", initial),
        Inputs::Text(initial) => set(typed(true), "initial_value", initial),
        Inputs::Number(initial) => set(number(false), "initial_value", initial),
        Inputs::Decimal(initial) => set(number(true), "initial_value", initial),
        Inputs::Date(initial) => set(json!({"type": "datepicker"}), "initial_date", initial),
        Inputs::People => set(json!({"type": "multi_users_select"}), "", &None),
        Inputs::Choice { options, chosen } => {
            let mut select = json!({"type": "static_select", "action_id": FIELD,
                "options": options.iter().map(option).collect::<Vec<_>>()});
            let initial = options
                .iter()
                .find(|(_, value)| Some(value) == chosen.as_ref());
            if let Some(initial) = initial {
                select["initial_option"] = option(initial);
            }
            select
        }
        Inputs::Several { options, chosen } => chosen_of("multi_static_select", options, chosen),
        Inputs::Boxes { options, chosen } => chosen_of("checkboxes", options, chosen),
    }
}

fn chosen_of(kind: &str, options: &[(String, String)], chosen: &[String]) -> Value {
    let mut element = json!({"type": kind, "action_id": FIELD,
        "options": options.iter().map(option).collect::<Vec<_>>()});
    let initial = options.iter().filter(|(_, value)| chosen.contains(value));
    let initial: Vec<Value> = initial.map(option).collect();
    if !initial.is_empty() {
        element["initial_options"] = initial.into();
    }
    element
}

fn option((label, value): &(String, String)) -> Value {
    json!({"text": plain(label, 75), "value": value})
}
