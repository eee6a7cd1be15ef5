//! Shortening: a conversation that has grown too long for the model goes on from a summary of
//! itself, never from a silent cut.

use super::{Agent, Cut, Ends, Run, TurnError};
use crate::agent::transcript::{Entry, Summary};
use crate::agent::{prompt, untrusted};
use crate::models::{Block, Cost, Message, ModelError, Reply, Request, SystemPart};
use std::sync::Arc;

impl Agent {
    /// Puts a summary in the place of everything before this turn, and of this turn's own
    /// tool results where those alone are too much. Half an answer stays, to be gone on with. Some:
    /// it was cut short.
    pub(super) async fn compact(
        &self,
        run: &mut Run<'_>,
        ends: &Ends,
    ) -> Result<Option<Cut>, TurnError> {
        let turn = run.journal.turn;
        let carried: Vec<Entry> = run
            .transcript
            .of_turn(turn)
            .filter(|entry| match entry {
                Entry::Input(_) | Entry::GoOn { .. } => true,
                Entry::Reply(reply) => reply.is_cut_off(),
                _ => false,
            })
            .cloned()
            .collect();
        let summary = tokio::select! {
            summary = self.summarise(rendered(&run.transcript.messages())) => summary?,
            cut = ends.any() => return Ok(Some(cut)),
        };
        let cost = summary.counted();
        run.spent.add(cost.tokens, cost.micros);
        let entry = Entry::Summary(Summary {
            text: text_of(&summary.content),
            carried,
        });
        let spent = run.spent;
        run.journal
            .save(&mut run.transcript, vec![entry], spent, None)
            .await?;
        Ok(None)
    }

    /// A text in short, for what stands around a question, and what that cost.
    pub async fn digest(&self, text: &str) -> Result<(String, Cost), ModelError> {
        let reply = self.summarise(text.to_owned()).await?;
        Ok((text_of(&reply.content), reply.counted()))
    }

    async fn summarise(&self, mut text: String) -> Result<Reply, ModelError> {
        loop {
            let request = Request {
                system: vec![SystemPart {
                    text: prompt::SUMMARISE.to_owned(),
                    cache: false,
                }],
                tools: Arc::from([]),
                messages: vec![Message::user(untrusted::clean(&text))],
                max_tokens: 2_000,
            };
            match self.models.usual.reply(&request, &mut |_| {}).await {
                // Even the text alone is too long: the older half goes.
                Err(ModelError::ContextTooLong) if text.len() > 20_000 => {
                    let mut middle = text.len() / 2;
                    while !text.is_char_boundary(middle) {
                        middle += 1;
                    }
                    text = text.split_off(middle);
                }
                outcome => return outcome,
            }
        }
    }
}

fn text_of(content: &[Block]) -> String {
    content
        .iter()
        .filter_map(|block| match block {
            Block::Text { text } => Some(text.as_str()),
            _ => None,
        })
        .collect::<Vec<_>>()
        .join("\n")
}

pub(super) fn size(messages: &[Message]) -> usize {
    messages
        .iter()
        .flat_map(|message| &message.content)
        .map(|block| match block {
            Block::Text { text } | Block::Thinking { thinking: text, .. } => text.len(),
            Block::ToolResult { content, .. } => content.len(),
            Block::ToolUse { input, .. } => input.to_string().len(),
            Block::RedactedThinking { data } => data.len(),
            // Counted by the provider in its own way, and bounded where files are taken in.
            Block::Media { .. } => 0,
        })
        .sum()
}

fn rendered(messages: &[Message]) -> String {
    let mut text = String::new();
    for message in messages {
        for block in &message.content {
            match block {
                Block::Text { text: words } => text.push_str(words),
                Block::ToolUse { name, input, .. } => {
                    text.push_str(&format!("(looked up {name}: {input})"))
                }
                Block::ToolResult { content, .. } => text.push_str(content),
                Block::Thinking { .. } | Block::RedactedThinking { .. } | Block::Media { .. } => {
                    continue;
                }
            }
            text.push('\n');
        }
    }
    text
}

/// What a result comes to, in one line for the task card: a table is so and so many rows.
pub(super) fn outcome_line(content: &str) -> String {
    let line = content.lines().next().unwrap_or_default();
    let rows = line
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .filter(|(_, columns)| columns.starts_with(['{', ':']))
        .and_then(|(count, _)| count.parse::<usize>().ok());
    match rows {
        Some(1) => "1 row".to_owned(),
        Some(count) => format!("{count} rows"),
        None => line.trim_end_matches(':').chars().take(200).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_results_is_told_as_its_number_of_rows() {
        assert_eq!(outcome_line("[5]{part,deals}:\n  a,1"), "5 rows");
        assert_eq!(outcome_line("[1]{n}:\n  7"), "1 row");
        assert_eq!(outcome_line("[2]:\n  - a: 1"), "2 rows");
        assert_eq!(outcome_line("No rows."), "No rows.");
        assert_eq!(outcome_line("2 notes:\n- One"), "2 notes");
        assert_eq!(outcome_line("[draft] of a note"), "[draft] of a note");
    }
}
