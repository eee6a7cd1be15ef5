//! The words of a message, wherever Slack put them: in its text, or in blocks alone, and in what
//! is attached to it, which is what an app's alert and a forwarded message consist of. All of it
//! is written as Slack writes text: escaped, with `<@U…>`.

use serde_json::Value;

/// More is never quoted of what is attached to one message.
const MAX_QUOTED: usize = 12_000;
/// What Slack puts into the text of a message that has nothing but blocks.
const PLACEHOLDERS: [&str; 2] = [
    "This content can't be displayed.",
    "This content can’t be displayed.",
];

/// What whoever wrote a message says themselves: its text, or else its blocks.
pub fn own_words(message: &Value) -> String {
    own(
        message.get("text").and_then(Value::as_str),
        list(message, "blocks"),
    )
}

pub fn own(text: Option<&str>, blocks: &[Value]) -> String {
    match text.filter(|text| !is_blank(text)) {
        Some(text) => text.to_owned(),
        None => of_blocks(blocks),
    }
}

pub(super) fn is_blank(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || PLACEHOLDERS.contains(&text)
}

/// All that stands in a message; what is attached to it is marked as a quotation.
pub fn all_words(message: &Value) -> String {
    together(&own_words(message), &quoted(list(message, "attachments")))
}

pub fn together(own: &str, quoted: &str) -> String {
    match (own.trim().is_empty(), quoted.is_empty()) {
        (_, true) => own.to_owned(),
        (true, false) => quoted.to_owned(),
        (false, false) => format!("{own}\n{quoted}"),
    }
}

/// What is attached, each line marked as a quotation, with whoever wrote it.
pub fn quoted(attachments: &[Value]) -> String {
    let mut lines = Vec::new();
    let mut size = 0;
    for attachment in attachments {
        let words = attached(attachment);
        let by = author(attachment);
        let said = match by {
            Some(by) if !words.is_empty() => format!("{by}: {words}"),
            _ => words,
        };
        for line in said.lines() {
            size += line.len();
            if size > MAX_QUOTED {
                lines.push("&gt; …".to_owned());
                return lines.join("\n");
            }
            lines.push(format!("&gt; {line}"));
        }
    }
    lines.join("\n")
}

/// What is attached without any marks, for a message that is nothing else.
pub(super) fn attached_alone(message: &Value) -> String {
    let attached = list(message, "attachments").iter().map(attached);
    lines(attached)
}

fn is_a_message(attachment: &Value) -> bool {
    let is = |name| attachment.get(name).and_then(Value::as_bool) == Some(true);
    is("is_share") || is("is_msg_unfurl")
}

/// Who wrote what is attached; for another person's message their id, where there is no name.
fn author(attachment: &Value) -> Option<String> {
    let named = ["author_name", "service_name"]
        .into_iter()
        .find_map(|name| text(attachment, name));
    let by_id = || Some(format!("<@{}>", text(attachment, "author_id")?));
    named.map(escaped).or_else(by_id)
}

/// None of it where it is Slack's preview of a link: the link stands in the message itself.
fn attached(attachment: &Value) -> String {
    if attachment.get("from_url").is_some() && !is_a_message(attachment) {
        return String::new();
    }
    let titles = ["pretext", "title"].map(|name| text(attachment, name).unwrap_or_default());
    let body = text(attachment, "text")
        .filter(|text| !is_blank(text))
        .map(str::to_owned)
        .unwrap_or_else(|| blocks_of(attachment));
    let fields = list(attachment, "fields").iter().map(|field| {
        let name = text(field, "title").unwrap_or_default();
        let value = text(field, "value").unwrap_or_default();
        if name.is_empty() {
            value.to_owned()
        } else {
            format!("{name}: {value}")
        }
    });
    let all = lines(
        titles
            .map(str::to_owned)
            .into_iter()
            .chain([body])
            .chain(fields),
    );
    if all.is_empty() {
        return text(attachment, "fallback").unwrap_or_default().to_owned();
    }
    all
}

/// A forwarded message carries its blocks, each message's on its own; an app's attachment may
/// have blocks as well.
fn blocks_of(attachment: &Value) -> String {
    let forwarded = list(attachment, "message_blocks").iter();
    let forwarded = forwarded
        .filter_map(|inner| inner.pointer("/message/blocks")?.as_array())
        .map(|blocks| of_blocks(blocks));
    lines(forwarded.chain([of_blocks(list(attachment, "blocks"))]))
}

fn of_blocks(blocks: &[Value]) -> String {
    lines(blocks.iter().map(of_block))
}

fn of_block(block: &Value) -> String {
    match text(block, "type").unwrap_or_default() {
        "rich_text" => lines(list(block, "elements").iter().map(rich)),
        "context" => list(block, "elements")
            .iter()
            .map(text_object)
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" "),
        // Markdown of its own: nothing in it is one of Slack's references.
        "markdown" => escaped(text(block, "text").unwrap_or_default()),
        "table" => lines(list(block, "rows").iter().map(row)),
        "image" => {
            let title = text_object(block.get("title").unwrap_or(&Value::Null));
            match title.is_empty() {
                true => escaped(text(block, "alt_text").unwrap_or_default()),
                false => title,
            }
        }
        "actions" | "divider" | "input" => String::new(),
        // A section, a header, a card, and whatever Slack will think of.
        _ => {
            let texts = ["title", "subtitle", "text", "body", "description"];
            let texts = texts.into_iter().filter_map(|name| block.get(name));
            let fields = list(block, "fields").iter();
            lines(texts.chain(fields).map(text_object))
        }
    }
}

/// `{"type": "mrkdwn" | "plain_text", "text": …}`.
fn text_object(object: &Value) -> String {
    let words = text(object, "text").unwrap_or_default();
    match text(object, "type") {
        Some("mrkdwn") => words.to_owned(),
        _ => escaped(words),
    }
}

fn row(row: &Value) -> String {
    let cells = row.as_array().map(Vec::as_slice).unwrap_or_default();
    let cells = cells.iter().map(|cell| match text(cell, "type") {
        Some("rich_text") => of_block(cell).replace('\n', " "),
        _ => escaped(text(cell, "text").unwrap_or_default()),
    });
    cells.collect::<Vec<_>>().join(" | ")
}

/// A section, list, quotation or code of a `rich_text` block.
fn rich(part: &Value) -> String {
    let elements = list(part, "elements");
    let inline = || elements.iter().map(element).collect::<String>();
    match text(part, "type").unwrap_or_default() {
        "rich_text_list" => {
            let indent = part.get("indent").and_then(Value::as_u64).unwrap_or(0);
            let indent = "  ".repeat(usize::try_from(indent.min(8)).unwrap_or(0));
            let is_ordered = text(part, "style") == Some("ordered");
            let items = elements.iter().enumerate().map(|(n, item)| {
                let mark = if is_ordered {
                    format!("{}.", n + 1)
                } else {
                    "•".to_owned()
                };
                format!("{indent}{mark} {}", rich(item))
            });
            lines(items)
        }
        "rich_text_quote" => lines(inline().lines().map(|line| format!("&gt; {line}"))),
        "rich_text_preformatted" => format!("```\n{}\n```", inline()),
        _ => inline(),
    }
}

fn element(element: &Value) -> String {
    let get = |name| text(element, name).unwrap_or_default();
    match get("type") {
        "link" => match (get("url"), get("text")) {
            (url, "") => format!("<{}>", escaped(url)),
            (url, shown) => format!("<{}|{}>", escaped(url), escaped(shown)),
        },
        "user" => format!("<@{}>", get("user_id")),
        "usergroup" => format!("<!subteam^{}>", get("usergroup_id")),
        "channel" => format!("<#{}>", get("channel_id")),
        "broadcast" => format!("<!{}>", get("range")),
        "emoji" => format!(":{}:", get("name")),
        "color" => get("value").to_owned(),
        "date" => escaped(get("fallback")),
        _ => escaped(get("text")),
    }
}

/// Those that say something, one below the other.
fn lines(texts: impl IntoIterator<Item = String>) -> String {
    let texts: Vec<String> = texts
        .into_iter()
        .filter(|text| !text.trim().is_empty())
        .collect();
    texts.join("\n")
}

/// As people's typing is escaped in a message's text, so that no word of it is a reference.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name)?.as_str().filter(|text| !text.is_empty())
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    let list = value.get(name).and_then(Value::as_array);
    list.map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests;
