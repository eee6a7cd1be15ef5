//! Who the users of a system are here: seen and corrected by an administrator, and kept.

use super::desk::Desk;
use penny::playground::systems::hubspot::COMPANIES;
use serde_json::json;

/// In HubSpot somebody whose address nobody here has, and Maya.
impl Desk {
    async fn with_owners() -> Self {
        let desk = Self::open().await;
        let maya = desk.hubspot.owner("maya@wayfold.example", "Maya of Sales");
        let sam = desk.hubspot.owner("sam@elsewhere.example", "Sam Ortega");
        for (name, owner) in [("Acme", &sam), ("Zenith", &maya)] {
            let fields = [("name", name), ("hubspot_owner_id", owner)];
            desk.hubspot.add(COMPANIES, &fields);
        }
        desk.connects_hubspot().await;
        desk
    }

    /// Who owns Acme here.
    async fn owner_of_acme(&self) -> Vec<String> {
        let owner = "select coalesce(p.slack_user_id, 'nobody') from core.accounts as a
            left join core.people as p on p.person_id = a.owner_id where a.name = 'Acme'";
        self.app.texts(owner).await
    }

    async fn says_that_sam_is_jonas(&self) {
        self.types(&self.maya, "/penny people sam").await;
        self.is_told(&self.maya, "nobody that I know").await;
        self.presses(&self.maya, "Match").await;
        self.window_says(&self.maya, "Who is *Sam Ortega* in HubSpot?")
            .await;
        let jonas = [("penny_field", json!("U0JONAS"))];
        self.maya.submits(&jonas).await.unwrap();
        self.is_written(&self.maya, "*Sam Ortega* in HubSpot is")
            .await;
        self.app.settles().await;
        self.looks_through(&self.maya);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_see_who_is_who_and_at_first_there_is_nobody() {
    let desk = Desk::open().await;
    desk.types(&desk.jonas, "/penny people").await;
    desk.is_told(&desk.jonas, "Only administrators").await;
    desk.types(&desk.maya, "/penny people").await;
    desk.is_told(&desk.maya, "No connected system has told me")
        .await;
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn those_whom_no_address_matched_come_first_and_can_be_searched_for() {
    let desk = Desk::with_owners().await;
    desk.types(&desk.maya, "/penny people").await;
    let list = desk.is_told(&desk.maya, "Who is who").await;
    let (sam, maya) = (list.find("Sam Ortega"), list.find("Maya of Sales"));
    assert!(sam.is_some() && sam < maya, "{list}");
    assert!(list.contains("by mail address"), "{list}");
    desk.types(&desk.maya, "/penny people `nobody`").await;
    desk.is_told(&desk.maya, "I know nobody like").await;
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_reaches_what_was_read_and_no_later_reading_undoes_it() {
    let desk = Desk::with_owners().await;
    assert_eq!(desk.owner_of_acme().await, ["nobody"]);
    desk.says_that_sam_is_jonas().await;
    assert_eq!(desk.owner_of_acme().await, ["U0JONAS"]);

    // Somebody of that address turns up, and HubSpot is read again.
    desk.app
        .execute(
            "update core.people set email = 'sam@elsewhere.example' where slack_user_id = 'U0MAYA'",
        )
        .await;
    desk.types(&desk.maya, "/penny sync hubspot").await;
    desk.is_told(&desk.maya, "I’m reading HubSpot now").await;
    desk.app.settles().await;
    desk.looks_through(&desk.maya);
    let link = "select p.slack_user_id || ' ' || l.is_corrected from core.person_links as l
        join core.people as p on p.person_id = l.person_id where l.name = 'Sam Ortega'";
    assert_eq!(desk.app.texts(link).await, ["U0JONAS true"]);
    assert_eq!(desk.owner_of_acme().await, ["U0JONAS"]);
    let written = "select entry from core.ledger where entry like '%link_set%'";
    assert_eq!(desk.app.count(written).await, 1);
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_that_is_taken_back_leaves_it_to_the_address_again() {
    let desk = Desk::with_owners().await;
    desk.says_that_sam_is_jonas().await;
    desk.types(&desk.maya, "/penny people sam").await;
    desk.is_told(&desk.maya, "as an admin said").await;
    desk.presses(&desk.maya, "Go by mail address").await;
    desk.is_told(&desk.maya, "goes by the mail address again")
        .await;
    desk.app.settles().await;
    assert_eq!(desk.owner_of_acme().await, ["nobody"]);
    let written = "select entry from core.ledger where entry like '%link_forgotten%'";
    assert_eq!(desk.app.count(written).await, 1);
    desk.app.stop().await;
}
