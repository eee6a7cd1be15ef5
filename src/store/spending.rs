//! What all turns together may take, and have taken: how often a person, a channel and the
//! organisation asked within the hour, and what models have cost today.
//!
//! It is looked at whenever somebody asks, so it must not grow dearer with what there is: of turns at
//! most as many are read as may be begun, newest first, and far from a bound not for each of them
//! ([`Headroom`]); money is added up as it is spent.

mod headroom;

pub use headroom::Headroom;

use super::db::{Db, OrgTx, StoreResult};
use crate::base::config::Caps;
use crate::base::ids::TurnId;
use headroom::Whose;
use std::time::Duration;

/// For how long it is known what a day has cost.
const KEPT_DAYS: i32 = 40;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cap {
    PersonTurns,
    ChannelTurns,
    OrgTurns,
    PersonMoney,
    OrgMoney,
}

const ALL: [Cap; 5] = [
    Cap::PersonTurns,
    Cap::ChannelTurns,
    Cap::OrgTurns,
    Cap::PersonMoney,
    Cap::OrgMoney,
];

impl Cap {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PersonTurns => "person_turns",
            Self::ChannelTurns => "channel_turns",
            Self::OrgTurns => "org_turns",
            Self::PersonMoney => "person_money",
            Self::OrgMoney => "org_money",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        ALL.into_iter().find(|cap| cap.as_str() == text)
    }
}

/// A bound that is reached, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    pub cap: Cap,
    pub left: Duration,
}

impl Reached {
    /// As its turn's row keeps it.
    pub(super) fn read(cap: Option<&str>, left_seconds: Option<f64>) -> Option<Self> {
        Some(Self {
            cap: Cap::parse(cap?)?,
            left: Duration::from_secs_f64(left_seconds.unwrap_or_default().max(0.0)),
        })
    }
}

/// A turn that has just been begun, and is not counted itself.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub turn: TurnId,
    pub person: &'a str,
    pub channel: &'a str,
    /// What runs by itself does not count as asked by somebody.
    pub by_itself: bool,
}

/// The bound that keeps this turn from being begun, of several the one that ends last.
pub async fn reached(
    tx: &mut OrgTx,
    caps: &Caps,
    headroom: &Headroom,
    asked: Asked<'_>,
) -> StoreResult<Option<Reached>> {
    let of_turns = turns_reached(tx, caps, headroom, asked).await?;
    let of_money = money_reached(tx, caps, asked.person).await?;
    let both = of_turns.into_iter().chain(of_money);
    Ok(both.max_by_key(|it| it.left))
}

async fn turns_reached(
    tx: &mut OrgTx,
    caps: &Caps,
    headroom: &Headroom,
    asked: Asked<'_>,
) -> StoreResult<Vec<Reached>> {
    let org = tx.org();
    // None: there is no such bound, or it is known to be far.
    let counting = |cap: Option<u32>, whose: Whose| {
        let cap = cap.filter(|_| !headroom.take(org, &whose))?;
        Some((i64::from(cap), whose))
    };
    let of_person = caps.person_turns.filter(|_| !asked.by_itself);
    let person = counting(of_person, Whose::Person(asked.person.to_owned()));
    let channel = counting(caps.channel_turns, Whose::Channel(asked.channel.to_owned()));
    let everybody = counting(caps.org_turns, Whose::Everybodys);
    if person.is_none() && channel.is_none() && everybody.is_none() {
        return Ok(Vec::new());
    }
    let cap = |counting: &Option<(i64, Whose)>| counting.as_ref().map_or(0, |(cap, _)| *cap);
    // Once the oldest of as many as may be begun is an hour old, there is room for one more.
    let row = sqlx::query!(
        r#"select person.begun as "of_person!", person.room_in as person_room_in,
               channel.begun as "of_channel!", channel.room_in as channel_room_in,
               org.begun as "of_org!", org.room_in as org_room_in
           from (
               select count(*) as begun,
                   extract(epoch from min(started_at) + interval '1 hour' - now())::float8 as room_in
               from (select started_at from core.turns
                   where org_id = $1 and asked_by = $3 and started_at > now() - interval '1 hour'
                       and turn_id <> $2 and run_id is null and cap is null
                   order by started_at desc limit $5) as newest) as person, (
               select count(*) as begun,
                   extract(epoch from min(started_at) + interval '1 hour' - now())::float8 as room_in
               from (select started_at from core.turns
                   where org_id = $1 and channel_id = $4 and started_at > now() - interval '1 hour'
                       and turn_id <> $2 and cap is null
                   order by started_at desc limit $6) as newest) as channel, (
               select count(*) as begun,
                   extract(epoch from min(started_at) + interval '1 hour' - now())::float8 as room_in
               from (select started_at from core.turns
                   where org_id = $1 and started_at > now() - interval '1 hour'
                       and turn_id <> $2 and cap is null
                   order by started_at desc limit $7) as newest) as org"#,
        org.0,
        asked.turn.0,
        asked.person,
        asked.channel,
        cap(&person),
        cap(&channel),
        cap(&everybody),
    )
    .fetch_one(tx.connection())
    .await?;
    let counted = [
        (Cap::PersonTurns, person, row.of_person, row.person_room_in),
        (
            Cap::ChannelTurns,
            channel,
            row.of_channel,
            row.channel_room_in,
        ),
        (Cap::OrgTurns, everybody, row.of_org, row.org_room_in),
    ];
    let mut reached = Vec::new();
    for (which, counting, begun, room_in) in counted {
        let Some((cap, whose)) = counting else {
            continue;
        };
        if begun >= cap {
            reached.extend(Reached::read(Some(which.as_str()), room_in));
        } else {
            headroom.counted(org, whose, begun, cap);
        }
    }
    Ok(reached)
}

/// The same of money alone, for what is no turn.
pub async fn money_reached(
    tx: &mut OrgTx,
    caps: &Caps,
    person: &str,
) -> StoreResult<Option<Reached>> {
    if caps.person_micros.is_none() && caps.org_micros.is_none() {
        return Ok(None);
    }
    let row = sqlx::query!(
        r#"select
               (select cost_micros from core.spending
                where org_id = $1 and day = (now() at time zone 'utc')::date and who = $2) as person,
               (select cost_micros from core.spending
                where org_id = $1 and day = (now() at time zone 'utc')::date and who = '') as org,
               extract(epoch from date_trunc('day', now() at time zone 'utc') + interval '1 day'
                   - (now() at time zone 'utc'))::float8 as "left!""#,
        tx.org().0,
        person,
    )
    .fetch_one(tx.connection())
    .await?;
    let is_used_up = |cap: Option<u64>, spent: Option<i64>| {
        cap.is_some_and(|cap| u64::try_from(spent.unwrap_or_default()).unwrap_or_default() >= cap)
    };
    let cap = if is_used_up(caps.org_micros, row.org) {
        Cap::OrgMoney
    } else if is_used_up(caps.person_micros, row.person) {
        Cap::PersonMoney
    } else {
        return Ok(None);
    };
    Ok(Reached::read(Some(cap.as_str()), Some(row.left)))
}

/// Adds what was spent for somebody outside of a turn; what a turn spends is added as it is saved.
pub async fn add(tx: &mut OrgTx, person: &str, cost_micros: i64) -> StoreResult<()> {
    sqlx::query!(
        "insert into core.spending (org_id, day, who, cost_micros)
         select $1, (now() at time zone 'utc')::date, who, $3
         from (select distinct unnest(array['', $2::text]) as who order by 1) as lines
         on conflict (org_id, day, who) do update
             set cost_micros = core.spending.cost_micros + excluded.cost_micros",
        tx.org().0,
        person,
        cost_micros,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// What the organisation has taken of its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    pub turns_this_hour: i64,
    pub micros_today: i64,
}

pub async fn taken(tx: &mut OrgTx) -> StoreResult<Taken> {
    Ok(sqlx::query_as!(
        Taken,
        r#"select
               (select count(*) from core.turns
                where org_id = $1 and started_at > now() - interval '1 hour'
                    and cap is null) as "turns_this_hour!",
               coalesce((select cost_micros from core.spending
                   where org_id = $1 and day = (now() at time zone 'utc')::date
                       and who = ''), 0) as "micros_today!""#,
        tx.org().0,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// What a person's turns have cost since the start of the month.
#[derive(Debug, Clone, Copy)]
pub struct Spending {
    pub turns: i64,
    pub tokens: i64,
    pub cost_micros: i64,
}

pub async fn this_month(tx: &mut OrgTx, user: &str) -> StoreResult<Spending> {
    Ok(sqlx::query_as!(
        Spending,
        r#"select count(*) as "turns!", coalesce(sum(tokens), 0)::bigint as "tokens!",
               coalesce(sum(cost_micros), 0)::bigint as "cost_micros!"
           from core.turns
           where org_id = $1 and asked_by = $2 and started_at >= date_trunc('month', now())"#,
        tx.org().0,
        user,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Forgets days that are long over, at most so many lines. Returns how many.
pub async fn delete_old(db: &Db, at_most: i64) -> StoreResult<u64> {
    // Housekeeping, over all organisations.
    let deleted = sqlx::query!(
        "delete from core.spending where (org_id, day, who) in (
             select org_id, day, who from core.spending
             where day < (now() at time zone 'utc')::date - $1::int4 limit $2)",
        KEPT_DAYS,
        at_most,
    )
    .execute(db.system())
    .await?;
    Ok(deleted.rows_affected())
}
