//! `/penny digest on 8:30 in #sales`, as somebody typed it.

use super::rule::{Asked, Rule};
use super::spoken::{Place, Unclear, place, when};

/// Unless somebody says when.
pub const USUAL_FOR_PERSON: &str = "every weekday at 8:30";
pub const USUAL_FOR_CHANNEL: &str = "every weekday at 9:00";

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Says whether it is on.
    Look,
    On {
        place: Place,
        said: String,
        rule: Rule,
    },
    Off {
        place: Place,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotUnderstood {
    #[error("{0}")]
    Time(#[from] Unclear),
    #[error("a digest is switched on or off")]
    Word,
}

/// Without a place it is one's own.
pub fn read(typed: &str, asked: Asked) -> Result<Wish, NotUnderstood> {
    let (word, rest) = typed
        .trim()
        .split_once(char::is_whitespace)
        .unwrap_or((typed.trim(), ""));
    if let Some(name) = rest.split_whitespace().find(|word| word.starts_with('#')) {
        return Err(Unclear::NoSuchChannel(name.to_owned()).into());
    }
    let names_here = rest.split_whitespace().any(|word| word == "here");
    let (time, place) = match place(rest) {
        (time, Place::Here) if !names_here => (time, Place::Direct),
        found => found,
    };
    match word.to_lowercase().as_str() {
        "" => Ok(Wish::Look),
        "on" => {
            let said = said(&time, &place);
            let rule = when(&said, asked)?;
            Ok(Wish::On { place, said, rule })
        }
        "off" if time.is_empty() => Ok(Wish::Off { place }),
        _ => Err(NotUnderstood::Word),
    }
}

/// An hour by itself means every weekday.
fn said(time: &str, place: &Place) -> String {
    let hour = time.strip_prefix("at ").unwrap_or(time);
    if hour.is_empty() {
        return match place {
            Place::Direct => USUAL_FOR_PERSON,
            Place::Here | Place::Channel(_) => USUAL_FOR_CHANNEL,
        }
        .to_owned();
    }
    if hour.starts_with(|letter: char| letter.is_ascii_digit()) && hour.split(' ').count() <= 2 {
        format!("every weekday at {hour}")
    } else {
        time.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::ChannelId;
    use chrono_tz::Tz;

    fn wish(typed: &str) -> Result<Wish, NotUnderstood> {
        let asked = Asked {
            at: "2026-11-21T12:00:00Z".parse().unwrap(),
            zone: Tz::Europe__Berlin,
        };
        read(typed, asked)
    }

    fn on(typed: &str) -> (Place, String) {
        match wish(typed) {
            Ok(Wish::On { place, rule, .. }) => (place, rule.words()),
            other => panic!("{typed}: {other:?}"),
        }
    }

    #[test]
    fn an_hour_alone_means_every_weekday_and_ones_own_digest() {
        let half_past_eight = "every weekday at 08:30 (Europe/Berlin)".to_owned();
        for typed in ["on 8:30", "on at 8:30", "on", "ON 8:30", "on 8:30 am"] {
            assert_eq!(
                on(typed),
                (Place::Direct, half_past_eight.clone()),
                "{typed}"
            );
        }
        assert_eq!(
            on("on every day at 7"),
            (
                Place::Direct,
                "every day at 07:00 (Europe/Berlin)".to_owned()
            )
        );
    }

    #[test]
    fn a_channel_is_named_or_here() {
        let nine = "every weekday at 09:00 (Europe/Berlin)".to_owned();
        assert_eq!(on("on here"), (Place::Here, nine.clone()));
        assert_eq!(
            on("on 9 in <#C1|sales>"),
            (Place::Channel(ChannelId::new("C1")), nine)
        );
        assert_eq!(
            wish("off in <#C1|sales>"),
            Ok(Wish::Off {
                place: Place::Channel(ChannelId::new("C1"))
            })
        );
        assert_eq!(
            wish("off"),
            Ok(Wish::Off {
                place: Place::Direct
            })
        );
    }

    #[test]
    fn what_is_not_understood_is_no_switch() {
        assert_eq!(wish(""), Ok(Wish::Look));
        assert_eq!(wish("maybe"), Err(NotUnderstood::Word));
        assert_eq!(wish("off 8:30"), Err(NotUnderstood::Word));
        assert!(matches!(wish("on at noonish"), Err(NotUnderstood::Time(_))));
        for typed in ["on 9 in #salez", "off in #salez"] {
            let unknown = Unclear::NoSuchChannel("#salez".to_owned());
            assert_eq!(wish(typed), Err(NotUnderstood::Time(unknown)), "{typed}");
        }
    }
}
