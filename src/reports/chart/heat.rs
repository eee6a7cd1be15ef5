//! A grid of cells that are the darker the higher their value; two colours where values lie on
//! both sides of zero.

use super::super::fonts::{fit, width, wrap};
use super::super::numbers;
use super::Chart;
use super::canvas::{Anchor, Canvas, INK, LABEL, MARGIN, Style};
use super::data::Grid;

const CELL: f64 = 34.0;
const LABEL_ROOM: f64 = 240.0;
const FIGURE: f64 = 12.0;
const WARM: (f64, f64, f64) = (196.0, 72.0, 52.0);
const COOL: (f64, f64, f64) = (37.0, 84.0, 176.0);

pub fn draw(chart: &Chart, grid: &Grid) -> Canvas {
    let (mut canvas, top) = Canvas::titled(&chart.title, chart.width);
    let names = grid.rows.iter().map(|(name, _)| width(name, LABEL, false));
    let most_room = LABEL_ROOM.min(chart.width / 4.0);
    let room = names.fold(0.0, f64::max).min(most_room);
    let left = MARGIN + room + 12.0;
    let wide = ((chart.width - MARGIN - left) / grid.columns.len().max(1) as f64).min(140.0);
    let heads: Vec<Vec<String>> = grid
        .columns
        .iter()
        .map(|name| wrap(name, FIGURE, false, wide - 4.0, 2))
        .collect();
    let head_lines = heads.iter().map(Vec::len).max().unwrap_or_default() as f64;
    let mut y = top + head_lines * 16.0 + 4.0;
    for (column, lines) in heads.iter().enumerate() {
        for (line, text) in lines.iter().enumerate() {
            let style = Style {
                size: FIGURE,
                ..Style::faint(Anchor::Middle)
            };
            let x = left + (column as f64 + 0.5) * wide;
            canvas.text(x, top + 10.0 + line as f64 * 16.0, text, style);
        }
    }
    let most = grid
        .values()
        .fold(0.0_f64, |most, value| most.max(value.abs()));
    for (name, cells) in &grid.rows {
        let name = fit(name, LABEL, false, most_room);
        canvas.text(
            left - 12.0,
            y + CELL / 2.0 + 5.0,
            &name,
            Style::label(Anchor::End),
        );
        for (column, value) in cells.iter().enumerate() {
            cell(
                &mut canvas,
                (left + column as f64 * wide, y),
                wide,
                *value,
                most,
                &chart.unit,
            );
        }
        y += CELL;
    }
    canvas.close(y + 4.0, chart.note.as_deref())
}

fn cell(
    canvas: &mut Canvas,
    (x, y): (f64, f64),
    wide: f64,
    value: Option<f64>,
    most: f64,
    unit: &str,
) {
    let Some(value) = value else {
        canvas.rect(
            x + 1.0,
            y + 1.0,
            (wide - 2.0).max(1.0),
            CELL - 2.0,
            "#f5f6f8",
        );
        return;
    };
    let share = if most > 0.0 { value.abs() / most } else { 0.0 };
    let deep = if value < 0.0 { WARM } else { COOL };
    let mix = |to: f64| (245.0 + (to - 245.0) * (0.06 + 0.94 * share)).round();
    let fill = format!("rgb({},{},{})", mix(deep.0), mix(deep.1), mix(deep.2));
    canvas.rect(x + 1.0, y + 1.0, (wide - 2.0).max(1.0), CELL - 2.0, &fill);
    let forms = [
        numbers::exact(value, unit),
        numbers::short(value, unit, 1),
        numbers::short(value, "", 0),
    ];
    let fits = |text: &&String| width(text, FIGURE, false) <= wide - 6.0;
    if let Some(text) = forms.iter().find(fits) {
        let color = if share > 0.55 { "#ffffff" } else { INK };
        let style = Style {
            size: FIGURE,
            bold: false,
            color,
            anchor: Anchor::Middle,
        };
        canvas.text(x + wide / 2.0, y + CELL / 2.0 + 4.5, text, style);
    }
}
