//! What Slack's message composer makes of typed text: mentions, links and emoji as rich text.

use serde_json::{Value, json};

/// The `rich_text` block that accompanies a person's message.
pub fn rich_text(text: &str) -> Value {
    json!({
        "type": "rich_text",
        "block_id": "typed",
        "elements": [{"type": "rich_text_section", "elements": inline(text)}],
    })
}

fn inline(text: &str) -> Vec<Value> {
    let mut elements = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let Some(length) = rest[open..].find('>') else {
            break;
        };
        let Some(element) = angle(&rest[open + 1..open + length]) else {
            push_text(&mut elements, &rest[..=open]);
            rest = &rest[open + 1..];
            continue;
        };
        push_text(&mut elements, &rest[..open]);
        elements.push(element);
        rest = &rest[open + length + 1..];
    }
    push_text(&mut elements, rest);
    elements
}

fn push_text(elements: &mut Vec<Value>, text: &str) {
    if !text.is_empty() {
        elements.push(json!({"type": "text", "text": unescape(text)}));
    }
}

fn angle(inside: &str) -> Option<Value> {
    let (target, label) = inside.split_once('|').unwrap_or((inside, ""));
    match target.split_at_checked(1)? {
        ("@", user) => Some(json!({"type": "user", "user_id": user})),
        ("#", channel) => Some(json!({"type": "channel", "channel_id": channel})),
        ("!", range) => Some(json!({"type": "broadcast", "range": range})),
        _ if target.contains("://") || target.starts_with("mailto:") => {
            let mut link = json!({"type": "link", "url": unescape(target)});
            if !label.is_empty() {
                link["text"] = json!(unescape(label));
            }
            Some(link)
        }
        _ => None,
    }
}

/// Roughly what Slack makes of streamed Markdown when it is read back: bold, headings, bullets.
pub fn mrkdwn(markdown: &str) -> String {
    let line = |line: &str| {
        let plain = line.trim_start_matches('#');
        let line = if plain.len() < line.len() {
            plain.trim_start()
        } else {
            line
        };
        let bullet = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
        bullet
            .map_or_else(|| line.to_owned(), |item| format!("• {item}"))
            .replace("**", "*")
    };
    markdown.lines().map(line).collect::<Vec<_>>().join("\n")
}

pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

pub fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streamed_markdown_is_read_back_as_mrkdwn() {
        let read = mrkdwn("## Deals\n- **Acme** closes\n\nplain * text");
        assert_eq!(read, "Deals\n• *Acme* closes\n\nplain * text");
    }

    #[test]
    fn mentions_and_links_become_elements_and_stray_angles_stay_text() {
        let elements = inline("hi <@U1>, see <https://a.example|the page> &lt;b&gt; 1 < 2");
        let kinds: Vec<_> = elements
            .iter()
            .map(|element| element["type"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, ["text", "user", "text", "link", "text"]);
        assert_eq!(elements[4]["text"], " <b> 1 < 2");
    }
}
