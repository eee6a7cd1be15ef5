//! What models cost, in dollars per million tokens: as the configuration says, else by family.
//! Providers change prices seldom; a model that is in neither has no price, and the footer then
//! shows tokens alone.

use super::Price;
use crate::base::config::NamedPrice;
use std::collections::BTreeMap;
use std::sync::Arc;

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

/// The prices that the configuration names, before those that are known.
#[derive(Debug, Clone, Default)]
pub struct Prices(Arc<BTreeMap<String, Price>>);

impl Prices {
    pub fn named(prices: &[NamedPrice]) -> Self {
        let named = prices.iter().map(|it| {
            let cached = it.cached.unwrap_or(it.input);
            let price = Price {
                input: it.input,
                output: it.output,
                cache_read: cached,
                // Only Claude takes more for it.
                cache_write: known(&it.model).map_or(it.input, |_| it.input * 1.25),
            };
            (it.model.clone(), price)
        });
        Self(Arc::new(named.collect()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Also with the vendor in front, as gateways write it: `anthropic/claude-sonnet-4-5`.
    pub fn of(&self, model: &str) -> Option<Price> {
        let named = self.0.get(model).or_else(|| self.0.get(bare(model)));
        named.copied().or_else(|| known(model))
    }
}

fn bare(model: &str) -> &str {
    model.rsplit('/').next().unwrap_or(model)
}

fn known(model: &str) -> Option<Price> {
    let name = bare(model);
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
        let input = |model| known(model).map(|price| price.input);
        assert_eq!(input("claude-sonnet-4-5-20250929"), Some(3.0));
        assert_eq!(input("anthropic/claude-opus-4-5"), Some(5.0));
        assert_eq!(input("claude-opus-4-1-20250805"), Some(15.0));
        assert_eq!(input("claude-haiku-4-5"), Some(1.0));
        assert_eq!(input("claude-3-7-sonnet-latest"), Some(3.0));
        assert_eq!(input("llama3.3"), None);
    }

    #[test]
    fn a_price_of_the_configuration_goes_before_a_known_one() {
        let named = |model: &str, cached| NamedPrice {
            model: model.to_owned(),
            input: 2.0,
            output: 8.0,
            cached,
        };
        let prices = Prices::named(&[named("gpt-5", Some(0.5)), named("claude-sonnet-4-5", None)]);
        let of = |model| {
            prices
                .of(model)
                .map(|it| (it.input, it.cache_read, it.cache_write))
        };
        assert_eq!(of("gpt-5"), Some((2.0, 0.5, 2.0)));
        assert_eq!(of("openai/gpt-5"), Some((2.0, 0.5, 2.0)));
        assert_eq!(of("gpt-5-mini"), None, "it is another one");
        assert_eq!(of("claude-sonnet-4-5"), Some((2.0, 2.0, 2.5)));
        assert_eq!(of("claude-haiku-4-5").map(|it| it.0), Some(1.0));
    }

    #[test]
    fn cached_input_is_cheaper_to_read_and_dearer_to_write() {
        let price = known("claude-sonnet-4-5").unwrap();
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
