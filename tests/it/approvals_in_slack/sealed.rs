//! What is stored is changed behind its seal: it is not made, and everybody who waits hears of it.

use super::story::Story;
use penny::models::scripted::Step;

/// As somebody with the database in their hands could, in the moment of the yes.
const TAMPER: &str = "
    create function public.tamper() returns trigger language plpgsql as $$ begin
        new.content := convert_to(replace(convert_from(new.content, 'UTF8'),
            new.proposal_id::text, gen_random_uuid()::text), 'UTF8');
        new.hash := sha256(new.content);
        return new;
    end $$;
    create trigger tamper before update on core.proposals for each row
        when (new.state = 'approved') execute function public.tamper()";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_behind_its_seal_is_not_made_and_whoever_waits_hears_of_it() {
    let story = Story::begin().await;
    let thread = story.asks().await;
    story.app.execute(TAMPER).await;
    let told = "It was approved, but it failed";
    story
        .app
        .model
        .add([Step::says("So it failed.").when_asked(told)]);
    story.clicks(&thread, "Approve").await;
    story.maya.reads(&thread, "So it failed.").await.unwrap();
    let card = story.card(&thread, "is not what was asked for");
    assert!(!card.contains("[Approve]"), "{card}");
    assert_eq!(story.amount(0), "10000");
    let ends = "select entry::jsonb ->> 'state' from core.ledger
        where entry::jsonb ->> 'act' = 'ended'";
    assert_eq!(story.app.texts(ends).await, ["failed"]);
    story.app.stop().await;
}
