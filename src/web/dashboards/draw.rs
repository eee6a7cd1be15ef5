//! A dashboard as HTML. Whatever came from data or people goes through `escape`; charts are SVGs
//! of our own, once for a wide screen and once for a narrow one, and their figures stand below
//! each as a table, for those who do not see them.

use super::headers::EDITION;
use crate::reports::chart::{Chart, alt_text};
use crate::reports::dashboard::{Body, Cells, Control, Field, Shown, View};
use crate::web::page::escape;
use chrono::{DateTime, Utc};
use std::fmt::Write;

/// How wide charts are drawn, so that their letters keep about the size of the page's.
const WIDE: f64 = 580.0;
const NARROW: f64 = 350.0;

pub fn whole(view: &View, ends: DateTime<Utc>) -> String {
    let (title, organisation) = (escape(&view.title), escape(&view.organisation));
    let person = view.person.as_deref().map(escape).unwrap_or_default();
    let (filters, tiles) = (filters(&view.controls), tiles(view));
    let ends = escape(&view.moment(ends));
    let zone = escape(view.zone.name());
    let edition = EDITION.as_str();
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title>\
         <link rel=\"stylesheet\" href=\"/dashboards/assets/dashboard.css?{edition}\">\
         <script src=\"/dashboards/assets/dashboard.js?{edition}\" defer></script></head><body>\
         <a class=\"skip\" href=\"#tiles\">Skip to the figures</a>\
         <header><div><p class=\"whose\">{organisation} · as {person} sees it</p><h1>{title}</h1></div>\
         <p class=\"fresh\" role=\"status\" id=\"fresh\"></p></header>\
         {filters}<main id=\"tiles\" tabindex=\"-1\">{tiles}</main>\
         <footer><p>This link is {person}’s own. It works without signing in until {ends} \
         ({zone}), so please don’t pass it on: colleagues get one of their own in Slack with \
         <b>Open dashboard</b>. <b>End my links</b> there ends it sooner.</p></footer></body></html>"
    )
}

/// What changes: everything that was looked up.
pub fn tiles(view: &View) -> String {
    let is_number = |shown: &&Shown| matches!(shown.body, Body::Number { .. });
    let mut html = format!(
        "<p class=\"at\" data-at=\"{}\">As of {}</p>",
        view.at.timestamp_millis(),
        escape(&view.moment(view.at))
    );
    let numbers: Vec<&Shown> = view.tiles.iter().filter(is_number).collect();
    if !numbers.is_empty() {
        html.push_str("<dl class=\"numbers\">");
        html.extend(numbers.into_iter().map(number));
        html.push_str("</dl>");
    }
    html.push_str("<div class=\"cards\">");
    let others = view.tiles.iter().enumerate();
    html.extend(
        others
            .filter(|(_, shown)| !is_number(shown))
            .map(|(place, shown)| card(place, shown)),
    );
    html.push_str("</div>");
    html
}

fn number(shown: &Shown) -> String {
    let Body::Number { figure, beside } = &shown.body else {
        return String::new();
    };
    let beside: String = beside
        .iter()
        .map(|(name, value)| {
            format!(
                "<dd class=\"beside\">{} {}</dd>",
                escape(name),
                escape(value)
            )
        })
        .collect();
    format!(
        "<div class=\"number\"><dt>{}</dt><dd class=\"figure\">{}</dd>{beside}</div>",
        escape(&shown.title),
        escape(figure)
    )
}

fn card(place: usize, shown: &Shown) -> String {
    let (class, body) = match &shown.body {
        Body::Number { .. } => ("", String::new()),
        Body::Chart { chart, figures } => {
            let chart = Chart {
                title: shown.title.clone(),
                ..Chart::clone(chart)
            };
            ("chart", drawn(place, &chart, figures))
        }
        Body::Table(cells) => ("list", table(cells, &shown.title)),
        Body::Failed(why) => ("failed", format!("<p class=\"none\">{}</p>", escape(why))),
    };
    let note = shown.note.as_deref().map(escape);
    let note = note
        .map(|note| format!("<p class=\"note\">{note}</p>"))
        .unwrap_or_default();
    let title = escape(&shown.title);
    format!("<section class=\"card {class}\"><h2>{title}</h2>{body}{note}</section>")
}

/// In dark colours the style sheet replaces those that a chart is drawn in.
fn drawn(place: usize, chart: &Chart, figures: &Cells) -> String {
    let alt = escape(&alt_text(chart));
    let at_width = |width: f64, class: &str| {
        let bare = Chart {
            title: String::new(),
            note: None,
            width,
            ..chart.clone()
        };
        format!(
            "<div class=\"{class}\" aria-hidden=\"true\">{}</div>",
            bare.svg()
        )
    };
    format!(
        "<figure role=\"img\" aria-label=\"{alt}\">{}{}</figure>\
         <details id=\"figures-{place}\"><summary>Figures</summary>{}</details>",
        at_width(WIDE, "wide"),
        at_width(NARROW, "narrow"),
        table(figures, &chart.title)
    )
}

fn table(cells: &Cells, caption: &str) -> String {
    if cells.rows.is_empty() {
        return "<p class=\"none\">There is nothing to show for what is chosen.</p>".to_owned();
    }
    let class = |column: usize| match cells.is_number.get(column) {
        Some(true) => " class=\"n\"",
        _ => "",
    };
    let heads: String = cells
        .heads
        .iter()
        .enumerate()
        .map(|(column, head)| format!("<th scope=\"col\"{}>{}</th>", class(column), escape(head)))
        .collect();
    let mut rows = String::new();
    for row in &cells.rows {
        rows.push_str("<tr>");
        for (column, text) in row.iter().enumerate() {
            let _ = write!(rows, "<td{}>{}</td>", class(column), escape(text));
        }
        rows.push_str("</tr>");
    }
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{caption}\"><table>\
         <caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>",
        caption = escape(caption)
    )
}

/// A form that works by itself; the script only saves pressing its button.
fn filters(controls: &[Control]) -> String {
    if controls.is_empty() {
        return String::new();
    }
    let fields: String = controls.iter().map(field).collect();
    format!(
        "<form id=\"filters\" method=\"get\" aria-label=\"Filters\">{fields}\
         <button type=\"submit\">Show</button></form>"
    )
}

fn field(control: &Control) -> String {
    let (name, label) = (escape(&control.name), escape(&control.label));
    let input = match &control.field {
        Field::Date(day) => {
            let day = day.map(|day| day.to_string()).unwrap_or_default();
            format!("<input type=\"date\" name=\"{name}\" value=\"{day}\">")
        }
        Field::OneOf { offered, chosen } => {
            let mut options = String::from("<option value=\"\">All</option>");
            for value in offered {
                let selected = if chosen.as_ref() == Some(value) {
                    " selected"
                } else {
                    ""
                };
                let value = escape(value);
                let _ = write!(
                    options,
                    "<option value=\"{value}\"{selected}>{value}</option>"
                );
            }
            format!("<select name=\"{name}\">{options}</select>")
        }
    };
    format!("<label><span>{label}</span>{input}</label>")
}
