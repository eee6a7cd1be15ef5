//! Maya's company with three accounts: two that everybody may see, and one that is Maya's alone.

use crate::support::TestApp;
use penny::models::scripted::Step;
use penny::playground::{Human, Seen, Slack, Thread};
use penny::slack::ids::OPEN_DASHBOARD;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

const BASE: &str = "https://penny.example";

pub struct Office {
    pub app: TestApp,
    pub maya: Human,
    pub jonas: Human,
}

/// What a browser gets.
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Page {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default()
    }
}

pub fn dashboard() -> Value {
    json!({
        "title": "Accounts <b>of ours</b>",
        "filters": [
            {"name": "industry", "label": "Industry", "choose": {"one_of": {
                "sql": "select distinct industry from accounts order by 1"}}},
            {"name": "since", "label": "Since", "choose": {"date": {"days_ago": 30}}},
        ],
        "tiles": [
            {"title": "How many", "show": {"number": {"unit": "accounts"}},
                "sql": "select count(*) as n from accounts \
                    where :since is null or created_at >= :since"},
            {"title": "By industry", "show": {"chart": {"type": "bar"}},
                "sql": "select industry, count(*) as n from accounts \
                    where :industry is null or industry = :industry group by 1 order by 1"},
            {"title": "Names", "show": "table",
                "sql": "select name, industry from accounts \
                    where :industry is null or industry = :industry order by 1"},
        ],
    })
}

impl Office {
    pub async fn open() -> Self {
        Self::making(dashboard()).await
    }

    pub async fn making(input: Value) -> Self {
        let steps = [
            Step::calls("c1", "create_dashboard", input),
            Step::says("There it is."),
        ];
        let app = TestApp::build(steps)
            .setting("PENNY_PUBLIC_URL", BASE)
            .start()
            .await;
        let office = Self {
            maya: app.slack.person("maya").unwrap(),
            jonas: app.slack.person("jonas").unwrap(),
            app,
        };
        // So that Penny knows them.
        for person in [&office.maya, &office.jonas] {
            person.runs_command("sales", "/penny status").await.unwrap();
            office.app.settles().await;
            person.whispers(&office.app.slack.channel("sales").unwrap());
        }
        for (name, industry, visibility) in [
            ("Aster & <i>Co</i>", "Ships", "org"),
            ("Birch", "Trains", "org"),
            ("Cedar for Maya", "Ships", "person"),
        ] {
            office
                .app
                .execute(&format!(
                    "insert into core.accounts (org_id, account_id, name, industry, lifecycle,
                         visibility, owner_id, source, source_id)
                     select org_id, gen_random_uuid(), '{name}', '{industry}', 'customer',
                         '{visibility}', person_id, 'test', '{name}'
                     from core.people where name like 'Maya%'"
                ))
                .await;
        }
        office
    }

    /// Maya asks for it in a channel, or in the direct conversation.
    pub async fn asks(&self, channel: &str) -> Thread {
        let said = match channel {
            "dm" => self.maya.tells_penny("make it").await,
            channel => self.maya.mentions_penny(channel, "make it").await,
        };
        let thread = said.unwrap().thread();
        let picture = self
            .maya
            .waits_for(&thread, "a picture", |seen| !seen.files.is_empty())
            .await
            .unwrap();
        assert!(picture.files[0].ends_with(".png"), "{:?}", picture.files);
        self.maya.reads(&thread, "There it is.").await.unwrap();
        self.app.settles().await;
        thread
    }

    pub async fn whisper(&self, person: &Human, channel: &Thread, words: &str) -> Seen {
        let look = |_: &Slack| {
            let seen = person.whispers(&channel.channel).into_iter().rev();
            let mut found = seen.filter(|seen| seen.text.contains(words));
            found.next()
        };
        self.app.slack.until(words, look).await.unwrap()
    }

    /// Presses “Open dashboard” and follows the link as far as Penny's own address.
    pub async fn opens(&self, person: &Human, thread: &Thread) -> String {
        // By its id: the button in the whisper, which only leads there, is called the same.
        person.clicks(thread, OPEN_DASHBOARD).await.unwrap();
        self.app.settles().await;
        let seen = self.whisper(person, thread, "your link to").await;
        let button = &seen.blocks[1]["elements"][0];
        let url = button["url"].as_str().unwrap();
        url.strip_prefix(BASE).unwrap().to_owned()
    }

    pub async fn gets(&self, path: &str) -> Page {
        let url = format!("{}{path}", self.app.address());
        let client = penny::net::client().unwrap();
        let answer = client.get(url).send().await.unwrap();
        Page {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            text: answer.text().await.unwrap(),
        }
    }

    /// The page says a sentence, and nothing of what the dashboard is called or holds.
    pub async fn gets_nothing(&self, path: &str, status: u16, words: &str) {
        for path in [path.to_owned(), format!("{path}/live")] {
            let page = self.gets(&path).await;
            assert_eq!(page.status, status, "{path}: {}", page.text);
            assert!(page.text.contains(words), "{words}: {}", page.text);
            for secret in ["Aster", "Birch", "Cedar", "Accounts", "Maya", "Industry"] {
                assert!(!page.text.contains(secret), "{secret}: {}", page.text);
            }
            is_guarded(&page);
        }
    }

    pub async fn close(self) {
        self.app.settles().await;
        self.app.slack.calls().mark_all_read();
        self.app.stop().await;
    }
}

/// What every answer carries, whatever it says.
pub fn is_guarded(page: &Page) {
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(policy.contains("base-uri 'none'"), "{policy}");
    assert!(
        !policy.contains("unsafe") && !policy.contains("http"),
        "{policy}"
    );
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(page.header("x-frame-options"), "DENY");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("x-robots-tag"), "noindex, nofollow");
    assert!(page.headers.get("set-cookie").is_none());
}
