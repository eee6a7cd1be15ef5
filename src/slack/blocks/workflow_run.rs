//! The window with everything about one run: what went in, each step with what came of it, and how
//! it ended. What steps worked with is data, so it stands in blocks that Slack takes as it is.

use super::kit::{context, plain, section};
use crate::slack::ids::WORKFLOW_SHOWN;
use crate::slack::markdown::reveal_invisible;
use crate::slack::mrkdwn::clip;
use crate::slack::text;
use serde_json::{Value, json};

/// Of the hundred blocks that a window has, what is not steps needs fewer than this.
const STEPS: usize = 80;
/// Shortened one by one: a long output hides no other.
const DATA_CHARS: usize = 900;
const LINE_CHARS: usize = 300;
/// A window has room for a quarter of a million characters of blocks; ours stay far below.
const ALL_CHARS: usize = 60_000;

#[derive(Debug, Clone, Default)]
pub struct RunWindow {
    /// Which run of which workflow, and how it stands; markup.
    pub about: String,
    pub input: Option<String>,
    pub steps: Vec<StepShown>,
    pub output: Option<String>,
    /// What went wrong; markup.
    pub trouble: Option<String>,
}

#[derive(Debug, Clone, Default)]
pub struct StepShown {
    pub id: String,
    /// Its kind, state, duration and cost.
    pub line: String,
    pub output: Option<String>,
    /// Items of a loop that failed, each with why.
    pub failed: Vec<String>,
}

pub fn window(run: &RunWindow) -> Value {
    let mut blocks = vec![section(&run.about)];
    blocks.extend(run.input.as_deref().map(|it| data(text::RUN_INPUT, it)));
    let mut left = ALL_CHARS;
    let mut shown = 0;
    for step in run.steps.iter().take(STEPS) {
        let block = block(step);
        let chars = block.to_string().chars().count();
        if chars > left {
            break;
        }
        left -= chars;
        shown += 1;
        blocks.push(block);
    }
    if run.steps.is_empty() {
        blocks.push(context(text::NO_STEPS_YET));
    }
    if shown < run.steps.len() {
        blocks.push(context(&text::more_steps(run.steps.len() - shown)));
    }
    blocks.extend(run.output.as_deref().map(|it| data(text::RUN_OUTPUT, it)));
    blocks.extend(run.trouble.as_deref().map(section));
    json!({
        "type": "modal", "callback_id": WORKFLOW_SHOWN, "title": plain(text::RUN_TITLE, 24),
        "close": plain(text::CLOSE, 24), "blocks": blocks,
    })
}

fn data(label: &str, shown: &str) -> Value {
    rich(vec![line(label, ""), preformatted(shown)])
}

fn block(step: &StepShown) -> Value {
    let mut parts = vec![line(&step.id, &step.line)];
    parts.extend(step.output.as_deref().map(preformatted));
    if !step.failed.is_empty() {
        parts.push(preformatted(&step.failed.join("\n")));
    }
    rich(parts)
}

fn rich(parts: Vec<Value>) -> Value {
    json!({"type": "rich_text", "elements": parts})
}

fn line(bold: &str, rest: &str) -> Value {
    let mut pieces = vec![json!({"type": "text", "text": bold, "style": {"bold": true}})];
    if !rest.is_empty() {
        let rest = clip(&reveal_invisible(rest), LINE_CHARS);
        pieces.push(json!({"type": "text", "text": format!("  {rest}")}));
    }
    json!({"type": "rich_text_section", "elements": pieces})
}

fn preformatted(shown: &str) -> Value {
    let shown = clip(&reveal_invisible(shown), DATA_CHARS);
    json!({"type": "rich_text_preformatted", "elements": [{"type": "text", "text": shown}]})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_stays_within_what_a_window_holds_and_says_what_it_leaves_out() {
        let step = |number: usize| StepShown {
            id: format!("step_{number}"),
            line: "query · done · 2 s".to_owned(),
            output: Some("<!channel> ".repeat(1_000)),
            failed: vec!["#3 {\"name\": \"Acme\"}: no".to_owned(); 10],
        };
        let view = window(&RunWindow {
            about: "*stale-deals*".to_owned(),
            input: Some("{}".repeat(5_000)),
            steps: (0..200).map(step).collect(),
            output: Some("x".repeat(5_000)),
            trouble: Some("It failed.".repeat(1_000)),
        });
        let blocks = view["blocks"].as_array().unwrap();
        assert!(blocks.len() <= 100, "{}", blocks.len());
        assert!(view.to_string().chars().count() < 100_000);
        let said = view.to_string();
        assert!(said.contains("more steps"), "{said}");
        assert!(said.contains("step_0\"") && said.contains("It failed."));
        for text in texts(&view) {
            assert!(text.chars().count() <= 3_000);
        }
    }

    fn texts(value: &Value) -> Vec<&str> {
        match value {
            Value::Array(items) => items.iter().flat_map(texts).collect(),
            Value::Object(fields) => {
                let own = fields.get("text").and_then(Value::as_str);
                own.into_iter()
                    .chain(fields.values().flat_map(texts))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    #[test]
    fn a_run_that_has_not_begun_says_so() {
        let view = window(&RunWindow::default());
        assert!(view.to_string().contains(text::NO_STEPS_YET));
    }
}
