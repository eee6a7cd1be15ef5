//! Connected systems: what they know becomes the company's data, whole, and stays in step.

use crate::support::TestApp;
use chrono::Utc;
use penny::base::clock::TestClock;
use penny::base::ids::{OrgId, PersonId};
use penny::connectors::registry;
use penny::models::scripted::Step;
use penny::playground::systems::hubspot::{COMPANIES, CONTACTS, DEALS, Fault, HubSpot, NOTES};
use penny::store::sync;

struct Company {
    app: TestApp,
    hubspot: HubSpot,
    org: OrgId,
    maya: PersonId,
}

impl Company {
    /// Maya has said hello, so she is known; HubSpot is not connected yet.
    async fn start() -> Self {
        Self::using(HubSpot::start().await.unwrap()).await
    }

    async fn using(hubspot: HubSpot) -> Self {
        let app = TestApp::build([Step::says("Hello.")])
            .setting("HUBSPOT_BASE_URL", hubspot.url())
            .start()
            .await;
        let maya = app.slack.person("maya").unwrap();
        let said = maya.tells_penny("hello").await.unwrap();
        maya.waits_for_answer(&said.thread()).await.unwrap();
        app.settles().await;
        let person = "select person_id::text from core.people where slack_user_id = 'U0MAYA'";
        let person = app.texts(person).await.remove(0).parse().unwrap();
        let org = app.process().app.services.workspaces.all()[0].org;
        Self {
            app,
            hubspot,
            org,
            maya: person,
        }
    }

    async fn connects(&self) {
        let connections = &self.app.process().app.services.connections;
        let connector = registry::find("hubspot").unwrap();
        connections
            .connect(self.org, self.maya, connector, self.hubspot.token())
            .await
            .unwrap();
    }

    async fn reads_again(&self) {
        let connections = &self.app.process().app.services.connections;
        let found = connections
            .read_now(self.org, self.maya, "hubspot")
            .await
            .unwrap();
        assert!(found.is_some());
        self.app.settles().await;
    }

    async fn names(&self, table: &str) -> Vec<String> {
        let all = format!("select name from core.{table} where source = 'hubspot' order by 1");
        self.app.texts(&all).await
    }

    /// Pages are written while the next ones are read already.
    async fn has_written(&self, table: &str, rows: i64) {
        let all = format!("select from core.{table} where source = 'hubspot'");
        let written = async || self.app.count(&all).await == rows;
        self.app.comes_true("so many are written", written).await;
    }

    async fn health(&self) -> String {
        let health = "select health from core.connections where system = 'hubspot'";
        self.app.texts(health).await.remove(0)
    }

    fn lists_of(&self, kind: &str) -> usize {
        let path = format!("/crm/v3/objects/{kind}");
        let calls = self.hubspot.calls();
        let listed = calls
            .iter()
            .filter(|call| call.path == path && !call.query.contains("archived=true"));
        listed.count()
    }
}

#[tokio::test]
async fn a_connected_hubspot_becomes_the_companys_data() {
    let company = Company::start().await;
    let hubspot = &company.hubspot;
    let email = "select email from core.people where slack_user_id = 'U0MAYA'";
    let email = company.app.texts(email).await.remove(0);
    let owner = hubspot.owner(&email, "Maya");
    let pipeline = hubspot.pipeline("Sales", &[("Talking", 0.2), ("Signed", 1.0)]);
    let acme = hubspot.add(COMPANIES, &[("name", "Acme"), ("domain", "acme.example")]);
    let ann = hubspot.add(
        CONTACTS,
        &[
            ("firstname", "Ann"),
            ("lastname", "Lee"),
            ("email", "ann@acme.example"),
        ],
    );
    let deal = hubspot.add(
        DEALS,
        &[
            ("dealname", "Acme: 40 seats"),
            ("pipeline", &pipeline.id),
            ("dealstage", &pipeline.stages[0]),
            ("amount", "12000.50"),
            ("deal_currency_code", "EUR"),
            ("hs_is_closed", "false"),
            ("hubspot_owner_id", &owner),
        ],
    );
    let note = hubspot.add(
        NOTES,
        &[
            ("hs_note_body", "<p>They sign <b>on Friday</b>.</p>"),
            ("hs_timestamp", "2026-11-02T10:00:00.000Z"),
        ],
    );
    hubspot.link((CONTACTS, &ann), (COMPANIES, &acme)).unwrap();
    hubspot.link((DEALS, &deal), (COMPANIES, &acme)).unwrap();
    hubspot.link((DEALS, &deal), (CONTACTS, &ann)).unwrap();
    hubspot.link((NOTES, &note), (DEALS, &deal)).unwrap();
    company.connects().await;
    company.app.settles().await;
    let told = "select d.name || ' | ' || a.name || ' | ' || c.name || ' | ' || s.name || ' | '
            || d.amount || ' ' || d.currency || ' | ' || (p.slack_user_id) || ' | ' || n.body
        from core.deals d join core.accounts a on a.account_id = d.account_id
        join core.contacts c on c.contact_id = d.primary_contact_id and c.account_id = a.account_id
        join core.pipeline_stages s on s.stage_id = d.stage_id
        join core.people p on p.person_id = d.owner_id
        join core.activities n on n.deal_id = d.deal_id";
    assert_eq!(
        company.app.texts(told).await,
        [
            "Acme: 40 seats | Acme | Ann Lee | Talking | 12000.50 EUR | U0MAYA | They sign on Friday."
        ]
    );
    assert_eq!(company.health().await, "healthy");
    company.app.stop().await;
}

#[tokio::test]
async fn what_changes_while_it_is_read_is_not_lost() {
    let company = Company::start().await;
    let first = company.hubspot.add(COMPANIES, &[("name", "Company 000")]);
    for number in 1..350 {
        let name = format!("Company {number:03}");
        company.hubspot.add(COMPANIES, &[("name", &name)]);
    }
    // The first page has been handed out when its first record changes and one is added.
    company.hubspot.on_page(COMPANIES, move |hubspot, page| {
        if page == 2 {
            hubspot
                .change(COMPANIES, &first, &[("name", "Company 000, renamed")])
                .unwrap();
            hubspot.add(COMPANIES, &[("name", "Company 350")]);
        }
    });
    company.connects().await;
    company.app.settles().await;
    let mut expected: Vec<String> = (1..=350)
        .map(|number| format!("Company {number:03}"))
        .collect();
    expected.insert(0, "Company 000, renamed".to_owned());
    assert_eq!(company.names("accounts").await, expected);
    company.app.stop().await;
}

#[tokio::test]
async fn the_next_run_reads_what_changed_and_lets_go_of_what_is_gone() {
    let company = Company::start().await;
    let hubspot = &company.hubspot;
    let acme = hubspot.add(COMPANIES, &[("name", "Acme")]);
    let gone = hubspot.add(COMPANIES, &[("name", "Gone Ltd")]);
    company.connects().await;
    company.app.settles().await;
    let listed = company.lists_of("companies");
    hubspot
        .change(COMPANIES, &acme, &[("name", "Acme Group")])
        .unwrap();
    hubspot.archive(COMPANIES, &gone).unwrap();
    hubspot.add(COMPANIES, &[("name", "New Ltd")]);
    company.reads_again().await;
    assert_eq!(company.names("accounts").await, ["Acme Group", "New Ltd"]);
    assert_eq!(
        company.lists_of("companies"),
        listed,
        "nothing is read from the start again"
    );
    company.app.stop().await;
}

#[tokio::test]
async fn thousands_of_records_that_changed_in_one_moment_are_all_read() {
    let stopped = TestClock::at(Utc::now());
    let company = Company::using(HubSpot::start_at(stopped).await.unwrap()).await;
    company.connects().await;
    company.app.settles().await;
    for number in 0..900 {
        let name = format!("Imported {number:03}");
        company.hubspot.add(COMPANIES, &[("name", &name)]);
    }
    company.reads_again().await;
    assert_eq!(company.names("accounts").await.len(), 900);
    company.app.stop().await;
}

#[tokio::test]
async fn a_process_that_dies_while_reading_leaves_off_where_another_goes_on() {
    let mut company = Company::start().await;
    for number in 0..450 {
        let name = format!("Company {number:03}");
        company.hubspot.add(COMPANIES, &[("name", &name)]);
    }
    company
        .hubspot
        .faults()
        .on("/crm/v3/objects/companies")
        .after(3)
        .hit(Fault::Hang);
    company.connects().await;
    let hangs = async || company.hubspot.faults().unused() == 0;
    company.app.comes_true("the fourth page hangs", hangs).await;
    company.has_written("accounts", 300).await;
    company.app.kill().await;
    company.app.expire_leases().await;
    company.app.start_again().await;
    company.app.settles().await;
    assert_eq!(company.names("accounts").await.len(), 450);
    assert_eq!(
        company.lists_of("companies"),
        6,
        "five pages, of which one was asked for twice"
    );
    let runs = "select state from core.sync_runs";
    assert_eq!(company.app.texts(runs).await, ["done"]);
    company.app.stop().await;
}

#[tokio::test]
async fn what_was_read_before_the_key_was_refused_is_kept() {
    let company = Company::start().await;
    for number in 0..450 {
        let name = format!("Company {number:03}");
        company.hubspot.add(COMPANIES, &[("name", &name)]);
    }
    company
        .hubspot
        .faults()
        .on("/crm/v3/objects/companies")
        .after(3)
        .hit(Fault::Status(403));
    company.connects().await;
    company.app.settles().await;
    assert_eq!(company.names("accounts").await.len(), 300);
    assert_eq!(company.health().await, "broken");
    let maya = company.app.slack.person("maya").unwrap();
    let told = "I can’t read *HubSpot* any more";
    company.app.is_written(&maya, told).await;
    company.reads_again().await;
    assert_eq!(company.names("accounts").await.len(), 450);
    assert_eq!(company.lists_of("companies"), 6, "only one page once more");
    company.app.stop().await;
}

#[tokio::test]
async fn a_key_that_is_no_longer_accepted_ends_the_run_and_is_said() {
    let company = Company::start().await;
    company.connects().await;
    company.app.settles().await;
    company.hubspot.revoke_token();
    let before = company.hubspot.calls().len();
    company.reads_again().await;
    assert_eq!(company.health().await, "broken");
    assert_eq!(
        company.hubspot.calls().len(),
        before + 1,
        "it is not asked again and again"
    );
    let next = "select from core.connections where system = 'hubspot' and next_sync_at is null";
    assert_eq!(company.app.count(next).await, 1);
    let maya = company.app.slack.person("maya").unwrap();
    company
        .app
        .is_written(&maya, "I can’t read *HubSpot* any more")
        .await;
    company.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_is_disconnected_while_it_is_read_is_left_at_once() {
    let company = Company::start().await;
    for number in 0..350 {
        let name = format!("Company {number:03}");
        company.hubspot.add(COMPANIES, &[("name", &name)]);
    }
    let (reached, second_page) = std::sync::mpsc::channel();
    let (go_on, cut) = std::sync::mpsc::channel::<()>();
    company.hubspot.on_page(COMPANIES, move |_, page| {
        if page == 2 {
            reached.send(()).unwrap();
            tokio::task::block_in_place(|| cut.recv().unwrap());
        }
    });
    company.connects().await;
    tokio::task::spawn_blocking(move || second_page.recv().unwrap())
        .await
        .unwrap();
    company.has_written("accounts", 100).await;
    let db = &company.app.process().app.services.db;
    let mut tx = db.org(company.org).await.unwrap();
    assert!(sync::disconnect(&mut tx, "hubspot", None).await.unwrap());
    tx.commit().await.unwrap();
    go_on.send(()).unwrap();
    company.app.settles().await;
    assert_eq!(
        company.names("accounts").await.len(),
        100,
        "the page before is kept"
    );
    assert_eq!(company.lists_of("contacts"), 0);
    assert_eq!(company.health().await, "paused");
    let runs = "select state from core.sync_runs order by started_at";
    assert_eq!(company.app.texts(runs).await, ["stopped"]);
    company.connects().await;
    company.app.settles().await;
    assert_eq!(company.names("accounts").await.len(), 350);
    assert_eq!(company.app.texts(runs).await, ["stopped", "done"]);
    company.app.stop().await;
}

#[tokio::test]
async fn when_penny_is_removed_the_keys_of_connected_systems_are_erased() {
    let company = Company::start().await;
    company.connects().await;
    company.app.settles().await;
    let workspaces = &company.app.process().app.services.workspaces;
    let workspace = workspaces.all().remove(0);
    workspaces.retire(&workspace).await.unwrap();
    let kept = "select from core.connections where credentials is not null";
    assert_eq!(company.app.count(kept).await, 0);
    company.app.stop().await;
}

#[tokio::test]
async fn a_key_is_kept_sealed() {
    let company = Company::start().await;
    company.connects().await;
    company.app.settles().await;
    let sealed =
        "select encode(credentials, 'hex') from core.connections where credentials is not null";
    let before = company.app.texts(sealed).await;
    let token = hex_of(company.hubspot.token().expose());
    assert!(!before[0].contains(&token), "it is in the clear");
    let connections = &company.app.process().app.services.connections;
    assert_eq!(
        connections.reseal().await.unwrap(),
        0,
        "it is sealed with the newest key"
    );
    assert_eq!(company.app.texts(sealed).await, before);
    company.app.stop().await;
}

fn hex_of(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}
