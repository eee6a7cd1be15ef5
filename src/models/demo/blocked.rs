//! What is stuck in development, and on whom: reviews, changes and merges that wait, and issues
//! that are past their date.

use super::answers::{compose, largest};
use super::table::{As, Row, count, grouped, markdown, number, text};

/// Longer tables are not read.
const SHOWN: usize = 15;

/// A row for everything that waits: what, why, for whom, and for how many days.
pub const QUERY: &str = "select what, why, whom, days, count(*) over (partition by whom) as of_whom from (\
     select g.title as what, \
         case g.review_status when 'waiting' then 'review' when 'approved' then 'merge' else 'changes' end as why, \
         coalesce(case g.review_status when 'waiting' then r.name else p.name end, 'nobody') as whom, \
         current_date - coalesce(g.review_requested_at, g.created_at)::date as days \
     from pull_requests g left join people p on p.person_id = g.owner_id \
         left join people r on r.person_id = g.reviewer_id \
     where g.state = 'open' and not g.is_draft and g.review_status <> 'none' \
     union all \
     select i.key || ': ' || i.title, 'overdue', coalesce(p.name, 'nobody'), current_date - i.due_date \
     from issues i left join people p on p.person_id = i.assignee_id \
     where i.status not in ('done', 'cancelled') and i.due_date < current_date) as stuck \
     order by days desc, what";

pub fn blocked(rows: &[Row]) -> String {
    let of = |why: &str| rows.iter().filter(|row| text(row, "why") == why).count();
    let kinds = [
        (of("review"), "for a review"),
        (of("changes"), "for changes by their author"),
        (of("merge"), "to be merged"),
    ];
    let waiting: usize = kinds.iter().map(|(number, _)| number).sum();
    let parts: Vec<String> = kinds
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    let mut headline = Vec::new();
    if waiting > 0 {
        let verb = if waiting == 1 { "waits" } else { "wait" };
        let waiting = count(waiting, "pull request");
        headline.push(format!("**{waiting} {verb}**: {}.", parts.join(", ")));
    }
    match of("overdue") {
        0 => {}
        1 => headline.push("**1 issue is past its due date.**".to_owned()),
        number => headline.push(format!("**{number} issues are past their due date.**")),
    }
    let columns = [
        ("What", "what", As::Text),
        ("Waits for", "whom", As::Text),
        ("Why", "why", As::Text),
        ("Days", "days", As::Count),
    ];
    let shown = &rows[..rows.len().min(SHOWN)];
    let most = largest(rows, "of_whom");
    let mut insight = format!(
        "Most of it waits for {}: {} of {}.",
        text(most, "whom"),
        grouped(number(most, "of_whom")),
        rows.len()
    );
    if rows.len() > SHOWN {
        insight.push_str(&format!(" The table shows the {SHOWN} that wait longest."));
    }
    compose(headline.join(" "), markdown(shown, &columns), insight)
}
