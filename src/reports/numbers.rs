//! Figures as people read them: thousands separated, currencies before the number, other units
//! behind it, and short forms where an axis has little room.

const CURRENCIES: [&str; 6] = ["€", "$", "£", "¥", "CHF", "A$"];

/// The whole figure, such as `€1,234.50` or `12 days`.
pub fn exact(value: f64, unit: &str) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return "–".to_owned();
    }
    if size >= 1e15 || (size > 0.0 && size < 1e-6) {
        return with_unit(value < 0.0, &format!("{size:.2e}"), unit);
    }
    let decimals = if size > 0.0 && size < 0.01 { 6 } else { 2 };
    let mut digits = format!("{size:.decimals$}");
    // Cents are two digits or none.
    let is_money = CURRENCIES.contains(&unit.trim()) && !digits.ends_with(".00") && size >= 0.01;
    if !is_money {
        without_zeros(&mut digits);
    }
    with_unit(value < 0.0 && digits != "0", &grouped(&digits), unit)
}

/// `12.50` → `12.5`, `12.00` → `12`
fn without_zeros(digits: &mut String) {
    if digits.contains('.') {
        digits.truncate(digits.trim_end_matches('0').trim_end_matches('.').len());
    }
}

/// A figure of few letters, such as `€1.2M`, with the decimals that keep neighbours apart.
pub fn short(value: f64, unit: &str, decimals: usize) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let size = value.abs();
    let Some((step, letter)) = step_of(size) else {
        return exact(value, unit);
    };
    let scaled = size / step;
    if scaled >= 10_000.0 {
        return with_unit(value < 0.0, &format!("{size:.1e}"), unit);
    }
    let mut digits = format!("{scaled:.decimals$}");
    without_zeros(&mut digits);
    with_unit(value < 0.0, &format!("{digits}{letter}"), unit)
}

/// By what a figure is shortened.
fn step_of(size: f64) -> Option<(f64, &'static str)> {
    const STEPS: [(f64, &str); 4] = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")];
    STEPS.into_iter().find(|(step, _)| size >= *step * 0.9995)
}

/// Figures beside one another, all in the form that the largest of them asks for.
pub fn beside(value: f64, largest: f64, unit: &str) -> String {
    if largest >= 100_000.0 {
        short(value, unit, 1)
    } else if largest >= 1_000.0 {
        exact(value.round(), unit)
    } else {
        exact(value, unit)
    }
}

/// What an axis shows at each of its ticks: short forms, with the decimals that make them true.
pub fn of_ticks(ticks: &[f64], unit: &str) -> Vec<String> {
    let most = ticks
        .iter()
        .fold(0.0_f64, |most, tick| most.max(tick.abs()));
    if most < 10_000.0 {
        return ticks.iter().map(|tick| exact(*tick, unit)).collect();
    }
    let is_true = |decimals: &usize| {
        let shift = 10_f64.powi(i32::try_from(*decimals).unwrap_or_default());
        ticks.iter().all(|tick| {
            let scaled = tick.abs() / step_of(tick.abs()).map_or(1.0, |(step, _)| step) * shift;
            (scaled - scaled.round()).abs() < 1e-6 * scaled.max(1.0)
        })
    };
    let decimals = (0..=4).find(is_true).unwrap_or(4);
    ticks
        .iter()
        .map(|tick| short(*tick, unit, decimals))
        .collect()
}

fn with_unit(is_negative: bool, digits: &str, unit: &str) -> String {
    let sign = if is_negative { "−" } else { "" };
    let unit = unit.trim();
    if unit.is_empty() {
        format!("{sign}{digits}")
    } else if CURRENCIES.contains(&unit) {
        let space = if unit.chars().count() > 2 { " " } else { "" };
        format!("{sign}{unit}{space}{digits}")
    } else if unit == "%" {
        format!("{sign}{digits}%")
    } else {
        format!("{sign}{digits} {unit}")
    }
}

/// `1234567.5` → `1,234,567.5`
fn grouped(digits: &str) -> String {
    let (whole, rest) = match digits.split_once('.') {
        Some((whole, rest)) => (whole, Some(rest)),
        None => (digits, None),
    };
    let mut text = String::with_capacity(digits.len() + whole.len() / 3);
    for (place, digit) in whole.char_indices() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(rest) = rest {
        text.push('.');
        text.push_str(rest);
    }
    text
}

/// Round values that span `low` to `high`, about `wanted` of them; at least two.
pub fn ticks(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let (low, high) = (low.min(high), low.max(high));
    let span = high - low;
    if !span.is_finite() || span <= 0.0 {
        let (low, high) = around(low);
        return vec![low, high];
    }
    let rough = span / wanted.max(1) as f64;
    let magnitude = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * magnitude)
        .find(|step| *step >= rough)
        .unwrap_or(10.0 * magnitude);
    let first = (low / step).floor();
    let count = ((high / step).ceil() - first).clamp(1.0, 50.0) as usize;
    (0..=count)
        // One multiplication a tick: adding up would drift.
        .map(|place| (first + place as f64) * step)
        .collect()
}

fn around(value: f64) -> (f64, f64) {
    if !value.is_finite() || value == 0.0 {
        (0.0, 1.0)
    } else if value > 0.0 {
        (0.0, value)
    } else {
        (value, 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_figure_has_its_thousands_apart_and_its_unit_where_people_write_it() {
        assert_eq!(exact(1_234_567.5, "€"), "€1,234,567.50");
        assert_eq!(exact(1_234_567.5, "hours"), "1,234,567.5 hours");
        assert_eq!(exact(-1_200.0, "$"), "−$1,200");
        assert_eq!(exact(12.0, "days"), "12 days");
        assert_eq!(exact(45.678, "%"), "45.68%");
        assert_eq!(exact(0.0, ""), "0");
        assert_eq!(exact(-0.001, ""), "−0.001");
        assert_eq!(exact(999.0, "CHF"), "CHF 999");
        assert_eq!(exact(f64::NAN, "€"), "–");
    }

    #[test]
    fn a_short_figure_keeps_only_what_tells_its_size() {
        assert_eq!(short(1_250_000.0, "€", 1), "€1.2M");
        assert_eq!(short(-48_000.0, "", 0), "−48k");
        assert_eq!(short(999_900.0, "", 1), "1M");
        assert_eq!(short(7.25, "h", 1), "7.25 h");
    }

    #[test]
    fn ticks_that_lie_close_together_are_told_apart() {
        let labels = of_ticks(&[1_000_000.0, 1_002_000.0, 1_004_000.0], "");
        assert_eq!(labels, ["1M", "1.002M", "1.004M"]);
    }

    proptest! {
        #[test]
        fn ticks_are_few_and_reach_from_below_to_above(low in -1e15..1e15_f64, span in 0.0..1e15_f64) {
            let high = low + span;
            let ticks = ticks(low, high, 5);
            prop_assert!((2..=51).contains(&ticks.len()));
            prop_assert!(ticks.windows(2).all(|pair| pair[0] < pair[1]));
            if high > low {
                let room = (high - low) * 1e-9 + low.abs() * 1e-9;
                prop_assert!(ticks[0] <= low + room && ticks[ticks.len() - 1] >= high - room);
            }
        }
    }
}
