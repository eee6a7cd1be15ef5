//! The card of a question that the agent put to people, before and after its answer.

use super::Block;
use super::kit::{actions, button, context, section};
use crate::base::ids::UserId;
use crate::slack::ids::{ANSWER, Choice, numbered};
use crate::slack::mrkdwn::escape;
use crate::slack::text;
use uuid::Uuid;

#[derive(Debug, Clone, Copy)]
pub struct QuestionCard<'a> {
    pub id: Uuid,
    pub question: &'a str,
    pub options: &'a [String],
    /// The only one who may answer, if somebody was named.
    pub asked: Option<&'a UserId>,
}

impl QuestionCard<'_> {
    fn line(&self) -> String {
        let question = escape(self.question);
        match self.asked {
            Some(user) => format!("<@{user}> {question}"),
            None => question,
        }
    }
}

/// The open question: its text for notifications, and its blocks with one button an option.
pub fn question(card: &QuestionCard<'_>) -> (String, Vec<Block>) {
    let buttons = card.options.iter().enumerate().map(|(option, label)| {
        let choice = Choice {
            question: card.id,
            option,
        };
        button(label, &numbered(ANSWER, option), &choice.value())
    });
    let mut blocks = vec![section(&card.line()), actions(buttons.collect())];
    if card.asked.is_some() {
        blocks.push(context(text::ONLY_THEY_MAY_ANSWER));
    }
    (
        card.line(),
        blocks.into_iter().map(Block::Unknown).collect(),
    )
}

/// The same card once it is answered: the buttons are gone, the outcome stands in their place.
pub fn question_settled(card: &QuestionCard<'_>, outcome: &str) -> (String, Vec<Block>) {
    let blocks = vec![section(&card.line()), context(outcome)];
    (
        format!("{} {outcome}", card.line()),
        blocks.into_iter().map(Block::Unknown).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_has_a_button_of_its_own_until_one_is_chosen() {
        let options = ["Q2 only".to_owned(), "The whole year".to_owned()];
        let card = QuestionCard {
            id: Uuid::now_v7(),
            question: "Which <period>?",
            options: &options,
            asked: None,
        };
        let (text, blocks) = question(&card);
        assert_eq!(text, "Which &lt;period&gt;?");
        let json = serde_json::to_value(&blocks).unwrap();
        let buttons = json[1]["elements"].as_array().unwrap();
        assert_eq!(buttons.len(), 2);
        assert_ne!(buttons[0]["action_id"], buttons[1]["action_id"]);

        let (_, settled) = question_settled(&card, "<@U1> chose Q2 only");
        let settled = serde_json::to_string(&settled).unwrap();
        assert!(!settled.contains("button") && settled.contains("chose Q2 only"));
    }
}
