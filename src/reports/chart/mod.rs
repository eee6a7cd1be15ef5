//! Charts of query results. What is to be drawn is read off the rows once (`data`), drawn as an
//! SVG of our own (so that no label is ever clipped), or handed to Slack where its own block can
//! show it (`native`).

mod axes;
mod bars;
mod bounds;
pub(in crate::reports) mod canvas;
mod data;
mod funnel;
mod heat;
mod lines;
mod native;
mod pie;
mod scatter;
mod words;

pub use data::{Categories, Data};
pub use native::block;
pub use words::{alt_text, summary};

use crate::store::sandbox::Table;
use canvas::Canvas;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Bar,
    Line,
    Area,
    Pie,
    Scatter,
    Funnel,
    HeatMap,
    Table,
}

/// How a result is drawn; kept with the chart, so that it can be drawn again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Look {
    /// What it looks like.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// What the figures count: "€", "$", "%", "days", "deals"; empty for plain numbers.
    #[serde(default)]
    pub unit: String,
    /// The column of labels (of the x axis for scatter, of the rows for heat_map). The first one
    /// unless it is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The columns of figures. All that hold numbers unless they are named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// A column whose values split the figures into several series (the columns of a heat_map).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
}

/// A chart, ready to be drawn in any form.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    pub title: String,
    pub kind: Kind,
    pub unit: String,
    pub data: Data,
    pub width: f64,
    /// What a reader must know: that it is a part of the rows, and which.
    pub note: Option<String>,
}

/// Why rows cannot be drawn as wanted, in words for whoever asked for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChartError {
    #[error("there is no column {0:?}; the columns are {1}")]
    NoColumn(String, String),
    #[error("no column holds numbers to draw; select a label and at least one number")]
    NoNumbers,
    #[error("a {0} chart needs {1}")]
    Lacks(&'static str, &'static str),
}

impl Chart {
    pub fn of(title: &str, look: &Look, table: &Table) -> Result<Self, ChartError> {
        let (data, note) = data::read(look, table)?;
        let kind = match look.kind {
            // Shares of a whole that has negative parts say nothing.
            Kind::Pie | Kind::Funnel if data.has_negatives() => Kind::Bar,
            kind => kind,
        };
        Ok(Self {
            title: super::fonts::drawable(title),
            kind,
            unit: super::fonts::drawable(&look.unit),
            data,
            width: canvas::WIDTH,
            note,
        })
    }

    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    pub fn svg(&self) -> String {
        self.draw().finish()
    }

    /// Its height as a share of its width.
    pub fn height(&self) -> f64 {
        self.draw().height / self.width
    }

    pub(in crate::reports) fn draw(&self) -> Canvas {
        if self.is_empty() {
            return canvas::empty(&self.title, self.width);
        }
        match (&self.data, self.kind) {
            (Data::Categories(data), Kind::Line | Kind::Area) => lines::draw(self, data),
            (Data::Categories(data), Kind::Pie) => pie::draw(self, data),
            (Data::Categories(data), Kind::Funnel) => funnel::draw(self, data),
            (Data::Categories(data), _) => bars::draw(self, data),
            (Data::Points(points), _) => scatter::draw(self, points),
            (Data::Grid(grid), _) => heat::draw(self, grid),
        }
    }
}

#[cfg(test)]
mod tests;
