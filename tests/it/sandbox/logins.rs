//! The login that queries run as: made once, opaque, and mended when the server lost it.

use super::world::{Rule, TABLES, World, in_channel, in_private, sandbox};
use crate::migrations::{drop_role_of, migrate, plain_owner};
use penny::base::viewer::Viewer;
use penny::store::embedded::testing::TestDatabase;
use penny::store::sandbox::{Limits, dismiss_login};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

const OTHER_KEY: &str = "1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100";

async fn one_organisation() -> (World, Viewer) {
    one_organisation_in(World::new().await).await
}

async fn one_organisation_in(mut world: World) -> (World, Viewer) {
    let org = world.org("Alpha").await;
    let ann = world.person(org, "Ann").await;
    let accounts = TABLES
        .iter()
        .find(|table| table.name == "accounts")
        .unwrap();
    world.row(accounts, org, &Rule::everybody(), "mine").await;
    (world, in_private(org, ann))
}

async fn login_of(world: &mut World, viewer: &Viewer) -> (String, Vec<u8>) {
    let row = sqlx::query("select query_role, query_password from core.orgs where org_id = $1")
        .bind(viewer.org.0)
        .fetch_one(&mut world.admin)
        .await
        .unwrap();
    (row.get(0), row.get(1))
}

#[tokio::test]
async fn an_owner_of_the_database_who_is_no_superuser_is_enough() {
    let database = TestDatabase::empty().await.unwrap();
    let (user, url) = plain_owner(&database).await;
    migrate(&url).await.unwrap();
    let world = World::at(database, &url, Limits::default()).await;
    let (world, viewer) = one_organisation_in(world).await;
    assert_eq!(
        world.column(&viewer, "select name from accounts").await,
        ["mine"]
    );
    world.db.close().await;
    drop_role_of(world.database, user).await;
}

#[tokio::test]
async fn the_login_is_made_once_by_whoever_asks_first() {
    let (mut world, viewer) = one_organisation().await;
    let other_process = sandbox(
        world.database.url(),
        &world.db,
        super::world::KEY,
        Limits::default(),
    );
    let sql = "select name from accounts";
    let (one, two) = tokio::join!(
        world.sandbox.run(&viewer, sql),
        other_process.run(&viewer, sql)
    );
    assert_eq!(one.unwrap(), two.unwrap());
    let (name, _) = login_of(&mut world, &viewer).await;
    assert!(name.starts_with("penny_q_") && name.len() == 32, "{name}");
}

#[tokio::test]
async fn the_login_has_no_power_but_to_read_the_views() {
    let (mut world, viewer) = one_organisation().await;
    world.column(&viewer, "select name from accounts").await;
    let (name, _) = login_of(&mut world, &viewer).await;
    let powers: Vec<String> = sqlx::query_scalar(
        "select 'attribute' from pg_roles where rolname = $1
           and (rolsuper or rolinherit or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)
         union all
         select 'member of ' || roleid::regrole from pg_auth_members where member = $1::text::regrole
         union all
         select 'owns ' || classid::regclass || ' ' || objid from pg_shdepend
         where refobjid = $1::text::regrole and deptype = 'o'
         union all
         select 'may use ' || nspname from pg_namespace
         where has_schema_privilege($1, oid, 'usage')
           and nspname not in ('agent', 'pg_catalog', 'information_schema')
         union all
         select 'may create in ' || nspname from pg_namespace
         where has_schema_privilege($1, oid, 'create')
         union all
         select 'may read ' || oid::regclass from pg_class
         where relnamespace::regnamespace::text in ('core', 'public') and relkind in ('r', 'v', 'm')
           and has_table_privilege($1, oid, 'select')
         union all
         select 'may change ' || oid::regclass from pg_class
         where relnamespace::regnamespace::text in ('core', 'agent', 'public') and relkind in ('r', 'v')
           and has_table_privilege($1, oid, 'insert, update, delete, truncate')
         union all
         select 'may call ' || oid::regprocedure from pg_proc
         where pronamespace::regnamespace::text in ('core', 'agent')
           and has_function_privilege($1, oid, 'execute')
           and oid::regprocedure::text not in ('agent.org()', 'agent.viewer()')
           -- What only computes with its arguments is everybody's.
           and (prosecdef or provolatile <> 'i' and prokind <> 'a')
         union all
         select 'may make temporary tables' where has_database_privilege($1, current_database(), 'temp')",
    )
    .bind(&name)
    .fetch_all(&mut world.admin)
    .await
    .unwrap();
    assert_eq!(powers, Vec::<String>::new());
}

#[tokio::test]
async fn a_password_that_was_changed_by_hand_is_replaced_and_the_query_runs() {
    let (mut world, viewer) = one_organisation().await;
    world.column(&viewer, "select name from accounts").await;
    let (name, before) = login_of(&mut world, &viewer).await;
    world.execute(format!("alter role {name} nologin")).await;
    assert_eq!(
        world.column(&viewer, "select name from accounts").await,
        ["mine"]
    );
    let (same_name, after) = login_of(&mut world, &viewer).await;
    assert_eq!(name, same_name);
    assert_ne!(before, after);
}

#[tokio::test]
async fn a_restored_backup_without_the_role_gets_it_again() {
    let (mut world, viewer) = one_organisation().await;
    world.column(&viewer, "select name from accounts").await;
    let (name, _) = login_of(&mut world, &viewer).await;
    world
        .execute(format!("drop owned by {name}; drop role {name}"))
        .await;
    let after_the_restore = sandbox(
        world.database.url(),
        &world.db,
        super::world::KEY,
        Limits::default(),
    );
    assert!(
        after_the_restore
            .run(&viewer, "select name from accounts")
            .await
            .is_ok()
    );
    assert!(
        world
            .run(&viewer, "select name from accounts")
            .await
            .is_ok()
    );
}

async fn dismiss(world: &World, viewer: &Viewer) {
    let mut tx = world.db.org(viewer.org).await.unwrap();
    dismiss_login(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn is_on_the_server(world: &mut World, login: &str) -> bool {
    sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
        .bind(login)
        .fetch_one(&mut world.admin)
        .await
        .unwrap()
}

async fn a_dismissed_login_is_gone_until_the_next_query(world: World) -> World {
    let sql = "select name from accounts";
    let (mut world, viewer) = one_organisation_in(world).await;
    dismiss(&world, &viewer).await;
    world.column(&viewer, sql).await;
    let (first, _) = login_of(&mut world, &viewer).await;

    dismiss(&world, &viewer).await;
    dismiss(&world, &viewer).await;
    assert!(!is_on_the_server(&mut world, &first).await);

    assert_eq!(world.column(&viewer, sql).await, ["mine"]);
    let (second, _) = login_of(&mut world, &viewer).await;
    assert_ne!(first, second);
    dismiss(&world, &viewer).await;
    world
}

#[tokio::test]
async fn a_dismissed_login_is_gone_from_the_server_and_made_anew_when_it_is_needed() {
    a_dismissed_login_is_gone_until_the_next_query(World::new().await).await;
}

#[tokio::test]
async fn an_owner_who_is_no_superuser_can_dismiss_logins_too() {
    let database = TestDatabase::empty().await.unwrap();
    let (user, url) = plain_owner(&database).await;
    migrate(&url).await.unwrap();
    let world = World::at(database, &url, Limits::default()).await;
    let world = a_dismissed_login_is_gone_until_the_next_query(world).await;
    world.db.close().await;
    drop_role_of(world.database, user).await;
}

#[tokio::test]
async fn a_login_that_another_database_still_knows_is_locked_out_at_least() {
    let (mut world, viewer) = one_organisation().await;
    world.column(&viewer, "select name from accounts").await;
    let (name, _) = login_of(&mut world, &viewer).await;
    let copy = TestDatabase::empty().await.unwrap();
    let mut in_copy = PgConnection::connect(copy.url().expose()).await.unwrap();
    let grant = format!("grant usage on schema public to {name}");
    sqlx::query(AssertSqlSafe(grant))
        .execute(&mut in_copy)
        .await
        .unwrap();

    dismiss(&world, &viewer).await;
    let locked_out: bool = sqlx::query_scalar(
        "select not rolcanlogin and rolpassword is null
             and not has_schema_privilege(oid, 'agent', 'usage')
         from pg_authid where rolname = $1",
    )
    .bind(&name)
    .fetch_one(&mut world.admin)
    .await
    .unwrap();
    assert!(locked_out);
    assert_eq!(
        world.column(&viewer, "select name from accounts").await,
        ["mine"]
    );
    assert_ne!(login_of(&mut world, &viewer).await.0, name);

    let forget = format!("drop owned by {name}");
    sqlx::query(AssertSqlSafe(forget))
        .execute(&mut in_copy)
        .await
        .unwrap();
    world.execute(format!("drop role {name}")).await;
}

#[tokio::test]
async fn a_lost_secret_key_costs_a_new_password_and_nothing_else() {
    let (mut world, viewer) = one_organisation().await;
    world.column(&viewer, "select name from accounts").await;
    let (name, sealed) = login_of(&mut world, &viewer).await;
    let other_key = sandbox(
        world.database.url(),
        &world.db,
        OTHER_KEY,
        Limits::default(),
    );
    assert!(
        other_key
            .run(&viewer, "select name from accounts")
            .await
            .is_ok()
    );
    let (same_name, resealed) = login_of(&mut world, &viewer).await;
    assert_eq!(name, same_name);
    assert_ne!(sealed, resealed);
}

#[tokio::test]
async fn after_a_key_rotation_the_password_is_sealed_with_the_new_key() {
    let (mut world, viewer) = one_organisation().await;
    world.column(&viewer, "select name from accounts").await;
    let both = format!("{OTHER_KEY},{}", super::world::KEY);
    let rotated = sandbox(world.database.url(), &world.db, &both, Limits::default());
    assert!(
        rotated
            .run(&viewer, "select name from accounts")
            .await
            .is_ok()
    );
    let (_, sealed) = login_of(&mut world, &viewer).await;
    let new_alone = sandbox(
        world.database.url(),
        &world.db,
        OTHER_KEY,
        Limits::default(),
    );
    assert!(
        new_alone
            .run(&viewer, "select name from accounts")
            .await
            .is_ok()
    );
    assert_eq!(
        login_of(&mut world, &viewer).await.1,
        sealed,
        "not made anew"
    );
}

#[tokio::test]
async fn without_a_viewer_or_with_a_forged_or_expired_one_there_are_no_rows() {
    let (mut world, viewer) = one_organisation().await;
    world.column(&viewer, "select name from accounts").await;
    let good = world.signed(&viewer, 600).await;
    let in_channel = world
        .signed(&in_channel(viewer.org, viewer.person, "C1"), 600)
        .await;
    let expired = world.signed(&viewer, -1).await;
    let bravo = world.org("Bravo").await;
    let eve = world.person(bravo, "Eve").await;
    let foreign = world.signed(&in_private(bravo, eve), 600).await;
    let someone_else = good.replace(&viewer.person.to_string(), &eve.to_string());
    let (claims, mac) = in_channel.rsplit_once('.').unwrap();
    let channel_as_private = format!("{}.{mac}", claims.replace("C1", "private"));
    let mut connection = world.unguarded(&viewer).await;
    let mut rows_with = async |value: &str| -> i64 {
        sqlx::query("select set_config('penny.viewer', $1, true)")
            .bind(value)
            .execute(&mut connection)
            .await
            .unwrap();
        sqlx::query_scalar("select count(*) from accounts")
            .fetch_one(&mut connection)
            .await
            .unwrap()
    };
    assert_eq!(rows_with(&good).await, 1);
    for forged in [
        "",
        ".",
        "....",
        "a.b.c.d.e",
        "x",
        &good[..good.len() - 1],
        &format!("{good}0"),
        &format!("{good}.0"),
        &expired,
        &foreign,
        &someone_else,
        &channel_as_private,
    ] {
        assert_eq!(rows_with(forged).await, 0, "{forged}");
    }
}

#[tokio::test]
async fn a_colleague_who_has_left_sees_nothing() {
    let (mut world, viewer) = one_organisation().await;
    assert_eq!(
        world
            .column(&viewer, "select name from accounts")
            .await
            .len(),
        1
    );
    world
        .execute("update core.people set is_deactivated = true".to_owned())
        .await;
    assert!(
        world
            .column(&viewer, "select name from accounts")
            .await
            .is_empty()
    );
}
