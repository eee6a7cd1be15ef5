//! Questions to begin with, which Penny offers where a conversation opens: about what is
//! connected, or about herself where nothing is yet.

use crate::base::topic::Topic;
use serde::Serialize;

/// As many as Slack shows.
const MOST: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Prompt {
    pub title: &'static str,
    /// What is asked.
    pub message: &'static str,
    /// What has to be connected for an answer; nothing for one about Penny.
    #[serde(skip)]
    topic: Option<Topic>,
}

const fn about(topic: Topic, title: &'static str, message: &'static str) -> Prompt {
    prompt(Some(topic), title, message)
}

const fn about_penny(title: &'static str, message: &'static str) -> Prompt {
    prompt(None, title, message)
}

const fn prompt(topic: Option<Topic>, title: &'static str, message: &'static str) -> Prompt {
    Prompt {
        title,
        message,
        topic,
    }
}

/// A button keeps its question's place in this list: add at the end, and change no order.
pub const PROMPTS: [Prompt; 8] = [
    about(
        Topic::Deals,
        "How is the pipeline?",
        "How is our sales pipeline doing this quarter, by stage, and what changed in the last week?",
    ),
    about(
        Topic::Deals,
        "Deals at risk",
        "Which open deals look at risk, and why? Show the owner and the last contact of each.",
    ),
    about(
        Topic::Meetings,
        "Prepare my next meeting",
        "Prepare me for my next customer meeting: who is coming, what is open, what was said last?",
    ),
    about(
        Topic::Work,
        "What is blocked?",
        "Which issues and pull requests are blocked or waiting for a review, and on whom?",
    ),
    about_penny("What can you do?", "What can you help me with?"),
    about_penny(
        "What is connected?",
        "Which systems are connected, and how are they doing?",
    ),
    about_penny(
        "Remember how I like it",
        "Remember that I like short answers, with the numbers first.",
    ),
    about_penny("What do you remember?", "What do you remember about me?"),
];

/// Those for everybody, as the app's manifest names them.
pub fn of_the_app() -> &'static [Prompt] {
    &PROMPTS[..MOST]
}

/// Those that what is connected can answer, each with its place in the list, filled up with
/// questions that need nothing.
pub fn answerable(topics: &[Topic]) -> Vec<(usize, Prompt)> {
    let is_known = |prompt: &Prompt| prompt.topic.is_none_or(|topic| topics.contains(&topic));
    PROMPTS
        .into_iter()
        .enumerate()
        .filter(|(_, prompt)| is_known(prompt))
        .take(MOST)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(topics: &[Topic]) -> Vec<&'static str> {
        let offered = answerable(topics);
        offered.iter().map(|(_, prompt)| prompt.title).collect()
    }

    #[test]
    fn only_what_is_connected_is_asked_about() {
        let all = [Topic::Work, Topic::Deals, Topic::Meetings];
        assert_eq!(
            titles(&all),
            of_the_app().iter().map(|p| p.title).collect::<Vec<_>>()
        );
        assert_eq!(
            titles(&[Topic::Work])[..2],
            ["What is blocked?", "What can you do?"]
        );
        let none = titles(&[]);
        assert_eq!(none.len(), MOST);
        assert!(!none.contains(&"How is the pipeline?"));
    }

    #[test]
    fn a_prompt_leads_back_to_its_own_question() {
        for (place, prompt) in answerable(&[Topic::Work]) {
            assert_eq!(PROMPTS[place], prompt);
        }
    }

    #[test]
    fn slacks_limits_are_kept() {
        for prompt in PROMPTS {
            assert!(prompt.title.chars().count() <= 75, "{}", prompt.title);
            assert!(
                prompt.message.chars().count() <= 1_000,
                "{}",
                prompt.message
            );
        }
    }
}
