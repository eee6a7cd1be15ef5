//! Links to dashboards: one person each, for some time, until they are revoked. Whoever comes with
//! one is known by it alone, so it is looked for over all organisations.

use super::db::{Db, OrgTx, StoreResult};
use crate::base::ids::{ArtifactId, LinkId, OrgId, PersonId};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// How long a link is good for.
const HOURS: i32 = 24;

/// A link as whoever comes with it finds it.
#[derive(Debug, Clone)]
pub struct Link {
    pub id: LinkId,
    pub org: OrgId,
    pub workspace: String,
    pub artifact: ArtifactId,
    pub person: PersonId,
    pub is_restricted: bool,
    pub recipe: Value,
    pub expires_at: DateTime<Utc>,
    pub state: LinkState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    Good,
    Expired,
    Revoked,
    /// The dashboard is not, or no longer, for this person.
    NotTheirs,
}

/// Makes a link for one person; None: the dashboard is gone.
pub async fn hand_out(
    tx: &mut OrgTx,
    artifact: ArtifactId,
    person: PersonId,
) -> StoreResult<Option<(LinkId, DateTime<Utc>)>> {
    let link = LinkId::random();
    let ends = sqlx::query_scalar!(
        "insert into core.dashboard_links (org_id, link_id, artifact_id, person_id, expires_at)
         select a.org_id, $2, a.artifact_id, $4, now() + make_interval(hours => $5)
         from core.artifacts a
         where a.org_id = $1 and a.artifact_id = $3 and a.kind = 'dashboard'
         returning expires_at",
        tx.org().0,
        link.0,
        artifact.0,
        person.0,
        HOURS,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(ends.map(|ends| (link, ends)))
}

/// What a link leads to. Whose it is may see less than when it was made: that is looked at here,
/// each time.
pub async fn read(db: &Db, link: LinkId) -> StoreResult<Option<Link>> {
    Ok(sqlx::query!(
        r#"select l.org_id, l.artifact_id, l.person_id, l.expires_at,
               l.revoked_at is not null as "is_revoked!", l.expires_at <= now() as "is_expired!",
               p.is_restricted, a.workspace_id, a.recipe,
               not p.is_deactivated and case
                   when a.audience_channel is null then a.made_by = l.person_id
                   else exists (
                       select from core.channel_members m
                       where m.org_id = a.org_id and m.channel_id = a.audience_channel
                         and m.person_id = l.person_id)
               end as "is_theirs!"
           from core.dashboard_links l
           join core.artifacts a using (org_id, artifact_id)
           join core.people p using (org_id, person_id)
           where l.link_id = $1"#,
        link.0,
    )
    .fetch_optional(db.system())
    .await?
    .map(|row| Link {
        id: link,
        org: OrgId(row.org_id),
        workspace: row.workspace_id,
        artifact: ArtifactId(row.artifact_id),
        person: PersonId(row.person_id),
        is_restricted: row.is_restricted,
        recipe: row.recipe,
        expires_at: row.expires_at,
        state: match (row.is_revoked, row.is_expired, row.is_theirs) {
            (true, ..) => LinkState::Revoked,
            (_, true, _) => LinkState::Expired,
            (_, _, false) => LinkState::NotTheirs,
            _ => LinkState::Good,
        },
    }))
}

/// Ends a person's links to a dashboard, and says how many there were.
pub async fn revoke(tx: &mut OrgTx, artifact: ArtifactId, person: PersonId) -> StoreResult<u64> {
    let revoked = sqlx::query!(
        "update core.dashboard_links set revoked_at = now()
         where org_id = $1 and artifact_id = $2 and person_id = $3 and revoked_at is null
           and expires_at > now()",
        tx.org().0,
        artifact.0,
        person.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(revoked.rows_affected())
}

/// Forgets links that ended long ago, over all organisations. Until then they are told apart from
/// links that never were.
pub async fn forget_ended(db: &Db, limit: i64) -> StoreResult<u64> {
    Ok(sqlx::query!(
        "delete from core.dashboard_links where (org_id, link_id) in (
             select org_id, link_id from core.dashboard_links
             where expires_at < now() - interval '30 days' limit $1)",
        limit,
    )
    .execute(db.system())
    .await?
    .rows_affected())
}
