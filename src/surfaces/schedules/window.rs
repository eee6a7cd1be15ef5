//! The window in which a schedule is made or changed. While its time is typed, what is understood
//! shows below; what is wrong is said under its field before it closes.

use super::making::preview;
use super::{keeping, may_change, words};
use crate::automation::budget;
use crate::automation::rule::{Asked, Rule, zone_or_utc};
use crate::automation::spoken;
use crate::automation::templates::{self, For, Template};
use crate::base::ids::{ChannelId, OrgId, ScheduleId, UserId};
use crate::jobs::Services;
use crate::jobs::workspaces::Workspace;
use crate::slack::blocks::schedules::{
    AS_WHOM, BUDGET, CATCH_UP, CHANNEL, Form, MODEL, Offered, WHAT, window,
};
use crate::slack::ids::{FIELD, SCHEDULE_WHEN};
use crate::slack::inbound::{BlockActions, View, ViewSubmission};
use crate::slack::mrkdwn::{escape, unescape};
use crate::slack::text;
use crate::store::people::{self, Person};
use crate::store::schedules::{self, CatchUp, Schedule, State, Terms};
use crate::surfaces::call::Call;
use crate::surfaces::posting::may_post;
use crate::surfaces::scene::{Scene, Surfaced};
use serde_json::{Map, Value, json};

/// `/penny schedule` by itself, or a template by its name.
pub async fn open(scene: &Scene<'_>, call: &Call<'_>, template: Option<&Template>) -> Surfaced {
    let person = scene.person(call.user()).await?;
    if person.is_restricted {
        return call.answer(scene, text::GUESTS_CANNOT, Vec::new()).await;
    }
    let window = fresh(scene, call.user(), &person, call.channel, template);
    match scene.open_modal(call.source, &window).await? {
        true => Ok(()),
        false => call.answer(scene, words::TOO_LATE, Vec::new()).await,
    }
}

/// The button beside a template.
pub async fn from_template(scene: &Scene<'_>, clicked: &BlockActions, slug: &str) -> Surfaced {
    let user = &clicked.source.user;
    let person = scene.person(user).await?;
    let (Some(template), false) = (templates::find(slug), person.is_restricted) else {
        return Ok(());
    };
    let here = clicked.channel.clone().unwrap_or_else(|| "".into());
    let window = fresh(scene, user, &person, &here, Some(template));
    scene.open_modal_or_tell(&clicked.source, &window).await
}

/// The window of a schedule that is not there yet.
fn fresh(
    scene: &Scene<'_>,
    user: &UserId,
    person: &Person,
    here: &ChannelId,
    template: Option<&Template>,
) -> Value {
    let asked = Asked {
        at: scene.services.clock.now(),
        zone: zone_or_utc(Some(&person.time_zone)),
    };
    let is_for_oneself = template.is_some_and(|it| it.for_whom == For::Oneself);
    let is_channel = here.as_str().starts_with(['C', 'G']);
    let when = template.map_or("", |it| it.when);
    let models = Choosable::of(scene);
    window(&Form {
        is_new: true,
        what: template.map_or("", |it| it.what),
        when,
        channel: (is_channel && !is_for_oneself).then_some(here.as_str()),
        owner: user.as_str(),
        models: models.offered(),
        preview: &preview(when, asked),
        ..Form::default()
    })
}

pub async fn edit(scene: &Scene<'_>, clicked: &BlockActions, schedule: &Schedule) -> Surfaced {
    let rule: Rule = super::rule_of(schedule)?;
    let budget = schedule
        .terms
        .budget_micros
        .map(|micros| budget::dollars(micros).to_string());
    let what = unescape(&schedule.question);
    let models = Choosable::of(scene);
    let form = Form {
        carries: &schedule.id.to_string(),
        is_new: false,
        what: &what,
        // Our own words name the zone, so that another administrator does not change it.
        when: &rule.words(),
        channel: schedule.channel.as_ref().map(ChannelId::as_str),
        owner: schedule.owner.as_str(),
        model: schedule.terms.model.as_deref(),
        models: models.offered(),
        catch_up: schedule.catch_up.as_str(),
        budget: budget.as_deref(),
        preview: &words::understood(&rule, scene.services.clock.now()),
    };
    scene
        .open_modal_or_tell(&clicked.source, &window(&form))
        .await
}

/// The time changed: the window shows what is understood of it now.
pub async fn typed(scene: &Scene<'_>, clicked: &BlockActions, when: &str) -> Surfaced {
    let Some(view) = &clicked.view else {
        return Ok(());
    };
    let person = scene.person(&clicked.source.user).await?;
    let asked = Asked {
        at: scene.services.clock.now(),
        zone: zone_or_utc(Some(&person.time_zone)),
    };
    let models = Choosable::of(scene);
    let form = Form {
        carries: &view.private_metadata,
        is_new: view.private_metadata.is_empty(),
        what: view.filled(WHAT, FIELD).unwrap_or_default(),
        when,
        channel: channel(view),
        owner: owner(view).unwrap_or_default(),
        model: view.filled(MODEL, FIELD),
        models: models.offered(),
        catch_up: view.filled(CATCH_UP, FIELD).unwrap_or_default(),
        budget: view.filled(BUDGET, FIELD),
        preview: &preview(when, asked),
    };
    Ok(scene
        .workspace
        .slack
        .update_view(&view.id, &window(&form))
        .await?)
}

fn channel(view: &View) -> Option<&str> {
    view.element(CHANNEL, FIELD)?
        .get("selected_conversation")?
        .as_str()
}

fn owner(view: &View) -> Option<&str> {
    view.element(AS_WHOM, FIELD)?.get("selected_user")?.as_str()
}

/// The models that people may choose.
struct Choosable<'a> {
    usual: String,
    others: Vec<&'a str>,
}

impl<'a> Choosable<'a> {
    fn of(scene: &'a Scene<'_>) -> Self {
        let models = &scene.services.agent.models;
        Self {
            usual: models.usual.name(),
            others: models.others.keys().map(String::as_str).collect(),
        }
    }

    fn offered(&self) -> Offered<'_> {
        Offered {
            usual: &self.usual,
            others: &self.others,
        }
    }
}

/// What was filled in, as far as it is right.
pub(super) struct Filled {
    pub what: String,
    pub when: String,
    pub rule: Rule,
    pub channel: Option<ChannelId>,
    /// None: whoever fills it in.
    pub owner: Option<UserId>,
    pub catch_up: CatchUp,
    pub terms: Terms,
}

/// Or what is wrong, by field.
fn read(view: &View, asked: Asked) -> Result<Filled, Map<String, Value>> {
    let mut wrong = Map::new();
    let what = view.filled(WHAT, FIELD).unwrap_or_default().trim();
    if what.is_empty() {
        wrong.insert(WHAT.to_owned(), json!(words::NO_QUESTION));
    }
    let when = view
        .filled(SCHEDULE_WHEN, SCHEDULE_WHEN)
        .unwrap_or_default()
        .trim();
    let rule = spoken::when(when, asked);
    if let Err(unclear) = &rule {
        wrong.insert(
            SCHEDULE_WHEN.to_owned(),
            json!(words::unclear_plainly(unclear)),
        );
    }
    let budget = match view.filled(BUDGET, FIELD).filter(|typed| !typed.is_empty()) {
        None => None,
        Some(typed) => {
            let micros = typed.parse().ok().and_then(budget::micros);
            if micros.is_none() {
                wrong.insert(BUDGET.to_owned(), json!(budget::HOW));
            }
            micros
        }
    };
    let (true, Ok(rule)) = (wrong.is_empty(), rule) else {
        return Err(wrong);
    };
    let catch_up = view.filled(CATCH_UP, FIELD).and_then(CatchUp::parse);
    Ok(Filled {
        what: escape(what),
        when: when.to_owned(),
        rule,
        channel: channel(view).map(ChannelId::from),
        owner: owner(view).map(UserId::from),
        catch_up: catch_up.unwrap_or_default(),
        terms: Terms {
            model: view.filled(MODEL, FIELD).map(str::to_owned),
            budget_micros: budget,
        },
    })
}

pub async fn objections(
    services: &Services,
    org: OrgId,
    submitted: &ViewSubmission,
) -> Surfaced<Map<String, Value>> {
    let user = &submitted.source.user;
    let mut tx = services.db.org(org).await?;
    let person = people::by_slack_user(&mut tx, user).await?;
    drop(tx);
    let asked = Asked {
        at: services.clock.now(),
        zone: zone_or_utc(person.as_ref().map(|person| person.time_zone.as_str())),
    };
    let filled = match read(&submitted.view, asked) {
        Ok(filled) => filled,
        Err(wrong) => return Ok(wrong),
    };
    let workspace = services
        .workspaces
        .all()
        .into_iter()
        .find(|it| it.org == org);
    let Some(workspace) = workspace else {
        return Ok(Map::new());
    };
    let objection = objection(services, &workspace, &filled, user).await?;
    Ok(objection
        .map(|(field, why)| Map::from_iter([(field.to_owned(), json!(words::plainly(&why)))]))
        .unwrap_or_default())
}

/// What speaks against it beyond what is written in it, and in which field.
async fn objection(
    services: &Services,
    workspace: &Workspace,
    filled: &Filled,
    user: &UserId,
) -> Surfaced<Option<(&'static str, String)>> {
    let most = services.agent.limits.cost_micros;
    let budget = filled.terms.budget_micros.unwrap_or_default();
    if u64::try_from(budget).is_ok_and(|budget| budget > most) {
        return Ok(Some((BUDGET, words::above_limit(most))));
    }
    let owner = filled.owner.as_ref().unwrap_or(user);
    let directory = &services.directory;
    let person = directory.person(&services.db, workspace, owner).await?;
    if person.is_restricted || person.is_deactivated || *owner == workspace.bot_user {
        return Ok(Some((AS_WHOM, words::NO_COLLEAGUE.to_owned())));
    }
    let Some(channel) = &filled.channel else {
        return Ok(None);
    };
    if let Some(objection) = may_post(workspace, channel, user).await? {
        return Ok(Some((CHANNEL, objection.to_owned())));
    }
    // Who may post there was just found out; what is left is the owner.
    let is_there = owner == user || may_post(workspace, channel, owner).await?.is_none();
    Ok((!is_there).then(|| (AS_WHOM, words::THEY_ARE_NOT_THERE.to_owned())))
}

pub async fn submitted(scene: &Scene<'_>, submitted: &ViewSubmission) -> Surfaced {
    let user: &UserId = &submitted.source.user;
    let view = &submitted.view;
    let person = scene.person(user).await?;
    let asked = Asked {
        at: scene.services.clock.now(),
        zone: zone_or_utc(Some(&person.time_zone)),
    };
    let filled = match read(view, asked) {
        Ok(filled) if !person.is_restricted => filled,
        _ => return scene.tell_directly(user, words::NOT_STORED).await,
    };
    // Who may post there may have changed since the window was looked at.
    let objection = objection(scene.services, &scene.workspace, &filled, user).await?;
    if let Some((_, objection)) = objection {
        return scene.tell_directly(user, &objection).await;
    }
    let changed = match view.private_metadata.parse::<ScheduleId>() {
        Ok(id) => {
            let mut tx = scene.tx().await?;
            let schedule = schedules::get(&mut tx, id).await?;
            drop(tx);
            // What nobody agreed to yet is no schedule of anybody's.
            match schedule.filter(|it| it.state != State::Proposed) {
                Some(schedule) if may_change(&person, user, &schedule) => Some(schedule),
                Some(schedule) => {
                    let said = words::not_yours(&schedule);
                    return scene.tell_directly(user, &said).await;
                }
                None => return scene.tell_directly(user, words::GONE).await,
            }
        }
        Err(_) => None,
    };
    keeping::keep(scene, user, changed.as_ref(), filled, asked).await
}
