//! Schedules something when somebody asks for it in a conversation. It exists once the person who
//! asked has confirmed a card that shows the rule and its next runs.

use super::{
    Effect, Outcome, Place, Tool, ToolContext, ToolError, Whereabouts, arguments, refused,
};
use crate::automation::budget;
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
    words. The answers come in this channel, in another one that they name, or in a direct message \
    to them. Where a colleague’s eyes are wished for, have them type `/penny schedule`, which opens \
    a window.";

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
    /// Another channel than this one, by its name, if they named one.
    #[serde(default)]
    channel: Option<String>,
    /// The model that shall answer, if they named one.
    #[serde(default)]
    model: Option<String>,
    /// What one answer may cost at most, in dollars, if they said so.
    #[serde(default)]
    budget: Option<f64>,
}

/// What a schedule can be given of its own.
#[derive(Debug, Clone)]
pub struct Choices {
    pub usual_model: String,
    pub other_models: Vec<String>,
    /// What any answer may cost, in millionths of a dollar.
    pub most_micros: u64,
}

pub struct CreateSchedule {
    clock: SharedClock,
    choices: Choices,
}

impl CreateSchedule {
    pub fn new(clock: SharedClock, choices: Choices) -> Self {
        Self { clock, choices }
    }
}

/// Where the answers come.
enum Target {
    Here(ChannelId),
    There(Place),
    Directly,
}

impl Target {
    fn channel(&self) -> Option<&ChannelId> {
        match self {
            Self::Here(channel) => Some(channel),
            Self::There(place) => Some(&place.channel),
            Self::Directly => None,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Here(_) => "here".to_owned(),
            Self::There(place) => format!("in #{}", place.name),
            Self::Directly => "in a direct message to you".to_owned(),
        }
    }
}

#[async_trait]
impl Tool for CreateSchedule {
    fn spec(&self) -> ToolSpec {
        ToolSpec::of::<Input>(NAME, DESCRIPTION)
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
        let input: Input = arguments(input)?;
        // What runs by itself must not make more of itself.
        if context.is_scheduled {
            return refused(
                "A scheduled run cannot schedule anything. Say in the answer what should be scheduled.",
            );
        }
        let viewer = context.eyes.viewer().await?;
        let mut tx = context.db.org(viewer.org).await?;
        let people = people::by_ids(&mut tx, &[viewer.person]).await?;
        let turn = turns::get(&mut tx, context.turn).await?;
        let (Some(asker), Some(turn)) = (people.into_iter().next(), turn) else {
            return refused("It is not known who asks for this.");
        };
        if asker.is_restricted {
            return refused("Guests cannot schedule anything.");
        }
        // Slack is asked where they may have it, and nothing is held meanwhile.
        drop(tx);
        let origin = format!("{}:{}", context.turn, context.tool_use_id);
        let owner = UserId(turn.asked_by.clone());
        let target = target(context, &input, &turn).await?;
        let plan = self
            .plan(&input, &asker, &target)
            .map_err(ToolError::Refused)?;
        let mut tx = context.db.org(viewer.org).await?;
        let offered = schedules::propose(&mut tx, &origin, &turn.workspace, &owner, &plan).await?;
        let place = target.words();
        let outcome = self
            .confirm(&mut tx, context, &offered, (&input.question, &place))
            .await?;
        tx.commit().await?;
        Ok(outcome)
    }
}

impl CreateSchedule {
    fn plan(&self, input: &Input, asker: &Person, target: &Target) -> Result<Plan, String> {
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
        let escaped = input
            .question
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        Ok(Plan {
            channel: target.channel().cloned(),
            question: escaped,
            said: input.when.clone(),
            rule: serde_json::to_value(&rule).map_err(|error| error.to_string())?,
            catch_up: CatchUp::default(),
            terms: self.terms(input)?,
            next_run_at: rule.next(asked.at).unwrap_or(asked.at),
        })
    }

    fn terms(&self, input: &Input) -> Result<Terms, String> {
        let Choices {
            usual_model,
            other_models,
            most_micros,
        } = &self.choices;
        let model = input.model.as_deref().map(str::trim);
        let model = model.filter(|name| !name.is_empty() && name != usual_model);
        if let Some(unknown) = model.filter(|name| !other_models.iter().any(|it| it == name)) {
            let names: Vec<&str> = [usual_model]
                .into_iter()
                .chain(other_models)
                .map(String::as_str)
                .collect();
            return Err(format!(
                "There is no model “{unknown}” to choose. There is: {}.",
                names.join(", ")
            ));
        }
        let budget_micros = match input.budget {
            None => None,
            Some(dollars) => Some(budget::micros(dollars).ok_or(budget::HOW)?),
        };
        let is_above = |micros: &i64| u64::try_from(*micros).is_ok_and(|it| it > *most_micros);
        if budget_micros.as_ref().is_some_and(is_above) {
            let most = i64::try_from(*most_micros).map_or(f64::MAX, budget::dollars);
            return Err(format!(
                "One answer may cost ${most:.2} at most. They can choose less, or leave the budget out; whoever runs Penny can raise that."
            ));
        }
        Ok(Terms {
            model: model.map(str::to_owned),
            budget_micros,
        })
    }

    /// Called again once the card was answered, the call finds what was decided.
    async fn confirm(
        &self,
        tx: &mut OrgTx,
        context: &ToolContext<'_>,
        offered: &Schedule,
        // As it was asked: the card escapes what it shows.
        (asked, place): (&str, &str),
    ) -> Result<Outcome, ToolError> {
        let rule: Rule = serde_json::from_value(offered.rule.clone()).map_err(StoreError::from)?;
        let runs = self.runs(&rule);
        let question = format!(
            "Shall I answer “{}” {place}, {}{}? The next runs: {runs}.",
            asked.trim(),
            rule.words(),
            on_terms(&offered.terms),
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
            return refused("That time has passed meanwhile; nothing was scheduled.");
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

/// What a schedule has of its own, behind its time.
fn on_terms(terms: &Terms) -> String {
    let model = terms.model.as_ref().map(|name| format!(", with {name}"));
    let budget = terms.budget_micros.map(|micros| {
        let most = budget::dollars(micros);
        format!(", for at most ${most:.2} each time")
    });
    [model, budget].into_iter().flatten().collect()
}

/// Refused, if the answers cannot come where they are wished for.
async fn target(
    context: &ToolContext<'_>,
    input: &Input,
    turn: &Ended,
) -> Result<Target, ToolError> {
    if input.in_direct_message {
        return Ok(Target::Directly);
    }
    let named = input.channel.as_deref().map(str::trim);
    let Some(named) = named.filter(|named| !named.is_empty()) else {
        let is_direct = turn.channel.starts_with('D');
        let here = || Target::Here(ChannelId(turn.channel.clone()));
        return Ok(if is_direct { Target::Directly } else { here() });
    };
    match context.eyes.whereabouts(named).await? {
        Whereabouts::Both(place) if place.channel.as_str() == turn.channel => {
            Ok(Target::Here(place.channel))
        }
        Whereabouts::Both(place) => Ok(Target::There(place)),
        Whereabouts::PennyIsNotThere => refused(format!(
            "Penny is in no channel “{named}”. If there is one, they can invite her there with `/invite @Penny` and ask again."
        )),
        Whereabouts::TheyAreNotThere => refused(format!(
            "They are not in “{named}” themselves, so Penny writes nothing there for them. They can join it and ask again, or choose another channel."
        )),
    }
}
