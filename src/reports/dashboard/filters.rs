//! What whoever looks has chosen. It arrives as text from anywhere, and reaches the queries as
//! bound values alone: a day that is one, or a value that the filter offers.

use super::super::columns;
use super::super::making::{MakeError, Maker};
use super::super::recipe::{Choose, Filter};
use crate::base::viewer::Viewer;
use crate::store::sandbox::{Bound, Parameter, ParameterType, QueryError};
use chrono::{Days, NaiveDate};
use std::collections::BTreeMap;

/// Rows and bytes of what a filter offers.
const OF_FILTER: (usize, usize) = (200, 32 * 1024);
const LONGEST_VALUE: usize = 200;

/// Values by the names of their filters. A filter that is not named in it has its usual value;
/// one with an empty text has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Chosen(pub BTreeMap<String, String>);

/// A filter with what is chosen in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    pub name: String,
    pub label: String,
    pub field: Field,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    Date(Option<NaiveDate>),
    OneOf {
        offered: Vec<String>,
        chosen: Option<String>,
    },
}

impl Control {
    pub fn bound(&self) -> Bound {
        let (kind, value) = match &self.field {
            Field::Date(day) => (ParameterType::Date, day.map(|day| day.to_string())),
            Field::OneOf { chosen, .. } => (ParameterType::Text, chosen.clone()),
        };
        Bound {
            parameter: Parameter {
                name: self.name.clone(),
                kind,
            },
            value,
        }
    }
}

impl Maker {
    pub(super) async fn controls(
        &self,
        viewer: &Viewer,
        filters: &[Filter],
        chosen: &Chosen,
        today: NaiveDate,
    ) -> Result<Vec<Control>, MakeError> {
        let mut controls = Vec::with_capacity(filters.len());
        for filter in filters {
            let wanted = chosen.0.get(&filter.name).map(String::as_str);
            let field = match &filter.choose {
                Choose::Date { days_ago } => Field::Date(day(wanted, *days_ago, today)),
                Choose::OneOf { sql } => {
                    let offered = self.offered(viewer, filter, sql).await?;
                    let chosen = wanted.filter(|wanted| offered.iter().any(|one| one == wanted));
                    Field::OneOf {
                        chosen: chosen.map(str::to_owned),
                        offered,
                    }
                }
            };
            controls.push(Control {
                name: filter.name.clone(),
                label: filter.label.clone(),
                field,
            });
        }
        Ok(controls)
    }

    async fn offered(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        sql: &str,
    ) -> Result<Vec<String>, MakeError> {
        let table = self.rows(viewer, sql, OF_FILTER).await;
        let table = table.map_err(|error| match error {
            QueryError::Store(error) => error.into(),
            error => MakeError::Wrong(format!("The filter {:?}: {error}", filter.name)),
        })?;
        let values = table.rows.iter().filter_map(|row| row.first());
        let mut offered: Vec<String> = Vec::new();
        for value in values.map(columns::plain) {
            if !value.is_empty() && value.len() <= LONGEST_VALUE && !offered.contains(&value) {
                offered.push(value);
            }
        }
        Ok(offered)
    }
}

/// What is no day counts as none chosen.
fn day(wanted: Option<&str>, days_ago: Option<i32>, today: NaiveDate) -> Option<NaiveDate> {
    match wanted {
        Some(text) => columns::date(text),
        None => {
            let days = days_ago?;
            let away = Days::new(u64::from(days.unsigned_abs()));
            if days < 0 {
                today.checked_add_days(away)
            } else {
                today.checked_sub_days(away)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_one_that_is_written_or_so_many_days_ago_or_none() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let written = |text| day(Some(text), Some(30), today).map(|day| day.to_string());
        assert_eq!(written("2026-02-03").as_deref(), Some("2026-02-03"));
        for nothing in [
            "",
            "2026-02-30",
            "yesterday",
            "'; drop table deals",
            "0000-00-00",
        ] {
            assert_eq!(written(nothing), None, "{nothing}");
        }
        let usual = |days| day(None, days, today).map(|day| day.to_string());
        assert_eq!(usual(Some(1)).as_deref(), Some("2026-02-28"));
        assert_eq!(usual(Some(-1)).as_deref(), Some("2026-03-02"));
        assert_eq!(usual(Some(i32::MIN)), None);
        assert_eq!(usual(None), None);
    }
}
