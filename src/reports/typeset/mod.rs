//! Setting charts as PNG and reports as PDF. Content reaches the typesetter only as data of fixed
//! templates, so that no text in it can ever become code.

mod markdown;
mod table;
mod world;

pub use markdown::{Block, Figure, Place, Span, blocks, names};
pub use table::{TableBlock, table};

use super::fonts::{FAMILY, MONOSPACED, drawable};
use serde::Serialize;
use typst::comemo;
use typst::foundations::Output;
use typst::layout::Abs;
use typst_pdf::PdfOptions;
use typst_render::RenderOptions;
use world::Closed;

const CHART: &str = include_str!("chart.typ");
const REPORT: &str = include_str!("report.typ");
/// Of a PNG to its SVG, so that it is sharp on a good screen.
const PIXELS: f64 = 2.0;
/// Documents whose parts the typesetter remembers.
const REMEMBERED: usize = 4;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypesetError {
    #[error("the document could not be set: {0}")]
    Failed(String),
}

/// A report, ready to be set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document {
    pub title: String,
    pub headline: String,
    /// Whose report it is.
    pub organisation: String,
    /// When and for whom, as the reader writes it.
    pub made: String,
    pub blocks: Vec<Block>,
    /// Where the figures come from.
    pub sources: Vec<String>,
}

/// An SVG of ours as PNG.
pub fn png(svg: &str) -> Result<Vec<u8>, TypesetError> {
    let document = set(
        CHART,
        vec![("chart.svg".to_owned(), svg.as_bytes().to_vec())],
    )?;
    let options = RenderOptions {
        pixel_per_pt: PIXELS.into(),
        ..RenderOptions::default()
    };
    let drawn = typst_render::render_merged(&document, &options, Abs::zero(), None);
    drawn
        .encode_png()
        .map_err(|error| failed(&error.to_string()))
}

/// A document as PDF; `charts` are the SVGs that its figures name by their place.
pub fn pdf(document: &Document, charts: &[String]) -> Result<Vec<u8>, TypesetError> {
    let document = set(REPORT, files(document, charts)?)?;
    typst_pdf::pdf(&document, &PdfOptions::default()).map_err(|errors| told(&errors))
}

fn files(document: &Document, charts: &[String]) -> Result<Vec<(String, Vec<u8>)>, TypesetError> {
    let mut value = serde_json::to_value(document).map_err(|error| failed(&error.to_string()))?;
    make_drawable(&mut value);
    value["family"] = FAMILY.into();
    value["monospaced"] = MONOSPACED.into();
    let mut files = vec![("report.json".to_owned(), value.to_string().into_bytes())];
    let charts = charts.iter().enumerate();
    files.extend(charts.map(|(at, svg)| (format!("chart-{at}.svg"), svg.as_bytes().to_vec())));
    Ok(files)
}

fn make_drawable(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) => *text = drawable(text),
        serde_json::Value::Array(items) => items.iter_mut().for_each(make_drawable),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(make_drawable),
        _ => {}
    }
}

fn set<T: Output>(template: &str, files: Vec<(String, Vec<u8>)>) -> Result<T, TypesetError> {
    let world = Closed::new(template, files).ok_or_else(|| failed("a name is no path"))?;
    let set = typst::compile::<T>(&world);
    comemo::evict(REMEMBERED);
    set.output.map_err(|errors| told(&errors))
}

/// Forgets all that the typesetter remembers of earlier documents.
pub fn forget() {
    comemo::evict(0);
}

fn told(errors: &typst::ecow::EcoVec<typst::diag::SourceDiagnostic>) -> TypesetError {
    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    failed(&messages.join("; "))
}

fn failed(why: &str) -> TypesetError {
    TypesetError::Failed(why.to_owned())
}

#[cfg(test)]
mod tests;
