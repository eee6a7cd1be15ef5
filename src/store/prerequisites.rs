//! What Penny needs of a database, looked at without changing anything: for `penny doctor`.

use super::migrate::{self, MigrateError};
use crate::base::secret::Secret;
use sqlx::Connection;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prerequisites {
    /// Whose rights count when Penny makes the login of an organisation's queries: the owner of
    /// the function that makes it or, before there is one, the user of the URL.
    pub login_maker: String,
    pub may_make_logins: bool,
    pub offers_pgvector: bool,
    pub is_read_only: bool,
    pub missing_migrations: usize,
}

impl Prerequisites {
    pub async fn of(url: &Secret, patience: Duration) -> Result<Self, MigrateError> {
        let mut connection = migrate::connect(url, patience).await?;
        let found = sqlx::query!(
            r#"select maker.rolname::text as "login_maker!",
                   maker.rolsuper or maker.rolcreaterole as "may_make_logins!",
                   exists (select from pg_available_extensions where name = 'vector') as "offers_pgvector!",
                   current_setting('transaction_read_only')::boolean as "is_read_only!"
               from pg_roles maker
               where maker.oid = coalesce(
                   (select made.proowner from pg_proc made
                    join pg_namespace home on home.oid = made.pronamespace
                    where home.nspname = 'core' and made.proname = 'admit_query_login'),
                   (select oid from pg_roles where rolname = session_user))"#
        )
        .fetch_one(&mut connection)
        .await
        .map_err(migrate::explain_sql)?;
        let missing_migrations = migrate::missing(&mut connection).await?;
        let _ = connection.close().await;
        Ok(Self {
            login_maker: found.login_maker,
            may_make_logins: found.may_make_logins,
            offers_pgvector: found.offers_pgvector,
            is_read_only: found.is_read_only,
            missing_migrations,
        })
    }

    /// For everything that is wrong a sentence that says what to do.
    pub fn complaints(&self) -> Vec<String> {
        let maker = &self.login_maker;
        let mut complaints = Vec::new();
        if !self.may_make_logins {
            complaints.push(format!(
                "the user {maker} may not create roles, and Penny makes one for each organisation, which its queries run as. Let a superuser run: alter role {maker} createrole"
            ));
        }
        if !self.offers_pgvector {
            complaints.push(format!(
                "the server lacks the extension pgvector. {}",
                migrate::INSTALL_PGVECTOR
            ));
        }
        if self.is_read_only {
            complaints.push(
                "the database takes no writes: it is a standby, or its disk is full. Point DATABASE_URL to the primary, or make room"
                    .to_owned(),
            );
        }
        match self.missing_migrations {
            0 => {}
            1 => complaints.push("one migration is missing. Run `penny migrate`".to_owned()),
            many => complaints.push(format!(
                "{many} migrations are missing. Run `penny migrate`"
            )),
        }
        complaints
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fine() -> Prerequisites {
        Prerequisites {
            login_maker: "ada".to_owned(),
            may_make_logins: true,
            offers_pgvector: true,
            is_read_only: false,
            missing_migrations: 0,
        }
    }

    #[test]
    fn each_thing_that_is_wrong_gets_a_sentence_that_says_what_to_do() {
        assert_eq!(fine().complaints(), Vec::<String>::new());
        let everything = Prerequisites {
            may_make_logins: false,
            offers_pgvector: false,
            is_read_only: true,
            missing_migrations: 2,
            ..fine()
        };
        let complaints = everything.complaints();
        let remedies = [
            "alter role ada createrole",
            "apt-get install postgresql-18-pgvector",
            "Point DATABASE_URL to the primary",
            "2 migrations are missing. Run `penny migrate`",
        ];
        assert_eq!(complaints.len(), remedies.len());
        for (complaint, remedy) in complaints.iter().zip(remedies) {
            assert!(complaint.contains(remedy), "{complaint}");
        }
    }
}
