//! What of a conversation is open, answered, and read again.

use super::*;
use crate::models::Usage;

fn asked(text: &str) -> Entry {
    Entry::Input(Input {
        messages: vec![Said {
            user: "U1".to_owned(),
            name: "Maya".to_owned(),
            at: "Mon 2 Mar 2026 09:30 UTC".to_owned(),
            text: text.to_owned(),
            overheard: false,
            files: Vec::new(),
        }],
        ..Input::default()
    })
}

fn replied(text: &str, stop: Stop) -> Entry {
    Entry::Reply(Reply {
        model: "m".to_owned(),
        content: vec![Block::text(text)],
        stop,
        usage: Usage::default(),
        cost_micros: None,
    })
}

#[test]
fn what_was_cut_off_is_one_text_with_what_went_on_and_none_with_another_answer() {
    let turn = TurnId::fresh();
    let mut transcript = Transcript::default();
    let go_on = || Entry::GoOn {
        note: "go on".to_owned(),
    };
    transcript.push(turn, asked("all of them?"));
    transcript.push(turn, replied("Alpha, Be", Stop::MaxTokens));
    assert!(!transcript.is_answered());
    assert!(transcript.unfinished().is_some());
    transcript.push(turn, go_on());
    transcript.push(turn, replied("ta and ", Stop::MaxTokens));
    assert_eq!(transcript.half_said(turn), "Alpha, Beta and ");
    transcript.push(turn, go_on());
    assert_eq!(transcript.asked_on(turn), 2);
    transcript.push(turn, replied("Gamma.", Stop::EndTurn));
    assert!(transcript.is_answered());
    assert_eq!(transcript.answer_of(turn, 0), "Alpha, Beta and Gamma.");
    assert_eq!(transcript.half_said(turn), "");
    transcript.push(turn, replied("And then there is ", Stop::MaxTokens));
    transcript.push(turn, asked("only Berlin, please"));
    transcript.push(turn, replied("Four.", Stop::EndTurn));
    let answer = transcript.answer_of(turn, 3);
    assert_eq!(answer, "And then there is\n\nFour.");
}

#[test]
fn a_thought_that_led_to_nothing_is_no_answer_and_is_not_sent_back() {
    let turn = TurnId::fresh();
    let thought = || Block::Thinking {
        thinking: "hm".to_owned(),
        signature: "s".to_owned(),
    };
    for stop in [Stop::MaxTokens, Stop::EndTurn] {
        let mut transcript = Transcript::default();
        transcript.push(turn, asked("how many?"));
        let mut reply = replied(" ", stop);
        if let Entry::Reply(reply) = &mut reply {
            reply.content.insert(0, thought());
        }
        transcript.push(turn, reply);
        assert!(!transcript.is_answered(), "{stop:?}");
        assert_eq!(transcript.messages().len(), 1, "{stop:?}");
    }
}

#[test]
fn calls_that_were_stopped_or_declined_stay_undone() {
    let turn = TurnId::fresh();
    let called = |stop| {
        let mut reply = replied("Let me look.", stop);
        if let Entry::Reply(reply) = &mut reply {
            reply.content.push(Block::ToolUse {
                id: "c1".to_owned(),
                name: "manage_memory".to_owned(),
                input: Value::Null,
            });
        }
        reply
    };
    let mut transcript = Transcript::default();
    transcript.push(turn, asked("remember this"));
    transcript.push(turn, called(Stop::ToolUse));
    assert_eq!(transcript.open_calls().len(), 1);
    let text = "stopped".to_owned();
    transcript.push(turn, Entry::Note { text });
    assert!(transcript.open_calls().is_empty());
    transcript.push(turn, asked("and this"));
    transcript.push(turn, called(Stop::Refusal));
    assert!(transcript.open_calls().is_empty());
}

#[test]
fn a_turn_that_is_given_up_takes_back_its_words_and_keeps_what_others_said_before() {
    let (before, given_up, after) = (TurnId::fresh(), TurnId::fresh(), TurnId::fresh());
    let mut transcript = Transcript::default();
    transcript.push(before, asked("how many deals?"));
    transcript.push(given_up, asked("the straw"));
    let summary = Summary {
        text: "Maya asked for deals.".to_owned(),
        carried: vec![asked("the straw")],
    };
    transcript.push(given_up, Entry::Summary(summary));
    let note = "left out".to_owned();
    transcript.push(given_up, Entry::GivenUp { note });
    assert!(transcript.is_answered());
    transcript.push(after, asked("and now?"));
    let read = format!("{:?}", transcript.messages());
    for kept in ["Maya asked for deals.", "left out", "and now?"] {
        assert!(read.contains(kept), "{read}");
    }
    assert!(!read.contains("the straw"), "{read}");
}
