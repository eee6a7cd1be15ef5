//! Private repositories are seen by whoever may read them on GitHub, and by nobody else.

use super::Company;
use penny::approvals::State;
use penny::base::ids::{ChannelId, PersonId, UserId};
use penny::base::viewer::Audience;
use penny::models::scripted::Step;
use penny::playground::Said;
use penny::playground::systems::github::GitHub;
use penny::store::sync;
use serde_json::{Value, json};

const API: &str = "acme/api";
const SECRET: &str = "acme/merger";

/// Everything of GitHub that there is to be seen.
const ALL: &str = "select name as told from repositories where source = 'github'
    union all select title from issues where source = 'github'
    union all select title from pull_requests where source = 'github'
    union all select message from commits where source = 'github'";

/// What only those in the private repository know.
const TOLD_IN_PRIVATE: [&str; 4] = [SECRET, "We buy Zenith", "Price it", "Draft the offer"];

struct House {
    company: Company,
    github: GitHub,
    jonas: PersonId,
    lukas: PersonId,
}

impl House {
    /// A public repository and a private one; Jonas is in the latter, Lukas and Maya are not.
    async fn open() -> Self {
        let github = GitHub::start().await.unwrap();
        let company = Company::with("github", "GITHUB_BASE_URL", github.url()).await;
        let (jonas, lukas) = (
            company.person("U0JONAS").await,
            company.person("U0LUKAS").await,
        );
        for (login, user) in [("jonas-codes", "U0JONAS"), ("lukas-codes", "U0LUKAS")] {
            github.user(login, Some(&company.email_of(user).await));
        }
        github.repository(API);
        github.private_repository(SECRET, &["jonas-codes"]);
        github.issue(API, json!({"title": "Totals are off"}));
        github.issue(SECRET, json!({"title": "We buy Zenith"}));
        github.branch(SECRET, "price");
        let pull = json!({"title": "Price it", "head": "price", "base": "main"});
        github.pull(SECRET, pull);
        assert!(github.write(SECRET, "main", "offer.md", "Zenith for a song"));
        assert!(github.commit(SECRET, "Draft the offer"));
        Self {
            company,
            github,
            jonas,
            lukas,
        }
    }

    async fn connected() -> Self {
        let house = Self::open().await;
        house.company.connects(house.github.token()).await;
        house
    }

    async fn said_in_private(&self, name: &str) -> Said {
        let asker = self.company.app.slack.person(name).unwrap();
        asker.tells_penny("what is on GitHub?").await.unwrap()
    }

    /// What the model gets to see when this person asks for everything.
    async fn shown_to(&self, name: &str) -> String {
        self.looks_up();
        let said = self.said_in_private(name).await;
        self.shown(said).await
    }

    fn looks_up(&self) {
        self.company.app.model.add([
            Step::calls("c1", "run_sql_query", json!({"sql": ALL})),
            Step::says("There."),
        ]);
    }

    async fn shown(&self, said: Said) -> String {
        assert!(said.was_acknowledged());
        let app = &self.company.app;
        app.settles().await;
        app.slack.calls().mark_all_read();
        let shown = app.words_of_request(app.model.requests().len() - 1);
        assert!(shown.contains("Totals are off"), "what is public: {shown}");
        shown
    }

    async fn sees_it(&self, name: &str) -> bool {
        let shown = self.shown_to(name).await;
        let told = TOLD_IN_PRIVATE.map(|told| shown.contains(told));
        assert!(told.iter().all(|it| *it == told[0]), "{shown}");
        told[0]
    }
}

impl Company {
    async fn person(&self, user: &str) -> PersonId {
        let services = &self.app.process().app.services;
        let workspace = services.workspaces.all().remove(0);
        let user = UserId::new(user);
        let known = services.directory.person(&services.db, &workspace, &user);
        known.await.unwrap().id
    }

    async fn email_of(&self, user: &str) -> String {
        let email = format!("select email from core.people where slack_user_id = '{user}'");
        self.app.texts(&email).await.remove(0)
    }
}

#[tokio::test]
async fn who_is_no_collaborator_of_a_private_repository_finds_nothing_of_it() {
    let house = House::connected().await;
    assert_eq!(house.company.health().await, "healthy");
    assert!(house.sees_it("jonas").await);
    assert!(!house.sees_it("lukas").await);
    assert!(!house.sees_it("maya").await, "though she connected GitHub");
    // Where others read along, nobody sees it.
    house.looks_up();
    let jonas = house.company.app.slack.person("jonas").unwrap();
    let said = jonas.mentions_penny("sales", "what is on GitHub?").await;
    let shown = house.shown(said.unwrap()).await;
    for told in TOLD_IN_PRIVATE {
        assert!(!shown.contains(told), "{shown}");
    }
    house.company.app.stop().await;
}

#[tokio::test]
async fn who_is_no_collaborator_finds_nothing_of_it_live_either() {
    let house = House::connected().await;
    let ask = async |person, audience, query, arguments: Value| {
        let company = &house.company;
        company.asks_as(person, audience, query, arguments).await
    };
    let private = || Audience::Private;
    let sales = || Audience::Channel(ChannelId::new("C0SALES"));
    for (query, arguments) in [
        ("get_issue", json!({"issue": "acme/merger#1"})),
        ("get_pull_request", json!({"pull_request": "acme/merger#2"})),
        (
            "get_file",
            json!({"repository": SECRET, "path": "offer.md"}),
        ),
        ("list_directory", json!({"repository": SECRET})),
        ("search_code", json!({"repository": SECRET, "text": "song"})),
    ] {
        let told = ask(house.jonas, private(), query, arguments.clone()).await;
        assert!(told.is_ok(), "{query}: {told:?}");
        for (person, audience) in [(house.lukas, private()), (house.jonas, sales())] {
            let told = ask(person, audience, query, arguments.clone()).await;
            let told = format!("{:?}", told.unwrap_err());
            assert!(told.contains("GitHub has no repository"), "{told}");
        }
    }
    for (query, text) in [("search_code", "song"), ("search_issues", "Zenith")] {
        let search = |person, audience| ask(person, audience, query, json!({"text": text}));
        let found = search(house.jonas, private()).await.unwrap();
        assert_eq!(found["found"].as_array().unwrap().len(), 1, "{found}");
        assert_eq!(found["found_in_all"], 1);
        let none = json!({"found": [], "found_in_all": null, "is_complete": false});
        assert_eq!(search(house.lukas, private()).await.unwrap(), none);
        assert_eq!(search(house.jonas, sales()).await.unwrap(), none);
    }
    house.github.show_to(API, Some(&[]));
    let none = json!({"found": [], "found_in_all": null, "is_complete": false});
    let text = json!({"text": "Totals"});
    let found = ask(house.lukas, private(), "search_issues", text).await;
    assert_eq!(found.unwrap(), none, "there is nothing for him");
    house.company.app.stop().await;
}

#[tokio::test]
async fn whoever_is_taken_out_of_a_private_repository_sees_nothing_of_it_from_the_next_reading_on()
{
    let house = House::connected().await;
    house
        .github
        .show_to(SECRET, Some(&["jonas-codes", "lukas-codes"]));
    house.company.reads_again().await;
    assert!(house.sees_it("lukas").await);
    house.github.take_out(SECRET, "jonas-codes");
    house.company.reads_again().await;
    assert!(!house.sees_it("jonas").await);
    assert!(house.sees_it("lukas").await);
    house.company.app.stop().await;
}

#[tokio::test]
async fn a_repository_that_is_closed_or_opened_takes_along_what_was_read_of_it() {
    let house = House::connected().await;
    house.github.make_public(SECRET);
    house.company.reads_again().await;
    assert!(house.sees_it("lukas").await);
    house.github.show_to(SECRET, Some(&["jonas-codes"]));
    house.company.reads_again().await;
    assert!(!house.sees_it("lukas").await);
    assert!(house.sees_it("jonas").await);
    house.company.app.stop().await;
}

#[tokio::test]
async fn what_an_administrator_says_of_a_github_user_counts_at_once() {
    let house = House::connected().await;
    let id = "select source_id from core.person_links where name = 'jonas-codes'";
    let id = house.company.app.texts(id).await.remove(0);
    let says = async |who| {
        let db = &house.company.app.process().app.services.db;
        let mut tx = db.org(house.company.org).await.unwrap();
        let done = sync::correct_link(&mut tx, "github", &id, who).await;
        assert!(done.unwrap());
        tx.commit().await.unwrap();
    };
    says(Some(house.lukas)).await;
    assert!(house.sees_it("lukas").await);
    assert!(!house.sees_it("jonas").await);
    says(None).await;
    assert!(!house.sees_it("lukas").await);
    house.company.reads_again().await;
    assert!(!house.sees_it("jonas").await, "a correction stays");
    house.company.app.stop().await;
}

#[tokio::test]
async fn somebody_from_outside_who_was_let_in_sees_what_they_see_on_github() {
    let house = House::open().await;
    let company = &house.company;
    let maya = company.email_of("U0MAYA").await;
    house.github.guest("maya-at-home", Some(&maya));
    house.github.show_to(SECRET, Some(&["maya-at-home"]));
    company.connects(house.github.token()).await;
    assert!(house.sees_it("maya").await);
    assert!(!house.sees_it("jonas").await);
    house.company.app.stop().await;
}

#[tokio::test]
async fn where_github_does_not_tell_the_readers_whoever_connected_it_alone_sees_it_and_is_told_so()
{
    let house = House::open().await;
    house.github.show_to(SECRET, None);
    house.company.connects(house.github.token()).await;
    assert!(house.sees_it("maya").await);
    assert!(!house.sees_it("jonas").await);
    let app = &house.company.app;
    let maya = app.slack.person("maya").unwrap();
    let asked = maya.runs_command("sales", "/penny sync github");
    asked.await.unwrap();
    app.settles().await;
    let told = app.is_written(&maya, "*GitHub* is read").await;
    let told = format!("{:?}", told.blocks);
    assert!(
        told.contains("doesn’t tell me who may read a private"),
        "{told}"
    );
    app.slack.calls().mark_all_read();
    house.company.app.stop().await;
}

#[tokio::test]
async fn changes_in_a_private_repository_are_for_those_who_may_read_it() {
    let house = House::connected().await;
    let comment = json!({"issue": "acme/merger#1", "body": "How much?"});
    let why = house
        .company
        .cannot("comment_on_issue", comment.clone())
        .await;
    assert!(
        why.contains("no repository acme/merger that can be shown"),
        "{why}"
    );
    assert_eq!(house.github.comments(SECRET).len(), 0);
    let maya = house.company.email_of("U0MAYA").await;
    house.github.user("maya-codes", Some(&maya));
    house.github.show_to(SECRET, Some(&["maya-codes"]));
    house
        .company
        .app
        .execute("delete from core.sync_streams")
        .await;
    house.company.reads_again().await;
    let (_, state) = house.company.changes("comment_on_issue", comment).await;
    assert_eq!(state, State::Succeeded);
    assert_eq!(house.github.comments(SECRET).len(), 1);
    house.company.app.stop().await;
}
