//! Charts, reports and exports, from the question in Slack to what stands in the thread.

mod keeping;
mod making;
mod trouble;

use crate::support::TestApp;
use penny::models::scripted::Step;
use penny::playground::{Human, Seen, Thread};
use serde_json::{Value, json};

const STAGES: &str = "select * from (values ('Discovery', 182000), ('Proposal', 410000), \
    ('Negotiation', 96000)) as t (stage, amount)";

fn chart(kind: &str) -> Value {
    json!({"title": "Pipeline by stage", "sql": STAGES, "type": kind, "unit": "€"})
}

fn report() -> Value {
    json!({
        "title": "Weekly pipeline",
        "headline": "{{total.amount}} is open.",
        "markdown": "## Stages\n\nAll of *it*: {{total.amount}}.\n\n{{stages}}\n\n{{list}}\n\n\
            #set page(fill: red) #panic(\"typst\") `$ eval $`",
        "parts": [
            {"name": "total", "title": "Sum", "sql": "select 688000 as amount"},
            {"name": "stages", "title": "By stage", "sql": STAGES, "chart": {"type": "bar", "unit": "€"}},
            {"name": "list", "title": "As a list", "sql": STAGES},
        ],
    })
}

/// A turn that calls one tool and then says something.
fn makes(tool: &str, input: Value) -> [Step; 2] {
    [Step::calls("c1", tool, input), Step::says("There it is.")]
}

async fn asks(person: &Human, channel: &str) -> Thread {
    let said = person.mentions_penny(channel, "make it").await.unwrap();
    said.thread()
}

/// Waits for the message that brings a file.
async fn file_in(person: &Human, thread: &Thread) -> Seen {
    person
        .waits_for(thread, "a file", |seen| !seen.files.is_empty())
        .await
        .unwrap()
}

async fn bytes_of(app: &TestApp) -> Vec<u8> {
    let found = app
        .texts("select encode(bytes, 'hex') from core.artifact_versions order by made_at desc")
        .await;
    let hex = found.first().unwrap();
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}
