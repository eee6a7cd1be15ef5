//! Puts a question with a few options to the people in the thread. The turn waits, without
//! holding a worker, until somebody presses a button or writes.

use super::{Effect, Outcome, Tool, ToolContext, ToolError, arguments, refused};
use crate::base::ids::UserId;
use crate::base::viewer::{Audience, Viewer};
use crate::models::ToolSpec;
use crate::store::OrgTx;
use crate::store::people;
use crate::store::questions::{self, Question};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

const NAME: &str = "ask_person";
const DESCRIPTION: &str = "Asks the people in this thread to choose between 2 to 5 options, shown \
    as buttons, and waits for the answer. Use it only when you cannot go on well without their \
    choice and no tool can tell; otherwise take the likeliest reading and say so.";

const OPTIONS: std::ops::RangeInclusive<usize> = 2..=5;
/// As much as a button shows.
const OPTION_CHARS: usize = 75;
const QUESTION_CHARS: usize = 500;

#[derive(Deserialize, JsonSchema)]
struct Input {
    /// One short question.
    question: String,
    /// 2 to 5 different answers of a few words each.
    options: Vec<String>,
    /// The name of the one colleague who has to decide. Leave it out if anybody here may.
    person: Option<String>,
}

impl Input {
    fn tidied(mut self) -> Result<Self, String> {
        self.question = self.question.trim().to_owned();
        for option in &mut self.options {
            *option = option.trim().to_owned();
        }
        let length = self.question.chars().count();
        if !(1..=QUESTION_CHARS).contains(&length) {
            return Err(format!(
                "The question must have 1 to {QUESTION_CHARS} characters."
            ));
        }
        if !OPTIONS.contains(&self.options.len()) {
            return Err("Give 2 to 5 options.".to_owned());
        }
        let fits = |option: &String| (1..=OPTION_CHARS).contains(&option.chars().count());
        if !self.options.iter().all(fits) {
            return Err(format!(
                "Each option must have 1 to {OPTION_CHARS} characters: it is a button's label."
            ));
        }
        let mut different = self.options.clone();
        different.sort();
        different.dedup();
        if different.len() < self.options.len() {
            return Err("The options must differ from each other.".to_owned());
        }
        Ok(self)
    }
}

#[derive(Debug, Default)]
pub struct AskPerson;

#[async_trait]
impl Tool for AskPerson {
    fn spec(&self) -> ToolSpec {
        ToolSpec::of::<Input>(NAME, DESCRIPTION)
    }

    fn effect(&self) -> Effect {
        Effect::LocalWrite
    }

    fn title(&self, input: &Value) -> String {
        match input.get("person").and_then(Value::as_str) {
            Some(name) => format!("Asking {name}"),
            None => "Asking you".to_owned(),
        }
    }

    async fn call(&self, context: &ToolContext<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: Input = arguments(input)?;
        let input = input.tidied().map_err(ToolError::Refused)?;
        let viewer = context.eyes.viewer().await?;
        let mut tx = context.db.org(viewer.org).await?;
        let asked = match &input.person {
            Some(name) => Some(one_named(&mut tx, &viewer, name).await?),
            None => None,
        };
        let id = questions::ask(
            &mut tx,
            context.turn,
            context.tool_use_id,
            asked.as_ref().map(UserId::as_str),
            &input.question,
            &input.options,
        )
        .await?;
        let outcome = match questions::get(&mut tx, id).await? {
            Some(question) => outcome_of(&mut tx, question).await?,
            None => Outcome::Parked,
        };
        tx.commit().await?;
        Ok(outcome)
    }
}

/// Called again once somebody has acted, the call finds its question answered.
async fn outcome_of(tx: &mut OrgTx, question: Question) -> Result<Outcome, ToolError> {
    let Some(answer) = question.answer else {
        return Ok(Outcome::Parked);
    };
    let Some(user) = question.answered_by.map(UserId) else {
        return Ok(Outcome::Result(format!(
            "Nobody chose; the question was closed: {answer}"
        )));
    };
    let person = people::by_slack_user(tx, &user).await?;
    let name = person.map_or(user.0, |person| person.name);
    Ok(Outcome::Result(format!("{name} answered: {answer}")))
}

/// The Slack user whom a name means, or why it means nobody who could answer here.
async fn one_named(tx: &mut OrgTx, viewer: &Viewer, name: &str) -> Result<UserId, ToolError> {
    let mut found = people::named(tx, name.trim().trim_start_matches('@')).await?;
    let exact = |(_, known): &&(UserId, String)| known.eq_ignore_ascii_case(name.trim());
    if let Some(one) = found.iter().find(exact).cloned() {
        found = vec![one];
    }
    let user = match found.as_slice() {
        [] => return refused(format!("I know nobody called {name:?}.")),
        [(user, _)] => user.clone(),
        several => {
            let names: Vec<&str> = several.iter().map(|(_, name)| name.as_str()).collect();
            return refused(format!(
                "{name:?} may be any of: {}. Use the full name.",
                names.join(", ")
            ));
        }
    };
    // Nobody else reads along in a direct conversation, so nobody else could answer.
    let is_asker = people::by_slack_user(tx, &user)
        .await?
        .is_some_and(|person| person.id == viewer.person);
    if viewer.audience == Audience::Private && !is_asker {
        return refused(
            "This conversation is private to the person who asks, so nobody else can answer here. \
             Ask them instead, without naming anybody.",
        );
    }
    Ok(user)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tidied(question: &str, options: &[&str]) -> Result<Input, String> {
        Input {
            question: question.to_owned(),
            options: options.iter().map(|&option| option.to_owned()).collect(),
            person: None,
        }
        .tidied()
    }

    #[test]
    fn options_that_would_not_make_good_buttons_are_sent_back() {
        assert!(tidied("Which quarter?", &["Q1", " Q2 "]).is_ok());
        let long = "x".repeat(OPTION_CHARS + 1);
        for options in [
            &["Q1"][..],
            &["1", "2", "3", "4", "5", "6"],
            &["Q1", " Q1"],
            &["Q1", " "],
            &["Q1", &long],
        ] {
            assert!(tidied("Which quarter?", options).is_err(), "{options:?}");
        }
        assert!(tidied("  ", &["Q1", "Q2"]).is_err());
    }
}
