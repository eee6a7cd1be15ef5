//! “Always allow…”: a yes in advance, within bounds, by somebody whose yes alone would do; and
//! taking it back in App Home.

use super::answer::Answer;
use super::{At, facts, words};
use crate::approvals::{self, Error, GrantDraft};
use crate::base::ids::GrantId;
use crate::connectors::field::cents;
use crate::jobs::Services;
use crate::slack::blocks::approval::windows::{self, AMOUNT, NewGrant, TARGETS, UNTIL, USES};
use crate::slack::ids::FIELD;
use crate::slack::inbound::{BlockActions, Source, View, ViewSubmission};
use crate::store::grants::{Caps, Envelope};
use crate::store::workflows::{self, Workflow};
use crate::surfaces::scene::{Scene, Surfaced};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use serde_json::{Map, Value, json};
use std::time::Duration;

const MOST_USES: i32 = 1_000;
const LONGEST_DAYS: i64 = 90;
/// What the window offers at first.
const USUAL_DAYS: Days = Days::new(7);

pub async fn open(scene: &Scene<'_>, source: &Source, at: &At) -> Surfaced {
    let shown = at.shown();
    let until = scene.services.clock.now().date_naive() + USUAL_DAYS;
    let amount = at.content().amount.as_ref();
    let workflow = workflow_of(scene, at).await?;
    let window = windows::grant(
        &shown,
        &NewGrant {
            requester: &shown.requester,
            until,
            currency: amount.map(|amount| amount.currency.as_str()),
            workflow: workflow.as_ref().map(|workflow| workflow.name.as_str()),
        },
    );
    scene.open_modal_or_tell(source, &window).await
}

/// The workflow whose run has asked for it, if one has.
async fn workflow_of(scene: &Scene<'_>, at: &At) -> Surfaced<Option<Workflow>> {
    let Some(origin) = &at.seen.record.origin else {
        return Ok(None);
    };
    let mut tx = scene.tx().await?;
    match workflows::behind(&mut tx, origin.asker).await? {
        Some(workflow) => Ok(workflows::get(&mut tx, workflow).await?),
        None => Ok(None),
    }
}

/// The ids that somebody named, one a line or behind commas.
fn targets(view: &View) -> Vec<String> {
    let typed = view.filled(TARGETS, FIELD).unwrap_or_default();
    let ids = typed.split([',', '\n']).map(str::trim);
    ids.filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

/// What somebody filled in.
struct Bounds {
    uses: i32,
    lives_for: Duration,
    /// In the smallest unit.
    amount: Option<i64>,
}

impl Bounds {
    fn read(view: &View, now: DateTime<Utc>) -> Result<Self, (&'static str, String)> {
        let value = |block: &str, name: &str| {
            let element = view.element(block, FIELD)?.get(name)?;
            element.as_str().map(str::to_owned)
        };
        let uses = value(USES, "value").and_then(|uses| uses.trim().parse().ok());
        let uses = uses
            .filter(|uses| (1..=MOST_USES).contains(uses))
            .ok_or((USES, words::how_many(MOST_USES)))?;
        let until: Option<NaiveDate> = value(UNTIL, "selected_date").and_then(|it| it.parse().ok());
        let left = until
            .map(|day| day.and_time(NaiveTime::MIN).and_utc() + chrono::Duration::days(1) - now)
            .filter(|left| *left <= chrono::Duration::days(LONGEST_DAYS))
            .and_then(|left| left.to_std().ok())
            .ok_or((UNTIL, words::until_when(LONGEST_DAYS)))?;
        let amount = match view.element(AMOUNT, FIELD) {
            None => None,
            Some(element) => {
                let typed = element
                    .get("value")
                    .and_then(cents)
                    .filter(|units| *units >= 0);
                Some(typed.ok_or((AMOUNT, words::HOW_MUCH.to_owned()))?)
            }
        };
        Ok(Self {
            uses,
            lives_for: left,
            amount,
        })
    }
}

/// What is wrong with what was filled in, by field.
pub fn objections(services: &Services, view: &View) -> Map<String, Value> {
    match Bounds::read(view, services.clock.now()) {
        Ok(_) => Map::new(),
        Err((field, said)) => Map::from_iter([(field.to_owned(), json!(said))]),
    }
}

pub async fn submitted(
    scene: &Scene<'_>,
    submitted: &ViewSubmission,
    at: &At,
    answer: &Answer<'_>,
) -> Surfaced {
    let bounds = match Bounds::read(&submitted.view, scene.services.clock.now()) {
        Ok(bounds) => bounds,
        Err((_, said)) => return answer.tell(scene, &said).await,
    };
    let content = at.content();
    let mut tx = scene.tx().await?;
    let policy = approvals::policy_for(&mut tx, &content.operation, content.stakes).await?;
    drop(tx);
    let facts = facts::about_by(scene, &submitted.source.user, at, &policy).await?;
    let currency = content
        .amount
        .as_ref()
        .map(|amount| amount.currency.clone());
    let workflow = workflow_of(scene, at).await?;
    let draft = GrantDraft {
        envelope: workflow.map(|workflow| Envelope {
            workflow: workflow.id,
            targets: targets(&submitted.view),
        }),
        requester: content.requester,
        operation: content.operation.clone(),
        stakes: content.stakes,
        caps: Caps {
            uses: bounds.uses,
            amount: bounds.amount.zip(currency),
        },
        lives_for: bounds.lives_for,
    };
    let mut tx = scene.tx().await?;
    match approvals::give(&mut tx, &draft, &facts).await {
        Ok(_) => {}
        Err(Error::Refused(refusal)) => {
            drop(tx);
            let sentence = words::refused(&refusal, &at.shown().deciders);
            return answer.tell(scene, &sentence).await;
        }
        Err(error) => return Err(error.into()),
    }
    tx.commit().await?;
    answer.tell(scene, &words::granted(bounds.uses)).await
}

/// From App Home, which shows what became of it.
pub async fn revoke(scene: &Scene<'_>, clicked: &BlockActions, value: &str) -> Surfaced {
    let Ok(grant) = value.parse::<GrantId>() else {
        return Ok(());
    };
    let user = &clicked.source.user;
    let facts = facts::of(scene, user).await?;
    let mut tx = scene.tx().await?;
    let said = match approvals::revoke(&mut tx, grant, &facts).await {
        Ok(()) => {
            tx.commit().await?;
            words::REVOKED.to_owned()
        }
        Err(Error::Refused(refusal)) => words::refused(&refusal, ""),
        Err(error) => return Err(error.into()),
    };
    scene.page.say(said);
    Ok(())
}
