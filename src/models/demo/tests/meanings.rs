//! Many ways to say the same thing, and what they are taken to mean.

use super::{line, request};
use crate::models::Message;
use crate::models::demo::conversation::Conversation;
use crate::models::demo::intent::{Ask, Intent, Period, recognise};
use crate::models::demo::making::{About, Make};

fn understood(questions: &[&str]) -> Ask {
    let mut messages = Vec::new();
    for question in questions {
        messages.push(Message::user(line(question)));
        messages.push(Message::assistant("An answer."));
    }
    messages.pop();
    recognise(&Conversation::read(&request(messages)))
}

#[test]
fn many_wordings_mean_the_same() {
    #[rustfmt::skip]
    let cases: [(Intent, &[&str]); 18] = [
        (Intent::Prepare, &["Prepare me for my next meeting", "Prepare me for my next customer meeting: who is coming, what is open, what was said last?", "brief me for the next call"]),
        (
            Intent::Pipeline,
            &[
                "How does the pipeline look?",
                "<@U0PENNY> pipeline please",
                "Summarise our pipeline by stage",
                "give me a deals overview",
                "What's our sales funnel like?",
                "@Penny forecast?",
            ],
        ),
        (
            Intent::Closing,
            &[
                "Which deals close this month?",
                "deals closing this quarter",
                "What is expected to close next month?",
                "what's closing this week",
            ],
        ),
        (
            Intent::Biggest,
            &[
                "What are our five biggest deals?",
                "top 3 deals",
                "largest open opportunities",
                "Show me the biggest deals in the pipeline",
            ],
        ),
        (
            Intent::Stale,
            &[
                "Which deals have gone quiet?",
                "stale deals",
                "any stuck opportunities?",
                "deals that went cold",
            ],
        ),
        (
            Intent::Issues,
            &[
                "Open issues by project",
                "how many bugs are open",
                "tickets by priority?",
                "issue backlog",
            ],
        ),
        (
            Intent::Reviews,
            &[
                "Which pull requests wait for a review?",
                "PRs waiting for review",
                "open PRs",
                "what needs to be reviewed? any review waiting",
            ],
        ),
        (
            Intent::Blocked,
            &[
                "What is blocked?",
                "Which issues and pull requests are blocked or waiting for a review, and on whom?",
                "any blockers in the backlog",
            ],
        ),
        (
            Intent::Meetings,
            &[
                "My meetings this week",
                "what is on my calendar?",
                "which meetings do I have",
            ],
        ),
        (
            Intent::WinRate,
            &[
                "Win rate by owner",
                "what's our close rate per rep?",
                "conversion rate by salesperson",
            ],
        ),
        (
            Intent::Months,
            &[
                "How does this month compare to last month?",
                "month over month",
                "won amount compared to last month",
            ],
        ),
        (
            Intent::Recall,
            &[
                "What do you remember?",
                "what do you remember about this channel",
            ],
        ),
        (
            Intent::Systems,
            &[
                "What systems are connected?",
                "which integrations are there",
                "list connected systems",
            ],
        ),
        (Intent::Help, &["help", "What can you do?", "who are you"]),
        (Intent::Thanks, &["thanks!", "Perfect, thank you"]),
        (Intent::Hello, &["hi", "Hello Penny!", "good morning"]),
        (
            Intent::Summary,
            &[
                "Summarise this thread",
                "summarize the discussion please",
                "tldr",
                "recap this channel",
            ],
        ),
        (
            Intent::Unknown,
            &[
                "What is the meaning of life?",
                "Book me a flight to Oslo",
                "write a poem",
            ],
        ),
    ];
    for (intent, wordings) in cases {
        for wording in wordings {
            assert_eq!(understood(&[wording]).intent, intent, "{wording}");
        }
    }
}

#[test]
fn names_notes_and_questions_are_taken_as_they_were_said() {
    let cases = [
        (
            "What happened with Harrow & Finch lately?",
            Intent::Account("Harrow & Finch".to_owned()),
        ),
        (
            "tell me about the Nordhavn account",
            Intent::Account("Nordhavn".to_owned()),
        ),
        (
            "@Penny latest on Alpenfrisch",
            Intent::Account("Alpenfrisch".to_owned()),
        ),
        ("Who owns O'Hara?", Intent::OwnerOf("O'Hara".to_owned())),
        (
            "who looks after Kessler Baustoffe",
            Intent::OwnerOf("Kessler Baustoffe".to_owned()),
        ),
        (
            "Remember that I prefer tables",
            Intent::Remember("I prefer tables".to_owned()),
        ),
        (
            "please forget the tables",
            Intent::Forget("the tables".to_owned()),
        ),
        (
            "ask Jonas which deal to call first",
            Intent::AskSomebody(
                Some("Jonas".to_owned()),
                "which deal to call first".to_owned(),
            ),
        ),
        (
            "Ask me whether we ship on Monday",
            Intent::AskSomebody(None, "whether we ship on Monday".to_owned()),
        ),
    ];
    for (wording, intent) in cases {
        assert_eq!(understood(&[wording]).intent, intent, "{wording}");
    }
}

#[test]
fn a_remark_changes_the_question_before_it() {
    let asked = understood(&[
        "Which open deals look at risk, and why? Show the owner and the last contact of each.",
    ]);
    assert_eq!(asked.intent, Intent::Stale, "a suggested prompt");
    let by_owner = understood(&["How does the pipeline look?", "and by owner?"]);
    assert_eq!(
        (by_owner.intent, by_owner.by_owner),
        (Intent::Pipeline, true)
    );
    let five = understood(&["biggest deals", "thanks", "only the top five"]);
    assert_eq!(
        five.intent,
        Intent::Thanks.clone(),
        "a thank-you is an answer of its own"
    );
    let five = understood(&["biggest deals", "only the top five"]);
    assert_eq!((five.intent, five.top), (Intent::Biggest, Some(5)));
    let next = understood(&["which deals close this month?", "and next month?"]);
    assert_eq!(
        (next.intent, next.period),
        (Intent::Closing, Period::NextMonth)
    );
    let other = understood(&["what happened with Nordhavn?", "and Alpenfrisch?"]);
    assert_eq!(other.intent, Intent::Account("Alpenfrisch".to_owned()));
    let mine = understood(&["stale deals", "only mine"]);
    assert!(mine.only_mine && mine.intent == Intent::Stale);
}

#[test]
fn a_change_of_a_deal_is_read_off_many_wordings() {
    use crate::models::demo::change::{Change, What};
    let change = |deal: &str, what| {
        Intent::Change(Change {
            deal: deal.to_owned(),
            what,
        })
    };
    let update = |deal: &str, fields: &[(&'static str, &str)]| {
        let fields = fields
            .iter()
            .map(|(field, value)| (*field, (*value).to_owned()));
        change(deal, What::Update(fields.collect()))
    };
    for (said, expected) in [
        (
            "Move the Nordhavn deal to Negotiation",
            update("Nordhavn", &[("stage", "Negotiation")]),
        ),
        (
            "@Penny please move Nordhavn to Won and set the amount to 48,000.",
            update("Nordhavn", &[("stage", "Won"), ("amount", "48,000")]),
        ),
        (
            "mark the Harrow & Finch deal as Lost",
            update("Harrow & Finch", &[("stage", "Lost")]),
        ),
        (
            "close the Nordhavn Seafood pilot deal as won",
            update("Nordhavn Seafood pilot", &[("stage", "won")]),
        ),
        (
            "set the close date of the Nordhavn deal to 15 December 2026",
            update("Nordhavn", &[("close_date", "15 December 2026")]),
        ),
        (
            "Change the owner of Nordhavn to Priya Nair",
            update("Nordhavn", &[("owner", "Priya Nair")]),
        ),
        (
            "Add a note to Nordhavn: They want to start in March",
            change(
                "Nordhavn",
                What::Note("They want to start in March".to_owned()),
            ),
        ),
        ("Delete the Nordhavn deal", change("Nordhavn", What::Delete)),
    ] {
        assert_eq!(understood(&[said]).intent, expected, "{said}");
    }
    for said in [
        "forget the pipeline",
        "How does this month compare to last month?",
    ] {
        assert!(
            !matches!(understood(&[said]).intent, Intent::Change(_)),
            "{said}"
        );
    }
}

#[test]
fn what_is_to_be_made_is_told_from_what_is_to_be_answered() {
    let wanted = [
        (
            "chart the pipeline by stage",
            Make::Chart("bar", About::Stages),
        ),
        (
            "Draw a pie of the pipeline by owner, please",
            Make::Chart("pie", About::Owners),
        ),
        (
            "plot what we won by month",
            Make::Chart("line", About::Months),
        ),
        ("make a report of the pipeline as PDF", Make::Report),
        ("Make a dashboard of the pipeline", Make::Dashboard),
        ("export open deals as Excel", Make::Export("xlsx")),
        ("can I have the open deals as CSV?", Make::Export("csv")),
    ];
    for (question, make) in wanted {
        assert_eq!(
            understood(&[question]).intent,
            Intent::Make(make),
            "{question}"
        );
    }
    assert_eq!(
        understood(&["How does the pipeline look?"]).intent,
        Intent::Pipeline
    );
}
