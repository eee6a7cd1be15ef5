//! What a person gets to see before anything is changed.

use super::*;

#[tokio::test]
async fn a_look_shows_old_and_new_in_one_form_with_names_beside_ids() {
    let office = Office::open().await;
    let asked = json!({
        "id": format!("deals/{}", office.deal),
        "stage": "proposal",
        "amount": 15000,
        "close_date": "2026-12-31",
        "owner": "jonas@wayfold.example",
    });
    let look = office.looks("update_deal", asked).await.unwrap();
    let stage = |place: usize, name: &str| field::named(&office.pipeline.stages[place], name);
    assert_eq!(
        Value::from(look.before.unwrap()),
        json!({
            "stage": stage(0, "Demo"),
            "amount": "12000.50",
            "close_date": "2026-12-01",
            "owner": field::named(&office.maya, "Maya Lindqvist"),
        })
    );
    assert_eq!(look.arguments["stage"], stage(1, "Proposal"));
    assert_eq!(look.arguments["amount"], "15000.00");
    assert_eq!(look.arguments["owner"]["name"], "Jonas Weber");
    assert_eq!(look.target.name, "Acme: 40 seats");
    let id = format!("deals/{}", office.deal);
    assert_eq!(look.target.id.as_deref(), Some(id.as_str()));
    let link = look.target.link.unwrap();
    assert!(
        link.ends_with(&format!("/record/0-3/{}", office.deal)),
        "{link}"
    );
    let amount = look.amount.unwrap();
    assert_eq!((amount.units, amount.currency.as_str()), (1_500_000, "EUR"));
    assert_eq!(look.owner.unwrap().name, "Maya Lindqvist");
}

#[tokio::test]
async fn a_second_look_with_what_was_sealed_sees_the_same() {
    let office = Office::open().await;
    for (operation, arguments) in [
        (
            "update_deal",
            json!({"id": office.deal, "stage": "Won", "owner": "none", "amount": "1.5"}),
        ),
        (
            "create_deal",
            json!({"name": "Acme: more", "amount": 7, "company_id": office.acme}),
        ),
        (
            "add_note",
            json!({"text": "They sign.", "contact_id": office.ann}),
        ),
        ("delete_deal", json!({"id": office.deal})),
    ] {
        let first = office.looks(operation, arguments).await.unwrap();
        let sealed = Value::from(first.arguments.clone());
        assert_eq!(office.looks(operation, sealed).await.unwrap(), first);
    }
}

#[tokio::test]
async fn what_does_not_fit_is_answered_with_what_does() {
    let office = Office::open().await;
    let deal = office.deal.as_str();
    for (operation, arguments, field, part) in [
        (
            "update_deal",
            json!({"id": deal, "stage": "Due"}),
            "stage",
            "in the pipeline New business; there are Demo, Proposal, Won, Lost.",
        ),
        (
            "update_deal",
            json!({"id": deal, "owner": "Priya"}),
            "owner",
            "there are Maya Lindqvist, Jonas Weber.",
        ),
        (
            "create_deal",
            json!({"name": "X", "pipeline": "Nope"}),
            "pipeline",
            "there are New business, Renewals.",
        ),
        (
            "update_deal",
            json!({"id": format!("contacts/{deal}"), "name": "X"}),
            "id",
            "is no deal's id in HubSpot",
        ),
        (
            "update_deal",
            json!({"id": "deals/7", "name": "X"}),
            "id",
            "no deal with the id 7",
        ),
        (
            "update_deal",
            json!({"id": "../owners", "name": "X"}),
            "id",
            "is no deal's id",
        ),
        (
            "update_deal",
            json!({"id": deal}),
            "id",
            "at least one field",
        ),
        ("add_note", json!({"text": "Hi"}), "deal_id", "exactly one"),
        (
            "create_contact",
            json!({"phone": "1"}),
            "email",
            "a mail address or a name",
        ),
        (
            "create_contact",
            json!({"email": "Ann@Acme.example"}),
            "email",
            "already: Ann Lee, contacts/",
        ),
    ] {
        let problems = said(office.looks(operation, arguments.clone()).await);
        let fits = |(at, said): &(String, String)| at == field && said.contains(part);
        assert!(problems.iter().any(fits), "{arguments}: {problems:?}");
    }
}

#[tokio::test]
async fn a_name_that_several_have_is_asked_about() {
    let office = Office::open().await;
    office.hubspot.owner("maya2@wayfold.example", "Maya Ito");
    let of = |owner: &str| json!({"id": office.deal, "owner": owner});
    let problems = said(office.looks("update_deal", of("Maya")).await);
    assert!(
        problems[0].1.contains("may be more than one user"),
        "{problems:?}"
    );
    let one = office.looks("update_deal", of("Maya I")).await.unwrap();
    assert_eq!(one.arguments["owner"]["name"], "Maya Ito");
}

#[tokio::test]
async fn a_new_deal_says_where_it_begins_and_a_note_whom_it_concerns() {
    let office = Office::open().await;
    let look = office
        .looks("create_deal", json!({"name": "Acme: more"}))
        .await;
    let look = look.unwrap();
    assert_eq!(look.before, None);
    assert_eq!(look.arguments["pipeline"]["name"], "New business");
    assert_eq!(look.arguments["stage"]["name"], "Demo");
    let renewal = json!({"name": "Acme: again", "pipeline": "renewals"});
    let look = office.looks("create_deal", renewal).await.unwrap();
    assert_eq!(look.arguments["stage"]["name"], "Due");
    let note = json!({"text": "They sign.", "deal_id": office.deal});
    let look = office.looks("add_note", note).await.unwrap();
    assert_eq!(
        (look.target.kind.as_str(), look.target.name.as_str()),
        ("deal", "Acme: 40 seats")
    );
    assert_eq!(look.owner.unwrap().name, "Maya Lindqvist");
}

#[tokio::test]
async fn a_deletion_shows_everything_that_would_go() {
    let office = Office::open().await;
    let look = office
        .looks("delete_deal", json!({"id": office.deal}))
        .await;
    let before = look.unwrap().before.unwrap();
    let names: Vec<_> = before.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["name", "pipeline", "stage", "amount", "close_date", "owner"]
    );
}
