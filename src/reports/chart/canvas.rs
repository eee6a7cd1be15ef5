//! An SVG that is written shape by shape. It knows how wide its texts are and remembers where
//! they stand, so that a chart can leave them room and tests can check that none is cut.

use super::super::fonts::{FAMILY, fit, width, wrap};
use std::fmt::Write;

/// Of a chart that stands by itself.
pub const WIDTH: f64 = 960.0;
/// Between the edge and everything.
pub const MARGIN: f64 = 28.0;
pub const INK: &str = "#1d2433";
pub const FAINT: &str = "#667085";
pub const GRID: &str = "#e4e7ec";
const TITLE: f64 = 24.0;
pub const LABEL: f64 = 14.0;

/// Told apart also by those who do not see red and green apart.
const COLORS: [&str; 12] = [
    "#3b6fd4", "#e8833a", "#2a9d8f", "#b5539c", "#e3b505", "#6b4fbb", "#d1495b", "#4ba3d3",
    "#7a9e3f", "#8d6e63", "#f28ca2", "#7f8c9d",
];

pub fn color(place: usize) -> &'static str {
    COLORS[place % COLORS.len()]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub size: f64,
    pub bold: bool,
    pub color: &'static str,
    pub anchor: Anchor,
}

impl Style {
    pub const fn label(anchor: Anchor) -> Self {
        Self {
            size: LABEL,
            bold: false,
            color: INK,
            anchor,
        }
    }

    pub const fn faint(anchor: Anchor) -> Self {
        Self {
            size: LABEL,
            bold: false,
            color: FAINT,
            anchor,
        }
    }
}

#[derive(Debug)]
pub struct Canvas {
    pub width: f64,
    pub height: f64,
    shapes: String,
    /// Where each text stands: left, top, right, bottom.
    pub texts: Vec<(String, [f64; 4])>,
}

impl Canvas {
    /// A canvas with its title, and where the room below it begins.
    pub fn titled(title: &str, width: f64) -> (Self, f64) {
        let mut canvas = Self {
            width,
            height: 0.0,
            shapes: String::new(),
            texts: Vec::new(),
        };
        let style = Style {
            size: TITLE,
            bold: true,
            color: INK,
            anchor: Anchor::Start,
        };
        let mut y = MARGIN;
        for line in wrap(title, TITLE, true, width - 2.0 * MARGIN, 2) {
            canvas.text(MARGIN, y + TITLE * 0.85, &line, style);
            y += TITLE * 1.3;
        }
        (canvas, y + 8.0)
    }

    /// A text whose baseline is at `y`. It may be no wider than the canvas.
    pub fn text(&mut self, x: f64, y: f64, text: &str, style: Style) {
        let text = fit(text, style.size, style.bold, self.width - 8.0);
        if text.is_empty() {
            return;
        }
        let wide = width(&text, style.size, style.bold);
        let (anchor, left) = match style.anchor {
            Anchor::Start => ("start", x),
            Anchor::Middle => ("middle", x - wide / 2.0),
            Anchor::End => ("end", x - wide),
        };
        // A text that would leave the canvas at a side is moved in.
        let moved = left.clamp(4.0, (self.width - 4.0 - wide).max(4.0));
        let x = x + moved - left;
        let weight = if style.bold { "700" } else { "400" };
        let _ = write!(
            self.shapes,
            r#"<text x="{x:.2}" y="{y:.2}" font-family="{FAMILY}" font-size="{}" font-weight="{weight}" fill="{}" text-anchor="{anchor}">{}</text>"#,
            style.size,
            style.color,
            escaped(&text),
        );
        let place = [
            moved,
            y - style.size * 0.85,
            moved + wide,
            y + style.size * 0.25,
        ];
        self.texts.push((text, place));
    }

    pub fn rect(&mut self, x: f64, y: f64, wide: f64, high: f64, fill: &str) {
        let radius = 2.0_f64.min(wide / 2.0).min(high / 2.0);
        let _ = write!(
            self.shapes,
            r#"<rect x="{x:.2}" y="{y:.2}" width="{wide:.2}" height="{high:.2}" rx="{radius:.2}" fill="{fill}"/>"#,
        );
    }

    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), color: &str) {
        let _ = write!(
            self.shapes,
            r#"<line x1="{:.2}" y1="{:.2}" x2="{:.2}" y2="{:.2}" stroke="{color}" stroke-width="1"/>"#,
            from.0, from.1, to.0, to.1,
        );
    }

    pub fn circle(&mut self, x: f64, y: f64, radius: f64, fill: &str, opacity: f64) {
        let _ = write!(
            self.shapes,
            r#"<circle cx="{x:.2}" cy="{y:.2}" r="{radius:.2}" fill="{fill}" fill-opacity="{opacity}"/>"#,
        );
    }

    /// A path of our own making, filled.
    pub fn shape(&mut self, path: &str, fill: &str, opacity: f64) {
        let _ = write!(
            self.shapes,
            r#"<path d="{path}" fill="{fill}" fill-opacity="{opacity}"/>"#
        );
    }

    /// A path of our own making, drawn as a line.
    pub fn stroke(&mut self, path: &str, color: &str) {
        let _ = write!(
            self.shapes,
            r#"<path d="{path}" fill="none" stroke="{color}" stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round"/>"#,
        );
    }

    /// What the colours mean, in as many lines as it takes; returns where the room below begins.
    pub fn legend<'a>(&mut self, names: impl Iterator<Item = &'a str>, top: f64) -> f64 {
        const SWATCH: f64 = 12.0;
        let (mut x, mut y) = (MARGIN, top);
        for (place, name) in names.enumerate() {
            let name = fit(name, LABEL, false, 280.0);
            let wide = SWATCH + 6.0 + width(&name, LABEL, false) + 20.0;
            if x > MARGIN && x + wide > self.width - MARGIN {
                (x, y) = (MARGIN, y + 22.0);
            }
            self.rect(x, y, SWATCH, SWATCH, color(place));
            self.text(
                x + SWATCH + 6.0,
                y + 11.0,
                &name,
                Style::label(Anchor::Start),
            );
            x += wide;
        }
        y + 30.0
    }

    /// Puts another canvas on this one, its upper left corner here.
    pub fn place(&mut self, other: &Self, x: f64, y: f64) {
        let _ = write!(
            self.shapes,
            r#"<g transform="translate({x:.2} {y:.2})">{}</g>"#,
            other.shapes
        );
        let moved = other
            .texts
            .iter()
            .map(|(text, [left, top, right, bottom])| {
                let place = [left + x, top + y, right + x, bottom + y];
                (text.clone(), place)
            });
        self.texts.extend(moved);
    }

    /// Ends the canvas below `bottom`, with the note that a reader needs.
    pub fn close(mut self, bottom: f64, note: Option<&str>) -> Self {
        let (mut bottom, room) = (bottom, self.width - 2.0 * MARGIN);
        for line in note
            .iter()
            .flat_map(|note| wrap(note, 13.0, false, room, 2))
        {
            bottom += 20.0;
            let style = Style {
                size: 13.0,
                ..Style::faint(Anchor::Start)
            };
            self.text(MARGIN, bottom, &line, style);
        }
        self.height = bottom + MARGIN * 0.75;
        self
    }

    pub fn finish(self) -> String {
        let Self { width, height, .. } = self;
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height:.0}" viewBox="0 0 {width} {height:.0}"><rect width="{width}" height="{height:.0}" fill="#ffffff"/>{}</svg>"##,
            self.shapes
        )
    }
}

/// What stands where a chart would be, if there is nothing to draw.
pub fn empty(title: &str, width: f64) -> Canvas {
    let (mut canvas, top) = Canvas::titled(title, width);
    canvas.rect(MARGIN, top, width - 2.0 * MARGIN, 160.0, "#f5f6f8");
    let style = Style {
        size: 16.0,
        ..Style::faint(Anchor::Middle)
    };
    let sentence = "There is nothing to show: the query found no figures.";
    for (at, line) in wrap(sentence, 16.0, false, width - 3.0 * MARGIN, 2)
        .iter()
        .enumerate()
    {
        let y = top + 86.0 + at as f64 * 22.0;
        canvas.text(width / 2.0, y, line, style);
    }
    canvas.close(top + 160.0, None)
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}
