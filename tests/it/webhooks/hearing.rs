//! What a delivery means: a look at the system, and events that tell no more than may be known.

use super::addresses::sent;
use super::*;
use penny::playground::systems::Subscription;
use penny::playground::systems::github::GitHub;
use penny::playground::systems::hubspot::DEALS;
use penny::playground::systems::linear::Linear;
use penny::store::deliveries;
use std::sync::mpsc;

const LONG: usize = 70_000;

impl Company {
    async fn stage_of(&self, deal: &str) -> String {
        let stage =
            format!("select stage_id::text from core.deals where source_id = 'deals/{deal}'");
        self.app.texts(&stage).await.remove(0)
    }

    /// What a system needs to know to tell Penny of changes.
    pub(super) fn subscribed(&self, system: &str) -> Subscription {
        Subscription::of(self.app.address(), PUBLIC, system, Secret::new(SECRET))
    }

    pub(super) async fn comes_to_hear(&self, number: usize) {
        self.app
            .comes_true("it was told", async || {
                let states = self.deliveries().await;
                states.len() == number && states.iter().all(|it| it == "done")
            })
            .await;
    }

    async fn failed(&self) -> Vec<deliveries::Listed> {
        let db = &self.app.process().app.services.db;
        deliveries::latest(db, Some("failed"), 10).await.unwrap()
    }

    async fn replays(&self, id: penny::base::ids::DeliveryId) {
        let db = &self.app.process().app.services.db;
        assert!(deliveries::replay(db, id).await.unwrap());
        self.time_passes().await;
    }
}

#[tokio::test]
async fn what_changes_over_there_is_here_without_waiting_for_the_hour() {
    let company = Company::start().await;
    let hubspot = &company.hubspot;
    let pipeline = hubspot.pipeline("Sales", &[("Talking", 0.2), ("Signed", 1.0)]);
    let [first, signed] = [&pipeline.stages[0], &pipeline.stages[1]];
    let of = |stage| {
        [
            ("dealname", "Acme"),
            ("pipeline", &pipeline.id),
            ("dealstage", stage),
        ]
    };
    let deal = hubspot.add(DEALS, &of(first));
    company.connects_hubspot().await;
    let before = company.stage_of(&deal).await;
    hubspot.tells(company.subscribed("hubspot"));
    hubspot
        .change(DEALS, &deal, &[("dealstage", signed)])
        .unwrap();
    company.comes_to_hear(1).await;
    company.time_passes().await;
    assert_ne!(company.stage_of(&deal).await, before);
    let told = format!(
        "select concat_ws(' ', kind, system, payload ->> 'stage_before', '->', payload ->> 'stage',
             visibility)
         from core.events where source_id = 'deals/{deal}'"
    );
    assert_eq!(
        company.app.texts(&told).await,
        ["deal.stage_changed hubspot Talking -> Signed org"]
    );
    company.app.stop().await;
}

#[tokio::test]
async fn trackers_tell_what_became_of_an_issue_in_their_own_way() {
    let (github, linear) = (
        GitHub::start().await.unwrap(),
        Linear::start().await.unwrap(),
    );
    let (githubs, linears) = (github.url().to_owned(), linear.url().to_owned());
    let company = Company::with(|app| {
        app.setting("GITHUB_BASE_URL", githubs)
            .setting("LINEAR_BASE_URL", linears)
    })
    .await;
    github.repository("acme/api");
    let team = linear.team("ENG", "Engineering");
    let issue = linear.issue(&team, json!({"title": "Login fails"}));
    company.connects("github", github.token()).await;
    company.connects("linear", linear.token()).await;
    github.tells(company.subscribed("github"));
    linear.tells(company.subscribed("linear"));
    let number = github.issue("acme/api", json!({"title": "Log-in fails"}));
    let closed = json!({"state": "closed", "state_reason": "completed"});
    github.change("acme/api", number, closed);
    linear.change(&issue, json!({"priority": 1}));
    company.comes_to_hear(3).await;
    company.time_passes().await;
    let told = "select concat_ws(' ', system, kind, source_id) from core.events
         where kind not like 'sync.%' order by system, occurred_at, event_id";
    assert_eq!(
        company.app.texts(told).await,
        [
            "github issue.created acme/api#1".to_owned(),
            "github issue.completed acme/api#1".to_owned(),
            format!("linear issue.changed {issue}"),
        ]
    );
    let read = "select concat_ws(' ', key, status, priority) from core.issues order by key";
    assert_eq!(
        company.app.texts(read).await,
        ["ENG-1 backlog urgent", "acme/api#1 done none"]
    );
    company.app.stop().await;
}

#[tokio::test]
async fn what_happens_in_a_private_repository_is_for_its_readers_and_follows_who_they_are() {
    let github = GitHub::start().await.unwrap();
    let url = github.url().to_owned();
    let company = Company::with(|app| app.setting("GITHUB_BASE_URL", url)).await;
    let email = "select email from core.people where slack_user_id = 'U0MAYA'";
    let email = company.app.texts(email).await.remove(0);
    github.user("maya-codes", Some(&email));
    github.private_repository("acme/merger", &["maya-codes"]);
    company.connects("github", github.token()).await;
    github.tells(company.subscribed("github"));
    let number = github.issue("acme/merger", json!({"title": "We buy Zenith"}));
    company.comes_to_hear(1).await;
    company.time_passes().await;
    github.change("acme/merger", number, json!({"title": "We buy Acme"}));
    company.comes_to_hear(2).await;
    company.time_passes().await;
    let told = "select concat_ws(' ', e.kind, e.visibility, p.slack_user_id) from core.events as e
        join core.channel_members as m on m.channel_id = e.channel_id
        join core.people as p on p.person_id = m.person_id order by e.kind";
    let for_maya = [
        "issue.changed channel U0MAYA",
        "issue.created channel U0MAYA",
    ];
    assert_eq!(company.app.texts(told).await, for_maya);
    github.take_out("acme/merger", "maya-codes");
    company.comes_to_hear(3).await;
    company.time_passes().await;
    assert_eq!(company.app.texts(told).await, [""; 0]);
    company.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_during_a_run_is_read_in_another_run() {
    let company = Company::connected().await;
    let hubspot = &company.hubspot;
    let deal = hubspot.add(DEALS, &[("dealname", "Before")]);
    let (reached, is_reached) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let mut gates = Some((reached, may_go_on));
    // The page is put together, and Penny has not got it yet.
    hubspot.on_page(DEALS, move |_, _| {
        if let Some((reached, may_go_on)) = gates.take() {
            reached.send(()).unwrap();
            tokio::task::block_in_place(|| may_go_on.recv().unwrap());
        }
    });
    let before = company.runs().await;
    company.hubspot_says(json!([renamed(1, &deal)])).await;
    company
        .app
        .comes_true("it was heard", async || {
            company.deliveries().await == ["done"]
        })
        .await;
    company
        .app
        .execute("update core.jobs set run_at = now() where kind = 'sync'")
        .await;
    tokio::task::spawn_blocking(move || is_reached.recv().unwrap())
        .await
        .unwrap();
    hubspot
        .change(DEALS, &deal, &[("dealname", "After")])
        .unwrap();
    company.hubspot_says(json!([renamed(2, &deal)])).await;
    company
        .app
        .comes_true("that was heard, too", async || {
            company.deliveries().await == ["done", "done"]
        })
        .await;
    go_on.send(()).unwrap();
    let waits = "select from core.jobs where kind = 'sync' and lease_token is null
        and run_at > now() and attempts = 0";
    company
        .app
        .comes_true(
            "it waits for another run, and nothing has failed",
            async || company.app.count(waits).await == 1,
        )
        .await;
    company.time_passes().await;
    let name = format!("select name from core.deals where source_id = 'deals/{deal}'");
    assert_eq!(company.app.texts(&name).await, ["After"]);
    assert_eq!(company.runs().await, before + 2);
    company.app.stop().await;
}

#[tokio::test]
async fn an_issue_of_a_team_that_not_everybody_may_know_is_no_event() {
    let linear = Linear::start().await.unwrap();
    let url = linear.url().to_owned();
    let company = Company::with(|app| app.setting("LINEAR_BASE_URL", url)).await;
    let (open, secret) = (
        linear.team("ENG", "Engineering"),
        linear.private_team("HR", "People"),
    );
    company.connects("linear", linear.token()).await;
    let account = "select account_id from core.connections where system = 'linear'";
    let account = company.app.texts(account).await.remove(0);
    for (number, team) in [(1, &open), (2, &secret)] {
        let told = json!({
            "action": "update", "type": "Issue", "organizationId": account,
            "createdAt": "2026-03-02T10:00:00.000Z", "updatedFrom": {"title": "Before"},
            "data": {
                "id": format!("issue-{number}"), "number": number, "title": "Whose?",
                "teamId": team, "state": {"type": "completed", "name": "Done"},
            },
        });
        assert_eq!(company.linear_says(&told).await.status, 200);
    }
    company.time_passes().await;
    assert_eq!(company.deliveries().await, ["done", "done"]);
    assert_eq!(company.events().await, ["issue.changed"]);
    let about = "select source_id from core.events where kind = 'issue.changed'";
    assert_eq!(company.app.texts(about).await, ["issue-1"]);
    company.app.stop().await;
}

#[tokio::test]
async fn access_that_was_taken_away_in_linear_is_told_of_at_once() {
    let linear = Linear::start().await.unwrap();
    let url = linear.url().to_owned();
    let company = Company::with(|app| app.setting("LINEAR_BASE_URL", url)).await;
    company.connects("linear", linear.token()).await;
    let account = "select account_id from core.connections where system = 'linear'";
    let account = company.app.texts(account).await.remove(0);
    linear.revoke_token();
    let told = json!({
        "action": "revoked", "type": "OAuthApp", "organizationId": account,
        "createdAt": "2026-03-02T10:00:00.000Z", "oauthClientId": "penny",
    });
    assert_eq!(company.linear_says(&told).await.status, 200);
    company.time_passes().await;
    let maya = company.app.slack.person("maya").unwrap();
    let said = "I can’t read *Linear* any more";
    company.app.is_written(&maya, said).await;
    company.app.stop().await;
}

#[tokio::test]
async fn a_delivery_that_is_worked_on_again_has_its_effect_once() {
    let company = Company::connected().await;
    company
        .hubspot_says(json!([renamed(1, "1"), renamed(2, "1")]))
        .await;
    company.time_passes().await;
    let before = company.runs().await;
    let db = &company.app.process().app.services.db;
    let all = deliveries::latest(db, None, 10).await.unwrap();
    assert_eq!(all[0].system, "hubspot");
    company.replays(all[0].id).await;
    assert_eq!(company.deliveries().await, ["done"]);
    assert_eq!(company.events().await, ["deal.changed"; 2]);
    assert_eq!(company.runs().await, before + 1, "it is read once more");
    company
        .app
        .execute("delete from core.events where kind = 'deal.changed'")
        .await;
    company.replays(all[0].id).await;
    assert_eq!(
        company.events().await,
        ["deal.changed"; 2],
        "what was lost is back"
    );
    company.app.stop().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_tried_again_and_then_shown_and_holds_nothing_up() {
    let company = Company::start().await;
    let (address, secret) = company.opens_an_address("stripe").await;
    assert_eq!(sent(&company, &address, &secret, "1").await.status, 200);
    company.app.settles().await;
    // As if a version that knew no bound had kept something long.
    company
        .app
        .execute(&format!(
            "update core.deliveries set payload = convert_to(repeat('x', {LONG}), 'utf8'),
                 state = 'waiting', attempts = 0, due_at = now()"
        ))
        .await;
    let body = r#"{"amount": 12}"#;
    assert_eq!(sent(&company, &address, &secret, body).await.status, 200);
    for _ in 0..4 {
        company
            .app
            .execute(
                "update core.deliveries set due_at = now() where state = 'waiting';
                 update core.jobs set run_at = now() where kind = 'hear'",
            )
            .await;
        company
            .app
            .comes_true("it was tried", async || {
                let waits = "select from core.jobs where kind = 'hear' and run_at <= now()";
                company.app.count(waits).await == 0
            })
            .await;
    }
    company.app.settles().await;
    assert_eq!(
        company.events().await,
        ["webhook.received"; 2],
        "the one from before, and the one behind it"
    );
    let failed = company.failed().await;
    assert_eq!(failed.len(), 1);
    assert_eq!(
        (failed[0].system.as_str(), failed[0].attempts),
        ("webhook", 4)
    );
    assert!(
        failed[0].error.as_ref().unwrap().contains("longer than"),
        "{failed:?}"
    );
    company.app.stop().await;
}
