//! Schedules something when somebody asks for it in a conversation. It exists once the person who
//! asked has confirmed a card that shows the rule and its next runs.

use super::{Effect, Outcome, Tool, ToolContext, ToolError, arguments, schema};
use crate::automation::rule::{Asked, Rule, zone_or_utc};
use crate::automation::spoken;
use crate::base::clock::SharedClock;
use crate::base::ids::{ChannelId, UserId};
use crate::models::ToolSpec;
use crate::store::people::{self, Person};
use crate::store::schedules::{self, CatchUp, Plan, Schedule, State, Terms};
use crate::store::turns::{self, Ended};
use crate::store::{OrgTx, StoreError, questions};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

const NAME: &str = "create_schedule";
const DESCRIPTION: &str = "Has a question answered again and again, or once later: “every weekday \
    at 9”, “on the last Friday of the month at 17:00”, “tomorrow at 8”, or a cron line. The person \
    who asked sees a card with the rule and its next runs and confirms it; do not ask for it in \
    words. The answers come in this channel, or in a direct message to them. Where another channel, \
    a budget, a model or a colleague’s eyes are wished for, have them type it: `/penny schedule \
    every weekday at 9 in #channel: the question`, or `/penny schedule` for a window.";

const YES: &str = "Schedule it";
const NO: &str = "Don’t";
const NEXT: usize = 5;

#[derive(Deserialize, JsonSchema)]
struct Input {
    /// When, in plain English or as a cron line of five fields; in the person's own time zone
    /// unless it names one.
    when: String,
    /// The question to answer at each run, so that it can be understood by itself.
    question: String,
    /// Whether to answer in a direct message to the person instead of here.
    #[serde(default)]
    in_direct_message: bool,
}

pub struct CreateSchedule {
    clock: SharedClock,
}

impl CreateSchedule {
    pub fn new(clock: SharedClock) -> Self {
        Self { clock }
    }
}

#[async_trait]
impl Tool for CreateSchedule {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: NAME.to_owned(),
            description: DESCRIPTION.to_owned(),
            input_schema: schema::<Input>(),
        }
    }

    fn effect(&self) -> Effect {
        Effect::LocalWrite
    }

    fn title(&self, input: &Value) -> String {
        match input.get("when").and_then(Value::as_str) {
            Some(when) => format!("Scheduling: {when}"),
            None => "Scheduling".to_owned(),
        }
    }

    async fn call(&self, context: &ToolContext<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: Input = match arguments(input) {
            Ok(input) => input,
            Err(refused) => return Ok(refused),
        };
        // What runs by itself must not make more of itself.
        if context.is_scheduled {
            return Ok(Outcome::Refused(
                "A scheduled run cannot schedule anything. Say in the answer what should be scheduled.".to_owned(),
            ));
        }
        let viewer = context.eyes.viewer().await?;
        let mut tx = context.db.org(viewer.org).await?;
        let people = people::by_ids(&mut tx, &[viewer.person]).await?;
        let turn = turns::get(&mut tx, context.turn).await?;
        let (Some(asker), Some(turn)) = (people.into_iter().next(), turn) else {
            return Ok(Outcome::Refused(
                "It is not known who asks for this.".to_owned(),
            ));
        };
        if asker.is_restricted {
            return Ok(Outcome::Refused(
                "Guests cannot schedule anything.".to_owned(),
            ));
        }
        let origin = format!("{}:{}", context.turn, context.tool_use_id);
        let owner = UserId(turn.asked_by.clone());
        let plan = match self.plan(&input, &asker, &turn) {
            Ok(plan) => plan,
            Err(why) => return Ok(Outcome::Refused(why)),
        };
        let offered = schedules::propose(&mut tx, &origin, &turn.workspace, &owner, &plan).await?;
        let outcome = self
            .confirm(&mut tx, context, &offered, &input.question)
            .await?;
        tx.commit().await?;
        Ok(outcome)
    }
}

impl CreateSchedule {
    fn plan(&self, input: &Input, asker: &Person, turn: &Ended) -> Result<Plan, String> {
        let asked = Asked {
            at: self.clock.now(),
            zone: zone_or_utc(Some(&asker.time_zone)),
        };
        let rule = spoken::when(&input.when, asked).map_err(|unclear| {
            format!("{unclear} Times that work: “every weekday at 9”, “on the last Friday of the month at 17:00”.")
        })?;
        if input.question.trim().is_empty() {
            return Err("The question is empty.".to_owned());
        }
        let is_direct = input.in_direct_message || turn.channel.starts_with('D');
        let escaped = input
            .question
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        Ok(Plan {
            channel: (!is_direct).then(|| ChannelId(turn.channel.clone())),
            question: escaped,
            said: input.when.clone(),
            rule: serde_json::to_value(&rule).map_err(|error| error.to_string())?,
            catch_up: CatchUp::default(),
            terms: Terms::default(),
            next_run_at: rule.next(asked.at).unwrap_or(asked.at),
        })
    }

    /// Called again once the card was answered, the call finds what was decided.
    async fn confirm(
        &self,
        tx: &mut OrgTx,
        context: &ToolContext<'_>,
        offered: &Schedule,
        // As it was asked: the card escapes what it shows.
        asked: &str,
    ) -> Result<Outcome, ToolError> {
        let rule: Rule = serde_json::from_value(offered.rule.clone()).map_err(StoreError::from)?;
        let place = match &offered.channel {
            Some(_) => "here",
            None => "in a direct message to you",
        };
        let runs = self.runs(&rule);
        let question = format!(
            "Shall I answer “{}” {place}, {}? The next runs: {runs}.",
            asked.trim(),
            rule.words()
        );
        let options = [YES.to_owned(), NO.to_owned()];
        let owner = Some(offered.owner.as_str());
        let id = questions::ask(
            tx,
            context.turn,
            context.tool_use_id,
            owner,
            &question,
            &options,
        )
        .await?;
        let answer = questions::get(tx, id)
            .await?
            .and_then(|question| question.answer);
        let Some(answer) = answer else {
            return Ok(Outcome::Parked);
        };
        if answer != YES {
            if offered.state == State::Proposed {
                schedules::delete(tx, offered.id).await?;
            }
            return Ok(Outcome::Result(
                "They do not want it scheduled, so nothing was.".to_owned(),
            ));
        }
        let Some(next) = rule.next(self.clock.now()) else {
            return Ok(Outcome::Refused(
                "That time has passed meanwhile; nothing was scheduled.".to_owned(),
            ));
        };
        if offered.state == State::Proposed {
            schedules::resume(tx, offered.id, next).await?;
        }
        Ok(Outcome::Result(format!(
            "Scheduled {place}: {}. The next runs: {runs}. `/penny schedules` lists it, to pause, change or delete.",
            rule.words()
        )))
    }

    fn runs(&self, rule: &Rule) -> String {
        let runs = rule.upcoming(self.clock.now(), NEXT).into_iter();
        let shown = runs.map(|run| {
            run.with_timezone(&rule.zone)
                .format("%a %-d %b %Y %H:%M")
                .to_string()
        });
        shown.collect::<Vec<_>>().join(", ")
    }
}
