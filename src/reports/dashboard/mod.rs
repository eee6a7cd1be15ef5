//! Dashboards: a page of numbers, charts and tables over read-only queries, with filters. What it
//! shows is looked up each time, with the eyes of whoever looks; `picture` sets it as an image.

mod check;
mod filters;
mod picture;

pub use check::check;
pub use filters::{Chosen, Control, Field};

use super::chart::{self, Chart, Kind};
use super::columns::{self, ColumnType};
use super::making::{Letterhead, MadeFile, MakeError, Maker, file_name, missing};
use super::recipe::{Recipe, Show, Tile};
use super::{Figures, Made, numbers, typeset};
use crate::base::viewer::{Audience, Viewer};
use crate::store::StoreError;
use crate::store::sandbox::{Bound, QueryError, Table};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures::future::try_join_all;

/// Of the queries of one page at one time: others want to look as well.
const AT_ONCE: usize = 3;
/// Rows and bytes that are read for a tile.
const OF_TILE: (usize, usize) = (1_000, 512 * 1024);
/// Rows of a table that are shown.
const MOST_ROWS: usize = 100;

/// A dashboard as somebody sees it at one moment.
#[derive(Debug, Clone)]
pub struct View {
    pub title: String,
    pub organisation: String,
    /// With whose eyes it was looked up; none for those of a whole channel.
    pub person: Option<String>,
    pub zone: Tz,
    pub at: DateTime<Utc>,
    pub controls: Vec<Control>,
    pub tiles: Vec<Shown>,
    /// Rows behind all of it, and what they hold.
    pub rows: usize,
    pub figures: Figures,
}

#[derive(Debug, Clone)]
pub struct Shown {
    pub title: String,
    pub body: Body,
    /// What whoever looks must know, such as that rows are missing.
    pub note: Option<String>,
}

#[derive(Debug, Clone)]
pub enum Body {
    Number {
        figure: String,
        /// What stands below it: further columns, each with its name.
        beside: Vec<(String, String)>,
    },
    Chart {
        chart: Box<Chart>,
        figures: Cells,
    },
    Table(Cells),
    /// It could not be looked up; why, in words for people.
    Failed(String),
}

/// A table as it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells {
    pub heads: Vec<String>,
    /// Which columns hold figures.
    pub is_number: Vec<bool>,
    pub rows: Vec<Vec<String>>,
}

impl View {
    /// In the zone of whoever looks.
    pub fn moment(&self, at: DateTime<Utc>) -> String {
        let at = at.with_timezone(&self.zone);
        at.format("%-d %B %Y, %H:%M").to_string()
    }

    /// What it shows, for the model and for those who cannot see it.
    pub fn words(&self) -> String {
        let tiles: Vec<String> = self.tiles.iter().map(Shown::words).collect();
        tiles.join(" · ")
    }
}

impl Shown {
    fn words(&self) -> String {
        match &self.body {
            Body::Number { figure, .. } => format!("{}: {figure}", self.title),
            Body::Chart { chart, .. } => format!("{} ({})", self.title, chart::summary(chart)),
            Body::Table(cells) => format!("{} ({} rows)", self.title, cells.rows.len()),
            Body::Failed(why) => format!("{}: {why}", self.title),
        }
    }
}

impl Maker {
    /// Looks everything up with the viewer's eyes. A tile that cannot be looked up says so in its
    /// place; only a database that is away fails the whole.
    pub async fn look(
        &self,
        recipe: &Recipe,
        viewer: &Viewer,
        chosen: &Chosen,
    ) -> Result<View, MakeError> {
        let Recipe::Dashboard {
            title,
            filters,
            tiles,
        } = recipe
        else {
            return Err(MakeError::Wrong("This is no dashboard.".to_owned()));
        };
        let letterhead = self.letterhead(viewer).await?;
        let today = letterhead.now.with_timezone(&letterhead.zone).date_naive();
        let controls = self.controls(viewer, filters, chosen, today).await?;
        let bound: Vec<Bound> = controls.iter().map(Control::bound).collect();
        let mut looked = Vec::with_capacity(tiles.len());
        for some in tiles.chunks(AT_ONCE) {
            let some = some.iter().map(|tile| self.tile(viewer, tile, &bound));
            looked.extend(try_join_all(some).await?);
        }
        let mut figures = Figures::default();
        for (tile, (_, table)) in tiles.iter().zip(&looked) {
            figures.add(&tile.title, unit(&tile.show), table);
        }
        let rows = looked.iter().map(|(_, table)| table.rows.len()).sum();
        let tiles = looked.into_iter().map(|(shown, _)| shown).collect();
        let Letterhead {
            organisation,
            person,
            zone,
            now,
        } = letterhead;
        Ok(View {
            title: title.clone(),
            organisation,
            person: (viewer.audience == Audience::Private).then_some(person),
            zone,
            at: now,
            controls,
            tiles,
            rows,
            figures,
        })
    }

    /// A picture of it, for those who read along in Slack. A query that fails fails the whole, so
    /// that whoever makes a dashboard learns what is wrong with it.
    pub(super) async fn dashboard(
        &self,
        recipe: &Recipe,
        viewer: &Viewer,
    ) -> Result<Made, MakeError> {
        check(recipe)?;
        let view = self.look(recipe, viewer, &Chosen::default()).await?;
        if let Some((title, why)) = view.tiles.iter().find_map(Shown::failure) {
            return Err(MakeError::Wrong(format!("The tile {title:?}: {why}")));
        }
        let (title, words, rows) = (view.title.clone(), view.words(), view.rows);
        let figures = view.figures.clone();
        let bytes = self
            .in_thread(move || typeset::png(&picture::svg(&view)))
            .await?;
        Ok(Made {
            blocks: Vec::new(),
            file: Some(MadeFile {
                name: file_name(&title, "png"),
                bytes,
            }),
            words,
            note: None,
            rows,
            figures,
            changes: None,
        })
    }

    async fn tile(
        &self,
        viewer: &Viewer,
        tile: &Tile,
        bound: &[Bound],
    ) -> Result<(Shown, Table), MakeError> {
        let (rows, bytes) = OF_TILE;
        let looked = self
            .sandbox
            .run_bound(viewer, &tile.sql, bound, rows, bytes);
        let (body, table) = match looked.await {
            Ok(table) => (body(tile, &table), table),
            Err(QueryError::Store(error)) => return Err(error.into()),
            Err(error) => (Body::Failed(error.to_string()), Table::default()),
        };
        let (note, rows) = (missing(&table), table.rows.len());
        let note = match &body {
            Body::Chart { chart, .. } => note.or_else(|| chart.note.clone()),
            Body::Table(_) if rows > MOST_ROWS => {
                Some(format!("The first {MOST_ROWS} of {rows} rows."))
            }
            _ => note,
        };
        let shown = Shown {
            title: tile.title.clone(),
            body,
            note,
        };
        Ok((shown, table))
    }
}

impl Shown {
    fn failure(&self) -> Option<(&str, &str)> {
        match &self.body {
            Body::Failed(why) => Some((&self.title, why)),
            _ => None,
        }
    }
}

fn unit(show: &Show) -> &str {
    match show {
        Show::Number { unit } => unit,
        Show::Chart(look) => &look.unit,
        Show::Table => "",
    }
}

fn body(tile: &Tile, table: &Table) -> Body {
    match &tile.show {
        Show::Number { unit } => number(table, unit),
        Show::Table => Body::Table(cells(table)),
        Show::Chart(look) if look.kind == Kind::Table => Body::Table(cells(table)),
        // Its title stands above the picture, not in it.
        Show::Chart(look) => match Chart::of("", look, table) {
            Ok(chart) => Body::Chart {
                chart: Box::new(chart),
                figures: cells(table),
            },
            Err(error) => Body::Failed(format!("It cannot be drawn: {error}.")),
        },
    }
}

fn number(table: &Table, unit: &str) -> Body {
    let Some(row) = table.rows.first() else {
        return Body::Number {
            figure: "–".to_owned(),
            beside: Vec::new(),
        };
    };
    let types = columns::types(table);
    let first = row
        .iter()
        .position(|value| columns::number(value).is_some());
    let figure = first.and_then(|place| columns::number(&row[place]));
    let figure = match figure {
        Some(figure) if figure.abs() >= 1e7 => numbers::short(figure, unit, 2),
        Some(figure) => numbers::exact(figure, unit),
        None => "–".to_owned(),
    };
    let others = table.columns.iter().zip(row.iter().zip(&types)).enumerate();
    let beside = others
        .filter(|(place, _)| Some(*place) != first)
        .map(|(_, (name, (value, kind)))| (columns::heading(name), columns::shown(value, *kind)))
        .filter(|(_, value)| !value.is_empty());
    Body::Number {
        figure,
        beside: beside.collect(),
    }
}

fn cells(table: &Table) -> Cells {
    let types = columns::types(table);
    let row = |row: &Vec<serde_json::Value>| {
        let shown = row.iter().zip(&types);
        shown
            .map(|(value, kind)| columns::shown(value, *kind))
            .collect()
    };
    Cells {
        heads: table
            .columns
            .iter()
            .map(|name| columns::heading(name))
            .collect(),
        is_number: types
            .iter()
            .map(|kind| *kind == ColumnType::Number)
            .collect(),
        rows: table.rows.iter().take(MOST_ROWS).map(row).collect(),
    }
}

/// What went wrong, for people, unless it is a store that is away, which is no fault of theirs.
pub fn or_away(error: MakeError) -> Result<String, StoreError> {
    match error {
        MakeError::Query(QueryError::Store(error)) => Err(error),
        error => Ok(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
