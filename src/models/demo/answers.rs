//! From rows to an answer: the headline first, then the table, then what stands out in it. Every
//! figure is taken from the rows or computed from them.

use super::account::{account, prepare, unknown_account};
use super::blocked::blocked;
use super::intent::{Ask, Intent, Period};
use super::pipeline::pipeline;
use super::table::{As, Column, Row, count, euros, grouped, markdown, number, rows, sum, text};

/// The answer to a question whose queries have all been answered, in their order.
pub fn answer(ask: &Ask, results: &[&str]) -> String {
    let tables: Vec<Vec<Row>> = results.iter().map(|result| rows(result)).collect();
    let first: &[Row] = tables.first().map_or(&[], Vec::as_slice);
    match &ask.intent {
        Intent::Account(name) => account(name, &tables),
        Intent::Prepare if tables.len() > 1 => prepare(first, &tables[1..]),
        Intent::OwnerOf(name) => owner_of(name, first),
        _ if first.is_empty() => nothing(ask),
        Intent::Pipeline => pipeline(ask, first, tables.get(1).map(Vec::as_slice)),
        Intent::Blocked => blocked(first),
        Intent::Closing => closing(ask, first),
        Intent::Biggest => biggest(ask, first),
        Intent::Stale => stale(first),
        Intent::Issues => issues(ask, first),
        Intent::Reviews => reviews(first),
        Intent::Meetings => meetings(first),
        Intent::WinRate => win_rate(first),
        Intent::Months => months(first),
        _ => String::new(),
    }
}

fn nothing(ask: &Ask) -> String {
    let what = match ask.intent {
        Intent::Pipeline | Intent::Biggest => "There is no open deal.",
        Intent::Closing => "No open deal is expected to close in that time.",
        Intent::Stale => "No open deal has been quiet for more than three weeks.",
        Intent::Reviews => "No pull request waits for a review.",
        Intent::Meetings => "There is no meeting of yours this week.",
        Intent::Prepare => "There is no customer meeting of yours ahead.",
        Intent::Issues => "There is no open issue.",
        Intent::Blocked => "Nothing is blocked: no review waits, and no issue is past its date.",
        _ => "Nothing fits that.",
    };
    format!("{what} At least I see none that everybody who reads along here may see.")
}

pub fn compose(headline: String, table: String, insight: String) -> String {
    [headline, table, insight]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n")
}

pub fn largest<'a>(rows: &'a [Row], column: &str) -> &'a Row {
    let mut best = &rows[0];
    for row in rows {
        if number(row, column) > number(best, column) {
            best = row;
        }
    }
    best
}

pub fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 {
        100.0 * part / whole
    } else {
        0.0
    }
}

const DEALS: [Column; 5] = [
    ("Deal", "deal", As::Text),
    ("Owner", "owner", As::Text),
    ("Stage", "stage", As::Text),
    ("Amount", "amount", As::Euros),
    ("Closes", "closes", As::Text),
];

fn closing(ask: &Ask, rows: &[Row]) -> String {
    let period = match ask.period {
        Period::Week => "this week",
        Period::Month => "this month",
        Period::NextMonth => "next month",
        Period::Quarter => "this quarter",
    };
    let headline = format!(
        "**{} to close {period}, worth {}.**",
        count(rows.len(), "open deal"),
        euros(sum(rows, "amount"))
    );
    let early: Vec<&Row> = rows
        .iter()
        .filter(|row| matches!(text(row, "stage").as_str(), "Discovery" | "Demo"))
        .collect();
    let late = rows.iter().filter(|row| text(row, "is_late") == "true");
    let mut insight = match early.len() {
        0 => String::new(),
        1 => "1 of them is still in Discovery or Demo, so it may slip.".to_owned(),
        number => format!("{number} of them are still in Discovery or Demo, so they may slip."),
    };
    match late.count() {
        0 => {}
        1 => insight.push_str(" 1 is past its date already."),
        number => insight.push_str(&format!(" {number} are past their date already.")),
    }
    compose(headline, markdown(rows, &DEALS), insight.trim().to_owned())
}

fn biggest(ask: &Ask, rows: &[Row]) -> String {
    let headline = format!(
        "**{} leads with {}.** {}{} together: {}.",
        text(&rows[0], "deal"),
        euros(number(&rows[0], "amount")),
        if ask.only_mine { "Your " } else { "The " },
        count(rows.len(), "biggest open deal"),
        euros(sum(rows, "amount"))
    );
    let quiet = rows
        .iter()
        .filter(|row| number(row, "quiet_days") > 21.0)
        .count();
    let insight = match quiet {
        0 => "All of them had contact within the last three weeks.".to_owned(),
        1 => "1 of them had no contact for more than three weeks.".to_owned(),
        _ => format!("{quiet} of them had no contact for more than three weeks."),
    };
    compose(headline, markdown(rows, &DEALS), insight)
}

fn stale(rows: &[Row]) -> String {
    let columns = [
        ("Deal", "deal", As::Text),
        ("Owner", "owner", As::Text),
        ("Stage", "stage", As::Text),
        ("Amount", "amount", As::Euros),
        ("Last contact", "last_contact", As::Text),
        ("Days quiet", "quiet_days", As::Count),
        ("Next step", "next_step", As::Text),
    ];
    let quietest = largest(rows, "quiet_days");
    compose(
        format!(
            "**{} without contact for more than 21 days, worth {}.**",
            count(rows.len(), "open deal"),
            euros(sum(rows, "amount"))
        ),
        markdown(rows, &columns),
        format!(
            "The quietest is {}: {} days. The planned next step was “{}”.",
            text(quietest, "deal"),
            grouped(number(quietest, "quiet_days")),
            text(quietest, "next_step")
        ),
    )
}

fn owner_of(name: &str, rows: &[Row]) -> String {
    match rows {
        [] => unknown_account(name),
        [one] => format!(
            "**{}** ({}) looks after {}: {}, {}.",
            text(one, "owner"),
            text(one, "title"),
            text(one, "account"),
            text(one, "lifecycle").replace('_', " "),
            text(one, "city"),
        ),
        many => compose(
            format!("**{} fit “{name}”.**", count(many.len(), "account")),
            markdown(
                many,
                &[
                    ("Account", "account", As::Text),
                    ("Owner", "owner", As::Text),
                    ("City", "city", As::Text),
                ],
            ),
            String::new(),
        ),
    }
}

fn issues(ask: &Ask, rows: &[Row]) -> String {
    let heading = match (ask.by_owner, ask.by_priority) {
        (true, _) => "Assignee",
        (_, true) => "Priority",
        _ => "Project",
    };
    let mut columns = vec![
        (heading, "part", As::Text),
        ("Open", "open", As::Count),
        ("Urgent or high", "pressing", As::Count),
        ("Bugs", "bugs", As::Count),
        ("Overdue", "overdue", As::Count),
    ];
    // The rows say so themselves.
    columns.retain(|(_, column, _)| !(ask.by_priority && *column == "pressing"));
    let (open, pressing) = (sum(rows, "open"), sum(rows, "pressing"));
    compose(
        format!(
            "**{} open issues**, {} of them urgent or high.",
            grouped(open),
            grouped(pressing)
        ),
        markdown(rows, &columns),
        issues_insight(ask, rows),
    )
}

fn issues_insight(ask: &Ask, rows: &[Row]) -> String {
    let overdue = format!("{} overdue in all.", grouped(sum(rows, "overdue")));
    let nobodys = rows.iter().find(|row| text(row, "part") == "nobody");
    match nobodys {
        _ if ask.by_priority => overdue,
        Some(row) => format!(
            "{} of them belong to nobody yet. {overdue}",
            text(row, "open")
        ),
        None => {
            let (worst, pressing) = (largest(rows, "pressing"), sum(rows, "pressing"));
            format!(
                "Most pressing: {} with {} urgent or high ones ({:.0}%). {overdue}",
                text(worst, "part"),
                grouped(number(worst, "pressing")),
                share(number(worst, "pressing"), pressing),
            )
        }
    }
}

fn reviews(rows: &[Row]) -> String {
    let columns = [
        ("Pull request", "title", As::Text),
        ("Repository", "repository", As::Text),
        ("Author", "author", As::Text),
        ("Reviewer", "reviewer", As::Text),
        ("Days", "days", As::Count),
        ("Lines", "lines", As::Count),
    ];
    compose(
        format!(
            "**{} for a review**, the oldest for {}.",
            match rows.len() {
                1 => "1 pull request waits".to_owned(),
                number => format!("{number} pull requests wait"),
            },
            count(number(&rows[0], "days") as usize, "day")
        ),
        markdown(rows, &columns),
        format!(
            "Longest waiting: {}, with {}.",
            text(&rows[0], "title"),
            text(&rows[0], "reviewer")
        ),
    )
}

fn meetings(rows: &[Row]) -> String {
    let columns = [
        ("When", "starts", As::Text),
        ("Meeting", "title", As::Text),
        ("With", "others", As::Text),
        ("Where", "location", As::Text),
    ];
    let ahead: Vec<&Row> = rows
        .iter()
        .filter(|row| text(row, "is_ahead") == "true")
        .collect();
    let insight = ahead.first().map_or_else(
        || "All of them are over.".to_owned(),
        |next| format!("Next: {}, {}.", text(next, "title"), text(next, "starts")),
    );
    compose(
        format!(
            "**{} this week**{}.",
            count(rows.len(), "meeting"),
            match ahead.len() {
                0 => String::new(),
                number => format!(", {number} still ahead"),
            }
        ),
        markdown(rows, &columns),
        insight,
    )
}

fn win_rate(rows: &[Row]) -> String {
    let columns = [
        ("Owner", "owner", As::Text),
        ("Won", "won", As::Count),
        ("Lost", "lost", As::Count),
        ("Win rate", "rate", As::Percent),
        ("Won amount", "amount", As::Euros),
    ];
    let (won, lost) = (sum(rows, "won"), sum(rows, "lost"));
    let richest = largest(rows, "amount");
    compose(
        format!(
            "**{:.0}% of decided deals were won** ({} of {}).",
            share(won, won + lost),
            grouped(won),
            grouped(won + lost)
        ),
        markdown(rows, &columns),
        format!(
            "{} brought in the most: {}.",
            text(richest, "owner"),
            euros(number(richest, "amount"))
        ),
    )
}

fn months(rows: &[Row]) -> String {
    let columns = [
        ("", "what", As::Text),
        ("This month", "this_month", As::Count),
        ("Last month", "last_month", As::Count),
    ];
    let amount = rows
        .iter()
        .find(|row| text(row, "what").starts_with("Won amount"));
    let headline = amount.map_or_else(String::new, |row| {
        let (this, last) = (number(row, "this_month"), number(row, "last_month"));
        let change = match (last > 0.0, this >= last) {
            (false, _) => "after nothing last month".to_owned(),
            (true, true) => format!(
                "{:.0}% more than in all of last month",
                share(this - last, last)
            ),
            (true, false) => format!(
                "{:.0}% less than in all of last month",
                share(last - this, last)
            ),
        };
        format!("**{} won so far this month**, {change}.", euros(this))
    });
    compose(
        headline,
        markdown(rows, &columns),
        "This month is not over, so compare with care.".to_owned(),
    )
}
