//! How the pipeline stands, and what the last week has changed in it.

use super::answers::{compose, largest, share};
use super::intent::Ask;
use super::table::{As, Row, count, euros, grouped, markdown, number, sum, text};

pub fn pipeline(ask: &Ask, rows: &[Row], changes: Option<&[Row]>) -> String {
    let (amount, weighted) = (sum(rows, "amount"), sum(rows, "weighted"));
    let heading = if ask.by_owner { "Owner" } else { "Stage" };
    let columns = [
        (heading, "part", As::Text),
        ("Deals", "deals", As::Count),
        ("Amount", "amount", As::Euros),
        ("Weighted", "weighted", As::Euros),
    ];
    let headline = format!(
        "**{} in {} open deals**, {} weighted by the chance of winning.",
        euros(amount),
        grouped(sum(rows, "deals")),
        euros(weighted)
    );
    let largest = largest(rows, "amount");
    let insight = format!(
        "{} holds the most, {} ({:.0}% of the total).",
        text(largest, "part"),
        euros(number(largest, "amount")),
        share(number(largest, "amount"), amount)
    );
    let answer = compose(headline, markdown(rows, &columns), insight);
    match changes {
        Some(changes) => compose(answer, changed(changes), String::new()),
        None => answer,
    }
}

/// What happened within the last week, a line for what came, what was won and what was lost.
fn changed(rows: &[Row]) -> String {
    let line = |what: &str| {
        let of: Vec<Row> = rows
            .iter()
            .filter(|row| text(row, "what") == what)
            .cloned()
            .collect();
        let largest = of.first()?;
        let named = match of.len() {
            1 => text(largest, "deal"),
            _ => format!("the largest is {}", text(largest, "deal")),
        };
        let (deals, amount) = (count(of.len(), "deal"), euros(sum(&of, "amount")));
        Some(format!("- **{what}**: {deals}, {amount}; {named}"))
    };
    let lines: Vec<String> = ["New", "Won", "Lost"]
        .into_iter()
        .filter_map(line)
        .collect();
    if lines.is_empty() {
        return "In the last seven days no deal came, was won or was lost.".to_owned();
    }
    format!("**In the last seven days**\n\n{}", lines.join("\n"))
}
