//! What somebody wants made, as it is kept with what came of it.

use super::chart::Look;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Recipe {
    Chart {
        title: String,
        sql: String,
        look: Look,
    },
    Report {
        title: String,
        #[serde(default)]
        headline: String,
        markdown: String,
        #[serde(default)]
        parts: Vec<Part>,
    },
    Export {
        title: String,
        sql: String,
        format: Format,
    },
    Dashboard {
        title: String,
        #[serde(default)]
        filters: Vec<Filter>,
        tiles: Vec<Tile>,
    },
}

impl Recipe {
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Chart { .. } => "chart",
            Self::Report { .. } => "report",
            Self::Export { .. } => "export",
            Self::Dashboard { .. } => "dashboard",
        }
    }

    pub fn title(&self) -> &str {
        match self {
            Self::Chart { title, .. }
            | Self::Report { title, .. }
            | Self::Export { title, .. }
            | Self::Dashboard { title, .. } => title,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Csv,
    Xlsx,
}

/// A table or chart of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// The markdown names its place by it: {{name}} on a line of its own, and {{name.column}}
    /// within a sentence for a figure of its first row.
    pub name: String,
    /// What stands above it.
    pub title: String,
    /// One read-only SELECT, as for run_sql_query.
    pub sql: String,
    /// How it is drawn; a table if this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<Look>,
}

/// A number, chart or table of a dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tile {
    /// What stands above it; no two tiles have the same.
    pub title: String,
    /// One read-only SELECT, as for run_sql_query, in which :name stands for what is chosen in the
    /// filter of that name.
    pub sql: String,
    pub show: Show,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    /// The first figure of the first row, large; further columns stand below it in small letters.
    Number {
        /// "€", "$", "%", "days" …; empty for plain numbers.
        #[serde(default)]
        unit: String,
    },
    Table,
    Chart(Look),
}

/// What whoever looks at a dashboard may choose. Nothing chosen is null in the queries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Filter {
    /// Small letters, digits and _; the queries name it with a colon before it.
    pub name: String,
    /// What people read beside it, such as “Owner”.
    pub label: String,
    pub choose: Choose,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Choose {
    /// A day. It begins as the day so many days ago (negative for days ahead), or as none.
    Date {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        days_ago: Option<i32>,
    },
    /// One of the values in the first column of this SELECT, or none for all.
    OneOf { sql: String },
}
