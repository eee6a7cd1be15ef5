//! A scale of values and the lines and labels that go with it.

use super::super::fonts::width;
use super::super::numbers;
use super::canvas::{Anchor, Canvas, GRID, LABEL, MARGIN, Style};

/// Maps values to places between two edges of a canvas.
#[derive(Debug, Clone)]
pub struct Scale {
    pub ticks: Vec<f64>,
    labels: Vec<String>,
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// A scale that holds all values, and zero where bars or areas begin there.
    pub fn of(values: impl Iterator<Item = f64>, unit: &str, with_zero: bool) -> Self {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let (low, high) = if low > high { (0.0, 1.0) } else { (low, high) };
        let (low, high) = if with_zero {
            (low.min(0.0), high.max(0.0))
        } else {
            (low, high)
        };
        let ticks = numbers::ticks(low, high, 5);
        let labels = numbers::of_ticks(&ticks, unit);
        let (low, high) = match ticks.as_slice() {
            [first, .., last] => (*first, *last),
            _ => (low, high),
        };
        Self {
            ticks,
            labels,
            low,
            high,
            from: 0.0,
            to: 1.0,
        }
    }

    pub fn between(mut self, from: f64, to: f64) -> Self {
        (self.from, self.to) = (from, to);
        self
    }

    pub fn place(&self, value: f64) -> f64 {
        let span = self.high - self.low;
        let share = if span > 0.0 {
            (value - self.low) / span
        } else {
            0.5
        };
        self.from + share.clamp(0.0, 1.0) * (self.to - self.from)
    }

    /// How wide its widest label is.
    pub fn room(&self) -> f64 {
        self.labels
            .iter()
            .map(|label| width(label, LABEL, false))
            .fold(0.0, f64::max)
    }

    /// Horizontal lines with their values to the left.
    pub fn draw_up(&self, canvas: &mut Canvas, left: f64, right: f64) {
        for (tick, label) in self.ticks.iter().zip(&self.labels) {
            let y = self.place(*tick);
            let color = if *tick == 0.0 { "#98a2b3" } else { GRID };
            canvas.line((left, y), (right, y), color);
            canvas.text(
                left - 10.0,
                y + LABEL * 0.35,
                label,
                Style::faint(Anchor::End),
            );
        }
    }

    /// Vertical lines with their values below, as many as stand side by side.
    pub fn draw_along(&self, canvas: &mut Canvas, top: f64, bottom: f64) {
        let gap = (self.to - self.from).abs() / (self.ticks.len().max(2) - 1) as f64;
        let every = ((self.room() + 16.0) / gap.max(1.0)).ceil().max(1.0) as usize;
        for (place, (tick, label)) in self.ticks.iter().zip(&self.labels).enumerate() {
            let x = self.place(*tick);
            let color = if *tick == 0.0 { "#98a2b3" } else { GRID };
            canvas.line((x, top), (x, bottom), color);
            if place % every == 0 {
                canvas.text(x, bottom + 20.0, label, Style::faint(Anchor::Middle));
            }
        }
    }
}

/// Labels under an axis: every one, or every second, third … of them, as many as fit.
pub fn labels_along(canvas: &mut Canvas, labels: &[(f64, &str)], y: f64) {
    let begin_and_end = |(x, label): &(f64, &str)| {
        let wide = width(label, LABEL, false);
        // The canvas moves a label in that would stand over its edge.
        let begin = (x - wide / 2.0).clamp(4.0, (canvas.width - 4.0 - wide).max(4.0));
        (begin, begin + wide)
    };
    let fits = |every: &usize| {
        let shown: Vec<(f64, f64)> = labels.iter().step_by(*every).map(begin_and_end).collect();
        shown.windows(2).all(|pair| pair[0].1 + 14.0 <= pair[1].0)
    };
    let every = (1..=labels.len().max(1)).find(fits).unwrap_or(1);
    for (x, label) in labels.iter().step_by(every) {
        canvas.text(*x, y, label, Style::faint(Anchor::Middle));
    }
}

/// The frame of a chart with values upwards: where its plot lies.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
}

impl Frame {
    pub fn under(top: f64, room_for_values: f64, height: f64, width: f64) -> Self {
        let top = top + 10.0;
        Self {
            left: MARGIN + room_for_values + 10.0,
            right: width - MARGIN,
            top,
            bottom: top + height,
        }
    }
}
