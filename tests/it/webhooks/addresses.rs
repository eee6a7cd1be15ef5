//! Addresses of their own, for systems that Penny is not registered with.

use super::*;

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap();
    rest.split_once(after).unwrap().0
}

#[tokio::test]
async fn an_administrator_makes_an_address_and_only_they_get_to_see_it() {
    let company = Company::with(|app| app.keeping_logs()).await;
    let (maya, jonas) = (
        company.app.slack.person("maya").unwrap(),
        company.app.slack.person("jonas").unwrap(),
    );
    let stripe = "/penny connect webhook stripe";
    jonas.runs_command("sales", stripe).await.unwrap();
    company
        .app
        .is_told(&jonas, "sales", "an administrator of this workspace")
        .await;
    for (typed, said) in [
        ("/penny connect webhook", "`/penny connect webhook stripe`"),
        ("/penny connect webhook <!channel>", "at most 40 letters"),
        (stripe, "This is shown once"),
    ] {
        maya.runs_command("sales", typed).await.unwrap();
        company.app.is_told(&maya, "sales", said).await;
    }
    let shown = company
        .app
        .is_told(&maya, "sales", "This is shown once")
        .await;
    let address = between(&shown, "Send to: `", "`").to_owned();
    let secret = between(&shown, "Sign with: `", "`").to_owned();
    assert_eq!(sent(&company, &address, &secret, "{}").await.status, 200);
    company.app.settles().await;
    assert_eq!(company.events().await, ["webhook.received"]);
    let (_, part) = address.rsplit_once('/').unwrap();
    let logs = company.app.logs.clone().unwrap();
    company.app.stop().await;
    let text = logs.text();
    assert!(
        text.contains("an address was opened"),
        "nothing was captured"
    );
    for canary in [secret.as_str(), part] {
        assert_eq!(text.lines().find(|line| line.contains(canary)), None);
    }
}

/// Sends something to an address of its own.
pub async fn sent(company: &Company, address: &str, secret: &str, body: &str) -> Answered {
    let moment = now().to_string();
    let signature = &penny::connectors::webhook::SIGNATURE;
    let headers = signed(signature, secret, &[&moment, ".", body]);
    let path = address.strip_prefix(PUBLIC).unwrap();
    let headers = headers.header("x-penny-timestamp", &moment);
    headers.post(&company.app, path, body).await
}

impl Company {
    /// What an administrator is given: where to send to, and what to sign with.
    pub async fn opens_an_address(&self, label: &str) -> (String, String) {
        let connections = &self.app.process().app.services.connections;
        let connector = registry::find("webhook").unwrap();
        let opened = connections.open_address(self.org, self.maya, connector, label);
        let opened = opened.await.unwrap();
        (
            format!("{PUBLIC}/webhooks/webhook/{}", opened.address.expose()),
            opened.secret.expose().to_owned(),
        )
    }
}

#[tokio::test]
async fn an_address_of_its_own_is_heard_with_its_own_secret_until_it_is_made_anew() {
    let company = Company::start().await;
    let (stripe, stripes) = company.opens_an_address("Stripe").await;
    let (other, others) = company.opens_an_address("Typeform").await;
    let body = r#"{"amount": 12}"#;
    for (address, secret, status) in [
        (&stripe, &stripes, 200),
        (&other, &others, 200),
        (&stripe, &others, 401),
        (&format!("{PUBLIC}/webhooks/webhook/made-up"), &stripes, 401),
    ] {
        assert_eq!(sent(&company, address, secret, body).await.status, status);
    }
    company.app.settles().await;
    let fields = "select concat_ws(' ', c.name, e.payload -> 'body' ->> 'amount')
         from core.events as e join core.connections as c using (org_id, connection_id)
         where e.kind = 'webhook.received' order by 1";
    let heard = ["Webhook Stripe 12", "Webhook Typeform 12"];
    assert_eq!(company.app.texts(fields).await, heard);
    let (again, anew) = company.opens_an_address("stripe").await;
    assert_ne!(again, stripe);
    assert_eq!(sent(&company, &stripe, &stripes, "1").await.status, 401);
    assert_eq!(sent(&company, &again, &anew, "1").await.status, 200);
    company.app.settles().await;
    let here = format!("select from core.connections as t where t::text like '%{anew}%'");
    assert_eq!(company.app.count(&here).await, 0, "secrets are sealed");
    company.app.stop().await;
}

#[tokio::test]
async fn what_is_too_long_to_become_an_event_is_refused_at_once_and_not_kept() {
    let company = Company::start().await;
    let (address, secret) = company.opens_an_address("Stripe").await;
    let most = 64 * 1024;
    let text = |length: usize| format!("\"{}\"", "a".repeat(length - 2));
    for (length, status) in [(most + 1, 413), (most, 200)] {
        let answer = sent(&company, &address, &secret, &text(length)).await;
        assert_eq!(answer.status, status, "{length}");
    }
    company.app.settles().await;
    assert_eq!(company.deliveries().await, ["done"]);
    assert_eq!(company.events().await, ["webhook.received"]);
    company.app.stop().await;
}
