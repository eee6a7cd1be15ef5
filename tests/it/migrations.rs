//! The migrations as code: that they run, that a deployment gone wrong is told in a sentence,
//! and that the schema they make keeps its promises, table by table.

use penny::base::secret::Secret;
use penny::store::embedded::testing::TestDatabase;
use penny::store::migrate::{self, MigrateError};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::cell::RefCell;
use std::time::Duration;
use uuid::Uuid;

/// Tables whose primary key does not begin with `org_id`, and why.
const OTHER_PRIMARY_KEYS: &[(&str, &str)] = &[];
/// Tables of `core` that belong to no organisation, and why.
const WITHOUT_ORG: &[(&str, &str)] = &[
    (
        "core.attention",
        "one mark: a process hears Slack for all organisations or for none",
    ),
    (
        "core.bundles",
        "concurrent deliveries of all organisations share one commit, and so a row",
    ),
    (
        "core.oauth_states",
        "an installation under way: its organisation is known only when Slack has answered",
    ),
    (
        "core.viewer_keys",
        "one key signs viewers for all; readable by the views' owner alone",
    ),
];
/// Functions that run with their owner's rights, and why they must.
const WITH_OWNERS_RIGHTS: &[(&str, &str)] = &[
    (
        "agent.org",
        "a query login may not read core.orgs, yet has to be told its organisation",
    ),
    (
        "agent.viewer",
        "checks a signature with a key that a query login may not read",
    ),
    (
        "agent.viewer_mac",
        "computes with that key; callable by its owner alone",
    ),
    (
        "agent.sign_viewer",
        "signs with that key, which so never leaves the database",
    ),
    (
        "core.admit_query_login",
        "making roles takes rights that Penny's own role must not have",
    ),
    ("core.dismiss_query_login", "dropping them does too"),
];

pub async fn migrate(url: &Secret) -> Result<usize, MigrateError> {
    migrate::run(url, Duration::from_secs(10), &|_| {}).await
}

async fn connect(database: &TestDatabase) -> PgConnection {
    PgConnection::connect(database.url().expose())
        .await
        .unwrap()
}

async fn execute(connection: &mut PgConnection, sql: String) {
    sqlx::query(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .unwrap();
}

/// The single column of a query over the catalogue of a migrated database.
async fn catalogue(sql: &'static str) -> Vec<String> {
    let database = TestDatabase::fresh().await.unwrap();
    let mut connection = connect(&database).await;
    sqlx::query_scalar(sql)
        .fetch_all(&mut connection)
        .await
        .unwrap()
}

fn unexplained(found: Vec<String>, explained: &[(&str, &str)]) -> Vec<String> {
    let is_explained = |name: &String| explained.iter().any(|(known, _)| known == name);
    found.into_iter().filter(|n| !is_explained(n)).collect()
}

#[tokio::test]
async fn an_empty_database_gets_every_migration_once_and_is_told_which() {
    let database = TestDatabase::empty().await.unwrap();
    let said = RefCell::new(Vec::new());
    let progress = |step: &str| said.borrow_mut().push(step.to_owned());
    let applied = migrate::run(database.url(), Duration::from_secs(10), &progress).await;
    assert_eq!(applied.unwrap(), said.borrow().len());
    assert_eq!(said.borrow()[0], "Applied migration 0001: foundation");

    assert_eq!(migrate(database.url()).await.unwrap(), 0);
}

#[tokio::test]
async fn two_processes_that_migrate_at_once_do_not_disturb_each_other() {
    let database = TestDatabase::empty().await.unwrap();
    let (one, two) = tokio::join!(migrate(database.url()), migrate(database.url()));
    one.unwrap();
    two.unwrap();
}

#[tokio::test]
async fn a_database_of_a_newer_penny_is_refused_and_left_alone() {
    let database = TestDatabase::fresh().await.unwrap();
    execute(
        &mut connect(&database).await,
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9999, 'from the future', true, '', 0)"
            .to_owned(),
    )
    .await;
    let refused = migrate(database.url()).await.unwrap_err();
    assert!(matches!(refused, MigrateError::Newer(9999)), "{refused}");
}

#[tokio::test]
async fn a_migration_that_was_changed_after_it_ran_is_refused() {
    let database = TestDatabase::fresh().await.unwrap();
    execute(
        &mut connect(&database).await,
        "update _sqlx_migrations set checksum = '' where version = 1".to_owned(),
    )
    .await;
    let refused = migrate(database.url()).await.unwrap_err();
    assert!(matches!(refused, MigrateError::Changed(1)), "{refused}");
}

/// A role that may log in, and the same database seen by it. It is dropped by name: a role
/// belongs to the whole server.
async fn login(database: &TestDatabase, rights: &str) -> (String, Secret) {
    let user = format!("penny_login_{}", Uuid::new_v4().simple());
    let create = format!("create role {user} login password 'secret' {rights}");
    execute(&mut connect(database).await, create).await;
    let mut url = url::Url::parse(database.url().expose()).unwrap();
    url.set_username(&user).unwrap();
    url.set_password(Some("secret")).unwrap();
    (user, Secret::new(url.as_str()))
}

pub async fn drop_role_of(database: TestDatabase, user: String) {
    let elsewhere = TestDatabase::empty().await.unwrap();
    drop(database);
    execute(&mut connect(&elsewhere).await, format!("drop role {user}")).await;
}

#[tokio::test]
async fn a_user_without_the_rights_is_told_which_are_missing() {
    let database = TestDatabase::empty().await.unwrap();
    let (user, url) = login(&database, "").await;
    let refused = migrate(&url).await.unwrap_err();
    assert!(matches!(refused, MigrateError::NoRight(_)), "{refused}");
    drop_role_of(database, user).await;
}

/// Hands an empty database over to an owner as a managed Postgres has one: it may create roles,
/// and is no superuser.
pub async fn plain_owner(database: &TestDatabase) -> (String, Secret) {
    // Penny's roles are the server's. Here the template's migration has made them, so the owner
    // is given what it would have had by making them itself.
    drop(TestDatabase::fresh().await.unwrap());
    let (user, url) = login(database, "createrole").await;
    let mut superuser = connect(database).await;
    execute(&mut superuser, "create extension vector".to_owned()).await;
    let roles: Vec<String> = sqlx::query_scalar(
        "select rolname::text from pg_roles where rolname like 'penny\\_%' and not rolcanlogin",
    )
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    for role in roles {
        let grant = format!("grant {role} to {user} with admin option");
        execute(&mut superuser, grant).await;
    }
    let hand_over = format!(
        "do $$ begin execute format('alter database %I owner to {user}', current_database()); end $$"
    );
    execute(&mut superuser, hand_over).await;
    (user, url)
}

#[tokio::test]
async fn an_owner_who_may_create_roles_need_not_be_a_superuser() {
    let database = TestDatabase::empty().await.unwrap();
    let (user, url) = plain_owner(&database).await;
    migrate(&url).await.unwrap();
    assert_eq!(migrate(&url).await.unwrap(), 0);
    drop_role_of(database, user).await;
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_given_up_with_a_sentence() {
    let nobody_listens = Secret::new("postgres://penny@127.0.0.1:1/penny");
    let away = migrate::run(&nobody_listens, Duration::ZERO, &|_| {}).await;
    assert!(matches!(away, Err(MigrateError::Away { .. })), "{away:?}");
}

#[tokio::test]
async fn every_table_of_an_organisation_has_forced_row_level_security_and_a_policy() {
    let open = catalogue(
        "select c.oid::regclass::text from pg_class c
         join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
         where c.relnamespace = 'core'::regnamespace and c.relkind in ('r', 'p')
           and not (c.relrowsecurity and c.relforcerowsecurity
                    and exists (select from pg_policy p where p.polrelid = c.oid))",
    )
    .await;
    assert_eq!(open, Vec::<String>::new());
}

#[tokio::test]
async fn no_policy_lets_an_organisation_see_or_write_what_is_not_its_own() {
    let other_policies = catalogue(
        "select p.polrelid::regclass || '.' || p.polname from pg_policy p
         where (pg_get_expr(p.polqual, p.polrelid) is distinct from 'core.sees(org_id)'
                or pg_get_expr(p.polwithcheck, p.polrelid) is distinct from 'core.sees(org_id)'
                or not p.polpermissive)
           -- Or it lets no organisation see anything.
           and not (p.polpermissive
                    and pg_get_expr(p.polqual, p.polrelid)
                        = '(current_setting(''penny.org''::text, true) = ''system''::text)'
                    and pg_get_expr(p.polwithcheck, p.polrelid)
                        = pg_get_expr(p.polqual, p.polrelid))
           -- The views of schema agent read through policies of their owner's own, which may
           -- select only; the next test holds those to one organisation.
           and not (p.polroles = array['penny_agent_owner'::regrole::oid] and p.polcmd = 'r')",
    )
    .await;
    assert_eq!(other_policies, Vec::<String>::new());
}

#[tokio::test]
async fn no_policy_lets_the_views_of_model_written_sql_cross_to_another_organisation() {
    let too_open = catalogue(
        "select p.polrelid::regclass || '.' || p.polname from pg_policy p
         where not p.polroles && array[0::oid, 'penny_app'::regrole::oid]
           and not (p.polroles = array['penny_agent_owner'::regrole::oid] and p.polcmd = 'r'
                    and exists (
                        select from pg_policy bound
                        where bound.polrelid = p.polrelid and not bound.polpermissive
                          and bound.polroles = p.polroles
                          and pg_get_expr(bound.polqual, bound.polrelid) in (
                              '(org_id = ( SELECT agent.org() AS org))',
                              '(query_role = SESSION_USER)')))",
    )
    .await;
    assert_eq!(too_open, Vec::<String>::new());
}

#[tokio::test]
async fn the_key_that_viewers_are_signed_with_is_read_by_its_own_functions_alone() {
    let readers = catalogue(
        "select rolname::text from pg_roles
         where has_table_privilege(oid, 'core.viewer_keys', 'select') and not rolsuper
           and rolname <> current_user and rolname !~ '^pg_'
           and not pg_has_role(oid, 'penny_agent_owner', 'usage')",
    )
    .await;
    assert_eq!(readers, Vec::<String>::new());
}

#[tokio::test]
async fn every_table_of_an_organisation_can_be_sharded_by_it() {
    let misfits = catalogue(
        "select c.oid::regclass::text from pg_class c
         join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
         where c.relnamespace = 'core'::regnamespace and c.relkind in ('r', 'p')
           and not exists (select from pg_index i
                           where i.indrelid = c.oid and i.indisprimary and i.indkey[0] = a.attnum)",
    )
    .await;
    assert_eq!(
        unexplained(misfits, OTHER_PRIMARY_KEYS),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_table_without_an_organisation_is_a_named_exception() {
    let without = catalogue(
        "select c.oid::regclass::text from pg_class c
         where c.relnamespace = 'core'::regnamespace and c.relkind in ('r', 'p')
           and not exists (select from pg_attribute a
                           where a.attrelid = c.oid and a.attname = 'org_id')",
    )
    .await;
    assert_eq!(unexplained(without, WITHOUT_ORG), Vec::<String>::new());
}

#[tokio::test]
async fn a_function_with_its_owners_rights_is_a_named_exception() {
    let definers = catalogue(
        "select p.oid::regproc::text from pg_proc p
         join pg_namespace n on n.oid = p.pronamespace
         where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema')",
    )
    .await;
    assert_eq!(
        unexplained(definers, WITH_OWNERS_RIGHTS),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_function_with_its_owners_rights_fixes_where_it_looks_names_up() {
    let adrift = catalogue(
        "select p.oid::regproc::text from pg_proc p
         join pg_namespace n on n.oid = p.pronamespace
         where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema')
           and not exists (select from unnest(p.proconfig) as setting
                           where setting like 'search_path=%')",
    )
    .await;
    assert_eq!(adrift, Vec::<String>::new());
}

#[tokio::test]
async fn the_role_of_pennys_own_queries_owns_nothing_and_bypasses_nothing() {
    let powers = catalogue(
        "select 'attribute' from pg_roles
         where rolname = 'penny_app'
           and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolcanlogin or rolinherit)
         union all
         select 'member of ' || roleid::regrole from pg_auth_members
         where member = 'penny_app'::regrole
         union all
         select classid::regclass || ' ' || objid from pg_shdepend
         where refobjid = 'penny_app'::regrole and deptype = 'o'",
    )
    .await;
    assert_eq!(powers, Vec::<String>::new());
}

#[tokio::test]
async fn an_exception_that_no_longer_exists_is_taken_off_the_lists() {
    let names = catalogue(
        "select oid::regclass::text from pg_class where relnamespace = 'core'::regnamespace
         union all select oid::regproc::text from pg_proc where prosecdef",
    )
    .await;
    for (exception, reason) in [OTHER_PRIMARY_KEYS, WITHOUT_ORG, WITH_OWNERS_RIGHTS].concat() {
        assert!(
            names.contains(&exception.to_owned()),
            "{exception}: {reason}"
        );
    }
}
