//! What models cost, in dollars per million tokens, by family. Providers change prices seldom;
//! a model that is not listed has no price, and the footer then shows tokens alone.

use super::Price;

/// Reading the cache costs a tenth of fresh input, writing it a quarter more.
const fn claude(input: f64, output: f64) -> Price {
    Price {
        input,
        output,
        cache_read: input / 10.0,
        cache_write: input * 1.25,
    }
}

/// The first prefix that fits decides, so narrower ones stand before wider ones.
const PRICES: [(&str, Price); 10] = [
    ("claude-3-haiku", claude(0.25, 1.25)),
    ("claude-3-5-haiku", claude(0.8, 4.0)),
    ("claude-haiku-", claude(1.0, 5.0)),
    ("claude-3-opus", claude(15.0, 75.0)),
    ("claude-opus-4-0", claude(15.0, 75.0)),
    ("claude-opus-4-1", claude(15.0, 75.0)),
    ("claude-opus-4-2025", claude(15.0, 75.0)),
    ("claude-opus-", claude(5.0, 25.0)),
    ("claude-sonnet-", claude(3.0, 15.0)),
    ("claude-3", claude(3.0, 15.0)),
];

/// Also with the vendor in front, as gateways write it: `anthropic/claude-sonnet-4-5`.
pub fn of(model: &str) -> Option<Price> {
    let name = model.rsplit('/').next().unwrap_or(model);
    PRICES
        .iter()
        .find(|(prefix, _)| name.starts_with(prefix))
        .map(|(_, price)| *price)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Usage;

    #[test]
    fn the_family_of_a_model_decides_its_price() {
        let input = |model| of(model).map(|price| price.input);
        assert_eq!(input("claude-sonnet-4-5-20250929"), Some(3.0));
        assert_eq!(input("anthropic/claude-opus-4-5"), Some(5.0));
        assert_eq!(input("claude-opus-4-1-20250805"), Some(15.0));
        assert_eq!(input("claude-haiku-4-5"), Some(1.0));
        assert_eq!(input("claude-3-7-sonnet-latest"), Some(3.0));
        assert_eq!(input("llama3.3"), None);
    }

    #[test]
    fn cached_input_is_cheaper_to_read_and_dearer_to_write() {
        let price = of("claude-sonnet-4-5").unwrap();
        let usage = Usage {
            input: 1_000,
            output: 100,
            cache_read: 10_000,
            cache_write: 2_000,
        };
        // 3,000 + 1,500 + 3,000 + 7,500 millionths of a dollar.
        assert_eq!(price.micros(usage), 15_000);
    }
}
