//! Installing Penny through OAuth, as the administrator's browser goes through it, and what comes
//! of the tokens: renewed once however many processes there are, revoked in the middle of a turn.

mod sealing;

use crate::support::TestApp;
use chrono::{TimeDelta, Utc};
use penny::base::ids::UserId;
use penny::jobs::housekeeping::nudge_refreshes;
use penny::models::Delta;
use penny::models::scripted::{Gate, Step};
use penny::playground::{AppSetup, Person, Setup, Team};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, redirect};
use std::collections::HashMap;
use url::Url;

const PUBLIC: &str = "https://penny.example";

struct Browser {
    app: TestApp,
    client: Client,
}

impl Browser {
    async fn open() -> Self {
        Self::open_in(|slack| slack, []).await
    }

    async fn open_in(
        slack: impl FnOnce(Setup) -> Setup,
        steps: impl IntoIterator<Item = Step>,
    ) -> Self {
        let setup = AppSetup::default();
        let app = TestApp::build(steps)
            .slack(slack)
            .setting("SLACK_CLIENT_ID", setup.client_id)
            .setting("SLACK_CLIENT_SECRET", setup.client_secret.expose())
            .setting("PENNY_PUBLIC_URL", PUBLIC)
            .start()
            .await;
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .build()
            .unwrap();
        Self { app, client }
    }

    /// Begins an installation: Slack's page of consent, and the cookie.
    async fn begins(&self) -> (Url, String) {
        let address = format!("{}/slack/install", self.app.address());
        let response = self.client.get(address).send().await.unwrap();
        let cookie = response.headers()[SET_COOKIE].to_str().unwrap().to_owned();
        for part in ["HttpOnly", "Secure", "SameSite=Lax"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let value = cookie.split(';').next().unwrap().to_owned();
        (target(&response), value)
    }

    /// Presses Allow or Cancel on Slack's page; what Slack sends the browser back with.
    async fn decides(&self, consent: &Url, decision: &str) -> Url {
        let team = self
            .app
            .texts("select workspace_id from core.installations")
            .await;
        self.decides_for(&team[0], consent, decision).await
    }

    async fn decides_for(&self, team: &str, consent: &Url, decision: &str) -> Url {
        let mut form: HashMap<String, String> = consent.query_pairs().into_owned().collect();
        form.insert("decision".to_owned(), decision.to_owned());
        form.insert("team".to_owned(), team.to_owned());
        let page = consent.as_str().split('?').next().unwrap();
        let response = self.client.post(page).form(&form).send().await.unwrap();
        target(&response)
    }

    async fn comes_back(&self, back: &Url, cookie: Option<&str>) -> (u16, String) {
        assert!(back.as_str().starts_with(PUBLIC), "{back}");
        let query = back.query().unwrap_or_default();
        let address = format!("{}{}?{query}", self.app.address(), back.path());
        let mut request = self.client.get(address);
        if let Some(cookie) = cookie {
            request = request.header(COOKIE, cookie);
        }
        let response = request.send().await.unwrap();
        assert!(response.headers().contains_key("content-security-policy"));
        (response.status().as_u16(), response.text().await.unwrap())
    }
}

impl Browser {
    /// The whole way, for a workspace or (`org`) for all of an organisation's.
    async fn installs_in(&self, team: &str) {
        let (consent, cookie) = self.begins().await;
        let back = self.decides_for(team, &consent, "allow").await;
        let (status, page) = self.comes_back(&back, Some(&cookie)).await;
        assert_eq!(status, 200, "{page}");
    }
}

fn target(response: &Response) -> Url {
    Url::parse(response.headers()[LOCATION].to_str().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn allow_installs_penny_once_and_only_in_the_browser_that_began() {
    let browser = Browser::open().await;
    let (consent, cookie) = browser.begins().await;
    let back = browser.decides(&consent, "allow").await;
    let (status, page) = browser.comes_back(&back, None).await;
    assert_eq!(status, 400, "{page}");
    let (status, page) = browser.comes_back(&back, Some(&cookie)).await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("Penny is in"), "{page}");
    let (status, page) = browser.comes_back(&back, Some(&cookie)).await;
    assert_eq!(status, 400);
    assert!(page.contains("has expired"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn anothers_browser_cannot_finish_what_one_began() {
    let browser = Browser::open().await;
    let (consent, _) = browser.begins().await;
    let (_, other) = browser.begins().await;
    let back = browser.decides(&consent, "allow").await;
    let (status, page) = browser.comes_back(&back, Some(&other)).await;
    assert_eq!(status, 400);
    assert!(page.contains("Begin again"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_installs_nothing_and_says_so() {
    let browser = Browser::open().await;
    let (consent, cookie) = browser.begins().await;
    let back = browser.decides(&consent, "deny").await;
    let (status, page) = browser.comes_back(&back, Some(&cookie)).await;
    assert_eq!(status, 400);
    assert!(page.contains("Nothing was installed"), "{page}");
}

/// When the tokens expire, as each running process believes.
fn expiries(app: &TestApp) -> Vec<TimeDelta> {
    let all = app.processes().map(|process| {
        let workspace = process.app.services.workspaces.get("T0WAYFOLD").unwrap();
        workspace.token_expires_at.unwrap() - Utc::now()
    });
    all.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_expires_is_renewed_once_by_two_processes_and_both_speak_with_it() {
    let rotating = |slack: Setup| slack.app(|app| app.token_rotation = true);
    let mut browser = Browser::open_in(rotating, [Step::says("Nine.").repeatedly()]).await;
    browser.app.start_another().await;
    browser.installs_in("T0WAYFOLD").await;
    let app = &browser.app;
    let exchanges = app.slack.calls().count("oauth.v2.access");
    let sealed = "select encode(bot_token, 'hex') from core.installations";
    let before = app.texts(sealed).await;

    app.execute("update core.installations set token_expires_at = now() + interval '1 hour'")
        .await;
    for process in app.processes() {
        process.app.services.workspaces.reload().await.unwrap();
    }
    assert!(expiries(app).iter().all(|left| *left < TimeDelta::hours(2)));
    for _ in 0..3 {
        let nudges = app
            .processes()
            .map(|process| nudge_refreshes(&process.app.services));
        for nudged in futures::future::join_all(nudges).await {
            nudged.unwrap();
        }
    }
    app.settles().await;
    assert_eq!(app.slack.calls().count("oauth.v2.access"), exchanges + 1);
    assert_ne!(app.texts(sealed).await, before);
    for process in app.processes() {
        process.app.services.workspaces.reload().await.unwrap();
    }
    assert!(
        expiries(app)
            .iter()
            .all(|left| *left > TimeDelta::hours(11))
    );

    let maya = app.slack.person("maya").unwrap();
    for address in app.processes().map(|process| process.address.clone()) {
        app.slack.point_at(&address);
        let said = maya.mentions_penny("sales", "how many?").await.unwrap();
        maya.waits_for_answer(&said.thread()).await.unwrap();
    }
    browser.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environments_token_leaves_tokens_that_can_be_renewed_alone() {
    let rotating = |slack: Setup| slack.app(|app| app.token_rotation = true);
    let mut browser = Browser::open_in(rotating, []).await;
    browser.installs_in("T0WAYFOLD").await;
    let app = &mut browser.app;
    let sealed = "select encode(bot_token, 'hex') || encode(refresh_token, 'hex')
        from core.installations";
    let before = app.texts(sealed).await;

    app.start_another().await;
    assert_eq!(app.texts(sealed).await, before);
    for left in expiries(app) {
        assert!(left > TimeDelta::hours(11), "each process uses them");
    }

    // Nobody could renew them: then the environment's token is what there is to work with.
    app.config.slack.oauth = None;
    app.start_another().await;
    let lasting = "select from core.installations
        where refresh_token is null and token_expires_at is null";
    assert_eq!(app.count(lasting).await, 1);
    browser.app.stop().await;
}

/// Two more workspaces beside the demo company's, in one organisation.
fn organisation(slack: Setup) -> Setup {
    slack
        .enterprise("E0GRID", "Wayfold Group")
        .team(Team::new("T0SECOND", "Second"))
        .team(Team::new("T0THIRD", "Third"))
        .person(Person::new("U0DORA", "Dora Second").of_team("T0SECOND".into()))
        .person(Person::new("U0EMIL", "Emil Third").of_team("T0THIRD".into()))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_installation_serves_every_workspace_of_an_organisation_and_no_other() {
    let browser = Browser::open_in(organisation, [Step::says("Nine.").repeatedly()]).await;
    browser.installs_in("org").await;
    // A workspace with an installation of its own is served by that one.
    browser.installs_in("T0WAYFOLD").await;
    let app = &browser.app;
    for name in ["dora", "emil", "maya"] {
        let person = app.slack.person(name).unwrap();
        let said = person.tells_penny("how many?").await.unwrap();
        assert!(said.was_acknowledged(), "{name}");
        let answer = person.waits_for_answer(&said.thread()).await.unwrap();
        assert!(answer.text.contains("Nine."), "{name}: {answer:?}");
    }
    app.settles().await;
    assert_eq!(
        app.texts(
            "select i.workspace_id || ' ' || count(*) from core.conversations c
             join core.installations i using (org_id) group by i.workspace_id order by 1"
        )
        .await,
        ["E0GRID 2", "T0WAYFOLD 1"]
    );
    browser.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_an_organisation_an_answer_is_streamed_to_the_askers_own_workspace() {
    let gate = Gate::default();
    let step = Step::says("Nine, all in all.")
        .streaming([Delta::Text("Nine,".to_owned())])
        .then_waits_for(&gate);
    let browser = Browser::open_in(organisation, [step]).await;
    browser.installs_in("org").await;
    let app = &browser.app;
    let dora = app.slack.person("dora").unwrap();
    let said = dora.tells_penny("how many?").await.unwrap();
    gate.reached().await;
    app.comes_true("the answer is streamed", async || {
        app.slack.calls().count("chat.startStream") == 1
    })
    .await;
    gate.open();
    dora.reads(&said.thread(), "Nine, all in all.")
        .await
        .unwrap();
    let streams = app.slack.calls().of("chat.startStream");
    assert_eq!(streams[0].args["recipient_team_id"], "T0SECOND");
    browser.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_whose_home_is_another_workspace_of_the_organisation_is_no_stranger() {
    let with_fay = |slack: Setup| {
        let fay = Person::new("U0FAY", "Fay Both").of_team("T0SECOND".into());
        organisation(slack).person(fay.also_in("T0WAYFOLD".into()))
    };
    let browser = Browser::open_in(with_fay, []).await;
    browser.installs_in("T0WAYFOLD").await;
    let services = &browser.app.process().app.services;
    let workspace = services.workspaces.get("T0WAYFOLD").unwrap();
    for (user, is_restricted) in [("U0FAY", false), ("U0MAYA", false), ("U0DORA", true)] {
        let user = UserId::new(user);
        let asked = services.directory.person(&services.db, &workspace, &user);
        assert_eq!(asked.await.unwrap().is_restricted, is_restricted, "{user}");
    }
    browser.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_revoked_in_the_middle_of_a_turn_ends_it_and_erases_what_was_kept() {
    let gate = Gate::default();
    let app = TestApp::start([Step::says("Nine.").after(&gate)]).await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.mentions_penny("sales", "how many?").await.unwrap();
    gate.reached().await;
    let token = app.slack.bot_token().unwrap();
    let revoked = Client::new()
        .post(format!("{}/auth.revoke", app.slack.api_url()))
        .bearer_auth(token.expose())
        .send()
        .await
        .unwrap();
    assert!(revoked.status().is_success());
    app.comes_true("the installation is retired", async || {
        app.count("select from core.installations where retired_at is null")
            .await
            == 0
    })
    .await;
    let spoken = app.slack.calls().all().len();
    gate.open();
    app.settles().await;
    let storm = app.slack.calls().all().len() - spoken;
    assert!(storm <= 4, "{storm} calls with a revoked token");
    assert_eq!(app.texts("select state from core.turns").await, ["failed"]);
    assert_eq!(
        app.count(
            "select from core.installations where bot_token <> '' or refresh_token is not null"
        )
        .await,
        0
    );
    assert_eq!(
        app.count("select from core.inbox where payload <> ''")
            .await,
        0
    );
    assert!(!maya.visible_text(&said.thread()).contains("Nine."));
    app.settles().await;
    app.slack.calls().mark_all_read();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_while_a_process_could_not_hear_of_it_is_read_once_it_can_again() {
    const LISTENS: &str = "from pg_stat_activity
        where datname = current_database() and query ilike 'listen%penny_installations%'";
    let app = TestApp::start([]).await;
    let penny = app.process().app.clone();
    let services = penny.services.clone();
    let keeping = tokio::spawn(async move { penny.keep_current(false).await });
    app.comes_true("it listens", async || {
        app.count(&format!("select {LISTENS}")).await == 1
    })
    .await;
    app.execute("update core.installations set app_id = 'A0CHANGED'")
        .await;
    app.execute(&format!("select pg_terminate_backend(pid) {LISTENS}"))
        .await;
    app.comes_true("the installations are read again", async || {
        let workspace = services.workspaces.get("T0WAYFOLD");
        workspace.is_some_and(|it| it.app.as_deref() == Some("A0CHANGED"))
    })
    .await;
    keeping.abort();
    app.stop().await;
}
