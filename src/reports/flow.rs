//! A picture of steps: one row a step, in order, with those of a branch or a loop indented below
//! it, so that sixty of them are as legible as three.

use super::chart::canvas::{Anchor, Canvas, GRID, INK, MARGIN, Style, WIDTH, color};
use super::fonts::{fit, width};

const ROW: f64 = 58.0;
const BOX: f64 = 44.0;
const INDENT: f64 = 44.0;
/// Deeper steps stand no further to the right: their texts need the room.
const DEEPEST: usize = 8;
const LABEL: f64 = 15.0;
const DETAIL: f64 = 13.0;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    pub title: String,
    /// What starts it.
    pub start: String,
    pub nodes: Vec<Node>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub kind: String,
    pub label: String,
    pub detail: String,
    /// The ways on from here, each with its name.
    pub ways: Vec<(String, Vec<Node>)>,
}

pub(super) fn svg(flow: &Flow) -> String {
    drawn(flow).finish()
}

fn drawn(flow: &Flow) -> Canvas {
    let (mut canvas, top) = Canvas::titled(&flow.title, WIDTH);
    let start = Node {
        kind: "starts".to_owned(),
        label: String::new(),
        detail: flow.start.clone(),
        ways: Vec::new(),
    };
    row(&mut canvas, &start, 0, top);
    let mut y = top + ROW;
    column(&mut canvas, &flow.nodes, 0, &mut y);
    canvas.close(y, None)
}

fn left(depth: usize) -> f64 {
    MARGIN + INDENT * depth.min(DEEPEST) as f64
}

fn column(canvas: &mut Canvas, nodes: &[Node], depth: usize, y: &mut f64) {
    let x = left(depth) + 20.0;
    for node in nodes {
        // From the box above, or from the name of the way.
        canvas.line((x, *y - (ROW - BOX)), (x, *y), INK);
        row(canvas, node, depth, *y);
        let below = *y + BOX;
        *y += ROW;
        for (name, steps) in &node.ways {
            way(canvas, name, left(depth + 1), *y);
            *y += ROW * 0.6;
            column(canvas, steps, depth + 1, y);
        }
        if !node.ways.is_empty() {
            canvas.line((x, below), (x, *y - (ROW - BOX)), GRID);
        }
    }
}

fn way(canvas: &mut Canvas, name: &str, x: f64, y: f64) {
    let style = Style {
        size: DETAIL,
        bold: true,
        ..Style::faint(Anchor::Start)
    };
    let name = fit(name, DETAIL, true, WIDTH - MARGIN - x);
    canvas.text(x, y + 12.0, &name, style);
}

fn row(canvas: &mut Canvas, node: &Node, depth: usize, y: f64) {
    let x = left(depth);
    let wide = WIDTH - MARGIN - x;
    canvas.rect(x, y, wide, BOX, "#f5f6f8");
    canvas.rect(x, y, 6.0, BOX, color(place(&node.kind)));
    let kind = Style {
        size: LABEL,
        bold: true,
        ..Style::label(Anchor::Start)
    };
    let baseline = y + BOX / 2.0 + LABEL * 0.35;
    let mut text_x = x + 18.0;
    canvas.text(text_x, baseline, &node.kind, kind);
    text_x += width(&node.kind, LABEL, true) + 12.0;
    let label = fit(&node.label, LABEL, false, 260.0);
    canvas.text(
        text_x,
        baseline,
        &label,
        Style {
            size: LABEL,
            ..Style::label(Anchor::Start)
        },
    );
    text_x += width(&label, LABEL, false) + 14.0;
    let room = x + wide - 14.0 - text_x;
    if room > 40.0 {
        let detail = fit(&node.detail, DETAIL, false, room);
        canvas.text(
            text_x,
            baseline,
            &detail,
            Style {
                size: DETAIL,
                ..Style::faint(Anchor::Start)
            },
        );
    }
}

/// The same kind has the same colour in every picture.
fn place(kind: &str) -> usize {
    const KINDS: [&str; 13] = [
        "starts", "query", "model", "prompt", "if", "foreach", "wait", "approve", "message",
        "change", "workflow", "note", "set",
    ];
    KINDS
        .iter()
        .position(|known| *known == kind)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(label: &str, ways: Vec<(String, Vec<Node>)>) -> Node {
        Node {
            kind: "query".to_owned(),
            label: label.to_owned(),
            detail: "select name, amount from deals where status = 'open' ".repeat(8),
            ways,
        }
    }

    #[test]
    fn no_text_of_a_deep_picture_leaves_it_or_covers_another() {
        let mut deep = node("innermost_with_a_name_of_forty_letters__", Vec::new());
        for number in 0..12 {
            let ways = vec![
                ("yes".to_owned(), vec![deep.clone()]),
                ("no".to_owned(), vec![node("other", Vec::new())]),
            ];
            deep = node(&format!("step_{number}"), ways);
        }
        let flow = Flow {
            title: "stale-deals".to_owned(),
            start: "every weekday at 9".to_owned(),
            nodes: vec![deep],
        };
        let canvas = drawn(&flow);
        for (text, [from, top, to, bottom]) in &canvas.texts {
            assert!(
                *from >= 0.0 && *to <= WIDTH && *top >= 0.0 && *bottom <= canvas.height,
                "{text}"
            );
        }
        for (at, (text, one)) in canvas.texts.iter().enumerate() {
            for (other_text, other) in &canvas.texts[at + 1..] {
                let apart = one[2] <= other[0]
                    || other[2] <= one[0]
                    || one[3] <= other[1]
                    || other[3] <= one[1];
                assert!(apart, "{text} and {other_text}");
            }
        }
    }
}
