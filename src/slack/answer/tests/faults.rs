//! What goes wrong: streams refused or dead, answers of Slack's lost, workers gone.

use super::*;

#[tokio::test]
async fn where_streams_are_refused_the_answer_is_posted_and_updated_in_place() {
    for fault in [
        Fault::RateLimited(30),
        Fault::Error("unknown_method"),
        Fault::Error("not_allowed_token_type"),
        Fault::Error("team_not_found"),
        Fault::Error("user_not_found"),
        Fault::Status(404),
    ] {
        let stage = Stage::set().await;
        stage.always_fault("chat.startStream", fault);
        let answer = stage.begin_with_a_word().await;
        answer.text("There are three.");
        stage.until(has("three")).await;
        stage
            .finish(answer, whole("One moment. There are three."))
            .await
            .unwrap();
        let answers = stage.answers();
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert!(answers[0].text.contains("Retry"));
        assert_eq!(stage.calls("chat.postMessage"), 1);
    }
}

#[tokio::test]
async fn when_the_stream_dies_the_same_message_is_written_to_its_end() {
    let stage = Stage::set().await;
    stage.fault("chat.startStream", Fault::StreamDiesAfter(0));
    let answer = stage.begin_with_a_word().await;
    answer.text("There are three.");
    stage.until(has("three")).await;
    stage
        .finish(answer, whole("One moment. There are three."))
        .await
        .unwrap();
    let answers = stage.answers();
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].text.matches("One moment").count(), 1);
}

#[tokio::test]
async fn an_end_that_slack_holds_back_is_waited_for_since_nothing_else_can_end_a_stream() {
    let stage = Stage::set().await;
    let rule = stage.slack.faults().on("chat.stopStream").next(2);
    rule.hit(Fault::RateLimited(30));
    let answer = stage.begin_with_a_word().await;
    let ended = stage.finish(answer, whole("One moment. Three.")).await;
    ended.unwrap();
    let answers = stage.answers();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(answers[0].text.contains("Three.") && !answers[0].streaming);
}

#[tokio::test]
async fn a_stream_that_cannot_be_ended_is_ended_by_whoever_resumes_the_turn() {
    let stage = Stage::set().await;
    stage.always_fault("chat.stopStream", Fault::Error("internal_error"));
    let answer = stage.begin_with_a_word().await;
    let ended = stage.finish(answer, whole("One moment. Three.")).await;
    assert!(
        matches!(ended, Err(AnswerError::Unreachable(_))),
        "{ended:?}"
    );
    stage.slack.faults().clear();
    let answer = stage.resume("One moment. Three.");
    let ended = stage.finish(answer, whole("One moment. Three.")).await;
    ended.unwrap();
    let answers = stage.answers();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(answers[0].text.contains("Three.") && !answers[0].streaming);
}

#[tokio::test]
async fn a_stream_that_dies_of_age_does_not_lose_the_end() {
    let stage = Stage::set().await;
    let answer = stage.begin_with_a_word().await;
    stage.clock.advance(Duration::from_secs(600));
    stage
        .finish(answer, whole("One moment. Three."))
        .await
        .unwrap();
    let answers = stage.answers();
    assert_eq!(answers.len(), 1);
    assert!(answers[0].text.contains("Three."));
}

#[tokio::test]
async fn a_lost_answer_of_slack_never_doubles_a_message() {
    for (method, streams) in [
        ("chat.startStream", true),
        ("chat.appendStream", true),
        ("chat.stopStream", true),
        ("chat.postMessage", false),
        ("chat.update", false),
    ] {
        let stage = Stage::set().await;
        if !streams {
            stage.always_fault("chat.startStream", Fault::Error("unknown_method"));
        }
        stage.fault(method, Fault::ApplyThenCut);
        let answer = stage.begin_with_a_word().await;
        answer.text("There are three. ");
        stage.until(has("are three")).await;
        stage
            .finish(answer, whole("One moment. There are three. Done."))
            .await
            .unwrap();
        let answers = stage.answers();
        assert_eq!(answers.len(), 1, "{method}: {answers:?}");
        for words in ["One moment", "are three", "Done."] {
            let count = answers[0].text.matches(words).count();
            assert_eq!(count, 1, "{method}: {}", answers[0].text);
        }
    }
}

#[tokio::test]
async fn a_resumed_turn_goes_on_in_the_message_that_is_there() {
    let stage = Stage::set().await;
    let answer = stage.begin();
    answer.text("I will look. ");
    stage.until(has("I will look.")).await;
    drop(answer);
    let resumed = stage.resume("I will look. ");
    resumed.text("There are three.");
    stage.until(has("There are three")).await;
    stage
        .finish(resumed, whole("I will look.\n\nThere are three."))
        .await
        .unwrap();
    let answers = stage.answers();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(!answers[0].streaming);
    assert_eq!(answers[0].text.matches("I will look").count(), 1);
}

#[tokio::test]
async fn a_stream_that_nobody_took_note_of_is_found_and_used() {
    let stage = Stage::set().await;
    let answer = stage.begin();
    answer.text("I will look. ");
    stage.until(has("I will look.")).await;
    drop(answer);
    stage.stored.states.lock().clear();
    let resumed = stage.resume("");
    stage.finish(resumed, whole("Three.")).await.unwrap();
    let answers = stage.answers();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(answers[0].text.starts_with("Three."), "{}", answers[0].text);
}

#[tokio::test]
async fn a_turn_that_had_answered_but_not_noted_it_does_not_answer_twice() {
    let stage = Stage::set().await;
    let long = "A sentence that fills the message.\n\n".repeat(500);
    stage.finish(stage.begin(), whole(&long)).await.unwrap();
    let before = stage.answers().len();
    assert_eq!(before, 2);
    stage.stored.states.lock().clear();
    stage.finish(stage.resume(""), whole(&long)).await.unwrap();
    assert_eq!(stage.answers().len(), before);
}

#[tokio::test]
async fn an_archived_channel_ends_the_answer_with_its_reason_and_without_a_storm() {
    let stage = Stage::set().await;
    stage.alice.archive(&stage.asked.channel).unwrap();
    let answer = stage.begin();
    answer.text("Three.");
    let outcome = stage.finish(answer, whole("Three.")).await;
    assert_eq!(
        outcome,
        Err(AnswerError::Undeliverable(ApiCode::IsArchived))
    );
    assert!(stage.calls("chat.postMessage") + stage.calls("chat.startStream") <= 2);
}

#[tokio::test]
async fn a_worker_that_lost_its_turn_writes_nothing_more() {
    let mut stage = Stage::set().await;
    stage.stored = Arc::new(Stored {
        fenced: true,
        ..Stored::default()
    });
    let answer = stage.begin();
    answer.text("Two ");
    stage.until(has("Two")).await;
    answer.text("or three.");
    let outcome = stage.finish(answer, whole("Two or three.")).await;
    assert_eq!(outcome, Err(AnswerError::Fenced));
    assert_eq!(
        stage.calls("chat.appendStream") + stage.calls("chat.stopStream"),
        0
    );
}

#[tokio::test]
async fn a_workspace_without_sessions_is_asked_for_them_only_once() {
    let stage = Stage::set().await;
    let faults = stage.slack.faults();
    faults
        .on("agents.sessions.setStatus")
        .always()
        .hit(Fault::Error("unknown_method"));
    let thread = stage.asked.thread();
    for _ in 0..3 {
        let answer = stage.begin();
        stage
            .until(|_| stage.alice.status_in(&thread).is_some())
            .await;
        stage.finish(answer, whole("Three.")).await.unwrap();
    }
    assert_eq!(stage.calls("agents.sessions.setStatus"), 1);
}

#[tokio::test]
async fn blocks_that_slack_refuses_are_sent_as_text() {
    let stage = Stage::set().await;
    stage.fault("chat.postMessage", Fault::Error("invalid_blocks"));
    stage.finish(stage.begin(), whole("Three.")).await.unwrap();
    assert_eq!(stage.answers()[0].text, "Three.");
}
