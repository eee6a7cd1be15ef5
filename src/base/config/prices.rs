//! What models cost that Penny knows no price of, as `PENNY_PRICES` says: without a price no bound
//! on money holds.

use super::{ConfigError, Source};

const NAME: &str = "PENNY_PRICES";
const FORM: &str = "prices look like gpt-5=1.25/10, or gpt-5=1.25/10/0.125 with cached input: \
    dollars per million tokens, input and output, with commas between models";

/// Dollars per million tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedPrice {
    pub model: String,
    pub input: f64,
    pub output: f64,
    /// Of input that the provider had kept; as dear as any other where nothing is said.
    pub cached: Option<f64>,
}

impl NamedPrice {
    pub(super) fn read(source: &Source) -> Result<Vec<Self>, ConfigError> {
        let named = source.text(NAME).unwrap_or_default().split(',');
        let named = named.map(str::trim).filter(|one| !one.is_empty());
        named
            .map(|one| {
                Self::parse(one).ok_or_else(|| ConfigError::Invalid {
                    name: NAME,
                    reason: FORM.to_owned(),
                })
            })
            .collect()
    }

    /// The name may be written as in `PENNY_MODEL`.
    fn parse(text: &str) -> Option<Self> {
        let (model, amounts) = text.rsplit_once('=')?;
        let model = model.trim();
        let model = model.strip_prefix("openai:").unwrap_or(model);
        let amounts: Vec<f64> = amounts
            .split('/')
            .map(|amount| amount.trim().parse().ok())
            .collect::<Option<_>>()?;
        let are_prices = amounts.iter().all(|it| it.is_finite() && *it >= 0.0);
        let (input, output, cached) = match amounts.as_slice() {
            [input, output] => (*input, *output, None),
            [input, output, cached] => (*input, *output, Some(*cached)),
            _ => return None,
        };
        (are_prices && !model.is_empty()).then(|| Self {
            model: model.to_owned(),
            input,
            output,
            cached,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_with_and_without_cached_input_and_nothing_else_is_taken_for_one() {
        let read = |text: &str| NamedPrice::read(&Source::default().set(NAME, text));
        let named = |model: &str, input, output, cached| NamedPrice {
            model: model.to_owned(),
            input,
            output,
            cached,
        };
        assert_eq!(read(""), Ok(Vec::new()));
        assert_eq!(
            read("openai:gpt-5 = 1.25/10/0.125, llama3.3:70b=0/0,"),
            Ok(vec![
                named("gpt-5", 1.25, 10.0, Some(0.125)),
                named("llama3.3:70b", 0.0, 0.0, None),
            ])
        );
        for wrong in [
            "gpt-5",
            "gpt-5=1",
            "gpt-5=1/x",
            "gpt-5=-1/2",
            "=1/2",
            "a=1/2/3/4",
            "a=NaN/1",
        ] {
            let error = read(wrong).unwrap_err().to_string();
            assert!(error.starts_with(NAME), "{wrong}: {error}");
        }
    }
}
