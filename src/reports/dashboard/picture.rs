//! A dashboard as one picture, for those who read along in Slack: numbers on top, then charts and
//! tables two by two.

use super::super::chart::Chart;
use super::super::chart::canvas::{Anchor, Canvas, FAINT, INK, LABEL, MARGIN, Style};
use super::super::fonts::{drawable, fit, width};
use super::{Body, Cells, Shown, View};

const WIDTH: f64 = 1240.0;
const GAP: f64 = 20.0;
const PAD: f64 = 24.0;
/// Where the content of a card begins below its title.
const HEAD: f64 = 52.0;
const NUMBERS_ABREAST: usize = 4;
/// Of a table; the page has all of them.
const MOST_ROWS: usize = 8;
const ROW: f64 = 30.0;
const PAPER: &str = "#f4f5f8";
const CARD: &str = "#ffffff";

const fn style(size: f64, bold: bool, color: &'static str, anchor: Anchor) -> Style {
    Style {
        size,
        bold,
        color,
        anchor,
    }
}

pub fn svg(view: &View) -> String {
    page(view).finish()
}

pub fn page(view: &View) -> Canvas {
    let (mut body, mut y) = Canvas::titled(&drawable(&view.title), WIDTH);
    let whose = match &view.person {
        Some(person) => format!("As {person} sees it"),
        None => "What everybody in the channel may see".to_owned(),
    };
    let line = format!("{} · {whose} · {}", view.organisation, view.moment(view.at));
    let faint = style(LABEL, false, FAINT, Anchor::Start);
    body.text(MARGIN, y + 4.0, &drawable(&line), faint);
    y += 28.0;
    let is_number = |shown: &&Shown| matches!(shown.body, Body::Number { .. });
    let numbers: Vec<&Shown> = view.tiles.iter().filter(is_number).collect();
    for abreast in numbers.chunks(NUMBERS_ABREAST) {
        y = row(&mut body, y, abreast);
    }
    let others: Vec<&Shown> = view.tiles.iter().filter(|one| !is_number(one)).collect();
    for abreast in others.chunks(2) {
        y = row(&mut body, y, abreast);
    }
    let body = body.close(y - GAP, None);
    let (mut page, _) = Canvas::titled("", WIDTH);
    page.rect(0.0, 0.0, WIDTH, body.height, PAPER);
    page.place(&body, 0.0, 0.0);
    page.height = body.height;
    page
}

/// Cards side by side, as high as the highest; returns where the next row begins.
fn row(body: &mut Canvas, top: f64, abreast: &[&Shown]) -> f64 {
    let many = abreast.len() as f64;
    let wide = (WIDTH - 2.0 * MARGIN - GAP * (many - 1.0)) / many;
    let cards: Vec<Canvas> = abreast.iter().map(|shown| card(shown, wide)).collect();
    let high = cards.iter().map(|card| card.height).fold(0.0, f64::max);
    for (place, card) in cards.iter().enumerate() {
        let x = MARGIN + place as f64 * (wide + GAP);
        body.rect(x, top, wide, high, CARD);
        body.place(card, x, top);
    }
    top + high + GAP
}

fn card(shown: &Shown, wide: f64) -> Canvas {
    let (mut card, _) = Canvas::titled("", wide);
    let room = wide - 2.0 * PAD;
    let title = style(16.0, true, INK, Anchor::Start);
    let name = drawable(&shown.title);
    let faint = style(LABEL, false, FAINT, Anchor::Start);
    card.height = match &shown.body {
        Body::Number { figure, beside } => {
            card.text(PAD, 36.0, &fit(&name, LABEL, false, room), faint);
            let figure = drawable(figure);
            let large = style(38.0, true, INK, Anchor::Start);
            card.text(PAD, 84.0, &fit(&figure, 38.0, true, room), large);
            let beside: Vec<String> = beside
                .iter()
                .map(|(name, value)| format!("{name} {value}"))
                .collect();
            let beside = drawable(&beside.join(" · "));
            card.text(PAD, 112.0, &fit(&beside, LABEL, false, room), faint);
            132.0
        }
        Body::Chart { chart, .. } => {
            card.text(PAD, 36.0, &fit(&name, 16.0, true, room), title);
            let drawn = Chart {
                width: wide,
                note: shown.note.clone(),
                ..Chart::clone(chart)
            }
            .draw();
            // A chart leaves room for a title of its own, which it has not got.
            let lifted = HEAD - MARGIN - 8.0;
            card.place(&drawn, 0.0, lifted);
            lifted + drawn.height
        }
        Body::Table(cells) => {
            card.text(PAD, 36.0, &fit(&name, 16.0, true, room), title);
            table(&mut card, cells, room)
        }
        Body::Failed(why) => {
            card.text(PAD, 36.0, &fit(&name, 16.0, true, room), title);
            card.text(PAD, HEAD + 18.0, &fit(why, LABEL, false, room), faint);
            HEAD + 44.0
        }
    };
    card
}

fn table(card: &mut Canvas, cells: &Cells, room: f64) -> f64 {
    let shown: Vec<&Vec<String>> = cells.rows.iter().take(MOST_ROWS).collect();
    let wanted: Vec<f64> = (0..cells.heads.len())
        .map(|column| {
            let texts = shown.iter().filter_map(|row| row.get(column));
            let texts = texts.chain(cells.heads.get(column));
            let widest = texts.map(|text| width(text, LABEL, false));
            widest.fold(0.0, f64::max).min(room / 2.0) + 18.0
        })
        .collect();
    let all: f64 = wanted.iter().sum();
    let scale = if all > 0.0 { room / all } else { 1.0 };
    let mut y = HEAD + 18.0;
    let heads = std::iter::once((&cells.heads, FAINT));
    let lines = heads.chain(shown.iter().map(|row| (*row, INK)));
    for (texts, ink) in lines {
        let mut x = PAD;
        for (column, text) in texts.iter().enumerate() {
            let wide = wanted.get(column).map_or(0.0, |wide| wide * scale);
            let is_number = cells.is_number.get(column).copied().unwrap_or_default();
            let text = fit(&drawable(text), LABEL, false, wide - 12.0);
            if is_number {
                let end = style(LABEL, false, ink, Anchor::End);
                card.text(x + wide - 12.0, y, &text, end);
            } else {
                card.text(x, y, &text, style(LABEL, false, ink, Anchor::Start));
            }
            x += wide;
        }
        card.line((PAD, y + 10.0), (PAD + room, y + 10.0), PAPER);
        y += ROW;
    }
    let more = cells.rows.len().saturating_sub(shown.len());
    let note = match (cells.rows.len(), more) {
        (0, _) => "There are no rows.".to_owned(),
        (_, 0) => String::new(),
        (_, more) => format!("and {more} more on the page"),
    };
    card.text(PAD, y, &note, style(13.0, false, FAINT, Anchor::Start));
    if note.is_empty() { y } else { y + 20.0 }
}
