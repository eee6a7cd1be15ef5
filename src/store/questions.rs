//! Questions that the agent put to people. The turn is parked in its row; the click brings it back.

use super::db::{OrgTx, StoreResult};
use crate::base::ids::TurnId;
use uuid::Uuid;

#[derive(Debug, Clone)]
pub struct Question {
    pub id: Uuid,
    pub turn: TurnId,
    pub tool_use_id: String,
    pub asked_user: Option<String>,
    pub question: String,
    pub options: Vec<String>,
    pub answer: Option<String>,
    pub answered_by: Option<String>,
    pub message_ts: Option<String>,
}

/// Stores a question; asking again in the same step finds the first one.
pub async fn ask(
    tx: &mut OrgTx,
    turn: TurnId,
    tool_use_id: &str,
    asked_user: Option<&str>,
    question: &str,
    options: &[String],
) -> StoreResult<Uuid> {
    Ok(sqlx::query_scalar!(
        "insert into core.questions (org_id, question_id, turn_id, tool_use_id, asked_user, question, options)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (org_id, turn_id, tool_use_id) do update set question = excluded.question
         returning question_id",
        tx.org().0,
        Uuid::now_v7(),
        turn.0,
        tool_use_id,
        asked_user,
        question,
        serde_json::json!(options),
    )
    .fetch_one(tx.connection())
    .await?)
}

pub async fn get(tx: &mut OrgTx, id: Uuid) -> StoreResult<Option<Question>> {
    let found = sqlx::query!(
        "select question_id, turn_id, tool_use_id, asked_user, question, options, answer,
             answered_by, message_ts
         from core.questions where org_id = $1 and question_id = $2",
        tx.org().0,
        id,
    )
    .fetch_optional(tx.connection())
    .await?;
    found
        .map(|row| {
            Ok(Question {
                id: row.question_id,
                turn: TurnId(row.turn_id),
                tool_use_id: row.tool_use_id,
                asked_user: row.asked_user,
                question: row.question,
                options: serde_json::from_value(row.options)?,
                answer: row.answer,
                answered_by: row.answered_by,
                message_ts: row.message_ts,
            })
        })
        .transpose()
}

/// The questions of a turn, in the order in which they were asked.
pub async fn of_turn(tx: &mut OrgTx, turn: TurnId) -> StoreResult<Vec<Question>> {
    sqlx::query!(
        "select question_id, turn_id, tool_use_id, asked_user, question, options, answer,
             answered_by, message_ts
         from core.questions where org_id = $1 and turn_id = $2 order by question_id",
        tx.org().0,
        turn.0,
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(|row| {
        Ok(Question {
            id: row.question_id,
            turn: TurnId(row.turn_id),
            tool_use_id: row.tool_use_id,
            asked_user: row.asked_user,
            question: row.question,
            options: serde_json::from_value(row.options)?,
            answer: row.answer,
            answered_by: row.answered_by,
            message_ts: row.message_ts,
        })
    })
    .collect()
}

/// Closes what was still open when its turn ended or went on without it.
pub async fn close_open(tx: &mut OrgTx, turn: TurnId, answer: &str) -> StoreResult<()> {
    sqlx::query!(
        "update core.questions set answer = $3, answered_at = now()
         where org_id = $1 and turn_id = $2 and answer is null",
        tx.org().0,
        turn.0,
        answer,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Records the answer if there is none yet. False: somebody was faster.
pub async fn answer(tx: &mut OrgTx, id: Uuid, answer: &str, by: &str) -> StoreResult<bool> {
    Ok(sqlx::query!(
        "update core.questions set answer = $3, answered_by = $4, answered_at = now()
         where org_id = $1 and question_id = $2 and answer is null",
        tx.org().0,
        id,
        answer,
        by,
    )
    .execute(tx.connection())
    .await?
    .rows_affected()
        == 1)
}

pub async fn set_message(tx: &mut OrgTx, id: Uuid, ts: &str) -> StoreResult<()> {
    sqlx::query!(
        "update core.questions set message_ts = $3 where org_id = $1 and question_id = $2",
        tx.org().0,
        id,
        ts,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
