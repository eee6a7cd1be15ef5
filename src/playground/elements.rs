//! The interactive elements inside blocks: finding them, their ids, their state.

use serde_json::{Map, Value, json};

/// Which field of `state.values` and of an action carries an element's value.
pub fn value_field(element_type: &str) -> Option<&'static str> {
    Some(match element_type {
        "static_select" | "external_select" | "radio_buttons" | "overflow" => "selected_option",
        "multi_static_select" | "multi_external_select" | "checkboxes" => "selected_options",
        "users_select" => "selected_user",
        "multi_users_select" => "selected_users",
        "channels_select" => "selected_channel",
        "multi_channels_select" => "selected_channels",
        "conversations_select" => "selected_conversation",
        "multi_conversations_select" => "selected_conversations",
        "datepicker" => "selected_date",
        "timepicker" => "selected_time",
        "datetimepicker" => "selected_date_time",
        "plain_text_input" | "number_input" | "email_text_input" | "url_text_input" => "value",
        "rich_text_input" => "rich_text_value",
        "file_input" => "files",
        "button" | "icon_button" | "feedback_buttons" => "value",
        _ => return None,
    })
}

fn is_pressed_only(element_type: &str) -> bool {
    matches!(
        element_type,
        "button" | "icon_button" | "feedback_buttons" | "overflow"
    )
}

fn initial_value(element: &Value) -> Value {
    let initial = |name: &str| element[name].clone();
    match element["type"].as_str().unwrap_or_default() {
        "static_select" | "external_select" | "radio_buttons" => initial("initial_option"),
        "multi_static_select" | "multi_external_select" | "checkboxes" => {
            match initial("initial_options") {
                Value::Null => json!([]),
                options => options,
            }
        }
        "users_select" => initial("initial_user"),
        "multi_users_select" => initial("initial_users"),
        "channels_select" => initial("initial_channel"),
        "multi_channels_select" => initial("initial_channels"),
        "conversations_select" => initial("initial_conversation"),
        "multi_conversations_select" => initial("initial_conversations"),
        "datepicker" => initial("initial_date"),
        "timepicker" => initial("initial_time"),
        "datetimepicker" => initial("initial_date_time"),
        _ => initial("initial_value"),
    }
}

/// Calls `visit(block_id, element)` for each interactive element, containers included.
pub fn each<'a>(blocks: &'a Value, visit: &mut impl FnMut(&'a str, &'a Value)) {
    for block in blocks.as_array().into_iter().flatten() {
        let block_id = block["block_id"].as_str().unwrap_or_default();
        let mut offer = |element: &'a Value| {
            if element["action_id"].is_string() {
                visit(block_id, element);
            }
        };
        for field in ["accessory", "element"] {
            offer(&block[field]);
        }
        for field in ["elements", "actions"] {
            block[field]
                .as_array()
                .into_iter()
                .flatten()
                .for_each(&mut offer);
        }
        for card in block["elements"].as_array().into_iter().flatten() {
            card["actions"]
                .as_array()
                .into_iter()
                .flatten()
                .for_each(&mut offer);
        }
        each(&block["child_blocks"], visit);
    }
}

pub fn find<'a>(blocks: &'a Value, block_id: &str, action_id: &str) -> Option<&'a Value> {
    let mut found = None;
    each(blocks, &mut |block, element| {
        if block == block_id && element["action_id"] == *action_id {
            found = Some(element);
        }
    });
    found
}

/// An element that a person would call by this name: its action_id, its label, or its text.
pub fn find_named<'a>(blocks: &'a Value, name: &str) -> Option<(&'a str, &'a Value)> {
    let mut found = None;
    each(blocks, &mut |block, element| {
        let says = |field: &str| element[field]["text"] == *name;
        let feedback = |field: &str| element[field]["text"]["text"] == *name;
        let known = element["action_id"] == *name
            || says("text")
            || says("placeholder")
            || feedback("positive_button")
            || feedback("negative_button");
        if known && found.is_none() {
            found = Some((block, element));
        }
    });
    found
}

/// `state.values` before anybody has touched anything.
pub fn initial_values(blocks: &Value) -> Value {
    let mut values = Map::new();
    each(blocks, &mut |block_id, element| {
        let kind = element["type"].as_str().unwrap_or_default();
        let (Some(field), false) = (value_field(kind), is_pressed_only(kind)) else {
            return;
        };
        let action_id = element["action_id"].as_str().unwrap_or_default();
        values.entry(block_id).or_insert_with(|| json!({}))[action_id] =
            json!({"type": kind, field: initial_value(element)});
    });
    Value::Object(values)
}

/// Slack names what the app left unnamed.
pub fn assign_ids(blocks: &mut [Value], mint: &mut impl FnMut() -> String) {
    for block in blocks {
        let Some(fields) = block.as_object_mut() else {
            continue;
        };
        fields.entry("block_id").or_insert_with(|| json!(mint()));
        for field in ["accessory", "element"] {
            if let Some(element) = fields.get_mut(field) {
                assign_action_id(element, mint);
            }
        }
        for field in ["elements", "actions"] {
            for element in fields
                .get_mut(field)
                .and_then(Value::as_array_mut)
                .into_iter()
                .flatten()
            {
                assign_action_id(element, mint);
            }
        }
        if let Some(children) = fields.get_mut("child_blocks").and_then(Value::as_array_mut) {
            assign_ids(children, mint);
        }
    }
}

fn assign_action_id(element: &mut Value, mint: &mut impl FnMut() -> String) {
    let kind = element["type"].as_str().unwrap_or_default();
    if value_field(kind).is_none() {
        return;
    }
    if let Some(fields) = element.as_object_mut() {
        fields.entry("action_id").or_insert_with(|| json!(mint()));
    }
}

/// The entry of `actions[]`: what the person chose, and what the element itself says.
pub fn action(element: &Value, block_id: &str, chosen: &Value, action_ts: &str) -> Value {
    let mut action = json!({
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block_id,
        "action_ts": action_ts,
    });
    let kind = element["type"].as_str().unwrap_or_default();
    if let Some(field) = value_field(kind) {
        let pressed = if is_pressed_only(kind) && kind == "button" {
            &element["value"]
        } else {
            &chosen[field]
        };
        if !pressed.is_null() {
            action[field] = pressed.clone();
        }
    }
    for kept in ["text", "style", "placeholder"] {
        if !element[kept].is_null() {
            action[kept] = element[kept].clone();
        }
    }
    action
}
