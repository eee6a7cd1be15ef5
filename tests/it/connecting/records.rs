//! What is read of HubSpot's records is what people see there.

use super::desk::Desk;
use penny::playground::systems::hubspot::{COMPANIES, DEALS};

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_of_two_companies_belongs_to_its_primary_one_however_it_is_read() {
    let desk = Desk::open().await;
    let hubspot = &desk.hubspot;
    let [acme, reseller] =
        ["Acme", "Reseller"].map(|name| hubspot.add(COMPANIES, &[("name", name)]));
    let deal = hubspot.add(DEALS, &[("dealname", "Harbour")]);
    for company in [&acme, &reseller] {
        hubspot.link((DEALS, &deal), (COMPANIES, company)).unwrap();
    }
    desk.connects_hubspot().await;
    let of = "select concat_ws(' of ', d.name, a.name)
        from core.deals as d join core.accounts as a using (org_id, account_id)";
    assert_eq!(desk.app.texts(of).await, ["Harbour of Acme"]);
    // What changed is found by a search, which says nothing of companies.
    let renamed = [("dealname", "Harbour II")];
    hubspot.change(DEALS, &deal, &renamed).unwrap();
    desk.is_read_again().await;
    assert_eq!(desk.app.texts(of).await, ["Harbour II of Acme"]);
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_or_a_pipeline_that_was_deleted_is_gone_here_too() {
    let desk = Desk::open().await;
    let stages = [("Talking", 0.2), ("Waiting", 0.4), ("Signed", 1.0)];
    let sales = desk.hubspot.pipeline("Sales", &stages);
    let renewals = desk.hubspot.pipeline("Renewals", &[("Due", 0.8)]);
    desk.connects_hubspot().await;
    let shown = "select p.name || ': ' || string_agg(s.name, ', ' order by s.position)
        from core.pipelines as p join core.pipeline_stages as s using (org_id, pipeline_id)
        where p.source = 'hubspot' group by p.name order by p.name";
    let all = ["Renewals: Due", "Sales: Talking, Waiting, Signed"];
    assert_eq!(desk.app.texts(shown).await, all);
    desk.hubspot.remove_stage(&sales.stages[1]);
    desk.hubspot.remove_stage(&renewals.id);
    desk.is_read_again().await;
    assert_eq!(desk.app.texts(shown).await, ["Sales: Talking, Signed"]);
    let stages = "select from core.pipeline_stages where source = 'hubspot'";
    assert_eq!(desk.app.count(stages).await, 2);
    desk.app.stop().await;
}
