//! HubSpot's goals are known here, and a key that does not open them opens all else.

use super::desk::Desk;
use penny::playground::systems::hubspot::{DEALS, GOALS};

const SCOPE: &str = "crm.objects.goals.read";

/// Of the first and the second owner, as users.
const USERS: [&str; 2] = ["9586504", "9586505"];

impl Desk {
    fn has_a_goal(&self, name: &str, user: Option<&str>) -> String {
        let properties = [
            ("hs_goal_name", name),
            ("hs_goal_type", "sales_quota"),
            ("hs_target_amount", "220000.00"),
            ("hs_goal_target_currency_code", "EUR"),
            ("hs_start_datetime", "2026-03-01T00:00:00Z"),
            ("hs_end_datetime", "2026-04-01T00:00:00Z"),
            ("hs_kpi_object_type_id", "0-3"),
            ("hs_kpi_metric_type", "SUM"),
            ("hs_kpi_time_period_property", "closedate"),
            ("hs_kpi_unit_type", "currency"),
            ("hs_assignee_user_id", user.unwrap_or_default()),
        ];
        self.hubspot.add(GOALS, &properties)
    }

    async fn goals(&self) -> Vec<String> {
        let goals = "select concat_ws(' ', g.name, g.metric, g.target_value, g.currency,
                g.period_start, g.period_end, p.slack_user_id)
            from core.goals as g
            left join core.people as p on p.org_id = g.org_id and p.person_id = g.owner_id
            where g.source = 'hubspot' order by g.name";
        self.app.texts(goals).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn goals_are_known_with_whom_they_are_for_and_go_when_they_are_deleted() {
    let desk = Desk::open().await;
    desk.hubspot.owner("maya@wayfold.example", "Maya of Sales");
    desk.hubspot.owner("sam@elsewhere.example", "Sam Ortega");
    let mayas = desk.has_a_goal("March", Some(USERS[0]));
    desk.has_a_goal("March", Some(USERS[1]));
    desk.has_a_goal("Spring of the team", None);
    desk.connects_hubspot().await;
    let known = [
        "March won_amount 220000.00 EUR 2026-03-01 2026-03-31 U0MAYA",
        "March (Sam Ortega) won_amount 220000.00 EUR 2026-03-01 2026-03-31",
        "Spring of the team won_amount 220000.00 EUR 2026-03-01 2026-03-31",
    ];
    assert_eq!(desk.goals().await, known);
    let sql = "select name, target_value, period_end from goals where metric = 'won_amount'";
    for (name, is_told) in [("lukas", true), ("ben", false)] {
        let shown = desk.shown_to(name, sql).await;
        assert_eq!(shown.contains("Spring of the team"), is_told, "{shown}");
    }
    let raised = [
        ("hs_target_amount", "250000"),
        ("hs_end_datetime", "2026-03-30T23:59:59.999Z"),
    ];
    desk.hubspot.change(GOALS, &mayas, &raised).unwrap();
    desk.is_read_again().await;
    let raised = "March won_amount 250000.00 EUR 2026-03-01 2026-03-30 U0MAYA";
    assert_eq!(desk.goals().await[0], raised);
    desk.hubspot.archive(GOALS, &mayas).unwrap();
    desk.is_read_again().await;
    assert_eq!(desk.goals().await, known[1..]);
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_the_scope_of_goals_reads_all_else_and_that_is_said() {
    let desk = Desk::open().await;
    desk.hubspot.withdraw_scope(SCOPE);
    desk.has_a_goal("Spring of the team", None);
    desk.hubspot.add(DEALS, &[("dealname", "Harbour")]);
    desk.connects_hubspot().await;
    let said = "All is read but goals, which need the scope crm.objects.goals.read";
    desk.maya.open_home("home").await.unwrap();
    desk.home_says(&desk.maya, said).await;
    assert_eq!(desk.health().await, "healthy");
    let deals = "select from core.deals where source = 'hubspot' and name = 'Harbour'";
    assert_eq!(desk.app.count(deals).await, 1);
    assert!(desk.goals().await.is_empty());
    desk.is_read_again().await;
    assert_eq!(desk.health().await, "healthy");
    desk.hubspot.return_scope(SCOPE);
    desk.is_read_again().await;
    assert_eq!(desk.goals().await.len(), 1);
    let note = "select from core.connections where system = 'hubspot' and health_note is not null";
    assert_eq!(desk.app.count(note).await, 0);
    desk.app.stop().await;
}
