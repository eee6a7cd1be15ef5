//! People and channel membership, as far as rights and names need them.

use super::db::{OrgTx, StoreResult};
use crate::base::ids::{ChannelId, PersonId, UserId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    pub slack_user: Option<UserId>,
    pub name: String,
    pub email: Option<String>,
    pub title: Option<String>,
    pub time_zone: String,
    pub is_admin: bool,
    /// A guest, or somebody of another organisation.
    pub is_restricted: bool,
    pub is_deactivated: bool,
    /// Slack was asked about them recently enough.
    pub is_fresh: bool,
}

/// Of some Slack users those that are known, with whether they are restricted.
pub async fn known(tx: &mut OrgTx, users: &[String]) -> StoreResult<Vec<(UserId, Person)>> {
    Ok(sqlx::query!(
        r#"select person_id, slack_user_id as "slack_user_id!", name, email, title, time_zone,
               is_admin, is_restricted, is_deactivated,
               refreshed_at > now() - interval '1 day' as "is_fresh!"
           from core.people where org_id = $1 and slack_user_id = any($2)"#,
        tx.org().0,
        users,
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(|row| {
        let person = Person {
            id: PersonId(row.person_id),
            slack_user: Some(UserId(row.slack_user_id.clone())),
            name: row.name,
            email: row.email,
            title: row.title,
            time_zone: row.time_zone,
            is_admin: row.is_admin,
            is_restricted: row.is_restricted,
            is_deactivated: row.is_deactivated,
            is_fresh: row.is_fresh,
        };
        (UserId(row.slack_user_id), person)
    })
    .collect())
}

/// What somebody is called; whoever is not known any more is a colleague.
pub async fn name_of(tx: &mut OrgTx, person: PersonId) -> StoreResult<String> {
    let name = sqlx::query_scalar!(
        "select name from core.people where org_id = $1 and person_id = $2",
        tx.org().0,
        person.0,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(name.unwrap_or_else(|| "A colleague".to_owned()))
}

/// People by their ids, in no order.
pub async fn by_ids(tx: &mut OrgTx, ids: &[PersonId]) -> StoreResult<Vec<Person>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    Ok(sqlx::query!(
        r#"select person_id, slack_user_id, name, email, title, time_zone,
               is_admin, is_restricted, is_deactivated,
               refreshed_at > now() - interval '1 day' as "is_fresh!"
           from core.people where org_id = $1 and person_id = any($2)"#,
        tx.org().0,
        &ids,
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(|row| Person {
        id: PersonId(row.person_id),
        slack_user: row.slack_user_id.map(UserId),
        name: row.name,
        email: row.email,
        title: row.title,
        time_zone: row.time_zone,
        is_admin: row.is_admin,
        is_restricted: row.is_restricted,
        is_deactivated: row.is_deactivated,
        is_fresh: row.is_fresh,
    })
    .collect())
}

/// Who somebody is in Slack; none for those outside it.
pub async fn slack_user_of(tx: &mut OrgTx, person: PersonId) -> StoreResult<Option<UserId>> {
    let user = sqlx::query_scalar!(
        "select slack_user_id from core.people where org_id = $1 and person_id = $2",
        tx.org().0,
        person.0,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(user.flatten().map(UserId))
}

/// The workspace's administrators, as far as they are known.
pub async fn admins(tx: &mut OrgTx) -> StoreResult<Vec<UserId>> {
    Ok(sqlx::query_scalar!(
        r#"select slack_user_id as "user!" from core.people
           where org_id = $1 and is_admin and not is_deactivated and not is_restricted
               and slack_user_id is not null
           order by person_id limit 20"#,
        tx.org().0,
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(UserId)
    .collect())
}

/// Full members by name or part of it, for “ask Maya”.
pub async fn named(tx: &mut OrgTx, name: &str) -> StoreResult<Vec<(UserId, String)>> {
    Ok(sqlx::query!(
        r#"select slack_user_id as "user!", name from core.people
           where org_id = $1 and slack_user_id is not null and not is_deactivated
               and position(lower($2) in lower(name)) > 0
           order by name limit 5"#,
        tx.org().0,
        name,
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(|row| (UserId(row.user), row.name))
    .collect())
}

/// What Slack says of a user.
#[derive(Debug, Clone)]
pub struct SlackProfile {
    pub user: UserId,
    pub name: String,
    pub email: Option<String>,
    pub title: Option<String>,
    pub time_zone: String,
    pub is_admin: bool,
    pub is_restricted: bool,
    pub is_deactivated: bool,
}

pub async fn by_slack_user(tx: &mut OrgTx, user: &UserId) -> StoreResult<Option<Person>> {
    let found = known(tx, std::slice::from_ref(&user.0)).await?;
    Ok(found.into_iter().next().map(|(_, person)| person))
}

/// Stores what Slack says of a user. Somebody known from another system by the same mail
/// address is the same person.
pub async fn refresh(tx: &mut OrgTx, profile: &SlackProfile) -> StoreResult<PersonId> {
    sqlx::query!(
        "update core.people set slack_user_id = $2
         where org_id = $1 and slack_user_id is null and email is not null and lower(email) = lower($3)
             and not exists (select from core.people where org_id = $1 and slack_user_id = $2)",
        tx.org().0,
        profile.user.as_str(),
        profile.email.as_deref(),
    )
    .execute(tx.connection())
    .await?;
    let id = sqlx::query_scalar!(
        "insert into core.people (org_id, person_id, slack_user_id, name, email, title, time_zone,
             is_admin, is_restricted, is_deactivated)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (org_id, slack_user_id) do update
         set name = excluded.name, email = coalesce(excluded.email, core.people.email),
             title = excluded.title, time_zone = excluded.time_zone, is_admin = excluded.is_admin,
             is_restricted = excluded.is_restricted, is_deactivated = excluded.is_deactivated,
             refreshed_at = now()
         returning person_id",
        tx.org().0,
        PersonId::fresh().0,
        profile.user.as_str(),
        profile.name,
        profile.email.as_deref(),
        profile.title.as_deref(),
        profile.time_zone,
        profile.is_admin,
        profile.is_restricted,
        profile.is_deactivated,
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(PersonId(id))
}

/// Replaces who is known to be in a channel.
pub async fn set_members(
    tx: &mut OrgTx,
    channel: &ChannelId,
    people: &[PersonId],
) -> StoreResult<()> {
    let ids: Vec<_> = people.iter().map(|person| person.0).collect();
    sqlx::query!(
        "delete from core.channel_members
         where org_id = $1 and channel_id = $2 and person_id <> all($3)",
        tx.org().0,
        channel.as_str(),
        &ids,
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "insert into core.channel_members (org_id, channel_id, person_id)
         select $1, $2, unnest($3::uuid[]) on conflict do nothing",
        tx.org().0,
        channel.as_str(),
        &ids,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Somebody is no longer in a channel.
pub async fn leaves(tx: &mut OrgTx, channel: &ChannelId, user: &UserId) -> StoreResult<()> {
    sqlx::query!(
        "delete from core.channel_members using core.people
         where channel_members.org_id = $1 and channel_id = $2 and people.org_id = $1
             and people.person_id = channel_members.person_id and slack_user_id = $3",
        tx.org().0,
        channel.as_str(),
        user.as_str(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
