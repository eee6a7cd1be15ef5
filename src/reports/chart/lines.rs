//! Lines and areas over time or over categories. A gap in the data is a gap in the line.

use super::axes::{Frame, Scale, labels_along};
use super::canvas::{Canvas, color};
use super::data::Categories;
use super::{Chart, Kind};
use std::fmt::Write;

const HEIGHT: f64 = 360.0;
/// With fewer points each is marked.
const MARKED: usize = 40;

pub fn draw(chart: &Chart, data: &Categories) -> Canvas {
    let (mut canvas, mut top) = Canvas::titled(&chart.title, chart.width);
    if data.series.len() > 1 {
        top = canvas.legend(data.series.iter().map(|series| series.name.as_str()), top);
    }
    let is_area = chart.kind == Kind::Area;
    let heights = heights(data, is_area && !chart.data.has_negatives());
    let values = heights.iter().flatten().copied().flatten();
    let scale = Scale::of(values, &chart.unit, is_area || near_zero(data));
    let frame = Frame::under(top, scale.room(), HEIGHT, chart.width);
    let scale = scale.between(frame.bottom, frame.top);
    scale.draw_up(&mut canvas, frame.left, frame.right);
    let places = places(data, &frame);
    // The uppermost of stacked areas is drawn first, and the next in front of it.
    for (at, series) in heights.iter().enumerate().rev() {
        for run in runs(series) {
            let points: Vec<(f64, f64)> = run
                .map(|(place, value)| (places[place], scale.place(value)))
                .collect();
            draw_run(&mut canvas, &points, at, is_area.then(|| scale.place(0.0)));
            if points.len() == 1 || data.labels.len() <= MARKED {
                for (x, y) in points {
                    canvas.circle(x, y, 4.0, color(at), 1.0);
                }
            }
        }
    }
    let labels: Vec<(f64, &str)> = places
        .iter()
        .copied()
        .zip(data.labels.iter().map(String::as_str))
        .collect();
    labels_along(&mut canvas, &labels, frame.bottom + 24.0);
    canvas.close(frame.bottom + 30.0, chart.note.as_deref())
}

/// A line that stays far from zero need not show it; one that comes near it should.
fn near_zero(data: &Categories) -> bool {
    let (low, high) = data
        .values()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
    low <= 0.0 || low < (high - low) * 1.5
}

/// What is drawn of each series: its values, or the sums up to it.
fn heights(data: &Categories, stacked: bool) -> Vec<Vec<Option<f64>>> {
    let mut below = vec![0.0; data.labels.len()];
    let height = |series: &super::data::Series| {
        if !stacked {
            return series.values.clone();
        }
        for (sum, value) in below.iter_mut().zip(&series.values) {
            *sum += value.unwrap_or_default();
        }
        below.iter().copied().map(Some).collect()
    };
    data.series.iter().map(height).collect()
}

/// Where each label lies from left to right: by its date where it has one.
fn places(data: &Categories, frame: &Frame) -> Vec<f64> {
    let wide = frame.right - frame.left;
    let inset = (wide / data.labels.len().max(1) as f64 / 2.0).min(30.0);
    let (left, wide) = (frame.left + inset, wide - 2.0 * inset);
    let span = |from: f64, to: f64, at: f64| {
        let share = if to > from {
            (at - from) / (to - from)
        } else {
            0.5
        };
        left + share * wide
    };
    match data.days.as_deref() {
        Some(days) if days.is_sorted() => {
            let first = days.first().copied().unwrap_or_default() as f64;
            let last = days.last().copied().unwrap_or_default() as f64;
            days.iter()
                .map(|day| span(first, last, *day as f64))
                .collect()
        }
        _ => {
            let last = data.labels.len().saturating_sub(1) as f64;
            (0..data.labels.len())
                .map(|place| span(0.0, last, place as f64))
                .collect()
        }
    }
}

/// The stretches without a gap, each value with its place.
fn runs(values: &[Option<f64>]) -> impl Iterator<Item = impl Iterator<Item = (usize, f64)>> {
    let numbered: Vec<(usize, Option<f64>)> = values.iter().copied().enumerate().collect();
    let split: Vec<Vec<(usize, f64)>> = numbered
        .split(|(_, value)| value.is_none())
        .map(|run| {
            run.iter()
                .filter_map(|(place, value)| Some((*place, (*value)?)))
                .collect()
        })
        .collect();
    split
        .into_iter()
        .filter(|run| !run.is_empty())
        .map(Vec::into_iter)
}

fn draw_run(canvas: &mut Canvas, points: &[(f64, f64)], at: usize, base: Option<f64>) {
    let mut path = String::new();
    for (place, (x, y)) in points.iter().enumerate() {
        let letter = if place == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{letter}{x:.2} {y:.2}");
    }
    if let (Some(base), [first, .., last]) = (base, points) {
        let area = format!("{path}L{:.2} {base:.2}L{:.2} {base:.2}Z", last.0, first.0);
        // White below, so that the areas behind do not shine through.
        canvas.shape(&area, "#ffffff", 1.0);
        canvas.shape(&area, color(at), 0.35);
    }
    canvas.stroke(&path, color(at));
}
