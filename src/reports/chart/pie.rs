//! A pie with its legend beside it: names, values and shares, in the order of the slices.

use super::super::fonts::{fit, width};
use super::super::numbers;
use super::Chart;
use super::canvas::{Anchor, Canvas, LABEL, MARGIN, Style, color};
use super::data::Categories;
use std::f64::consts::{PI, TAU};

const RADIUS: f64 = 150.0;
const LINE: f64 = 28.0;
const NARROW: f64 = 720.0;

pub fn draw(chart: &Chart, data: &Categories) -> Canvas {
    let (mut canvas, top) = Canvas::titled(&chart.title, chart.width);
    let values: Vec<f64> = data.series.first().map_or_else(Vec::new, |series| {
        series
            .values
            .iter()
            .map(|value| value.unwrap_or_default())
            .collect()
    });
    let total: f64 = values.iter().sum();
    let legend = LINE * values.len() as f64;
    // On a narrow canvas what the colours mean stands below.
    let is_narrow = chart.width < NARROW;
    let high = if is_narrow {
        2.0 * RADIUS + 30.0 + legend
    } else {
        (2.0 * RADIUS).max(legend) + 20.0
    };
    let center = if is_narrow {
        (chart.width / 2.0, top + RADIUS)
    } else {
        (MARGIN + RADIUS + 10.0, top + high / 2.0)
    };
    let mut angle = -PI / 2.0;
    for (place, value) in values.iter().enumerate() {
        let sweep = if total > 0.0 {
            value / total * TAU
        } else {
            0.0
        };
        slice(&mut canvas, center, angle, sweep, color(place));
        angle += sweep;
    }
    if total <= 0.0 {
        canvas.circle(center.0, center.1, RADIUS, "#e4e7ec", 1.0);
    }
    let (left, mut y) = if is_narrow {
        (MARGIN, center.1 + RADIUS + 30.0 + LINE / 2.0)
    } else {
        let y = center.1 - legend / 2.0 + LINE / 2.0;
        (center.0 + RADIUS + 50.0, y)
    };
    for (place, (label, value)) in data.labels.iter().zip(&values).enumerate() {
        let share = if total > 0.0 {
            value / total * 100.0
        } else {
            0.0
        };
        let figures = format!("{} · {share:.1}%", numbers::exact(*value, &chart.unit));
        let room = chart.width - MARGIN - left - 44.0 - width(&figures, LABEL, true);
        canvas.rect(left, y - 7.0, 14.0, 14.0, color(place));
        let label = fit(label, LABEL, false, room);
        canvas.text(left + 24.0, y + 5.0, &label, Style::label(Anchor::Start));
        let style = Style {
            bold: true,
            ..Style::label(Anchor::End)
        };
        canvas.text(chart.width - MARGIN, y + 5.0, &figures, style);
        y += LINE;
    }
    canvas.close(top + high, chart.note.as_deref())
}

fn slice(canvas: &mut Canvas, (x, y): (f64, f64), from: f64, sweep: f64, fill: &str) {
    if sweep <= 0.0 {
        return;
    }
    // An arc that ends where it begins draws nothing.
    if sweep > TAU - 1e-6 {
        canvas.circle(x, y, RADIUS, fill, 1.0);
        return;
    }
    let at = |angle: f64| (x + RADIUS * angle.cos(), y + RADIUS * angle.sin());
    let (begin, end) = (at(from), at(from + sweep));
    let large = u8::from(sweep > PI);
    let path = format!(
        "M{x:.2} {y:.2}L{:.3} {:.3}A{RADIUS} {RADIUS} 0 {large} 1 {:.3} {:.3}Z",
        begin.0, begin.1, end.0, end.1
    );
    canvas.shape(&path, fill, 1.0);
    if sweep > 0.02 {
        let edge = format!("M{x:.2} {y:.2}L{:.3} {:.3}", end.0, end.1);
        canvas.stroke(&edge, "#ffffff");
    }
}
