//! Questions to begin with, which Penny offers where a conversation opens: about what is
//! connected, or about herself where nothing is yet.

use serde::Serialize;

/// As many as Slack shows.
const MOST: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Prompt {
    pub title: &'static str,
    /// What is asked.
    pub message: &'static str,
    #[serde(skip)]
    topic: Topic,
}

/// What has to be connected for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Topic {
    Deals,
    Meetings,
    Work,
    Penny,
}

const fn prompt(topic: Topic, title: &'static str, message: &'static str) -> Prompt {
    Prompt {
        title,
        message,
        topic,
    }
}

/// A button keeps its question's place in this list: add at the end, and change no order.
pub const PROMPTS: [Prompt; 8] = [
    prompt(
        Topic::Deals,
        "How is the pipeline?",
        "How is our sales pipeline doing this quarter, by stage, and what changed in the last week?",
    ),
    prompt(
        Topic::Deals,
        "Deals at risk",
        "Which open deals look at risk, and why? Show the owner and the last contact of each.",
    ),
    prompt(
        Topic::Meetings,
        "Prepare my next meeting",
        "Prepare me for my next customer meeting: who is coming, what is open, what was said last?",
    ),
    prompt(
        Topic::Work,
        "What is blocked?",
        "Which issues and pull requests are blocked or waiting for a review, and on whom?",
    ),
    prompt(
        Topic::Penny,
        "What can you do?",
        "What can you help me with?",
    ),
    prompt(
        Topic::Penny,
        "What is connected?",
        "Which systems are connected, and how are they doing?",
    ),
    prompt(
        Topic::Penny,
        "Remember how I like it",
        "Remember that I like short answers, with the numbers first.",
    ),
    prompt(
        Topic::Penny,
        "What do you remember?",
        "What do you remember about me?",
    ),
];

/// Those for everybody, as the app's manifest names them.
pub fn of_the_app() -> &'static [Prompt] {
    &PROMPTS[..MOST]
}

/// Those that what is connected can answer, each with its place in the list, filled up with
/// questions that need nothing.
pub fn answerable<'a>(systems: impl IntoIterator<Item = &'a str>) -> Vec<(usize, Prompt)> {
    let topics: Vec<Topic> = systems.into_iter().filter_map(topic_of).collect();
    PROMPTS
        .into_iter()
        .enumerate()
        .filter(|(_, prompt)| prompt.topic == Topic::Penny || topics.contains(&prompt.topic))
        .take(MOST)
        .collect()
}

fn topic_of(system: &str) -> Option<Topic> {
    match system {
        "hubspot" | "salesforce" => Some(Topic::Deals),
        "google_calendar" | "microsoft_calendar" | "fireflies" | "zoom" | "granola" => {
            Some(Topic::Meetings)
        }
        "linear" | "jira" | "asana" | "github" => Some(Topic::Work),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(systems: &[&str]) -> Vec<&'static str> {
        let offered = answerable(systems.iter().copied());
        offered.iter().map(|(_, prompt)| prompt.title).collect()
    }

    #[test]
    fn only_what_is_connected_is_asked_about() {
        let all = ["hubspot", "google_calendar", "linear", "github"];
        assert_eq!(
            titles(&all),
            of_the_app().iter().map(|p| p.title).collect::<Vec<_>>()
        );
        assert_eq!(
            titles(&["github", "twilio"])[..2],
            ["What is blocked?", "What can you do?"]
        );
        let none = titles(&[]);
        assert_eq!(none.len(), MOST);
        assert!(!none.contains(&"How is the pipeline?"));
    }

    #[test]
    fn a_prompt_leads_back_to_its_own_question() {
        for (place, prompt) in answerable(["linear"]) {
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
