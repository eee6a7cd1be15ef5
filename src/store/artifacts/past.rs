//! What earlier versions showed, for telling what has changed.

use super::{New, audience};
use crate::base::ids::{ArtifactId, TurnId};
use crate::base::viewer::Viewer;
use crate::store::db::{OrgTx, StoreResult};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// What an earlier version showed.
#[derive(Debug, Clone)]
pub struct Past {
    pub made_at: DateTime<Utc>,
    pub figures: Option<Value>,
    pub had_outsiders: bool,
}

/// The newest version of an artifact.
pub async fn newest(tx: &mut OrgTx, artifact: ArtifactId) -> StoreResult<Option<Past>> {
    Ok(sqlx::query_as!(
        Past,
        "select made_at, figures, had_outsiders from core.artifact_versions
         where org_id = $1 and artifact_id = $2 order by version desc limit 1",
        tx.org().0,
        artifact.0,
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// What an earlier run of the same schedule made of this kind: of this title if there is one, and
/// for the same eyes. None outside of schedules.
pub async fn of_earlier_run(
    tx: &mut OrgTx,
    viewer: &Viewer,
    turn: TurnId,
    new: &New<'_>,
) -> StoreResult<Option<Past>> {
    Ok(sqlx::query_as!(
        Past,
        "select v.made_at, v.figures, v.had_outsiders
         from core.turns t
         join core.schedule_runs r on r.org_id = t.org_id and r.run_id = t.run_id
         join core.schedule_runs e
             on e.org_id = r.org_id and e.schedule_id = r.schedule_id and e.run_id <> r.run_id
         join core.turns f on f.org_id = e.org_id and f.run_id = e.run_id
         join core.artifacts a on a.org_id = f.org_id and a.turn_id = f.turn_id
         join core.artifact_versions v on v.org_id = a.org_id and v.artifact_id = a.artifact_id
         where t.org_id = $1 and t.turn_id = $2 and a.kind = $3
           and a.audience_channel is not distinct from $5
           and (a.audience_channel is not null or a.made_by = $6)
         order by a.title = $4 desc, v.made_at desc limit 1",
        tx.org().0,
        turn.0,
        new.kind,
        new.title,
        audience(viewer),
        viewer.person.0,
    )
    .fetch_optional(tx.connection())
    .await?)
}
