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
