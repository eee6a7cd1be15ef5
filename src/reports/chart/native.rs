//! Slack's own chart block, for what it can show as well as a picture: few points, no gaps, and
//! figures that are read without a unit.

use super::data::{Categories, Data};
use super::{Chart, Kind};
use serde_json::{Value, json};
use std::collections::HashSet;

const MOST_POINTS: usize = 20;
const MOST_SERIES: usize = 12;
const LONGEST_TITLE: usize = 50;
/// Longer labels are cut by Slack, or make its axis unreadable.
const LONGEST_LABEL: usize = 24;

/// The `data_visualization` block; none where a picture says more.
pub fn block(chart: &Chart) -> Option<Value> {
    let Data::Categories(data) = &chart.data else {
        return None;
    };
    if chart.is_empty() || chart.note.is_some() || !fits(data, &chart.title) {
        return None;
    }
    let body = match chart.kind {
        Kind::Pie => pie(data)?,
        Kind::Bar => axes("bar", chart, data)?,
        Kind::Line => axes("line", chart, data)?,
        Kind::Area => axes("area", chart, data)?,
        _ => return None,
    };
    Some(json!({"type": "data_visualization", "title": chart.title, "chart": body}))
}

fn fits(data: &Categories, title: &str) -> bool {
    let is_short = |text: &String| (1..=LONGEST_LABEL).contains(&text.chars().count());
    let names: HashSet<&str> = data
        .series
        .iter()
        .map(|series| series.name.as_str())
        .collect();
    let labels: HashSet<&str> = data.labels.iter().map(String::as_str).collect();
    (1..=LONGEST_TITLE).contains(&title.chars().count())
        && (1..=MOST_POINTS).contains(&data.labels.len())
        && (1..=MOST_SERIES).contains(&data.series.len())
        && names.len() == data.series.len()
        && labels.len() == data.labels.len()
        && data.labels.iter().all(is_short)
        && data.series.iter().all(|series| is_short(&series.name))
}

fn pie(data: &Categories) -> Option<Value> {
    let series = data.series.first()?;
    let segments: Option<Vec<Value>> = data
        .labels
        .iter()
        .zip(&series.values)
        .map(|(label, value)| {
            Some(json!({"label": label, "value": (*value).filter(|v| *v > 0.0)?}))
        })
        .collect();
    let segments = segments.filter(|segments| segments.len() <= MOST_SERIES)?;
    Some(json!({"type": "pie", "segments": segments}))
}

/// Every series needs a figure for every category.
fn axes(kind: &str, chart: &Chart, data: &Categories) -> Option<Value> {
    let series = data.series.iter().map(|series| {
        let points = data.labels.iter().zip(&series.values);
        let points: Option<Vec<Value>> = points
            .map(|(label, value)| Some(json!({"label": label, "value": (*value)?})))
            .collect();
        Some(json!({"name": series.name, "data": points?}))
    });
    let series = series.collect::<Option<Vec<Value>>>()?;
    let mut config = json!({"categories": data.labels});
    if !data.about.is_empty() {
        config["x_label"] = json!(data.about);
    }
    if !chart.unit.is_empty() {
        config["y_label"] = json!(chart.unit);
    }
    Some(json!({"type": kind, "series": series, "axis_config": config}))
}
