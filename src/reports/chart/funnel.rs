//! A funnel: a centred bar a step, with how many of the step before are left.

use super::super::fonts::{fit, width};
use super::super::numbers;
use super::Chart;
use super::canvas::{Anchor, Canvas, FAINT, LABEL, MARGIN, Style, color};
use super::data::Categories;

const STEP: f64 = 46.0;
const LABEL_ROOM: f64 = 260.0;
/// On a telephone whole sentences beside the bars would leave no room for them.
const NARROW: f64 = 480.0;

pub fn draw(chart: &Chart, data: &Categories) -> Canvas {
    let (mut canvas, top) = Canvas::titled(&chart.title, chart.width);
    let values: Vec<f64> = data.series.first().map_or_else(Vec::new, |series| {
        series
            .values
            .iter()
            .map(|value| value.unwrap_or_default())
            .collect()
    });
    let widest = values
        .iter()
        .copied()
        .fold(0.0, f64::max)
        .max(f64::MIN_POSITIVE);
    let labels = data.labels.iter().map(|label| width(label, LABEL, false));
    let most = LABEL_ROOM.min(chart.width / 3.5);
    let label_room = labels.fold(0.0, f64::max).min(most);
    let figures = figures(&values, &chart.unit, chart.width < NARROW);
    let figure_room = figures
        .iter()
        .map(|text| width(text, LABEL, false))
        .fold(0.0, f64::max);
    let (left, right) = (
        MARGIN + label_room + 20.0,
        chart.width - MARGIN - figure_room.min(300.0) - 20.0,
    );
    let middle = (left + right) / 2.0;
    let wide = |value: f64| ((right - left) * value / widest).max(2.0);
    let mut y = top;
    for (place, (value, label)) in values.iter().zip(&data.labels).enumerate() {
        let high = STEP - 8.0;
        canvas.rect(middle - wide(*value) / 2.0, y, wide(*value), high, color(0));
        if let Some(next) = values.get(place + 1) {
            let (upper, lower, end) = (wide(*value) / 2.0, wide(*next) / 2.0, y + STEP);
            let between = format!(
                "M{:.2} {:.2}L{:.2} {:.2}L{:.2} {end:.2}L{:.2} {end:.2}Z",
                middle - upper,
                y + high,
                middle + upper,
                y + high,
                middle + lower,
                middle - lower
            );
            canvas.shape(&between, color(0), 0.25);
        }
        let line = y + high / 2.0 + LABEL * 0.35;
        let label = fit(label, LABEL, false, most);
        canvas.text(left - 20.0, line, &label, Style::label(Anchor::End));
        let style = Style {
            color: if place == 0 {
                super::canvas::INK
            } else {
                FAINT
            },
            ..Style::label(Anchor::Start)
        };
        canvas.text(right + 20.0, line, &figures[place], style);
        y += STEP;
    }
    canvas.close(y, chart.note.as_deref())
}

/// `1,200`, and from the second step on `480 · 40% of before`; where it is narrow, `480 · 40%`.
fn figures(values: &[f64], unit: &str, is_narrow: bool) -> Vec<String> {
    let of_what = if is_narrow { "" } else { " of before" };
    let before = std::iter::once(None).chain(values.iter().copied().map(Some));
    values
        .iter()
        .zip(before)
        .map(|(value, before)| {
            let figure = if value.abs() < 1e7 && !is_narrow {
                numbers::exact(*value, unit)
            } else {
                numbers::short(*value, unit, 1)
            };
            match before.filter(|before| *before > 0.0) {
                Some(before) => format!("{figure} · {:.0}%{of_what}", value / before * 100.0),
                None => figure,
            }
        })
        .collect()
}
