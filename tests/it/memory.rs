//! What Penny remembers: once, for whom it was meant, until somebody wants it forgotten.

use crate::sandbox::world::{World, in_channel, in_private};
use penny::base::ids::{ChannelId, TurnId};
use penny::base::viewer::Viewer;
use penny::store::memory::{self, MAX_CHARS, MAX_NOTES, Origin, Remembered, Scope};
use uuid::Uuid;

async fn ann_in_private() -> (World, Viewer) {
    let mut world = World::new().await;
    let org = world.org("Alpha").await;
    let ann = world.person(org, "Ann").await;
    (world, in_private(org, ann))
}

fn own(viewer: &Viewer) -> Scope {
    Scope::Person(viewer.person)
}

async fn remember(world: &World, viewer: &Viewer, scope: &Scope, text: &str) -> Remembered {
    let mut tx = world.db.org(viewer.org).await.unwrap();
    let kept = memory::remember(&mut tx, scope, viewer.person, text, None)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    kept
}

async fn keep(world: &World, viewer: &Viewer, scope: &Scope, text: &str) -> Uuid {
    match remember(world, viewer, scope, text).await {
        Remembered::Kept(id) => id,
        other => panic!("{other:?}"),
    }
}

async fn notes(world: &World, viewer: &Viewer, scope: &Scope) -> Vec<String> {
    let mut tx = world.db.org(viewer.org).await.unwrap();
    let notes = memory::list(&mut tx, scope).await.unwrap();
    notes.into_iter().map(|note| note.text).collect()
}

#[tokio::test]
async fn a_step_that_is_repeated_after_a_crash_makes_no_second_note() {
    let (world, viewer) = ann_in_private().await;
    let origin = Origin {
        turn: TurnId::fresh(),
        tool_use_id: "call-1",
    };
    let scope = own(&viewer);
    let mut ids = Vec::new();
    for _ in 0..2 {
        let mut tx = world.db.org(viewer.org).await.unwrap();
        let kept = memory::remember(&mut tx, &scope, viewer.person, "Likes tea", Some(origin));
        ids.push(kept.await.unwrap());
        tx.commit().await.unwrap();
    }
    assert_eq!(ids[0], ids[1]);
    assert_eq!(notes(&world, &viewer, &own(&viewer)).await, ["Likes tea"]);
}

#[tokio::test]
async fn a_persons_notes_and_a_channels_notes_are_kept_apart() {
    let (mut world, viewer) = ann_in_private().await;
    let bob = world.person(viewer.org, "Bob").await;
    let sales = Scope::Channel(ChannelId::new("C-sales"));
    keep(&world, &viewer, &own(&viewer), "mine").await;
    keep(&world, &viewer, &Scope::Person(bob), "of Bob").await;
    keep(&world, &viewer, &sales, "of sales").await;
    keep(
        &world,
        &viewer,
        &Scope::Channel(ChannelId::new("C-other")),
        "of others",
    )
    .await;
    assert_eq!(notes(&world, &viewer, &own(&viewer)).await, ["mine"]);
    assert_eq!(notes(&world, &viewer, &sales).await, ["of sales"]);
}

#[test]
fn what_may_be_read_depends_on_who_listens() {
    let viewer = in_private(
        penny::base::ids::OrgId::fresh(),
        penny::base::ids::PersonId::fresh(),
    );
    assert_eq!(Scope::readable_by(&viewer), Some(own(&viewer)));
    let here = in_channel(viewer.org, viewer.person, "C1");
    assert_eq!(
        Scope::readable_by(&here),
        Some(Scope::Channel(ChannelId::new("C1")))
    );
    let with_guests = Viewer {
        external_present: true,
        ..here
    };
    assert_eq!(Scope::readable_by(&with_guests), None);
}

#[tokio::test]
async fn another_organisation_has_no_part_in_it() {
    let (mut world, viewer) = ann_in_private().await;
    let bravo = world.org("Bravo").await;
    let eve = world.person(bravo, "Eve").await;
    let sales = Scope::Channel(ChannelId::new("C1"));
    let id = keep(&world, &viewer, &sales, "ours").await;
    let stranger = in_private(bravo, eve);
    assert!(notes(&world, &stranger, &sales).await.is_empty());
    let mut tx = world.db.org(bravo).await.unwrap();
    assert_eq!(
        memory::forget(&mut tx, &sales, id, eve).await.unwrap(),
        None
    );
    tx.commit().await.unwrap();
    assert_eq!(notes(&world, &viewer, &sales).await, ["ours"]);
}

#[tokio::test]
async fn a_forgotten_note_can_be_brought_back_for_a_while_and_is_then_gone_for_good() {
    let (mut world, viewer) = ann_in_private().await;
    let scope = own(&viewer);
    let id = keep(&world, &viewer, &scope, "Likes tea").await;
    let mut tx = world.db.org(viewer.org).await.unwrap();
    for _ in 0..2 {
        let forgotten = memory::forget(&mut tx, &scope, id, viewer.person)
            .await
            .unwrap();
        assert_eq!(forgotten.as_deref(), Some("Likes tea"));
    }
    assert!(memory::list(&mut tx, &scope).await.unwrap().is_empty());
    assert!(
        memory::restore(&mut tx, &scope, id)
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(memory::list(&mut tx, &scope).await.unwrap().len(), 1);
    memory::forget(&mut tx, &scope, id, viewer.person)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(memory::purge(&world.db).await.unwrap(), 0);

    world
        .execute("update core.memories set forgotten_at = now() - interval '11 minutes'")
        .await;
    let mut tx = world.db.org(viewer.org).await.unwrap();
    assert_eq!(memory::restore(&mut tx, &scope, id).await.unwrap(), None);
    tx.commit().await.unwrap();
    assert_eq!(memory::purge(&world.db).await.unwrap(), 1);
}

#[tokio::test]
async fn nobody_forgets_a_note_of_somebody_else() {
    let (mut world, viewer) = ann_in_private().await;
    let bob = world.person(viewer.org, "Bob").await;
    let id = keep(&world, &viewer, &own(&viewer), "mine").await;
    let mut tx = world.db.org(viewer.org).await.unwrap();
    let forgotten = memory::forget(&mut tx, &Scope::Person(bob), id, bob)
        .await
        .unwrap();
    assert_eq!(forgotten, None);
}

#[tokio::test]
async fn a_note_has_a_length_and_a_scope_has_room_for_so_many() {
    let (mut world, viewer) = ann_in_private().await;
    let scope = own(&viewer);
    for text in ["", "  ", &"é".repeat(MAX_CHARS + 1)] {
        assert_eq!(
            remember(&world, &viewer, &scope, text).await,
            Remembered::BadLength
        );
    }
    keep(&world, &viewer, &scope, &"é".repeat(MAX_CHARS)).await;
    world
        .execute(format!(
            "insert into core.memories (org_id, memory_id, person_id, author_id, text)
             select '{0}', gen_random_uuid(), '{1}', '{1}', 'note ' || n
             from generate_series(1, {2}) n",
            viewer.org,
            viewer.person,
            MAX_NOTES - 2
        ))
        .await;
    let (one, two) = tokio::join!(
        remember(&world, &viewer, &scope, "the last"),
        remember(&world, &viewer, &scope, "the last as well"),
    );
    let kept = |outcome: &Remembered| matches!(outcome, Remembered::Kept(_));
    assert!(kept(&one) != kept(&two), "{one:?} {two:?}");
    let channel = Scope::Channel(ChannelId::new("C1"));
    assert!(kept(
        &remember(&world, &viewer, &channel, "elsewhere there is room").await
    ));
}
