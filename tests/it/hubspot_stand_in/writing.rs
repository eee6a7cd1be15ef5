//! Records made, changed and archived, what is refused, and letting an app in.

use super::*;
use penny::playground::systems::hubspot::{COMPANIES, CONTACTS, DEALS, Fault};

impl Client {
    async fn patches(&self, path: &str, properties: Value) -> (u16, Value) {
        let change = json!({"properties": properties});
        let sent = self.request(Method::PATCH, path).json(&change).send();
        answer(sent.await.unwrap()).await
    }

    async fn deletes(&self, path: &str) -> u16 {
        let sent = self.request(Method::DELETE, path).send().await;
        sent.unwrap().status().as_u16()
    }

    /// The token endpoint, which takes a form and no token.
    async fn asks_for_tokens(&self, form: &[(&str, &str)]) -> (u16, Value) {
        let (id, secret) = self.hubspot.client();
        let mut whole = vec![("client_id", id), ("client_secret", secret.expose())];
        whole.extend(form);
        let url = format!("{}/oauth/v1/token", self.hubspot.url());
        answer(self.http.post(url).form(&whole).send().await.unwrap()).await
    }

    async fn gets_with(&self, token: &str, path: &str) -> (u16, Value) {
        let url = format!("{}{path}", self.hubspot.url());
        let sent = self.http.get(url).bearer_auth(token).send().await;
        answer(sent.unwrap()).await
    }
}

#[tokio::test]
async fn records_are_made_changed_and_archived_over_the_api() {
    let client = Client::start().await;
    let company = client.hubspot.add(COMPANIES, &[]);
    let pipeline = client
        .hubspot
        .pipeline("Sales", &[("Offer", 0.4), ("Won", 1.0)]);
    let new = json!({
        "properties": {"dealname": "Renewal", "amount": 1200, "dealstage": pipeline.stages[0]},
        "associations": [{
            "to": {"id": company},
            "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 5}],
        }],
    });
    let (status, made) = client.posts(DEALS_PATH, &new).await;
    assert_eq!(
        (status, &made["properties"]["amount"]),
        (201, &"1200".into())
    );
    let one = format!("{DEALS_PATH}/{}", made["id"].as_str().unwrap());
    let change = json!({"properties": {"amount": "1500"}});
    let sent = client.request(Method::PATCH, &one).json(&change).send();
    assert_eq!(sent.await.unwrap().status(), 200);
    let (_, read) = client
        .gets(&format!("{one}?properties=amount&associations=companies"))
        .await;
    assert_eq!(read["properties"]["amount"], "1500");
    assert_eq!(
        read["associations"]["companies"]["results"][0]["id"],
        company
    );
    let gone = client.request(Method::DELETE, &one).send().await.unwrap();
    assert_eq!(gone.status(), 204);
    assert_eq!(client.gets(&one).await.0, 404);
}

#[tokio::test]
async fn what_was_archived_is_read_as_such_only() {
    let client = Client::start().await;
    let deal = client.hubspot.add(DEALS, &[("dealname", "Renewal")]);
    let one = format!("{DEALS_PATH}/{deal}");
    assert_eq!(client.gets(&format!("{one}?archived=true")).await.0, 404);
    assert_eq!(client.deletes(&one).await, 204);
    assert_eq!(client.deletes(&one).await, 204, "it is archived already");
    assert_eq!(client.gets(&one).await.0, 404);
    let (status, body) = client.gets(&format!("{one}?archived=true")).await;
    assert_eq!((status, &body["archived"]), (200, &true.into()));
    assert_eq!(client.patches(&one, json!({"dealname": "X"})).await.0, 404);
}

#[tokio::test]
async fn a_deal_that_comes_to_a_stage_is_open_won_or_lost() {
    let client = Client::start().await;
    let stages = [("Offer", 0.4), ("Won", 1.0), ("Lost", 0.0)];
    let pipeline = client.hubspot.pipeline("Sales", &stages);
    let deal = client.hubspot.add(DEALS, &[("dealname", "Renewal")]);
    let one = format!("{DEALS_PATH}/{deal}");
    for (stage, closed, won) in [
        (1, "true", "true"),
        (2, "true", "false"),
        (0, "false", "false"),
    ] {
        let stage = &pipeline.stages[stage];
        client.patches(&one, json!({"dealstage": stage})).await;
        let asked = format!("{one}?properties=hs_is_closed,hs_is_closed_won");
        let (_, body) = client.gets(&asked).await;
        assert_eq!(body["properties"]["hs_is_closed"], closed);
        assert_eq!(body["properties"]["hs_is_closed_won"], won);
    }
}

#[tokio::test]
async fn values_that_do_not_fit_are_refused_each_with_its_property() {
    let client = Client::start().await;
    client.hubspot.pipeline("Sales", &[("Offer", 0.4)]);
    let deal = client.hubspot.add(DEALS, &[("dealname", "Renewal")]);
    let one = format!("{DEALS_PATH}/{deal}");
    for (name, value, code) in [
        ("dealstage", "Offer", "INVALID_OPTION"),
        ("pipeline", "7", "INVALID_OPTION"),
        ("hubspot_owner_id", "7", "INVALID_OPTION"),
        ("amount", "a lot", "INVALID_NUMBER"),
        ("closedate", "soon", "INVALID_DATE"),
        ("colour", "red", "PROPERTY_DOESNT_EXIST"),
        ("hs_unique_creation_key", "mine", "READ_ONLY_VALUE"),
    ] {
        let (status, body) = client
            .patches(&one, json!({name: value, "dealname": "X"}))
            .await;
        assert_eq!(
            (status, &body["category"]),
            (400, &"VALIDATION_ERROR".into())
        );
        assert_eq!(body["errors"][0]["code"], code, "{body}");
        assert_eq!(body["errors"][0]["context"]["propertyName"], json!([name]));
    }
    assert_eq!(
        client.hubspot.records(DEALS)[0].properties["dealname"],
        "Renewal"
    );
    let (status, body) = client
        .posts(DEALS_PATH, &json!({"properties": {"dealname": "X"}}))
        .await;
    assert_eq!(status, 400);
    assert_eq!(
        body["errors"][0]["context"]["properties"],
        json!(["dealstage"])
    );
}

#[tokio::test]
async fn a_mail_address_belongs_to_one_contact_and_finds_it() {
    let client = Client::start().await;
    let hubspot = &client.hubspot;
    let ann = hubspot.add(CONTACTS, &[("email", "ann@acme.example")]);
    let bob = hubspot.add(CONTACTS, &[("email", "bob@acme.example")]);
    let path = "/crm/v3/objects/contacts";
    let second = json!({"properties": {"email": "Ann@Acme.example"}});
    let (status, body) = client.posts(path, &second).await;
    assert_eq!((status, &body["category"]), (409, &"CONFLICT".into()));
    let said = format!("Contact already exists. Existing ID: {ann}");
    assert_eq!(body["message"], said);
    let taken = json!({"email": "ann@acme.example"});
    assert_eq!(client.patches(&format!("{path}/{bob}"), taken).await.0, 409);
    let by_mail = |mail: &str| format!("{path}/{mail}?idProperty=email");
    let (_, body) = client.gets(&by_mail("ann%40acme.example")).await;
    assert_eq!(body["id"], ann);
    assert_eq!(client.gets(&by_mail("cy@acme.example")).await.0, 404);
}

#[tokio::test]
async fn an_answer_can_be_lost_before_and_after_a_write_took_effect() {
    let client = Client::start().await;
    let company = client.hubspot.add(COMPANIES, &[("name", "0")]);
    let one = format!("/crm/v3/objects/companies/{company}");
    let name = || client.hubspot.records(COMPANIES)[0].properties["name"].clone();
    let faults = client.hubspot.faults();
    for (fault, applied) in [
        (Fault::Status(503), false),
        (Fault::AppliedStatus(503), true),
        (Fault::Cut, true),
    ] {
        client
            .hubspot
            .change(COMPANIES, &company, &[("name", "0")])
            .unwrap();
        faults
            .on("/crm/v3/objects/companies")
            .method("PATCH")
            .hit(fault.clone());
        let change = json!({"properties": {"name": "1"}});
        let call = client.request(Method::PATCH, &one).json(&change);
        let failed = match whole(call).await {
            Ok((status, _)) => status == 503,
            Err(_) => true,
        };
        assert!(failed, "{fault:?}");
        assert_eq!(name() == "1", applied, "{fault:?}");
        assert_eq!(faults.unused(), 0);
    }
    faults.on("/crm/v3/objects/companies").hit(Fault::Cut);
    let gone = whole(client.request(Method::DELETE, &one)).await;
    assert!(gone.is_err(), "even an empty answer is lost");
}

/// An answer, if it comes to its end.
async fn whole(call: RequestBuilder) -> reqwest::Result<(u16, Vec<u8>)> {
    let sent = call.send().await?;
    let status = sent.status().as_u16();
    Ok((status, sent.bytes().await?.to_vec()))
}

#[tokio::test]
async fn an_app_is_let_in_by_consent_and_refreshes_what_expires() {
    let client = Client::start().await;
    let (id, _) = client.hubspot.client();
    let back = "https://penny.example/oauth/callback";
    let page = format!(
        "{}/oauth/authorize?client_id={id}&redirect_uri={back}&state=s1",
        client.hubspot.url()
    );
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let sent = http.build().unwrap().get(page).send().await.unwrap();
    let place = sent.headers()["location"].to_str().unwrap().to_owned();
    assert!(
        place.starts_with(back) && place.ends_with("&state=s1"),
        "{place}"
    );
    let code = place.split(['=', '&']).nth(1).unwrap();
    let grant = [("grant_type", "authorization_code"), ("code", code)];
    let (_, elsewhere) = client
        .asks_for_tokens(&[grant[0], ("code", "wrong"), ("redirect_uri", back)])
        .await;
    assert_eq!(elsewhere["status"], "BAD_AUTH_CODE");
    let form = [grant[0], grant[1], ("redirect_uri", back)];
    let (status, tokens) = client.asks_for_tokens(&form).await;
    assert_eq!((status, &tokens["expires_in"]), (200, &1800.into()));
    let (status, again) = client.asks_for_tokens(&form).await;
    assert_eq!((status, &again["status"]), (400, &"BAD_AUTH_CODE".into()));

    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(client.gets_with(access, DEALS_PATH).await.0, 200);
    client.clock.advance(Duration::from_secs(1800));
    let (status, body) = client.gets_with(access, DEALS_PATH).await;
    assert_eq!(
        (status, &body["category"]),
        (401, &"EXPIRED_AUTHENTICATION".into())
    );
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let (_, fresh) = client.asks_for_tokens(&form).await;
    let access = fresh["access_token"].as_str().unwrap();
    assert_eq!(client.gets_with(access, DEALS_PATH).await.0, 200);
    client.hubspot.expire_access();
    assert_eq!(client.gets_with(access, DEALS_PATH).await.0, 401);
    client.hubspot.revoke_token();
    let (_, refused) = client.asks_for_tokens(&form).await;
    assert_eq!(refused["status"], "BAD_REFRESH_TOKEN");
}

#[tokio::test]
async fn a_search_by_words_finds_what_is_called_so() {
    let client = Client::start().await;
    let acme = client.hubspot.add(
        COMPANIES,
        &[("name", "Acme Foods"), ("domain", "acme.example")],
    );
    client.hubspot.add(COMPANIES, &[("name", "Beta")]);
    for words in ["acme", "foods ac", "ACME.example"] {
        let (found, total) = client.finds("companies", &json!({"query": words})).await;
        assert_eq!((found, total), (vec![acme.clone()], 1), "{words}");
    }
    assert_eq!(
        client.finds("companies", &json!({"query": "cme"})).await.1,
        0
    );
}
