//! What one run may cost, as people write it: in dollars.

const DOLLAR: f64 = 1_000_000.0;
/// What is as dear as this was not meant.
const MOST: f64 = 10_000.0;

pub const HOW: &str = "Give an amount above nothing, such as 0.50.";

/// In millionths of a dollar; none for what is no sensible amount.
pub fn micros(dollars: f64) -> Option<i64> {
    (dollars > 0.0 && dollars < MOST).then_some((dollars * DOLLAR) as i64)
}

pub fn dollars(micros: i64) -> f64 {
    micros as f64 / DOLLAR
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_above_nothing_and_comes_back_as_it_was() {
        assert_eq!(micros(0.5), Some(500_000));
        assert_eq!(micros(0.5).map(dollars), Some(0.5));
        for nonsense in [0.0, -1.0, 10_000.0, f64::NAN, f64::INFINITY] {
            assert_eq!(micros(nonsense), None, "{nonsense}");
        }
    }
}
