//! What a configuration needs, says of what is wrong, and keeps to itself.

use super::*;

fn complete() -> Source {
    Source::default()
        .set("DATABASE_URL", "postgres://localhost/penny")
        .set("SLACK_SIGNING_SECRET", "canary-signing")
        .set("SLACK_BOT_TOKEN", "xoxb-canary")
        .set("PENNY_SECRET_KEY", "canary-key")
        .set("ANTHROPIC_API_KEY", "sk-ant-canary")
}

#[test]
fn the_variables_of_one_workspace_are_enough() {
    let config = Config::read(&complete()).unwrap();
    assert_eq!(config.slack.api_url.as_str(), "https://slack.com/api");
    assert_eq!(config.models.model, "auto");
    assert!(config.models.openai.is_none());
}

#[test]
fn every_error_names_its_variable() {
    for name in [
        "DATABASE_URL",
        "SLACK_SIGNING_SECRET",
        "SLACK_BOT_TOKEN",
        "PENNY_SECRET_KEY",
    ] {
        let error = Config::read(&complete().set(name, "")).unwrap_err();
        assert!(error.to_string().starts_with(name), "{error}");
    }
    for (name, value) in [
        ("PORT", "http"),
        ("PENNY_PUBLIC_URL", "ftp://x"),
        ("PENNY_MAX_COST_USD", "-1"),
        ("PENNY_ORG_USD_PER_DAY", "lots"),
        ("PENNY_PRICES", "dear"),
    ] {
        let error = Config::read(&complete().set(name, value)).unwrap_err();
        assert!(error.to_string().starts_with(name), "{error}");
        assert!(!error.to_string().contains(value), "{error}");
    }
}

#[test]
fn debug_of_a_whole_configuration_shows_no_secret() {
    assert!(!format!("{:?}", Config::read(&complete()).unwrap()).contains("canary"));
}

#[test]
fn a_bound_over_all_turns_is_switched_off_by_nothing_and_one_of_a_turn_is_not() {
    let limits = |name, value| Config::read(&complete().set(name, value)).map(|it| it.limits);
    let usual = limits("PENNY_TURNS_PER_HOUR", "600").unwrap();
    assert_eq!(usual.caps.org_micros, Some(500_000_000));
    let off = limits("PENNY_ORG_USD_PER_DAY", "0").unwrap();
    assert_eq!(off.caps.org_micros, None);
    let off = limits("PENNY_CHANNEL_TURNS_PER_HOUR", "0").unwrap();
    assert_eq!(off.caps.channel_turns, None);
    assert!(limits("PENNY_MAX_COST_USD", "0").is_err());
}
