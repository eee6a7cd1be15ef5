//! Blocks as a person would read them aloud: for assertions, snapshots and notifications.

use serde_json::Value;

/// One line or more per block, joined by line ends.
pub fn blocks(blocks: &[Value]) -> String {
    let lines: Vec<String> = blocks
        .iter()
        .map(block)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\n")
}

fn block(block: &Value) -> String {
    let parts = |field: &str, of: fn(&Value) -> String, between: &str| -> String {
        let items = block[field].as_array().into_iter().flatten().map(of);
        items
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(between)
    };
    match block["type"].as_str().unwrap_or_default() {
        "section" => lines(&[
            text(&block["text"]),
            parts("fields", text, "\n"),
            element(&block["accessory"]),
        ]),
        "header" => format!("# {}", text(&block["text"])),
        "divider" => "---".to_owned(),
        "image" => format!("[image: {}]", text(&block["alt_text"])),
        "context" => parts("elements", element, " · "),
        "actions" | "context_actions" => parts("elements", element, " "),
        "input" => lines(&[
            format!("{}:", text(&block["label"])),
            element(&block["element"]),
            text(&block["hint"]),
        ]),
        "markdown" | "alert" => text(&block["text"]),
        "rich_text" => rich(block),
        "table" | "data_table" => lines(&[text(&block["caption"]), table(&block["rows"])]),
        "data_visualization" => format!("[chart: {}]", text(&block["title"])),
        "plan" => lines(&[text(&block["title"]), parts("tasks", task, "\n")]),
        "task_card" => task(block),
        "card" => card(block),
        "carousel" => parts("elements", card, "\n"),
        "container" => lines(&[
            text(&block["title"]),
            parts("child_blocks", self::block, "\n"),
        ]),
        "video" => format!("[video: {}]", text(&block["title"])),
        other => format!("[{other}]"),
    }
}

fn lines(parts: &[String]) -> String {
    let filled: Vec<&str> = parts
        .iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    filled.join("\n")
}

/// A text object, or a bare string.
fn text(value: &Value) -> String {
    value
        .as_str()
        .or_else(|| value["text"].as_str())
        .unwrap_or_default()
        .to_owned()
}

fn element(element: &Value) -> String {
    let options = |value: &Value| {
        let shown = value
            .as_array()
            .into_iter()
            .flatten()
            .map(|option| text(&option["text"]));
        shown.collect::<Vec<_>>().join(" | ")
    };
    match element["type"].as_str().unwrap_or_default() {
        "" => String::new(),
        "plain_text" | "mrkdwn" => text(element),
        "image" => format!("[image: {}]", text(&element["alt_text"])),
        "button" | "icon_button" => format!("[{}]", text(&element["text"])),
        "feedback_buttons" => format!(
            "[{}] [{}]",
            text(&element["positive_button"]["text"]),
            text(&element["negative_button"]["text"]),
        ),
        "radio_buttons" | "checkboxes" | "overflow" => {
            format!("({})", options(&element["options"]))
        }
        kind if kind.ends_with("_select") => {
            let initial = text(&element["initial_option"]["text"]);
            let shown = if initial.is_empty() {
                text(&element["placeholder"])
            } else {
                initial
            };
            format!("<{shown}>")
        }
        _ => format!("<{}>", text(&element["initial_value"])),
    }
}

fn task(task: &Value) -> String {
    let mark = match task["status"].as_str().unwrap_or_default() {
        "complete" => "✓",
        "error" => "✗",
        "in_progress" => "…",
        _ => "○",
    };
    let sources = task["sources"]
        .as_array()
        .into_iter()
        .flatten()
        .map(text)
        .collect::<Vec<_>>()
        .join(", ");
    let title = format!("{mark} {}", text(&task["title"]));
    lines(&[
        title,
        indented(&rich(&task["details"])),
        indented(&rich(&task["output"])),
        indented(&sources),
    ])
}

fn indented(text: &str) -> String {
    text.lines()
        .map(|line| format!("  {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn card(card: &Value) -> String {
    let buttons = card["actions"]
        .as_array()
        .into_iter()
        .flatten()
        .map(element)
        .collect::<Vec<_>>()
        .join(" ");
    lines(&[
        text(&card["title"]),
        text(&card["subtitle"]),
        text(&card["body"]),
        buttons,
    ])
}

fn table(rows: &Value) -> String {
    let cell = |cell: &Value| match cell["type"].as_str() {
        Some("rich_text") => rich(cell),
        Some("raw_number") => cell["text"]
            .as_str()
            .map_or_else(|| cell["value"].to_string(), str::to_owned),
        _ => text(cell),
    };
    let row = |row: &Value| {
        row.as_array()
            .into_iter()
            .flatten()
            .map(cell)
            .collect::<Vec<_>>()
            .join(" | ")
    };
    rows.as_array()
        .into_iter()
        .flatten()
        .map(row)
        .collect::<Vec<_>>()
        .join("\n")
}

fn rich(block: &Value) -> String {
    let part = |part: &Value| match part["type"].as_str().unwrap_or_default() {
        "rich_text_list" => {
            let items = part["elements"].as_array().into_iter().flatten();
            items
                .map(|item| format!("• {}", inline(item)))
                .collect::<Vec<_>>()
                .join("\n")
        }
        "rich_text_quote" => format!("> {}", inline(part)),
        "rich_text_preformatted" => format!("```\n{}\n```", inline(part)),
        _ => inline(part),
    };
    block["elements"]
        .as_array()
        .into_iter()
        .flatten()
        .map(part)
        .collect::<Vec<_>>()
        .join("\n")
}

fn inline(part: &Value) -> String {
    let piece = |piece: &Value| match piece["type"].as_str().unwrap_or_default() {
        "link" => match piece["text"].as_str() {
            Some(label) => format!("{label} ({})", text(&piece["url"])),
            None => text(&piece["url"]),
        },
        "user" => format!("@{}", text(&piece["user_id"])),
        "channel" => format!("#{}", text(&piece["channel_id"])),
        "emoji" => format!(":{}:", text(&piece["name"])),
        "broadcast" => format!("@{}", text(&piece["range"])),
        _ => text(piece),
    };
    part["elements"]
        .as_array()
        .into_iter()
        .flatten()
        .map(piece)
        .collect()
}
