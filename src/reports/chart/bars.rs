//! Bars: upright where their labels have room below them, else lying, one line a label.

use super::super::fonts::{fit, width, wrap};
use super::super::numbers;
use super::Chart;
use super::axes::{Frame, Scale};
use super::canvas::{Anchor, Canvas, LABEL, MARGIN, Style, color};
use super::data::Categories;

const HEIGHT: f64 = 340.0;
/// More values than these are read off the axis.
const MOST_VALUES: usize = 60;
const LABEL_ROOM: f64 = 320.0;

pub fn draw(chart: &Chart, data: &Categories) -> Canvas {
    let (mut canvas, mut top) = Canvas::titled(&chart.title, chart.width);
    if data.series.len() > 1 {
        top = canvas.legend(data.series.iter().map(|series| series.name.as_str()), top);
    }
    let plot = Plot {
        chart,
        data,
        scale: Scale::of(data.values(), &chart.unit, true),
        with_values: data.labels.len() * data.series.len() <= MOST_VALUES,
    };
    let bottom = match plot.lines_below() {
        Some(lines) => plot.upright(&mut canvas, top, &lines),
        None => plot.lying(&mut canvas, top),
    };
    canvas.close(bottom, chart.note.as_deref())
}

/// A third of a narrow chart.
fn label_room(chart: &Chart) -> f64 {
    LABEL_ROOM.min(chart.width / 3.0)
}

struct Plot<'a> {
    chart: &'a Chart,
    data: &'a Categories,
    scale: Scale,
    with_values: bool,
}

impl Plot<'_> {
    fn band(&self) -> f64 {
        let frame = Frame::under(0.0, self.scale.room(), HEIGHT, self.chart.width);
        (frame.right - frame.left) / self.data.labels.len().max(1) as f64
    }

    /// The labels in lines that fit below upright bars, if all of them do.
    fn lines_below(&self) -> Option<Vec<Vec<String>>> {
        let room = self.band() - 10.0;
        let series = self.data.series.len() as f64;
        if self.with_values && room / series < 12.0 {
            return None;
        }
        let lines = |label: &String| {
            let lines = wrap(label, LABEL, false, room, 2);
            (lines.join(" ") == label.split_whitespace().collect::<Vec<_>>().join(" "))
                .then_some(lines)
        };
        let lines: Vec<Vec<String>> = self.data.labels.iter().map(lines).collect::<Option<_>>()?;
        // Dates stand in the same form side by side.
        if self.data.days.is_some() && lines.iter().any(|lines| lines.len() > 1) {
            let halves = |label: &String| label.rsplitn(2, ' ').map(str::to_owned).collect();
            let mut halves: Vec<Vec<String>> = self.data.labels.iter().map(halves).collect();
            halves.iter_mut().for_each(|halves| halves.reverse());
            return Some(halves);
        }
        Some(lines)
    }

    fn value(&self, value: f64) -> String {
        let largest = self
            .data
            .values()
            .fold(0.0_f64, |most, value| most.max(value.abs()));
        numbers::beside(value, largest, &self.chart.unit)
    }

    fn upright(&self, canvas: &mut Canvas, top: f64, labels: &[Vec<String>]) -> f64 {
        let frame = Frame::under(top + 12.0, self.scale.room(), HEIGHT, self.chart.width);
        let scale = self.scale.clone().between(frame.bottom, frame.top);
        scale.draw_up(canvas, frame.left, frame.right);
        let band = self.band();
        let thick = (band * 0.72 / self.data.series.len() as f64).min(90.0);
        let shown = self.all_fit(
            thick
                + if self.data.series.len() > 1 {
                    0.0
                } else {
                    band * 0.25
                },
        );
        for (place, lines) in labels.iter().enumerate() {
            let middle = frame.left + (place as f64 + 0.5) * band;
            let begin = middle - thick * self.data.series.len() as f64 / 2.0;
            for (at, series) in self.data.series.iter().enumerate() {
                let Some(value) = series.values.get(place).copied().flatten() else {
                    continue;
                };
                let (zero, end) = (scale.place(0.0), scale.place(value));
                let x = begin + at as f64 * thick;
                canvas.rect(
                    x + 1.0,
                    zero.min(end),
                    (thick - 2.0).max(1.0),
                    (zero - end).abs(),
                    color(at),
                );
                if shown {
                    let y = if value < 0.0 {
                        end + LABEL + 2.0
                    } else {
                        end - 6.0
                    };
                    let style = Style {
                        size: 13.0,
                        ..Style::label(Anchor::Middle)
                    };
                    canvas.text(x + thick / 2.0, y, &self.value(value), style);
                }
            }
            // Below the plot, and below the value of a bar that hangs down to its edge.
            for (line, text) in lines.iter().enumerate() {
                let y = frame.bottom + 38.0 + line as f64 * 18.0;
                canvas.text(middle, y, text, Style::label(Anchor::Middle));
            }
        }
        let lines = labels.iter().map(Vec::len).max().unwrap_or_default();
        frame.bottom + 26.0 + lines as f64 * 18.0
    }

    /// Whether every value has room above its bar.
    fn all_fit(&self, room: f64) -> bool {
        let fits = |value: f64| width(&self.value(value), 13.0, false) <= room;
        self.with_values && self.data.values().all(fits)
    }

    fn lying(&self, canvas: &mut Canvas, top: f64) -> f64 {
        let labels = self
            .data
            .labels
            .iter()
            .map(|label| width(label, LABEL, false));
        let most = label_room(self.chart);
        let room = labels.fold(0.0, f64::max).min(most);
        let values = self
            .data
            .values()
            .map(|value| width(&self.value(value), 13.0, false));
        let value_room = if self.with_values {
            values.fold(0.0, f64::max) + 10.0
        } else {
            0.0
        };
        let below_zero = self.data.values().any(|value| value < 0.0);
        let left = MARGIN + room + 12.0 + if below_zero { value_room } else { 0.0 };
        let scale = self
            .scale
            .clone()
            .between(left, self.chart.width - MARGIN - value_room);
        let many = self.data.series.len() as f64;
        let thick = if many > 1.0 {
            (30.0 / many).max(13.0)
        } else {
            20.0
        };
        let band = thick * many + 10.0;
        let bottom = top + 6.0 + band * self.data.labels.len() as f64;
        scale.draw_along(canvas, top, bottom);
        for (place, label) in self.data.labels.iter().enumerate() {
            let begin = top + 8.0 + place as f64 * band;
            let middle = begin + thick * many / 2.0;
            let label = fit(label, LABEL, false, most);
            canvas.text(
                MARGIN + room,
                middle + LABEL * 0.35,
                &label,
                Style::label(Anchor::End),
            );
            for (at, series) in self.data.series.iter().enumerate() {
                let Some(value) = series.values.get(place).copied().flatten() else {
                    continue;
                };
                let (zero, end) = (scale.place(0.0), scale.place(value));
                let y = begin + at as f64 * thick;
                canvas.rect(
                    zero.min(end),
                    y + 1.0,
                    (zero - end).abs().max(1.0),
                    thick - 2.0,
                    color(at),
                );
                if self.with_values {
                    let (x, anchor) = if value < 0.0 {
                        (end - 6.0, Anchor::End)
                    } else {
                        (end + 6.0, Anchor::Start)
                    };
                    let style = Style {
                        size: 13.0,
                        ..Style::label(anchor)
                    };
                    canvas.text(x, y + thick / 2.0 + 4.5, &self.value(value), style);
                }
            }
        }
        bottom + 24.0
    }
}
