//! Which models think before they answer, and how each is asked to. A model that is not known
//! here is not asked: one that cannot think rejects the whole request.

use crate::models::{Block, Message, Role};
use serde_json::{Value, json};

/// The least that the API accepts as a budget.
const LEAST_BUDGET: u32 = 1024;
const USUAL_BUDGET: u32 = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thinking {
    Off,
    /// With a budget of tokens for each answer.
    Budgeted,
    /// The model decides how much.
    Adaptive,
}

const KNOWN: [(&str, Thinking); 14] = [
    ("claude-sonnet-5", Thinking::Adaptive),
    ("claude-opus-5", Thinking::Adaptive),
    ("claude-sonnet-4-6", Thinking::Adaptive),
    ("claude-opus-4-6", Thinking::Adaptive),
    ("claude-opus-4-7", Thinking::Adaptive),
    ("claude-opus-4-8", Thinking::Adaptive),
    ("claude-sonnet-4-5", Thinking::Budgeted),
    ("claude-opus-4-5", Thinking::Budgeted),
    ("claude-haiku-4-5", Thinking::Budgeted),
    ("claude-opus-4-1", Thinking::Budgeted),
    ("claude-sonnet-4-0", Thinking::Budgeted),
    ("claude-opus-4-0", Thinking::Budgeted),
    ("claude-sonnet-4-2025", Thinking::Budgeted),
    ("claude-opus-4-2025", Thinking::Budgeted),
];

impl Thinking {
    pub fn of(model: &str) -> Self {
        let name = model.rsplit('/').next().unwrap_or(model);
        KNOWN
            .iter()
            .find(|(prefix, _)| name.starts_with(prefix))
            .map_or(Self::Off, |(_, thinking)| *thinking)
    }

    /// As the list of models describes it, where it does.
    pub fn described(capabilities: &Value) -> Option<Self> {
        let types = capabilities.pointer("/thinking/types")?;
        let supports = |kind: &str| types[kind]["supported"].as_bool() == Some(true);
        Some(if supports("adaptive") {
            Self::Adaptive
        } else if supports("enabled") {
            Self::Budgeted
        } else {
            Self::Off
        })
    }

    /// The `thinking` parameter, if the request is to have one.
    pub fn parameter(self, max_tokens: u32, messages: &[Message]) -> Option<Value> {
        match self {
            Self::Off => None,
            // Said in summary, so that the stream is never silent for long.
            Self::Adaptive => Some(json!({ "type": "adaptive", "display": "summarized" })),
            Self::Budgeted => {
                let budget = USUAL_BUDGET.min(max_tokens / 2);
                let possible = budget >= LEAST_BUDGET && !resumes_without_thinking(messages);
                possible.then(|| json!({ "type": "enabled", "budget_tokens": budget }))
            }
        }
    }
}

/// With a budget, an answer that goes on after tool calls must have begun with thinking. One that
/// another model began (a fallback) has not.
fn resumes_without_thinking(messages: &[Message]) -> bool {
    let Some(last) = messages
        .iter()
        .rfind(|message| message.role == Role::Assistant)
    else {
        return false;
    };
    let calls = |block: &Block| matches!(block, Block::ToolUse { .. });
    let begins_with_thinking = matches!(
        last.content.first(),
        Some(Block::Thinking { .. } | Block::RedactedThinking { .. })
    );
    last.content.iter().any(calls) && !begins_with_thinking
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_models_known_to_think_are_asked_to() {
        assert_eq!(
            Thinking::of("claude-sonnet-4-5-20250929"),
            Thinking::Budgeted
        );
        assert_eq!(
            Thinking::of("anthropic/claude-sonnet-4-6"),
            Thinking::Adaptive
        );
        assert_eq!(Thinking::of("claude-3-5-haiku-latest"), Thinking::Off);
        assert_eq!(Thinking::of("mock-model"), Thinking::Off);
    }

    #[test]
    fn what_the_list_of_models_says_of_a_new_model_is_believed() {
        let described =
            |types: Value| Thinking::described(&json!({ "thinking": { "types": types } }));
        let yes = json!({ "supported": true });
        let no = json!({ "supported": false });
        let both = json!({ "adaptive": yes, "enabled": yes });
        assert_eq!(described(both), Some(Thinking::Adaptive));
        let older = json!({ "adaptive": no, "enabled": yes });
        assert_eq!(described(older), Some(Thinking::Budgeted));
        assert_eq!(Thinking::described(&Value::Null), None);
    }

    #[test]
    fn a_budget_never_exceeds_what_the_answer_may_use() {
        let budget = |max_tokens| Thinking::Budgeted.parameter(max_tokens, &[]);
        assert_eq!(budget(1500), None);
        assert_eq!(budget(4000).unwrap()["budget_tokens"], 2000);
        assert_eq!(budget(64_000).unwrap()["budget_tokens"], 4096);
    }

    #[test]
    fn a_turn_that_another_model_began_goes_on_without_a_budget() {
        let call = Block::ToolUse {
            id: "t".to_owned(),
            name: "look".to_owned(),
            input: json!({}),
        };
        let begun = Message {
            role: Role::Assistant,
            content: vec![call],
        };
        let messages = [Message::user("hi"), begun];
        assert_eq!(Thinking::Budgeted.parameter(8000, &messages), None);
        assert!(Thinking::Adaptive.parameter(8000, &messages).is_some());
    }
}
