//! Installing Penny: consent, code, tokens, rotation, organisations, and the end of it.

use super::*;
use std::time::Duration;

const REDIRECT: &str = "https://penny.example/slack/oauth";

/// Presses Allow and returns the query that the redirect carries.
async fn consent(
    stage: &Stage,
    team: &str,
    decision: &str,
) -> std::collections::HashMap<String, String> {
    let form = [
        ("client_id", AppSetup::default().client_id),
        ("scope", "chat:write,users:read".to_owned()),
        ("state", "s1".to_owned()),
        ("redirect_uri", REDIRECT.to_owned()),
        ("team", team.to_owned()),
        ("decision", decision.to_owned()),
    ];
    let page = format!("{}/oauth/v2/authorize", stage.slack.base_url());
    let response = stage.client.post(page).form(&form).send().await.unwrap();
    let target = url::Url::parse(response.headers()["location"].to_str().unwrap()).unwrap();
    assert!(target.as_str().starts_with(REDIRECT));
    target.query_pairs().into_owned().collect()
}

async fn exchange(stage: &Stage, fields: &[(&str, &str)]) -> Value {
    let app = AppSetup::default();
    let request = stage
        .post("oauth.v2.access")
        .basic_auth(app.client_id, Some(app.client_secret.expose()));
    request
        .form(fields)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
}

#[tokio::test]
async fn allow_leads_to_a_token_that_works_and_a_code_works_once() {
    let stage = Stage::set(Setup::small().uninstalled()).await;
    assert!(stage.slack.bot_token().is_none());
    let back = consent(&stage, "T0PLAY", "allow").await;
    assert_eq!(back["state"], "s1");
    let fields = [("code", back["code"].as_str()), ("redirect_uri", REDIRECT)];
    let granted = exchange(&stage, &fields).await;
    assert_eq!(granted["team"]["id"], "T0PLAY");
    assert_eq!(granted["scope"], "chat:write,users:read");
    let token = granted["access_token"].as_str().unwrap();
    let known = stage
        .post("auth.test")
        .bearer_auth(token)
        .send()
        .await
        .unwrap()
        .json::<Value>()
        .await
        .unwrap();
    assert_eq!(known["user_id"], granted["bot_user_id"]);
    assert_eq!(exchange(&stage, &fields).await["error"], "invalid_code");
    assert_eq!(
        consent(&stage, "T0PLAY", "deny").await["error"],
        "access_denied"
    );
}

#[tokio::test]
async fn the_code_is_bound_to_its_redirect_and_the_client_must_know_its_secret() {
    let stage = Stage::set(Setup::small().uninstalled()).await;
    let back = consent(&stage, "T0PLAY", "allow").await;
    let elsewhere = [
        ("code", back["code"].as_str()),
        ("redirect_uri", "https://evil.example/"),
    ];
    assert_eq!(
        exchange(&stage, &elsewhere).await["error"],
        "bad_redirect_uri"
    );
    let guess = stage
        .post("oauth.v2.access")
        .basic_auth(AppSetup::default().client_id, Some("guess"));
    assert_eq!(
        guess.send().await.unwrap().json::<Value>().await.unwrap()["error"],
        "bad_client_secret"
    );
}

#[tokio::test]
async fn a_rotating_token_expires_and_its_refresh_half_works_once() {
    let clock = still();
    let setup = Setup::small()
        .uninstalled()
        .clock(clock.clone())
        .app(|app| app.token_rotation = true);
    let stage = Stage::set(setup).await;
    let back = consent(&stage, "T0PLAY", "allow").await;
    let granted = exchange(&stage, &[("code", &back["code"])]).await;
    assert_eq!(granted["expires_in"], 43_200);
    clock.advance(Duration::from_secs(43_200));
    let old = granted["access_token"].as_str().unwrap();
    let late = stage
        .post("auth.test")
        .bearer_auth(old)
        .send()
        .await
        .unwrap();
    assert_eq!(
        late.json::<Value>().await.unwrap()["error"],
        "token_expired"
    );
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", granted["refresh_token"].as_str().unwrap()),
    ];
    let renewed = exchange(&stage, &refresh).await;
    let fresh = stage
        .post("auth.test")
        .bearer_auth(renewed["access_token"].as_str().unwrap());
    assert_eq!(
        fresh.send().await.unwrap().json::<Value>().await.unwrap()["ok"],
        true
    );
    assert_eq!(
        exchange(&stage, &refresh).await["error"],
        "invalid_refresh_token"
    );
}

#[tokio::test]
async fn an_organisation_installs_once_for_all_its_workspaces() {
    let setup = Setup::small()
        .enterprise("E0GRID", "Grid Inc")
        .team(Team::new("T0SECOND", "Second"))
        .person(Person::new("U0DORA", "Dora Second").of_team("T0SECOND".into()))
        .uninstalled();
    let stage = Stage::set(setup).await;
    let back = consent(&stage, "org", "allow").await;
    let granted = exchange(&stage, &[("code", &back["code"])]).await;
    assert_eq!(
        (&granted["team"], &granted["is_enterprise_install"]),
        (&Value::Null, &json!(true))
    );
    assert_eq!(granted["enterprise"]["id"], "E0GRID");
    let token = granted["access_token"].as_str().unwrap();
    let list = async |args: Value| {
        let call = stage.post("users.list").bearer_auth(token).json(&args);
        call.send().await.unwrap().json::<Value>().await.unwrap()
    };
    assert_eq!(list(json!({})).await["error"], "missing_argument");
    assert_eq!(
        list(json!({"team_id": "T0SECOND"})).await["members"][0]["id"],
        "U0DORA"
    );
    stage
        .slack
        .person("dora")
        .unwrap()
        .tells_penny("hi")
        .await
        .unwrap();
    let heard = stage.ear.last().event();
    assert_eq!(
        (&heard["team_id"], &heard["enterprise_id"]),
        (&json!("T0SECOND"), &json!("E0GRID"))
    );
    assert_eq!(heard["authorizations"][0]["team_id"], Value::Null);
    assert_eq!(heard["authorizations"][0]["is_enterprise_install"], true);
}

#[tokio::test]
async fn uninstalling_tells_penny_and_ends_the_token() {
    let stage = Stage::small().await;
    stage.alice().uninstall().await.unwrap();
    let mut told = stage.ear.event_types();
    told.sort_unstable();
    assert_eq!(told, ["app_uninstalled", "tokens_revoked"]);
    assert_eq!(
        stage.error_of("auth.test", json!({})).await,
        "account_inactive"
    );
    assert!(stage.alice().tells_penny("hi").await.is_err());
}
