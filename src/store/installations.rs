//! Which organisation a Slack workspace belongs to, and the sealed token to speak to it with.

use super::db::{Db, OrgTx, StoreResult};
use crate::base::ids::{OrgId, UserId};
use chrono::{DateTime, Utc};

/// What a bot's token is sealed as.
pub const BOT_TOKEN: &str = "slack bot token";

/// One installation. Its tokens stay sealed here; the Slack room's caller opens them.
#[derive(Debug, Clone)]
pub struct Installation {
    pub org: OrgId,
    /// Team id, or enterprise id of an org-wide installation.
    pub workspace: String,
    pub app: Option<String>,
    pub name: String,
    pub is_enterprise: bool,
    pub bot_user: UserId,
    pub bot_token: Vec<u8>,
    pub refresh_token: Option<Vec<u8>>,
    pub token_expires_at: Option<DateTime<Utc>>,
    pub scopes: Vec<String>,
    pub installed_by: Option<String>,
}

/// All that are in use. Read before an organisation is known, so it spans them.
pub async fn active(db: &Db) -> StoreResult<Vec<Installation>> {
    Ok(sqlx::query!(
        "select org_id, workspace_id, app_id, workspace_name, is_enterprise, bot_user_id, bot_token,
             refresh_token, token_expires_at, scopes, installed_by
         from core.installations where retired_at is null"
    )
    .fetch_all(db.system())
    .await?
    .into_iter()
    .map(|row| Installation {
        org: OrgId(row.org_id),
        workspace: row.workspace_id,
        app: row.app_id,
        name: row.workspace_name,
        is_enterprise: row.is_enterprise,
        bot_user: UserId(row.bot_user_id),
        bot_token: row.bot_token,
        refresh_token: row.refresh_token,
        token_expires_at: row.token_expires_at,
        scopes: row.scopes,
        installed_by: row.installed_by,
    })
    .collect())
}

/// The organisation of a workspace, now or earlier: a reinstallation finds its old data.
pub async fn org_of(db: &Db, workspace: &str) -> StoreResult<Option<OrgId>> {
    Ok(sqlx::query_scalar!(
        "select org_id from core.installations where workspace_id = $1",
        workspace,
    )
    .fetch_optional(db.system())
    .await?
    .map(OrgId))
}

/// Makes the organisation if it is new.
pub async fn ensure_org(tx: &mut OrgTx, name: &str) -> StoreResult<()> {
    sqlx::query!(
        "insert into core.orgs (org_id, name) values ($1, $2) on conflict (org_id) do nothing",
        tx.org().0,
        name,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Stores an installation, or what changed of one.
pub async fn save(tx: &mut OrgTx, installation: &Installation) -> StoreResult<()> {
    sqlx::query!(
        "insert into core.installations (org_id, workspace_id, app_id, workspace_name, is_enterprise,
             bot_user_id, bot_token, refresh_token, token_expires_at, scopes, installed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (org_id, workspace_id) do update
         set app_id = excluded.app_id, workspace_name = excluded.workspace_name,
             bot_user_id = excluded.bot_user_id, bot_token = excluded.bot_token,
             refresh_token = excluded.refresh_token, token_expires_at = excluded.token_expires_at,
             scopes = excluded.scopes, installed_by = coalesce(excluded.installed_by, core.installations.installed_by),
             retired_at = null",
        installation.org.0,
        installation.workspace,
        installation.app,
        installation.name,
        installation.is_enterprise,
        installation.bot_user.as_str(),
        installation.bot_token,
        installation.refresh_token,
        installation.token_expires_at,
        &installation.scopes,
        installation.installed_by,
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!("select pg_notify('penny_installations', '')")
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Puts the same tokens, sealed anew, in the place of `before`; false if others stand there now.
pub async fn reseal(
    tx: &mut OrgTx,
    before: &Installation,
    after: &Installation,
) -> StoreResult<bool> {
    let done = sqlx::query!(
        "update core.installations set bot_token = $4, refresh_token = $5
         where org_id = $1 and workspace_id = $2 and bot_token = $3 and retired_at is null",
        tx.org().0,
        before.workspace,
        before.bot_token,
        after.bot_token,
        after.refresh_token,
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Retires an installation: its keys are erased, and what Slack sent is blanked.
pub async fn retire(tx: &mut OrgTx, workspace: &str) -> StoreResult<()> {
    sqlx::query!(
        "update core.installations
         set retired_at = now(), bot_token = '', refresh_token = null
         where org_id = $1 and workspace_id = $2",
        tx.org().0,
        workspace,
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "update core.inbox set payload = '', taken_at = coalesce(taken_at, now())
         where org_id = $1 and workspace_id = $2 and payload <> ''",
        tx.org().0,
        workspace,
    )
    .execute(tx.connection())
    .await?;
    forget_what_was_said(tx, workspace).await?;
    sqlx::query!("select pg_notify('penny_installations', '')")
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Erases what conversations hold of people's words and of Penny's answers. That they took place,
/// and what they cost, stays.
async fn forget_what_was_said(tx: &mut OrgTx, workspace: &str) -> StoreResult<()> {
    sqlx::query!(
        "delete from core.entries as entry using core.conversations as conversation
         where entry.org_id = $1 and conversation.org_id = $1 and conversation.workspace_id = $2
             and entry.conversation_id = conversation.conversation_id",
        tx.org().0,
        workspace,
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "update core.turns as turn set answer = null from core.conversations as conversation
         where turn.org_id = $1 and conversation.org_id = $1 and conversation.workspace_id = $2
             and turn.conversation_id = conversation.conversation_id and turn.answer is not null",
        tx.org().0,
        workspace,
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "update core.conversations set title = null where org_id = $1 and workspace_id = $2",
        tx.org().0,
        workspace,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Whether Penny is installed anywhere in the organisation.
pub async fn has_any(tx: &mut OrgTx) -> StoreResult<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (
               select from core.installations where org_id = $1 and retired_at is null
           ) as "any!""#,
        tx.org().0,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Remembers a state that was handed out with a browser's cookie.
pub async fn remember_state(db: &Db, state: &[u8], browser: &[u8]) -> StoreResult<()> {
    sqlx::query!(
        "insert into core.oauth_states (state_hash, browser_hash, expires_at)
         values ($1, $2, now() + interval '10 minutes')",
        state,
        browser,
    )
    .execute(db.system())
    .await?;
    Ok(())
}

/// Uses a state up; true if it was handed out to this browser and is still valid.
pub async fn spend_state(db: &Db, state: &[u8], browser: &[u8]) -> StoreResult<bool> {
    Ok(sqlx::query_scalar!(
        r#"delete from core.oauth_states where state_hash = $1
           returning browser_hash = $2 and expires_at > now() as "valid!""#,
        state,
        browser,
    )
    .fetch_optional(db.system())
    .await?
    .unwrap_or(false))
}

/// Deletes the states that nobody came back with.
pub async fn delete_expired_states(db: &Db) -> StoreResult<u64> {
    Ok(
        sqlx::query!("delete from core.oauth_states where expires_at < now()")
            .execute(db.system())
            .await?
            .rows_affected(),
    )
}
