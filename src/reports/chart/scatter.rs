//! Points of two measures. Names stand beside them where they hide nothing.

use super::super::fonts::{fit, width};
use super::Chart;
use super::axes::{Frame, Scale};
use super::canvas::{Anchor, Canvas, FAINT, MARGIN, Style, color};
use super::data::Points;

const HEIGHT: f64 = 400.0;
const NAME: f64 = 12.0;

pub fn draw(chart: &Chart, data: &Points) -> Canvas {
    let (mut canvas, top) = Canvas::titled(&chart.title, chart.width);
    let style = Style {
        size: 13.0,
        ..Style::faint(Anchor::Start)
    };
    canvas.text(MARGIN, top + 6.0, &format!("↑ {}", data.y_name), style);
    let up = Scale::of(data.points.iter().map(|point| point.y), &chart.unit, false);
    let along = Scale::of(data.points.iter().map(|point| point.x), "", false);
    let frame = Frame::under(top + 14.0, up.room(), HEIGHT, chart.width);
    let up = up.between(frame.bottom, frame.top);
    let along = along.between(frame.left, frame.right);
    up.draw_up(&mut canvas, frame.left, frame.right);
    along.draw_along(&mut canvas, frame.top, frame.bottom);
    let mut taken: Vec<[f64; 4]> = Vec::new();
    for point in &data.points {
        let (x, y) = (along.place(point.x), up.place(point.y));
        canvas.circle(x, y, 5.0, color(0), 0.7);
        taken.push([x - 5.0, y - 5.0, x + 5.0, y + 5.0]);
    }
    for point in &data.points {
        let (x, y) = (along.place(point.x), up.place(point.y));
        let name = fit(&point.label, NAME, false, 160.0);
        let wide = width(&name, NAME, false);
        let is_right = x + 10.0 + wide < chart.width - MARGIN;
        let left = if is_right { x + 9.0 } else { x - 9.0 - wide };
        let place = [left, y - 7.0, left + wide, y + 7.0];
        if name.is_empty() || left < frame.left || taken.iter().any(|other| overlap(&place, other))
        {
            continue;
        }
        let style = Style {
            size: NAME,
            bold: false,
            color: FAINT,
            anchor: Anchor::Start,
        };
        canvas.text(left, y + 4.0, &name, style);
        taken.push(place);
    }
    let style = Style {
        size: 13.0,
        ..Style::faint(Anchor::End)
    };
    canvas.text(
        frame.right,
        frame.bottom + 42.0,
        &format!("{} →", data.x_name),
        style,
    );
    canvas.close(frame.bottom + 46.0, chart.note.as_deref())
}

fn overlap(a: &[f64; 4], b: &[f64; 4]) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}
