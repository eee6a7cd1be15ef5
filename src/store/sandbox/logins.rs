//! The login that an organisation's queries run as: made on first use under an opaque name, its
//! password sealed in the organisation's row. The roles are made by a function with its owner's
//! rights (`core.admit_query_login`), so Penny's own role never needs the right to make roles.

use crate::base::ids::OrgId;
use crate::base::secret::Secret;
use crate::store::db::{Db, OrgTx, StoreError, StoreResult};
use crate::store::sealing::{Place, Sealer};
use parking_lot::Mutex;
use rand::RngCore;
use std::collections::HashMap;

#[derive(Debug, Clone)]
pub(super) struct Login {
    pub name: String,
    pub password: Secret,
}

#[derive(Debug)]
pub(super) struct Logins {
    db: Db,
    sealer: Sealer,
    /// Logins that this process has used, which therefore exist and may read every view.
    known: Mutex<HashMap<OrgId, Login>>,
}

impl Logins {
    pub(super) fn new(db: Db, sealer: Sealer) -> Self {
        Self {
            db,
            sealer,
            known: Mutex::default(),
        }
    }

    pub(super) async fn of(&self, org: OrgId) -> StoreResult<Login> {
        let known = self.known.lock().get(&org).cloned();
        match known {
            Some(login) => Ok(login),
            None => self.look_up(org, None).await,
        }
    }

    /// Another login in place of one that the server refused: what another process has stored
    /// meanwhile, else the same role with a new password.
    pub(super) async fn instead_of(&self, org: OrgId, refused: &Login) -> StoreResult<Login> {
        tracing::warn!(org.id = %org, "the query login was not accepted and is made anew");
        self.look_up(org, Some(refused)).await
    }

    async fn look_up(&self, org: OrgId, refused: Option<&Login>) -> StoreResult<Login> {
        let mut tx = self.db.org(org).await?;
        let login = self.find_or_make(&mut tx, refused).await?;
        tx.commit().await?;
        self.known.lock().insert(org, login.clone());
        Ok(login)
    }

    async fn find_or_make(&self, tx: &mut OrgTx, refused: Option<&Login>) -> StoreResult<Login> {
        let org = tx.org();
        // Locked, so that two processes do not make two logins.
        let stored = sqlx::query!(
            "select query_role, query_password from core.orgs where org_id = $1 for update",
            org.0
        )
        .fetch_optional(tx.connection())
        .await?
        .ok_or_else(|| StoreError::Corrupt(format!("there is no organisation {org}")))?;
        let name = stored.query_role.unwrap_or_else(opaque_name);
        // A password that does not open is no loss: it fits nothing but this login, and a new
        // one takes its place.
        let opened = stored
            .query_password
            .and_then(|sealed| Some((self.sealer.open(&sealed, place(org, &name)).ok()?, sealed)));
        if let Some((password, sealed)) = opened {
            let login = Login { name, password };
            let is_refused = refused.is_some_and(|refused| refused.password == login.password);
            if !is_refused && is_admitted(tx, &login.name).await? {
                if !self.sealer.is_current(&sealed) {
                    self.keep(tx, &login).await?;
                }
                return Ok(login);
            }
            return self.make(tx, login.name).await;
        }
        self.make(tx, name).await
    }

    async fn make(&self, tx: &mut OrgTx, name: String) -> StoreResult<Login> {
        let login = Login {
            name,
            password: Secret::new(random_hex::<32>()),
        };
        // Stretching makes guessing a password slow; nobody guesses 32 random bytes, and every
        // query logs in anew.
        sqlx::query!("set local scram_iterations = 1")
            .execute(tx.connection())
            .await?;
        sqlx::query!(
            "select core.admit_query_login($1, $2)",
            login.name,
            login.password.expose()
        )
        .execute(tx.connection())
        .await?;
        self.keep(tx, &login).await?;
        Ok(login)
    }

    async fn keep(&self, tx: &mut OrgTx, login: &Login) -> StoreResult<()> {
        let org = tx.org();
        let sealed = self
            .sealer
            .seal(&login.password, place(org, &login.name))
            .map_err(|error| StoreError::Corrupt(error.to_string()))?;
        sqlx::query!(
            "update core.orgs set query_role = $2, query_password = $3 where org_id = $1",
            org.0,
            login.name,
            sealed
        )
        .execute(tx.connection())
        .await?;
        Ok(())
    }
}

/// Takes the login of an organisation off the server, for when Penny was removed from it. Should
/// she come back, the first query makes another.
pub async fn dismiss_login(tx: &mut OrgTx) -> StoreResult<()> {
    let org = tx.org();
    let stored = sqlx::query_scalar!(
        "select query_role from core.orgs where org_id = $1 for update",
        org.0
    )
    .fetch_optional(tx.connection())
    .await?;
    let Some(login) = stored.flatten() else {
        return Ok(());
    };
    let is_gone = sqlx::query_scalar!(r#"select core.dismiss_query_login($1) as "gone!""#, login)
        .fetch_one(tx.connection())
        .await?;
    if !is_gone {
        tracing::warn!(
            db.role = login,
            "a query login could not be dropped; an operator may"
        );
    }
    sqlx::query!(
        "update core.orgs set query_role = null, query_password = null where org_id = $1",
        org.0
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

fn place(org: OrgId, login: &str) -> Place<'_> {
    Place {
        org,
        purpose: "query login",
        row: login,
    }
}

/// Names of roles are visible to every login of the server, so they say nothing.
fn opaque_name() -> String {
    format!("penny_q_{}", random_hex::<12>())
}

fn random_hex<const BYTES: usize>() -> String {
    let mut bytes = [0; BYTES];
    rand::rng().fill_bytes(&mut bytes);
    hex::encode(bytes)
}

/// False for a role that is missing or may do too much (both happen to a restored backup), or
/// that lacks a view which an update brought.
async fn is_admitted(tx: &mut OrgTx, login: &str) -> StoreResult<bool> {
    let reads_every_view = sqlx::query_scalar!(
        r#"select not exists (
               select from pg_class view
               where view.relnamespace = 'agent'::regnamespace and view.relkind = 'v'
                 and not has_table_privilege(role.oid, view.oid, 'select')
           ) and not has_database_privilege(role.oid, current_database(), 'temporary') as "yes!"
           from pg_roles role where role.rolname = $1"#,
        login
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(reads_every_view == Some(true))
}
