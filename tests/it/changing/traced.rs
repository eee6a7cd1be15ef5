//! What an operator finds in the logs: one id leads from what somebody did in Slack to the last call
//! that came of it, over all the jobs between.

use super::office::Office;
use crate::support::logs::Logs;
use std::collections::BTreeSet;

/// The traces of the calls that jobs of this kind made of Slack.
fn traces(logs: &Logs, job: &str) -> BTreeSet<String> {
    let calls = logs.slack_calls().into_iter();
    let by_job = calls.filter(|(_, kind)| kind == job);
    by_job.map(|(trace, _)| trace).collect()
}

fn only(traces: &BTreeSet<String>) -> &String {
    assert_eq!(traces.len(), 1, "{traces:?}");
    traces.first().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_id_leads_from_a_question_to_its_card_and_one_from_a_click_to_all_that_came_of_it() {
    let office = Office::with(|app| app.keeping_logs()).await;
    let logs = office.app.logs.clone().unwrap();
    let before = traces(&logs, "turn");
    let thread = office.wants_more().await;
    let asking = &traces(&logs, "turn") - &before;
    let asked = only(&asking).clone();
    let drawn = logs.slack_calls().len();

    office.approves(&office.maya, &thread).await;
    office.app.settles().await;
    office.close(&thread).await;
    let since = &logs.slack_calls()[drawn..];
    let jobs: BTreeSet<&str> = since.iter().map(|(_, job)| job.as_str()).collect();
    assert!(
        jobs.is_superset(&BTreeSet::from(["card", "turn"])),
        "{jobs:?}"
    );
    let clicked: BTreeSet<String> = since.iter().map(|(trace, _)| trace.clone()).collect();
    let clicked = only(&clicked);
    assert_ne!(*clicked, asked);

    let text = logs.text();
    let leads_on = |line: &&str| line.contains(&format!("turn.trace_id={asked}"));
    let line = text
        .lines()
        .find(leads_on)
        .expect("a line that leads from one to the other");
    assert!(line.contains(clicked), "{line}");
    // Nobody in Slack sees how the tables follow, and the line of that is found as well.
    let has = |words: [&str; 2]| {
        text.lines()
            .any(|line| words.iter().all(|it| line.contains(it)))
    };
    assert!(has(["job.kind=execute", clicked]), "{text}");
    assert!(has(["job.kind=sync", clicked]), "{text}");
}
