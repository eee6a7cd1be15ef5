//! The life of a stream: its mode, its limits, its ends.

use super::*;
use proptest::prelude::*;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn stream() -> Stream {
    Stream::start(now(), false, None)
}

fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn task(id: &str, status: &str, details: &str) -> Content {
    Content::Chunks(vec![json!({
        "type": "task_update", "id": id, "title": format!("{id} {status}"), "status": status, "details": details,
    })])
}

fn refusal(result: Result<(), Refusal>) -> String {
    result.unwrap_err().code.into_owned()
}

#[test]
fn the_first_content_decides_the_mode_for_good() {
    let mut written = stream();
    written.append(now(), text("Hello")).unwrap();
    assert_eq!(
        refusal(written.append(now(), task("1", "pending", ""))),
        "streaming_mode_mismatch"
    );
    written.append(now(), text(" world")).unwrap();
    assert_eq!(written.text(), "Hello world");
    let mut chunked = stream();
    chunked.append(now(), task("1", "pending", "")).unwrap();
    assert_eq!(
        refusal(chunked.append(now(), text("no"))),
        "streaming_mode_mismatch"
    );
}

#[test]
fn a_task_keeps_its_place_replaces_its_title_and_grows_its_details() {
    let mut stream = stream();
    stream
        .append(now(), task("a", "in_progress", "one "))
        .unwrap();
    stream
        .append(
            now(),
            Content::Chunks(vec![json!({"type": "markdown_text", "text": "So:"})]),
        )
        .unwrap();
    stream.append(now(), task("a", "complete", "two")).unwrap();
    let blocks = stream.blocks();
    assert_eq!(blocks.len(), 2);
    assert_eq!(blocks[0]["title"], "a complete");
    assert_eq!(blocks[0]["status"], "complete");
    assert_eq!(
        blocks[0]["details"]["elements"][0]["elements"][0]["text"],
        "one two"
    );
    assert_eq!(blocks[1]["text"], "So:");
}

#[test]
fn plan_mode_gathers_all_tasks_where_the_first_stood() {
    let mut stream = Stream::start(now(), true, None);
    for id in ["a", "b"] {
        stream.append(now(), task(id, "pending", "")).unwrap();
        stream
            .append(
                now(),
                Content::Chunks(vec![json!({"type": "markdown_text", "text": id})]),
            )
            .unwrap();
    }
    stream
        .append(
            now(),
            Content::Chunks(vec![
                json!({"type": "plan_update", "title": "Worked for 3s"}),
            ]),
        )
        .unwrap();
    let blocks = stream.blocks();
    assert_eq!(blocks[0]["type"], "plan");
    assert_eq!(blocks[0]["title"], "Worked for 3s");
    assert_eq!(blocks[0]["tasks"].as_array().unwrap().len(), 2);
}

#[test]
fn every_end_refuses_what_comes_after_it_in_its_own_words() {
    let mut stopped = stream();
    stopped.stop(now(), text("Bye"), Vec::new()).unwrap();
    assert_eq!(
        refusal(stopped.append(now(), text("!"))),
        "message_not_in_streaming_state"
    );
    assert_eq!(
        refusal(stopped.stop(now(), Content::Nothing, Vec::new())),
        "message_not_in_streaming_state"
    );

    let mut interrupted = stream();
    interrupted.stop_by_user();
    assert_eq!(
        refusal(interrupted.append(now(), text("!"))),
        "stopped_by_user"
    );

    let mut old = stream();
    let later = now() + chrono::Duration::seconds(300);
    assert_eq!(
        refusal(old.append(later, text("!"))),
        "message_not_in_streaming_state"
    );
    assert!(!old.is_open(later));

    let mut doomed = stream();
    doomed.doom(1);
    doomed.append(now(), text("a")).unwrap();
    assert_eq!(
        refusal(doomed.append(now(), text("b"))),
        "message_not_in_streaming_state"
    );
    assert_eq!(doomed.text(), "a");
}

#[test]
fn a_refused_append_leaves_nothing_behind() {
    let mut stream = stream();
    stream.append(now(), text(&"x".repeat(MAX_TEXT))).unwrap();
    assert_eq!(refusal(stream.append(now(), text("y"))), "msg_too_long");
    assert_eq!(stream.text().len(), MAX_TEXT);
}

proptest! {
    #[test]
    fn however_a_text_is_cut_into_appends_it_reads_the_same(pieces in prop::collection::vec("[a-z é🙂]{1,8}", 1..40)) {
        let mut stream = stream();
        for piece in &pieces {
            stream.append(now(), text(piece)).unwrap();
        }
        prop_assert_eq!(stream.text(), pieces.concat());
        prop_assert_eq!(stream.blocks().len(), 1);
    }
}
