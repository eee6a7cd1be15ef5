//! Rows as what a chart shows: categories with one or more series, points, or a grid.

use super::super::columns::{self, ColumnType, heading, number};
use super::super::fonts::drawable;
use super::bounds::{add, cut, fold_series, fold_slices, joined, keep_first};
use super::{ChartError, Kind, Look};
use crate::store::sandbox::Table;
use chrono::{Datelike, NaiveDate};
use serde_json::Value;

/// Bars, slices and steps; more would be a list, not a picture.
const MOST_CATEGORIES: usize = 60;
const MOST_POINTS: usize = 2_000;
const MOST_GRID_ROWS: usize = 40;
const MOST_GRID_COLUMNS: usize = 31;
/// What a category without a name is called.
const NAMELESS: &str = "(none)";

#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    Categories(Categories),
    Points(Points),
    Grid(Grid),
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Categories {
    /// What the labels are, such as “Stage”.
    pub about: String,
    pub labels: Vec<String>,
    /// Where each label lies in time, if they are dates: days.
    pub days: Option<Vec<i64>>,
    pub series: Vec<Series>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    pub name: String,
    /// One a label; none where there is nothing to show, which is not zero.
    pub values: Vec<Option<f64>>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Points {
    pub x_name: String,
    pub y_name: String,
    pub points: Vec<Point>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
    pub label: String,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Grid {
    pub columns: Vec<String>,
    pub rows: Vec<(String, Vec<Option<f64>>)>,
}

impl Data {
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Categories(data) => data.values().next().is_none(),
            Self::Points(points) => points.points.is_empty(),
            Self::Grid(grid) => grid.values().next().is_none(),
        }
    }

    pub fn has_negatives(&self) -> bool {
        matches!(self, Self::Categories(data) if data.values().any(|value| value < 0.0))
    }
}

impl Categories {
    pub fn values(&self) -> impl Iterator<Item = f64> {
        let all = self.series.iter().flat_map(|series| &series.values);
        all.copied().flatten()
    }
}

impl Grid {
    pub fn values(&self) -> impl Iterator<Item = f64> {
        self.rows
            .iter()
            .flat_map(|(_, cells)| cells)
            .copied()
            .flatten()
    }
}

type Read = (Data, Option<String>);

/// Reads the rows as the look wants them, and says what of them it leaves out.
pub fn read(look: &Look, table: &Table) -> Result<Read, ChartError> {
    let source = Source::new(look, table)?;
    match look.kind {
        Kind::Scatter => source.points(),
        Kind::HeatMap => source.grid(),
        kind => Ok(source.categories(kind)),
    }
}

/// The rows with the columns that the look means.
struct Source<'a> {
    table: &'a Table,
    types: Vec<ColumnType>,
    label: usize,
    values: Vec<usize>,
    series: Option<usize>,
}

impl<'a> Source<'a> {
    fn new(look: &Look, table: &'a Table) -> Result<Self, ChartError> {
        let types = columns::types(table);
        let place = |name: &String| {
            let found = table.columns.iter().position(|column| column == name);
            // A result without rows has no columns either, and nothing to draw.
            if found.is_none() && !table.columns.is_empty() {
                return Err(ChartError::NoColumn(name.clone(), table.columns.join(", ")));
            }
            Ok(found.unwrap_or_default())
        };
        let label = look.label.as_ref().map_or(Ok(0), place)?;
        let series = look.series.as_ref().map(place).transpose()?;
        let named = look
            .values
            .iter()
            .map(place)
            .collect::<Result<Vec<_>, _>>()?;
        let holds_numbers = |column: &usize| types.get(*column) == Some(&ColumnType::Number);
        let is_other = |column: &usize| *column != label && Some(*column) != series;
        let found = || {
            (0..types.len())
                .filter(holds_numbers)
                .filter(is_other)
                .collect()
        };
        let values = if named.is_empty() { found() } else { named };
        let has_any = values.iter().any(holds_numbers);
        if !has_any && !table.rows.is_empty() {
            return Err(ChartError::NoNumbers);
        }
        Ok(Self {
            table,
            types,
            label,
            values,
            series,
        })
    }

    fn name(&self, column: usize) -> String {
        self.table
            .columns
            .get(column)
            .map_or_else(String::new, |name| drawable(&heading(name)))
    }

    fn cell(&self, row: &[Value], column: usize) -> String {
        let kind = self.types.get(column).copied().unwrap_or(ColumnType::Text);
        let shown = row
            .get(column)
            .map(|value| columns::shown(value, kind))
            .unwrap_or_default();
        let shown = drawable(shown.trim());
        if shown.is_empty() {
            NAMELESS.to_owned()
        } else {
            shown
        }
    }

    fn figure(&self, row: &[Value], column: usize) -> Option<f64> {
        row.get(column).and_then(number)
    }

    fn categories(&self, kind: Kind) -> Read {
        let mut data = match self.series {
            Some(split) => self.split(split),
            None => self.side_by_side(kind),
        };
        data.about = self.name(self.label);
        self.date(&mut data);
        let mut notes = Vec::new();
        notes.extend(fold_series(&mut data));
        notes.extend(match kind {
            Kind::Line | Kind::Area => keep_first(&mut data, MOST_POINTS),
            Kind::Pie => fold_slices(&mut data),
            _ => keep_first(&mut data, MOST_CATEGORIES),
        });
        (Data::Categories(data), joined(notes))
    }

    /// One series a column of figures, one label a row.
    fn side_by_side(&self, kind: Kind) -> Categories {
        let labels = self
            .table
            .rows
            .iter()
            .map(|row| self.cell(row, self.label))
            .collect();
        let one_only = matches!(kind, Kind::Pie | Kind::Funnel);
        let columns = self
            .values
            .iter()
            .take(if one_only { 1 } else { usize::MAX });
        let series = columns.map(|column| Series {
            name: self.name(*column),
            values: self
                .table
                .rows
                .iter()
                .map(|row| self.figure(row, *column))
                .collect(),
        });
        Categories {
            labels,
            series: series.collect(),
            ..Categories::default()
        }
    }

    /// One series for each value of a column; what falls together is summed.
    fn split(&self, split: usize) -> Categories {
        let mut data = Categories::default();
        let Some(value) = self.values.first() else {
            return data;
        };
        for row in &self.table.rows {
            let label = place_of(&mut data.labels, self.cell(row, self.label));
            let name = self.cell(row, split);
            let place = data.series.iter().position(|series| series.name == name);
            let place = place.unwrap_or_else(|| {
                data.series.push(Series {
                    name,
                    values: Vec::new(),
                });
                data.series.len() - 1
            });
            let values = &mut data.series[place].values;
            if values.len() <= label {
                values.resize(label + 1, None);
            }
            add(&mut values[label], self.figure(row, *value));
        }
        for series in &mut data.series {
            series.values.resize(data.labels.len(), None);
        }
        data
    }

    /// Labels that are dates are written briefly, and lie on the axis where they lie in time.
    fn date(&self, data: &mut Categories) {
        let kind = self.types.get(self.label);
        if !matches!(kind, Some(ColumnType::Date | ColumnType::Moment)) {
            return;
        }
        let mut seen: Vec<NaiveDate> = Vec::new();
        for row in &self.table.rows {
            let text = row
                .get(self.label)
                .and_then(Value::as_str)
                .unwrap_or_default();
            let at = columns::date(text).or_else(|| columns::moment(text).map(|at| at.date()));
            let Some(at) = at else {
                return;
            };
            if self.series.is_none() || !seen.contains(&at) {
                seen.push(at);
            }
        }
        if seen.len() != data.labels.len() {
            return;
        }
        data.labels = briefly(&seen);
        data.days = Some(
            seen.iter()
                .map(|at| i64::from(at.num_days_from_ce()))
                .collect(),
        );
    }

    fn points(&self) -> Result<Read, ChartError> {
        let mut figures = self.values.iter().copied();
        let label_is_number = self.types.get(self.label) == Some(&ColumnType::Number);
        let (x, y, label) = if label_is_number {
            (Some(self.label), figures.next(), None)
        } else {
            (figures.next(), figures.next(), Some(self.label))
        };
        let (Some(x), Some(y)) = (x, y) else {
            if self.table.rows.is_empty() {
                return Ok((Data::Points(Points::default()), None));
            }
            return Err(ChartError::Lacks("scatter", "two columns of numbers"));
        };
        let all = self.table.rows.iter().filter_map(|row| {
            Some(Point {
                x: self.figure(row, x)?,
                y: self.figure(row, y)?,
                label: label.map_or_else(String::new, |column| self.cell(row, column)),
            })
        });
        let mut points: Vec<Point> = all.collect();
        let note = cut(&mut points, MOST_POINTS, "points");
        let (x_name, y_name) = (self.name(x), self.name(y));
        Ok((
            Data::Points(Points {
                x_name,
                y_name,
                points,
            }),
            note,
        ))
    }

    fn grid(&self) -> Result<Read, ChartError> {
        let mut notes = Vec::new();
        let data = match self.series {
            Some(split) => self.split(split),
            None => self.side_by_side(Kind::HeatMap),
        };
        let mut data = data;
        self.date(&mut data);
        notes.extend(cut(&mut data.series, MOST_GRID_COLUMNS, "columns"));
        let rows = data.labels.iter().enumerate().map(|(place, label)| {
            let cells = data
                .series
                .iter()
                .map(|series| series.values.get(place).copied().flatten());
            (label.clone(), cells.collect())
        });
        let mut rows: Vec<_> = rows.collect();
        notes.extend(cut(&mut rows, MOST_GRID_ROWS, "rows"));
        let columns = data.series.into_iter().map(|series| series.name).collect();
        Ok((Data::Grid(Grid { columns, rows }), joined(notes)))
    }
}

/// Where a label stands, put at the end if it is new.
fn place_of(labels: &mut Vec<String>, label: String) -> usize {
    match labels.iter().position(|known| *known == label) {
        Some(place) => place,
        None => {
            labels.push(label);
            labels.len() - 1
        }
    }
}

/// Dates that all begin a month are months; a year is only written where it changes.
fn briefly(dates: &[NaiveDate]) -> Vec<String> {
    let months = dates.len() > 1 && dates.iter().all(|date| date.day() == 1);
    let years = dates.first().map(Datelike::year) != dates.last().map(Datelike::year);
    let form = match (months, years) {
        (true, _) => "%b %Y",
        (false, true) => "%-d %b %Y",
        (false, false) => "%-d %b",
    };
    dates
        .iter()
        .map(|date| date.format(form).to_string())
        .collect()
}
