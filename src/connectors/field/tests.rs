//! What a model or a person sends for a field, right and wrong.

use super::*;

const FIELDS: [Field; 6] = [
    Field::required("id", "Deal", Kind::Id),
    Field::optional("stage", "Stage", Kind::Named("a stage's name")),
    Field::optional("amount", "Amount", Kind::Money),
    Field::optional("close_date", "Close date", Kind::Date),
    Field::optional("priority", "Priority", Kind::Choice(&["low", "high"])),
    Field::optional("to", "To", Kind::Mails),
];

fn said(arguments: Value) -> Vec<String> {
    let arguments = arguments.as_object().cloned().unwrap();
    match check(&FIELDS, &arguments) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.into_iter().map(|problem| problem.said).collect(),
    }
}

#[test]
fn every_problem_of_a_call_is_named_at_once() {
    let all = said(json!({"amount": "12.345", "priority": "top", "colour": 1}));
    assert_eq!(
        all,
        [
            "There is no field \"colour\"; there are id, stage, amount, close_date, priority, to.",
            "Deal is missing.",
            "Amount must be a number with at most two decimal places.",
            "Priority must be one of low, high.",
        ]
    );
}

#[test]
fn what_fits_is_taken_and_null_counts_as_left_out() {
    let arguments = json!({"id": "7", "amount": 12.5, "close_date": null});
    let checked = check(&FIELDS, arguments.as_object().unwrap()).unwrap();
    assert_eq!(Value::from(checked), json!({"id": "7", "amount": 12.5}));
    for stage in [json!("Won"), named("42", "Won")] {
        assert!(said(json!({"id": "7", "stage": stage})).is_empty());
    }
    assert!(!said(json!({"id": "7", "stage": {"id": "42"}})).is_empty());
    assert!(!said(json!({"id": "7", "close_date": "31.3.2026"})).is_empty());
}

#[test]
fn an_address_can_smuggle_in_neither_another_one_nor_a_header() {
    for address in [
        "a@b.com, c@d.com",
        "a@b.com\r\nBcc: c@d.com",
        "A <a@b.com>",
        "a@b",
        "@b.com",
        "a@b..com",
        "",
    ] {
        assert!(
            !said(json!({"id": "7", "to": ["good@b.com", address]})).is_empty(),
            "{address:?}"
        );
    }
    assert!(said(json!({"id": "7", "to": ["jörg.o'neil+x@b-c.co.uk"]})).is_empty());
}

#[test]
fn money_is_exact() {
    for (value, expected) in [
        (json!(12), Some(1_200)),
        (json!(12.5), Some(1_250)),
        (json!("0.07"), Some(7)),
        (json!("-3.1"), Some(-310)),
        (json!("1,000"), None),
        (json!("1e3"), None),
        (json!(".5"), None),
        (json!("99999999999999"), None),
        (json!(true), None),
    ] {
        assert_eq!(cents(&value), expected, "{value}");
    }
}

#[test]
fn the_schema_says_what_the_check_demands() {
    let schema = schema(&FIELDS);
    assert_eq!(schema["required"], json!(["id"]));
    assert_eq!(
        schema["properties"]["priority"]["enum"],
        json!(["low", "high"])
    );
    assert_eq!(schema["additionalProperties"], json!(false));
}

#[test]
fn a_field_is_emptied_in_so_many_words_where_it_may_be() {
    let fields = [
        Field::optional("due", "Due", Kind::Date).or_none(),
        Field::optional("labels", "Labels", Kind::Lines).or_none(),
        Field::optional("start", "Start", Kind::Date),
    ];
    let empties = json!({"due": "none", "labels": []});
    assert!(check(&fields, empties.as_object().unwrap()).is_ok());
    let stays = json!({"start": "none"});
    assert!(check(&fields, stays.as_object().unwrap()).is_err());
    let schema = schema(&fields);
    let due = &schema["properties"]["due"]["description"];
    assert_eq!(due, "Due: as YYYY-MM-DD; none to empty it");
}

#[test]
fn json_is_taken_as_it_is_or_written_out() {
    let fields = [Field::required("body", "Body", Kind::Json)];
    let checked = |body: Value| {
        let arguments = Arguments::from_iter([("body".to_owned(), body)]);
        check(&fields, &arguments).map(|it| as_json(&it["body"]))
    };
    for body in [json!({"a": [1]}), json!("{\"a\": [1]}")] {
        assert_eq!(checked(body), Ok(Some(json!({"a": [1]}))));
    }
    for wrong in [json!("a: 1"), json!("7"), json!(7), json!("{")] {
        let problems = checked(wrong.clone()).unwrap_err();
        let said = "Body must be JSON, an object {…} or a list […].";
        assert_eq!(problems[0].said, said, "{wrong}");
    }
    let long = json!({"a": "x".repeat(20_000)});
    assert!(checked(long).is_err());
}

#[test]
fn one_address_is_as_good_as_a_list_of_one() {
    let fields = [Field::required("to", "To", Kind::Mails)];
    let checked = |to: Value| {
        let arguments = Arguments::from_iter([("to".to_owned(), to)]);
        check(&fields, &arguments).map(|it| it["to"].clone())
    };
    let one = json!(["ann@acme.example"]);
    assert_eq!(checked(json!("ann@acme.example")), Ok(one.clone()));
    assert_eq!(checked(one.clone()), Ok(one));
    assert!(checked(json!("ann@acme.example, bob@acme.example")).is_err());
}
