//! Statements that many share: what one of them asks for, and what becomes of it, is nobody
//! else's.

use crate::support::TestApp;
use futures::future::join_all;
use penny::base::ids::{OrgId, Ts};
use penny::store::Db;
use penny::store::jobs::{self, Ending, Lease, Take};
use penny::store::outbox::{Earlier, Intended};
use uuid::Uuid;

const KIND: &str = "errand";

async fn org_of(app: &TestApp) -> OrgId {
    let orgs = app.texts("select org_id::text from core.orgs").await;
    orgs[0].parse().unwrap()
}

#[tokio::test]
async fn of_those_who_mean_to_post_the_same_at_once_one_posts_and_the_others_look() {
    let app = TestApp::start([]).await;
    let org = org_of(&app).await;
    let outbox = &app.process().app.services.outbox;
    let many = (0..20).map(|_| outbox.intend(org, "the same"));
    let earlier: Vec<Earlier> = join_all(many)
        .await
        .into_iter()
        .map(|intended| intended.unwrap().earlier)
        .collect();
    let first = earlier.iter().filter(|it| **it == Earlier::None).count();
    let looking = earlier.iter().filter(|it| **it == Earlier::Unsettled);
    assert_eq!((first, looking.count()), (1, 19));
    let ts = Ts("1.2".to_owned());
    outbox.sent(org, "the same", &ts).await.unwrap();
    let again = outbox.intend(org, "the same").await.unwrap();
    assert_eq!(again.earlier, Earlier::Sent(ts));
    app.stop().await;
}

#[tokio::test]
async fn what_cannot_be_stored_is_refused_alone() {
    let app = TestApp::start([]).await;
    let org = org_of(&app).await;
    let outbox = &app.process().app.services.outbox;
    let keys: Vec<String> = (0..30).map(|n| format!("key {n}")).collect();
    let unheard_of = "no text for Postgres: \0";
    let all = keys.iter().map(String::as_str).chain([unheard_of]);
    let got = join_all(all.map(|key| outbox.intend(org, key))).await;
    let is_new =
        |got: &Result<Intended, _>| got.as_ref().is_ok_and(|got| got.earlier == Earlier::None);
    assert!(got[..30].iter().all(is_new));
    assert!(got[30].is_err());
    assert_eq!(app.count("select from core.outbox").await, 30);
    app.stop().await;
}

/// A job that this test works on.
async fn takes_a_job(db: &Db, org: OrgId, key: &str) -> Lease {
    let mut tx = db.org(org).await.unwrap();
    jobs::nudge(&mut tx, KIND, key).await.unwrap();
    tx.commit().await.unwrap();
    let kinds = [KIND.to_owned()];
    let taken = jobs::claim(db, Uuid::new_v4(), &kinds, 1, Take::Any)
        .await
        .unwrap();
    taken.into_iter().next().unwrap()
}

#[tokio::test]
async fn a_job_that_is_nudged_while_it_ends_is_done_again_and_others_end_meanwhile() {
    let app = TestApp::start([]).await;
    let org = org_of(&app).await;
    let db = &app.process().app.services.db;
    let ending = Ending::start(db);
    for is_nudged in [true, false] {
        let mut lease = takes_a_job(db, org, "one").await;
        let mut other = takes_a_job(db, org, "other").await;
        let mut tx = db.org(org).await.unwrap();
        jobs::nudge(&mut tx, KIND, "one").await.unwrap();
        let nudging = async {
            // Both are asked for by now, and the row of one of them is in other hands.
            assert!(ending.finish(&mut other).await.unwrap());
            if is_nudged {
                tx.commit().await.unwrap();
            } else {
                drop(tx);
            }
        };
        let (is_done, ()) = tokio::join!(ending.finish(&mut lease), nudging);
        assert_eq!(is_done.unwrap(), !is_nudged);
        if is_nudged {
            assert!(ending.finish(&mut lease).await.unwrap());
        }
        assert_eq!(
            app.count("select from core.jobs where kind = 'errand'")
                .await,
            0
        );
    }
    app.stop().await;
}
