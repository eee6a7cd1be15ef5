//! Live answers for the model.

use super::*;

impl Office {
    async fn asks(&self, query: &str, arguments: Value) -> Result<Value, LookError> {
        let query = MANIFEST.query(query).unwrap();
        let arguments = arguments.as_object().unwrap();
        let checked = field::check(query.fields, arguments).map_err(LookError::Problems)?;
        Connected
            .query(&self.api, query, &checked, &Readable::default())
            .await
    }
}

#[tokio::test]
async fn records_are_found_by_words_with_their_links() {
    let office = Office::open().await;
    let found = office.asks("search_records", json!({"text": "acme"})).await;
    let found = found.unwrap();
    for (kind, id) in [
        ("deals", &office.deal),
        ("companies", &office.acme),
        ("contacts", &office.ann),
    ] {
        let first = &found[kind]["records"][0];
        assert_eq!(first["id"], format!("{kind}/{id}"));
        assert!(first["link"].as_str().unwrap().ends_with(id.as_str()));
        assert_eq!(found[kind]["found"], 1);
    }
    let deals = json!({"text": "40 seats", "kind": "deals"});
    let found = office.asks("search_records", deals).await.unwrap();
    assert_eq!(found.as_object().unwrap().len(), 1);
    let none = office.asks("search_records", json!({"text": "zzz"})).await;
    assert_eq!(none.unwrap()["deals"], json!({"found": 0, "records": []}));
}

#[tokio::test]
async fn one_record_comes_with_every_value_and_what_it_belongs_to() {
    let office = Office::open().await;
    let id = format!("deals/{}", office.deal);
    let record = office.asks("get_record", json!({"id": id})).await.unwrap();
    assert_eq!(record["name"], "Acme: 40 seats");
    assert_eq!(record["properties"]["amount"], "12000.5");
    assert_eq!(record["properties"].get("hs_next_step"), None);
    assert_eq!(
        record["companies"],
        json!([format!("companies/{}", office.acme)])
    );
    for wrong in ["deals/7", "7", "deals/x", "owners/7"] {
        let answer = office.asks("get_record", json!({"id": wrong})).await;
        assert!(matches!(answer, Err(LookError::Problems(_))), "{wrong}");
    }
}
