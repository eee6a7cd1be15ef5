//! One thread, many messages, several processes: one turn at a time, in order, none forgotten.

use crate::support::TestApp;
use penny::models::scripted::Step;

const THREADS: usize = 12;
const MESSAGES: usize = 8;

#[tokio::test]
async fn two_processes_answer_busy_threads_one_turn_at_a_time_and_in_order() {
    let mut app = TestApp::start([Step::says("Yes.").repeatedly()]).await;
    let first = app.address().to_owned();
    let second = app.start_another().await.address.clone();
    let maya = app.slack.person("maya").unwrap();
    let jonas = app.slack.person("jonas").unwrap();
    let mut roots = Vec::new();
    for thread in 0..THREADS {
        let opening = format!("thread {thread:02} message 00");
        roots.push(maya.mentions_penny("sales", &opening).await.unwrap());
    }
    for number in 1..MESSAGES {
        for (thread, root) in roots.iter().enumerate() {
            let (who, address) = match (number + thread) % 2 {
                0 => (&maya, &first),
                _ => (&jonas, &second),
            };
            app.slack.point_at(address);
            let words = format!("thread {thread:02} message {number:02}");
            let said = who.replies_in(&root.thread(), &words).await.unwrap();
            assert!(said.was_acknowledged());
        }
    }
    app.settles().await;
    let overlapping = "select from core.turns a join core.turns b
        on a.conversation_id = b.conversation_id
            and a.turn_id <> b.turn_id and a.started_at <= b.started_at
        where a.ended_at is null or a.ended_at > b.started_at";
    assert_eq!(app.count(overlapping).await, 0);
    for (thread, root) in roots.iter().enumerate() {
        let heard = format!(
            "select right(message->>'text', 2) from core.entries,
                 jsonb_array_elements(body->'messages') as message
             where kind = 'input' and message->>'text' like '%thread {thread:02} message%' order by seq"
        );
        let sent: Vec<String> = (0..MESSAGES).map(|number| format!("{number:02}")).collect();
        assert_eq!(app.texts(&heard).await, sent, "thread {thread}");
        maya.sees(&root.thread());
    }
    let waiting = "select from core.inbox where taken_at is null";
    assert_eq!(app.count(waiting).await, 0);
    app.stop().await;
}

#[tokio::test]
async fn a_message_sent_at_any_moment_of_a_turn_is_heard() {
    let app = TestApp::start([Step::says("Yes.").repeatedly()]).await;
    let maya = app.slack.person("maya").unwrap();
    for moment in 0..25 {
        let said = maya.tells_penny("first").await.unwrap();
        // Each round meets the turn a little later: thinking, saving, letting go.
        for _ in 0..moment {
            app.count("select 1").await;
        }
        maya.replies_in(&said.thread(), &format!("second, at {moment}"))
            .await
            .unwrap();
        app.settles().await;
        let heard =
            format!("select from core.entries where body::text like '%second, at {moment}\"%'");
        assert_eq!(app.count(&heard).await, 1, "at moment {moment}");
        maya.sees(&said.thread());
    }
    assert_eq!(
        app.count("select from core.inbox where taken_at is null")
            .await,
        0
    );
    app.stop().await;
}
