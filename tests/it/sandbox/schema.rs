//! Promises of schema `agent`, for every view that is there now and every one that comes.

use super::world::World;
use penny::store::sandbox::{describe, views};

async fn ask(sql: &'static str) -> Vec<String> {
    let mut world = World::new().await;
    sqlx::query_scalar(sql)
        .fetch_all(&mut world.admin)
        .await
        .unwrap()
}

#[tokio::test]
async fn the_guard_and_the_database_agree_on_which_views_there_are() {
    let there = ask(
        "select relname::text from pg_class where relnamespace = 'agent'::regnamespace order by 1",
    )
    .await;
    assert_eq!(there, views());
}

#[tokio::test]
async fn every_view_is_a_barrier_filtered_by_the_viewer_and_owned_by_the_one_role_for_it() {
    let misfits = ask("select relname::text from pg_class
         where relnamespace = 'agent'::regnamespace
           and (relkind <> 'v'
                or relowner <> 'penny_agent_owner'::regrole
                or not coalesce(reloptions @> '{security_barrier=true}', false)
                or pg_get_viewdef(oid) !~ 'agent\\.viewer\\(\\)'
                or pg_get_viewdef(oid) !~ 'org_id = \\(+ ?SELECT viewer\\.org_id')")
    .await;
    assert_eq!(misfits, Vec::<String>::new());
}

#[tokio::test]
async fn no_view_shows_an_internal_column() {
    let shown = ask(
        "select attrelid::regclass || '.' || attname from pg_attribute
         join pg_class c on c.oid = attrelid and c.relnamespace = 'agent'::regnamespace
         where attname in ('org_id', 'raw', 'visibility', 'shareable', 'is_admin', 'is_restricted',
                           'query_role', 'query_password', 'refreshed_at')",
    )
    .await;
    assert_eq!(shown, Vec::<String>::new());
}

#[tokio::test]
async fn the_views_owner_can_read_what_it_must_and_log_in_nowhere() {
    let powers = ask(
        "select 'attribute' from pg_roles where rolname = 'penny_agent_owner'
           and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolcanlogin or rolinherit)
         union all
         select 'may change ' || oid::regclass from pg_class
         where relnamespace = 'core'::regnamespace and relkind = 'r'
           and has_table_privilege('penny_agent_owner', oid, 'insert, update, delete, truncate')",
    )
    .await;
    assert_eq!(powers, Vec::<String>::new());
}

#[tokio::test]
async fn every_table_that_views_read_keeps_their_owner_to_one_organisation() {
    let open = ask("select oid::regclass::text from pg_class c
         where relnamespace = 'core'::regnamespace and relkind = 'r' and relrowsecurity
           and has_table_privilege('penny_agent_owner', oid, 'select')
           and not exists (select from pg_policy p
                           where p.polrelid = c.oid and not p.polpermissive
                             and p.polroles = array['penny_agent_owner'::regrole::oid])")
    .await;
    assert_eq!(open, Vec::<String>::new());
}

#[tokio::test]
async fn the_tables_are_described_with_their_comments() {
    let world = World::new().await;
    let all = describe(&world.db, None).await.unwrap();
    assert_eq!(all.len(), views().len());
    for view in &all {
        assert!(!view.about.is_empty(), "{} has no comment", view.name);
    }
    let deals = describe(&world.db, Some(&["deals".to_owned()]))
        .await
        .unwrap();
    let amount = deals[0]
        .columns
        .iter()
        .find(|column| column.name == "amount")
        .unwrap();
    assert_eq!(amount.data_type, "numeric(14,2)");
    assert!(
        amount
            .about
            .as_deref()
            .is_some_and(|about| about.contains("currency"))
    );
}
