//! What an answer looks like while it is written and when it stands.

use crate::support::TestApp;
use penny::models::scripted::{Gate, Step};
use penny::models::{Block, Delta, Stop, Usage};
use serde_json::json;

#[tokio::test]
async fn an_answer_is_written_before_everybodys_eyes() {
    let gate = Gate::default();
    let app = TestApp::start([Step::says("Nine deals are open.")
        .streaming([Delta::Text("Nine deals".to_owned())])
        .then_waits_for(&gate)])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya
        .mentions_penny("sales", "how many deals?")
        .await
        .unwrap();
    let thread = said.thread();
    let look = |_: &penny::playground::Slack| {
        // Neither waits for the other.
        let is_at_it = maya.session_of(&thread) == Some("processing");
        let seen = maya.answers_in(&thread).into_iter();
        seen.filter(|seen| is_at_it && seen.streaming)
            .find(|seen| seen.text.contains("Nine deals"))
    };
    app.slack.until("half an answer", look).await.unwrap();
    gate.open();
    maya.reads(&thread, "Nine deals are open.").await.unwrap();
    let is_over =
        |_: &penny::playground::Slack| (maya.session_of(&thread) == Some("active")).then_some(());
    app.slack.until("no more Stop", is_over).await.unwrap();
    assert_eq!(maya.answers_in(&thread).len(), 1, "it is one message");
    app.stop().await;
}

#[tokio::test]
async fn under_an_answer_stands_what_was_done_for_it_and_what_it_took() {
    let sql = json!({"sql": "select name from accounts", "purpose": "our accounts"});
    let app = TestApp::start([
        Step::calls("c1", "run_sql_query", sql),
        Step::says("There are none yet.").using(Usage {
            input: 1_000,
            output: 234,
            ..Usage::default()
        }),
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya
        .mentions_penny("sales", "which accounts?")
        .await
        .unwrap();
    let answer = maya.reads(&said.thread(), "none yet").await.unwrap();
    for told in [
        "Looking up our accounts",
        "1 lookup",
        "1.2k tokens",
        "scripted",
    ] {
        assert!(answer.text.contains(told), "no {told:?} in {}", answer.text);
    }
    app.stop().await;
}

#[tokio::test]
async fn what_was_void_is_not_part_of_the_answer() {
    let app = TestApp::start([Step::says("Nine deals are open.").streaming([
        Delta::Text("Ten de".to_owned()),
        Delta::Restarted,
        Delta::Text("Nine deals are open.".to_owned()),
    ])])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("how many deals?").await.unwrap();
    maya.reads(&said.thread(), "Nine deals are open.")
        .await
        .unwrap();
    app.settles().await;
    let seen = maya.visible_text(&said.thread());
    assert!(!seen.contains("Ten de"), "{seen}");
    app.stop().await;
}

fn says_paragraphs(count: usize) -> Step {
    let paragraph = |number| {
        format!(
            "Paragraph {number:03}: {}.",
            "and so it goes on ".repeat(15)
        )
    };
    let paragraphs: Vec<String> = (0..count).map(paragraph).collect();
    Step::says(paragraphs.join("\n\n"))
}

#[tokio::test]
async fn a_long_answer_is_there_whole_and_in_order() {
    let app = TestApp::start([says_paragraphs(60)]).await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.mentions_penny("sales", "tell me all").await.unwrap();
    maya.reads(&said.thread(), "Paragraph 059").await.unwrap();
    app.settles().await;
    let seen = maya.visible_text(&said.thread());
    let places: Vec<_> = (0..60)
        .map(|number| {
            let words = format!("Paragraph {number:03}:");
            assert_eq!(seen.matches(&words).count(), 1, "{words}");
            seen.find(&words)
        })
        .collect();
    assert!(places.is_sorted());
    app.stop().await;
}

#[tokio::test]
async fn a_very_long_answer_comes_as_a_file_with_its_beginning_in_view() {
    let app = TestApp::start([says_paragraphs(200)]).await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.mentions_penny("sales", "tell me all").await.unwrap();
    maya.waits_for(&said.thread(), "the file", |seen| !seen.files.is_empty())
        .await
        .unwrap();
    app.settles().await;
    let seen = maya.visible_text(&said.thread());
    assert!(seen.contains("Paragraph 000"), "{seen}");
    app.stop().await;
}

#[tokio::test]
async fn a_hostile_answer_calls_nobody_and_loads_nothing() {
    let hostile = "<!channel> <!here> <@U0JONAS> <!subteam^S1> hello \
        ![x](https://evil.example/pixel.png?secret=1)\n\n![y][1]\n\n\
        [https://bank.example](https://evil.example/login)\n\n[1]: https://evil.example/other.png\n";
    let app = TestApp::start([Step::says(hostile)]).await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.mentions_penny("sales", "say something").await.unwrap();
    let answer = maya.reads(&said.thread(), "hello").await.unwrap();
    app.settles().await;
    let sent: Vec<String> = app
        .slack
        .calls()
        .all()
        .into_iter()
        .filter(|call| call.method.starts_with("chat."))
        .map(|call| call.args.to_string())
        .chain([json!(answer.blocks).to_string()])
        .collect();
    for inert in [
        "<!channel>",
        "<!here>",
        "<@U0JONAS>",
        "<!subteam",
        "![x]",
        "[1]: https",
        "[https://bank.example](",
    ] {
        let live = sent.iter().find(|sent| sent.contains(inert));
        assert_eq!(live, None, "{inert} was sent as it came");
    }
    app.stop().await;
}

#[tokio::test]
async fn somebody_who_asks_too_much_is_told_before_money_is_spent() {
    let app = TestApp::build([
        Step::says("Yes."),
        Step::says("Of course.").when_asked("Jonas"),
    ])
    .setting("PENNY_TURNS_PER_HOUR", "1")
    .start()
    .await;
    let maya = app.slack.person("maya").unwrap();
    let jonas = app.slack.person("jonas").unwrap();
    let first = maya.tells_penny("one").await.unwrap();
    maya.reads(&first.thread(), "Yes.").await.unwrap();
    app.settles().await;
    let second = maya.tells_penny("two").await.unwrap();
    let told = maya.reads(&second.thread(), "asked me once").await;
    let told = told.unwrap().text;
    for part in [
        "as often as one person may",
        "in 60 minutes",
        "PENNY_TURNS_PER_HOUR",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let other = jonas.tells_penny("this is Jonas").await.unwrap();
    jonas.reads(&other.thread(), "Of course.").await.unwrap();
    app.stop().await;
}

#[tokio::test]
async fn an_answer_that_is_cut_off_for_its_length_is_gone_on_with_and_stands_as_one() {
    let app = TestApp::start([
        Step::says("They are Alpha, Be").stopping(Stop::MaxTokens),
        Step::says("ta and Gamma.").when_asked("Go on exactly where it stopped"),
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.mentions_penny("sales", "all of them?").await.unwrap();
    maya.reads(&said.thread(), "They are Alpha, Beta and Gamma.")
        .await
        .unwrap();
    app.settles().await;
    assert_eq!(maya.answers_in(&said.thread()).len(), 1);
    assert_eq!(app.texts("select state from core.turns").await, ["done"]);
    app.stop().await;
}

#[tokio::test]
async fn an_answer_that_never_ends_says_so_and_one_can_say_go_on() {
    let cut = |text: &str| Step::says(text).stopping(Stop::MaxTokens);
    let app = TestApp::start([
        cut("One, "),
        cut("two, "),
        cut("three, "),
        Step::says("four.").when_asked("go on"),
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("count").await.unwrap();
    let answer = maya
        .reads(&said.thread(), "the length that one answer may have")
        .await
        .unwrap();
    assert!(answer.text.contains("One, two, three,"), "{}", answer.text);
    app.settles().await;
    maya.replies_in(&said.thread(), "go on").await.unwrap();
    maya.reads(&said.thread(), "four.").await.unwrap();
    app.stop().await;
}

#[tokio::test]
async fn a_model_that_only_thought_is_asked_to_speak() {
    for stop in [Stop::MaxTokens, Stop::EndTurn] {
        let thought = Block::Thinking {
            thinking: "Nine, or is it?".to_owned(),
            signature: "signed".to_owned(),
        };
        let app = TestApp::start([
            Step::replies(vec![thought]).stopping(stop),
            Step::says("Nine deals.").when_asked("not written a word"),
        ])
        .await;
        let maya = app.slack.person("maya").unwrap();
        let said = maya.tells_penny("how many deals?").await.unwrap();
        maya.reads(&said.thread(), "Nine deals.").await.unwrap();
        app.settles().await;
        let answers = maya.answers_in(&said.thread());
        assert_eq!(answers.len(), 1, "{stop:?}: {answers:#?}");
        app.stop().await;
    }
}
