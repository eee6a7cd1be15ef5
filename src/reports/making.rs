//! Making what a recipe asks for: its queries run in the sandbox with the eyes of those who will
//! see the result, and the typesetting in a thread of its own, for a bounded time.

use super::chart::{self, Chart, ChartError, Kind, Look};
use super::flow::{self, Flow};
use super::recipe::{Format, Recipe};
use super::typeset::{self, TypesetError};
use super::{Figures, columns, sheet, table_block};
use crate::base::clock::SharedClock;
use crate::base::viewer::Viewer;
use crate::store::artifacts::{self, Content, Past};
use crate::store::sandbox::{Cut, QueryError, Sandbox, Table};
use crate::store::{Db, StoreError, people};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

mod report;

/// Rows and bytes that are read for a chart and for a file.
const OF_CHART: (usize, usize) = (2_000, 1024 * 1024);
const OF_FILE: (usize, usize) = (50_000, 24 * 1024 * 1024);
const PATIENCE: Duration = Duration::from_secs(20);
/// Typesetting takes a core while it lasts.
const AT_ONCE: usize = 2;

/// For whom something is made, as it stands on it.
#[derive(Debug, Clone)]
pub(super) struct Letterhead {
    pub(super) organisation: String,
    pub(super) person: String,
    pub(super) zone: Tz,
    pub(super) now: DateTime<Utc>,
}

impl Letterhead {
    fn today(&self) -> String {
        let now = self.now.with_timezone(&self.zone);
        now.format("%-d %B %Y, %H:%M").to_string()
    }
}

/// What came of a recipe.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// Blocks that Slack shows by itself …
    pub blocks: Vec<Value>,
    /// … or a file.
    pub file: Option<MadeFile>,
    /// What it shows, in words: for the model and for those who cannot see it.
    pub words: String,
    /// What whoever looks at it must know, such as that rows are missing.
    pub note: Option<String>,
    pub rows: usize,
    pub figures: Figures,
    /// What has changed since the version before, a line each; None if there is none to compare
    /// with.
    pub changes: Option<Vec<String>>,
}

/// What an earlier version showed to the same eyes.
#[derive(Debug, Clone)]
pub struct Since {
    pub at: DateTime<Utc>,
    pub figures: Figures,
}

impl Since {
    /// An earlier version, if what it showed was kept and is for these eyes: where somebody from
    /// outside has come to read along, nothing is told of what they could not have seen.
    pub fn of(past: Past, viewer: &Viewer) -> Option<Self> {
        let figures = serde_json::from_value(past.figures?).ok()?;
        (past.had_outsiders == viewer.external_present).then_some(Self {
            at: past.made_at,
            figures,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeFile {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl From<Made> for Content {
    fn from(made: Made) -> Self {
        Self {
            blocks: (!made.blocks.is_empty()).then_some(Value::Array(made.blocks)),
            file: made.file.map(|file| (file.name, file.bytes)),
            words: made.words,
            note: made.note,
            rows: made.rows,
            figures: serde_json::to_value(&made.figures).ok(),
            changes: made.changes.map(|lines| lines.join("\n")),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    #[error(transparent)]
    Query(#[from] QueryError),
    /// What was asked for cannot be made; whoever asked can ask differently.
    #[error("{0}")]
    Wrong(String),
    #[error("it took longer than {} seconds to set, so nothing was made; ask for less in it", PATIENCE.as_secs())]
    TooSlow,
}

impl From<StoreError> for MakeError {
    fn from(error: StoreError) -> Self {
        Self::Query(error.into())
    }
}

impl From<ChartError> for MakeError {
    fn from(error: ChartError) -> Self {
        Self::Wrong(format!("The chart cannot be drawn: {error}."))
    }
}

impl From<TypesetError> for MakeError {
    fn from(error: TypesetError) -> Self {
        Self::Wrong(error.to_string())
    }
}

#[derive(Debug, Clone)]
pub struct Maker {
    db: Db,
    pub(super) sandbox: Arc<Sandbox>,
    clock: SharedClock,
    setting: Arc<Semaphore>,
}

impl Maker {
    pub fn new(db: Db, sandbox: Arc<Sandbox>, clock: SharedClock) -> Self {
        Self {
            db,
            sandbox,
            clock,
            setting: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Makes it with fresh rows, as the viewer may see them.
    pub async fn make(
        &self,
        recipe: &Recipe,
        viewer: &Viewer,
        since: Option<&Since>,
    ) -> Result<Made, MakeError> {
        let mut made = self.made(recipe, viewer, since).await?;
        made.changes = since.map(|since| made.figures.since(&since.figures));
        Ok(made)
    }

    async fn made(
        &self,
        recipe: &Recipe,
        viewer: &Viewer,
        since: Option<&Since>,
    ) -> Result<Made, MakeError> {
        match recipe {
            Recipe::Chart { title, sql, look } => self.chart(viewer, title, sql, look).await,
            Recipe::Export { title, sql, format } => self.export(viewer, title, sql, *format).await,
            Recipe::Dashboard { .. } => self.dashboard(recipe, viewer).await,
            Recipe::Report { .. } => {
                let letterhead = self.letterhead(viewer).await?;
                self.report(viewer, recipe, &letterhead, since).await
            }
        }
    }

    /// A picture of steps, as PNG.
    pub async fn flow(&self, flow: &Flow) -> Result<Vec<u8>, MakeError> {
        let svg = flow::svg(flow);
        self.in_thread(move || typeset::png(&svg)).await
    }

    pub(super) async fn letterhead(&self, viewer: &Viewer) -> Result<Letterhead, StoreError> {
        let mut tx = self.db.org(viewer.org).await?;
        let organisation = artifacts::organisation(&mut tx).await?;
        let person = people::by_ids(&mut tx, &[viewer.person]).await?.pop();
        let zone = person
            .as_ref()
            .and_then(|person| person.time_zone.parse().ok());
        Ok(Letterhead {
            organisation,
            person: person.map_or_else(|| "everybody here".to_owned(), |person| person.name),
            zone: zone.unwrap_or(Tz::UTC),
            now: self.clock.now(),
        })
    }

    pub(super) async fn rows(
        &self,
        viewer: &Viewer,
        sql: &str,
        (rows, bytes): (usize, usize),
    ) -> Result<Table, QueryError> {
        self.sandbox.run_within(viewer, sql, rows, bytes).await
    }

    async fn chart(
        &self,
        viewer: &Viewer,
        title: &str,
        sql: &str,
        look: &Look,
    ) -> Result<Made, MakeError> {
        let table = self.rows(viewer, sql, OF_CHART).await?;
        let rows = table.rows.len();
        if look.kind == Kind::Table {
            return small_table(title, look, &table);
        }
        let figures = Figures::of(title, &look.unit, &table);
        let chart = Chart::of(title, look, &table)?;
        let note = joined(chart.note.clone(), missing(&table));
        let words = chart::summary(&chart);
        if let Some(block) = chart::block(&chart).filter(|_| note.is_none()) {
            return Ok(Made {
                blocks: vec![block],
                file: None,
                words,
                note,
                rows,
                figures,
                changes: None,
            });
        }
        let alt = chart::alt_text(&chart);
        let chart = Chart {
            note: note.clone(),
            ..chart
        };
        let bytes = self.in_thread(move || typeset::png(&chart.svg())).await?;
        let file = MadeFile {
            name: file_name(title, "png"),
            bytes,
        };
        Ok(Made {
            blocks: Vec::new(),
            file: Some(file),
            words: alt,
            note,
            rows,
            figures,
            changes: None,
        })
    }

    async fn export(
        &self,
        viewer: &Viewer,
        title: &str,
        sql: &str,
        format: Format,
    ) -> Result<Made, MakeError> {
        let table = self.rows(viewer, sql, OF_FILE).await?;
        let rows = table.rows.len();
        let note = missing(&table);
        let figures = Figures::of(title, "", &table);
        let words = format!("{rows} rows, columns: {}", table.columns.join(", "));
        let ending = match format {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
        };
        let write = move || {
            sheet::file(&table, format).map_err(|error| TypesetError::Failed(error.to_string()))
        };
        let bytes = self.in_thread(write).await?;
        let file = MadeFile {
            name: file_name(title, ending),
            bytes,
        };
        Ok(Made {
            blocks: Vec::new(),
            file: Some(file),
            words,
            note,
            rows,
            figures,
            changes: None,
        })
    }

    /// Runs work that takes a core. One that takes too long keeps its place until it ends, so
    /// that many of them cannot take all cores.
    pub(super) async fn in_thread(
        &self,
        work: impl FnOnce() -> Result<Vec<u8>, TypesetError> + Send + 'static,
    ) -> Result<Vec<u8>, MakeError> {
        let setting = self.setting.clone();
        let done = async move {
            let place = setting
                .acquire_owned()
                .await
                .map_err(|_| MakeError::TooSlow)?;
            let task = tokio::task::spawn_blocking(move || {
                let _place = place;
                work()
            });
            match task.await {
                Ok(bytes) => Ok(bytes?),
                Err(error) => {
                    tracing::error!(%error, "the typesetter ended abnormally");
                    Err(MakeError::Wrong("It could not be typeset.".to_owned()))
                }
            }
        };
        tokio::time::timeout(PATIENCE, done)
            .await
            .unwrap_or(Err(MakeError::TooSlow))
    }
}

fn small_table(title: &str, look: &Look, table: &Table) -> Result<Made, MakeError> {
    let rows = table.rows.len();
    if rows == 0 {
        return Err(MakeError::Wrong(
            "The query found no rows, so there is no table.".to_owned(),
        ));
    }
    let too_long = "The rows do not fit into one table in Slack (99 rows, 20 columns, 9,000 \
        characters). Aggregate or select less, or use export_data for all of them.";
    let block = table_block::block(table).filter(|_| missing(table).is_none());
    let block = block.ok_or_else(|| MakeError::Wrong(too_long.to_owned()))?;
    let words = format!("{rows} rows, columns: {}", table.columns.join(", "));
    Ok(Made {
        blocks: vec![block],
        file: None,
        words,
        note: None,
        rows,
        figures: Figures::of(title, &look.unit, table),
        changes: None,
    })
}

/// What of the rows is not there, in words.
pub(super) fn missing(table: &Table) -> Option<String> {
    let shown = table.rows.len();
    let cut = table.cut.map(|cut| match cut {
        Cut::Rows => format!("Only the first {shown} rows are in it; the query has more"),
        Cut::Bytes => format!("Only the first {shown} rows are in it; the rest is too large"),
    });
    let too_long = (table.too_long > 0).then(|| {
        format!(
            "{} rows are left out because they are too long",
            table.too_long
        )
    });
    joined(cut, too_long)
}

fn joined(one: Option<String>, other: Option<String>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) => Some(format!("{one}. {other}")),
        (one, other) => one.or(other),
    }
}

/// `Pipeline by stage!` → `pipeline-by-stage.png`
pub(super) fn file_name(title: &str, ending: &str) -> String {
    let words: Vec<String> = title
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let name: String = words.join("-").chars().take(60).collect();
    let name = if name.is_empty() {
        "penny".to_owned()
    } else {
        name
    };
    format!("{name}.{ending}")
}

#[cfg(test)]
mod tests;
