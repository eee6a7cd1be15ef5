//! A dashboard in a real browser: on a large screen by day, on a telephone by night, filtered,
//! kept fresh, and ended from Slack.

use crate::page::with_page;
use crate::support::TestApp;
use penny::models::scripted::Step;
use penny::playground::{Slack, Thread};
use penny::slack::ids::OPEN_DASHBOARD;
use serde_json::{Value, json};

const BASE: &str = "https://penny.example";
const DEALS: &str = "(values \
    ('Nordwind renewal', 'Maya Lindqvist', 'Discovery', 182000, date '2026-12-04'), \
    ('Aster pilot', 'Jonas Weber', 'Discovery', 48000, date '2026-12-18'), \
    ('Harrow & Finch, 240 seats', 'Maya Lindqvist', 'Proposal', 410000, date '2027-01-15'), \
    ('Birch logistics', 'Priya Nair', 'Proposal', 96500, date '2027-01-29'), \
    ('Solveig Energy', 'Jonas Weber', 'Negotiation', 231000, date '2026-12-11'), \
    ('Kestrel Air', 'Priya Nair', 'Contract sent', 128750, date '2026-11-30')) \
    as d (deal, owner, stage, amount, closes)";
const CHOSEN: &str = "where (:owner is null or owner = :owner) \
    and (:closes_by is null or closes <= :closes_by)";

fn dashboard() -> Value {
    let query = |select: &str, rest: &str| format!("select {select} from {DEALS} {CHOSEN} {rest}");
    let euros = json!({"number": {"unit": "€"}});
    let chart = |kind: &str| json!({"chart": {"type": kind, "unit": "€"}});
    let months = "select month::date as month, won from (values ('2026-06-01', 120000), \
        ('2026-07-01', 98000), ('2026-08-01', 143000), ('2026-09-01', 187000), \
        ('2026-10-01', 165000), ('2026-11-01', 212000)) as m (month, won) order by 1";
    json!({
        "title": "Pipeline",
        "filters": [
            {"name": "owner", "label": "Owner", "choose": {"one_of": {
                "sql": format!("select distinct owner from {DEALS} order by 1")}}},
            {"name": "closes_by", "label": "Closes by", "choose": {"date": {}}},
        ],
        "tiles": [
            {"title": "Open pipeline", "show": euros,
                "sql": query("sum(amount) as amount, count(*) as deals", "")},
            {"title": "Largest deal", "show": euros,
                "sql": query("amount, deal", "order by amount desc limit 1")},
            {"title": "Average", "show": euros, "sql": query("round(avg(amount)) as amount", "")},
            {"title": "Closing this year", "show": {"number": {"unit": "deals"}},
                "sql": query("count(*) as deals", "and closes < date '2027-01-01'")},
            {"title": "By stage", "show": chart("bar"),
                "sql": query("stage, sum(amount) as amount", "group by 1 order by 2 desc")},
            {"title": "By owner", "show": chart("pie"),
                "sql": query("owner, sum(amount) as amount", "group by 1 order by 2 desc")},
            {"title": "Won by month", "show": chart("area"), "sql": months},
            {"title": "From first talk to contract", "show": chart("funnel"),
                "sql": query("stage, sum(amount) as amount", "group by 1 order by 2 desc")},
            {"title": "Open deals", "show": "table",
                "sql": query("deal, owner, stage, amount, closes", "order by amount desc")},
        ],
    })
}

/// Maya asks for a dashboard in the channel; the thread in which it stands.
async fn office() -> (TestApp, Thread) {
    let app = TestApp::build([
        Step::calls("c1", "create_dashboard", dashboard()),
        Step::says("There it is."),
    ])
    .setting("PENNY_PUBLIC_URL", BASE)
    .start()
    .await;
    let maya = app.slack.person("maya").expect("Maya");
    let said = maya.mentions_penny("sales", "a dashboard, please").await;
    let thread = said.expect("a message").thread();
    let shown = maya.waits_for(&thread, "a picture", |seen| !seen.files.is_empty());
    shown.await.expect("a picture");
    app.settles().await;
    (app, thread)
}

/// Her own link, at the address where this Penny listens.
async fn link(app: &TestApp, thread: &Thread) -> String {
    let maya = app.slack.person("maya").expect("Maya");
    maya.clicks(thread, OPEN_DASHBOARD).await.expect("a button");
    app.settles().await;
    let look = |_: &Slack| {
        let seen = maya.whispers(&thread.channel).into_iter().rev();
        let mut urls = seen.filter_map(|seen| {
            let url = seen.blocks.get(1)?["elements"][0]["url"].as_str()?;
            Some(url.to_owned())
        });
        urls.next()
    };
    let url = app.slack.until("a link", look).await.expect("a link");
    url.replace(BASE, app.address())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dashboard_is_read_by_day_and_by_night_and_narrowed_by_its_filters() {
    let (app, thread) = office().await;
    let url = link(&app, &thread).await;
    with_page(app, async |page| {
        page.opens(&url).await;
        page.reads("h1", "Pipeline").await;
        page.reads(".figure", "€1,096,250").await;
        page.reads("#fresh", "Live").await;
        assert!(page.fits().await);
        page.is_pictured_whole("dashboard-1-by-day").await;

        page.presses("select[name=owner] option[value=\"Jonas Weber\"]")
            .await;
        page.reads(".figure", "€279,000").await;
        assert!(!page.text().await.contains("Nordwind renewal"));
        page.is_pictured("dashboard-2-narrowed").await;

        // What was chosen is in the address, and the figures of a chart can be read as a table.
        page.presses(".chart summary").await;
        page.reads(".chart td", "Negotiation").await;

        page.is_narrow_and_dark().await;
        page.opens(&url).await;
        page.reads(".figure", "€1,096,250").await;
        assert!(page.fits().await);
        page.is_pictured_whole("dashboard-3-by-night").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_open_says_so_when_its_link_is_ended() {
    let (app, thread) = office().await;
    let url = link(&app, &thread).await;
    with_page(app, async |page| {
        page.opens(&url).await;
        page.reads(".figure", "€1,096,250").await;
        page.app
            .execute("update core.dashboard_links set revoked_at = now()")
            .await;
        page.presses("select[name=owner] option[value=\"Priya Nair\"]")
            .await;
        page.reads("h1", "This link was ended").await;
        assert!(!page.text().await.contains("€"));
        page.is_pictured("dashboard-4-ended").await;
    })
    .await;
}
