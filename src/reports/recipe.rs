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
}

impl Recipe {
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Chart { .. } => "chart",
            Self::Report { .. } => "report",
            Self::Export { .. } => "export",
        }
    }

    pub fn title(&self) -> &str {
        match self {
            Self::Chart { title, .. } | Self::Report { title, .. } | Self::Export { title, .. } => {
                title
            }
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
