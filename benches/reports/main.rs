//! How long a large report takes: thirty pages with ten charts, from rows to PDF, beside one
//! page. `cargo bench --bench reports` prints it; nothing is asserted.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement that fails has to say so, and prints its result"
)]

use penny::reports::chart::{Chart, Kind, Look};
use penny::reports::typeset::{self, Block, Document, Figure, Place, Span};
use penny::store::sandbox::Table;
use serde_json::json;
use std::time::Instant;

const ROUNDS: usize = 5;
const KINDS: [Kind; 5] = [Kind::Bar, Kind::Line, Kind::Area, Kind::Pie, Kind::Funnel];

struct Charts {
    svgs: Vec<String>,
}

impl Place for Charts {
    fn blocks(&mut self, name: &str) -> Option<Vec<Block>> {
        match name {
            "chart" => Some(vec![self.chart()]),
            "table" => Some(vec![table()]),
            _ => None,
        }
    }

    fn figure(&mut self, _: &str, _: &str) -> Option<String> {
        Some("1,234".to_owned())
    }
}

impl Charts {
    fn chart(&mut self) -> Block {
        let rows = (0..12).map(|at| vec![json!(format!("Stage {at}")), json!(at * 1_000 + 500)]);
        let rows = Table {
            columns: vec!["stage".to_owned(), "amount".to_owned()],
            rows: rows.collect(),
            cut: None,
            too_long: 0,
        };
        let look = Look {
            kind: KINDS[self.svgs.len() % KINDS.len()],
            unit: "€".to_owned(),
            label: None,
            values: Vec::new(),
            series: None,
        };
        let chart = Chart::of("Pipeline by stage", &look, &rows).expect("a chart");
        self.svgs.push(chart.svg());
        Block::Figure(Figure {
            chart: self.svgs.len() - 1,
            alt: "A chart".to_owned(),
            height: chart.height() * 166.0,
        })
    }
}

fn table() -> Block {
    let cell = |text: String| {
        vec![Span {
            text,
            ..Span::default()
        }]
    };
    let head = ["Deal", "Owner", "Amount"].map(|name| cell(name.to_owned()));
    let row = |at: usize| {
        let amount = format!("€{},{:03}", at + 1, at * 7 % 1_000);
        vec![
            cell(format!("Deal {at}")),
            cell("Maya Lindqvist".to_owned()),
            cell(amount),
        ]
    };
    let rows = (0..90).map(row).collect();
    let align = vec!["left", "left", "right"];
    Block::Table(typeset::table(head.to_vec(), rows, align))
}

fn report(sections: usize) -> (Document, Vec<String>) {
    let words = "The open pipeline holds {{t.n}} deals, most of them in *Negotiation*. ".repeat(12);
    let section =
        format!("## Where it stands\n\n{words}\n\n{{{{chart}}}}\n\n{words}\n\n{{{{table}}}}\n\n");
    let mut charts = Charts { svgs: Vec::new() };
    let blocks = typeset::blocks(&section.repeat(sections), &mut charts);
    let document = Document {
        title: "Pipeline report".to_owned(),
        headline: "1,234 deals are open.".to_owned(),
        organisation: "Fjordline Software".to_owned(),
        made: "21 November 2026".to_owned(),
        blocks,
        sources: Vec::new(),
    };
    (document, charts.svgs)
}

fn pages(pdf: &[u8]) -> usize {
    let mark = b"/Type /Page\n";
    let other = b"/Type/Page/";
    pdf.windows(mark.len())
        .filter(|part| part == mark || part.starts_with(other))
        .count()
}

fn main() {
    println!(
        "{:>8} {:>6} {:>10} {:>10}",
        "sections", "pages", "kilobytes", "best ms"
    );
    for sections in [1, 10] {
        let mut best = f64::INFINITY;
        let mut made = Vec::new();
        for _ in 0..ROUNDS {
            // As for two different reports: nothing is remembered from one round to the next.
            typeset::forget();
            let begun = Instant::now();
            let (document, charts) = report(sections);
            made = typeset::pdf(&document, &charts).expect("a report");
            best = best.min(begun.elapsed().as_secs_f64() * 1_000.0);
        }
        println!(
            "{sections:>8} {:>6} {:>10} {best:>10.1}",
            pages(&made),
            made.len() / 1_000
        );
    }
}
