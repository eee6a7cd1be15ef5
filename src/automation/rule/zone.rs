//! Time zones as people name them: `Europe/Berlin`, `London time`, `New York`, `PST`, `UTC`.

use chrono_tz::{TZ_VARIANTS, Tz};

/// What people write for a zone that no city in the database is called.
const SPOKEN: [(&str, Tz); 39] = [
    ("utc", Tz::UTC),
    ("gmt", Tz::UTC),
    ("z", Tz::UTC),
    ("eastern", Tz::America__New_York),
    ("central", Tz::America__Chicago),
    ("mountain", Tz::America__Denver),
    ("pacific", Tz::America__Los_Angeles),
    ("et", Tz::America__New_York),
    ("est", Tz::America__New_York),
    ("edt", Tz::America__New_York),
    ("ct", Tz::America__Chicago),
    ("cst", Tz::America__Chicago),
    ("cdt", Tz::America__Chicago),
    ("mt", Tz::America__Denver),
    ("mst", Tz::America__Denver),
    ("mdt", Tz::America__Denver),
    ("pt", Tz::America__Los_Angeles),
    ("pst", Tz::America__Los_Angeles),
    ("pdt", Tz::America__Los_Angeles),
    ("san francisco", Tz::America__Los_Angeles),
    ("seattle", Tz::America__Los_Angeles),
    ("boston", Tz::America__New_York),
    ("washington", Tz::America__New_York),
    ("cet", Tz::Europe__Berlin),
    ("cest", Tz::Europe__Berlin),
    ("munich", Tz::Europe__Berlin),
    ("hamburg", Tz::Europe__Berlin),
    ("barcelona", Tz::Europe__Madrid),
    ("bst", Tz::Europe__London),
    ("uk", Tz::Europe__London),
    ("ist", Tz::Asia__Kolkata),
    ("mumbai", Tz::Asia__Kolkata),
    ("bangalore", Tz::Asia__Kolkata),
    ("jst", Tz::Asia__Tokyo),
    ("sgt", Tz::Asia__Singapore),
    ("hkt", Tz::Asia__Hong_Kong),
    ("aest", Tz::Australia__Sydney),
    ("aedt", Tz::Australia__Sydney),
    ("awst", Tz::Australia__Perth),
];

/// A zone by its name in the database, by its city, or by what people call it.
pub fn by_name(name: &str) -> Option<Tz> {
    let name = name.trim().to_lowercase().replace('_', " ");
    if name.is_empty() {
        return None;
    }
    let spoken = SPOKEN.iter().find(|(spoken, _)| *spoken == name);
    if let Some((_, zone)) = spoken {
        return Some(*zone);
    }
    if let Some(zone) = offset(&name) {
        return Some(zone);
    }
    let full = |zone: &Tz| zone.name().to_lowercase().replace('_', " ");
    let named = TZ_VARIANTS.iter().find(|zone| full(zone) == name);
    // Only a place counts: `Etc/GMT+5` and the like have signs that nobody expects.
    let city = |zone: &&Tz| {
        let full = full(zone);
        let place = full.rsplit('/').next();
        place == Some(name.as_str()) && full.contains('/') && !full.starts_with("etc/")
    };
    named.or_else(|| TZ_VARIANTS.iter().find(city)).copied()
}

/// `UTC+2`: the database counts these the other way round.
fn offset(name: &str) -> Option<Tz> {
    let hours = ["utc", "gmt"]
        .iter()
        .find_map(|start| name.strip_prefix(start))?;
    let (sign, hours) = match hours.split_at_checked(1)? {
        ("+", hours) => ('-', hours),
        ("-", hours) => ('+', hours),
        _ => return None,
    };
    let hours: u32 = hours.strip_suffix(":00").unwrap_or(hours).parse().ok()?;
    format!("Etc/GMT{sign}{hours}").parse().ok()
}

/// As people write it.
pub fn shown(zone: Tz) -> String {
    let name = zone.name();
    match name
        .strip_prefix("Etc/GMT")
        .map(|hours| hours.split_at(hours.len().min(1)))
    {
        Some(("-", hours)) => format!("UTC+{hours}"),
        Some(("+", hours)) => format!("UTC-{hours}"),
        _ => name.to_owned(),
    }
}

/// The zone that Slack knows of somebody, or UTC where it knows none.
pub fn zone_or_utc(name: Option<&str>) -> Tz {
    name.and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC)
}

/// A zone is stored by its name.
pub mod name {
    use super::Tz;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(zone.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse()
            .map_err(|_| D::Error::custom(format!("no time zone is called {name:?}")))
    }
}
