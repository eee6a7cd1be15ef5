//! How much a chart shows. What goes beyond that is summed up or left out, and always said.

use super::data::{Categories, Series};

/// More are not told apart by their colours; the rest is summed up.
const MOST_SERIES: usize = 12;
const MOST_SLICES: usize = 12;

pub fn add(to: &mut Option<f64>, more: Option<f64>) {
    if let Some(more) = more {
        *to = Some(to.unwrap_or_default() + more);
    }
}

/// Series beyond what colours tell apart become one.
pub fn fold_series(data: &mut Categories) -> Option<String> {
    if data.series.len() <= MOST_SERIES {
        return None;
    }
    let rest = data.series.split_off(MOST_SERIES - 1);
    let mut values = vec![None; data.labels.len()];
    for series in &rest {
        for (sum, value) in values.iter_mut().zip(&series.values) {
            add(sum, *value);
        }
    }
    data.series.push(Series {
        name: "Other".to_owned(),
        values,
    });
    Some(format!("“Other” sums up {} more series", rest.len()))
}

/// The largest slices, and the others as one.
pub fn fold_slices(data: &mut Categories) -> Option<String> {
    let series = data.series.first_mut()?;
    if data.labels.len() <= MOST_SLICES {
        return None;
    }
    let figures = series.values.iter().map(|value| value.unwrap_or_default());
    let mut slices: Vec<(String, f64)> = data.labels.drain(..).zip(figures).collect();
    slices.sort_by(|a, b| b.1.total_cmp(&a.1));
    let rest = slices.split_off(MOST_SLICES - 1);
    slices.push((
        "Other".to_owned(),
        rest.iter().map(|(_, value)| value).sum(),
    ));
    let (labels, values) = slices
        .into_iter()
        .map(|(label, value)| (label, Some(value)))
        .unzip();
    (data.labels, series.values) = (labels, values);
    Some(format!("“Other” sums up the {} smallest", rest.len()))
}

pub fn keep_first(data: &mut Categories, most: usize) -> Option<String> {
    let note = cut(&mut data.labels, most, &data.about.to_lowercase())?;
    for series in &mut data.series {
        series.values.truncate(most);
    }
    if let Some(days) = &mut data.days {
        days.truncate(most);
    }
    Some(note)
}

pub fn cut<T>(items: &mut Vec<T>, most: usize, what: &str) -> Option<String> {
    let all = items.len();
    if all <= most {
        return None;
    }
    items.truncate(most);
    Some(format!("The first {most} of {all} ({what})"))
}

pub fn joined(notes: Vec<String>) -> Option<String> {
    (!notes.is_empty()).then(|| notes.join(" · "))
}
