//! A chart in words: for those who cannot see it, and for the model that asked for it.

use super::super::numbers::exact;
use super::data::Data;
use super::{Chart, Kind};

const MOST_SPOKEN: usize = 24;
/// Slack's bound for the alternative text of an image.
const LONGEST: usize = 1_000;

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Bar => "Bar chart",
        Kind::Line => "Line chart",
        Kind::Area => "Area chart",
        Kind::Pie => "Pie chart",
        Kind::Scatter => "Scatter plot",
        Kind::Funnel => "Funnel",
        Kind::HeatMap => "Heat map",
        Kind::Table => "Table",
    }
}

/// What somebody is told who cannot see the picture.
pub fn alt_text(chart: &Chart) -> String {
    let text = format!(
        "{} “{}”. {}",
        kind_name(chart.kind),
        chart.title,
        summary(chart)
    );
    let mut letters = text.chars();
    let short: String = letters.by_ref().take(LONGEST - 1).collect();
    if letters.next().is_some() {
        format!("{short}…")
    } else {
        short
    }
}

/// The figures, as far as they can be told in a few lines.
pub fn summary(chart: &Chart) -> String {
    match &chart.data {
        data if data.is_empty() => "There are no figures.".to_owned(),
        Data::Categories(data) => {
            let lines = data.series.iter().map(|series| {
                let figures = data.labels.iter().zip(&series.values);
                let told = figures.take(MOST_SPOKEN).map(|(label, value)| match value {
                    Some(value) => format!("{label} {}", exact(*value, &chart.unit)),
                    None => format!("{label} nothing"),
                });
                let told = told.collect::<Vec<_>>().join(", ");
                let more = data.labels.len().saturating_sub(MOST_SPOKEN);
                let more = if more > 0 {
                    format!(" and {more} more")
                } else {
                    String::new()
                };
                format!("{}: {told}{more}.", series.name)
            });
            lines.collect::<Vec<_>>().join(" ")
        }
        Data::Points(points) => format!(
            "{} points of {} over {}.",
            points.points.len(),
            points.y_name,
            points.x_name
        ),
        Data::Grid(grid) => {
            format!(
                "{} rows by {} columns.",
                grid.rows.len(),
                grid.columns.len()
            )
        }
    }
}
