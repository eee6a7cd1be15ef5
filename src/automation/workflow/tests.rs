//! What is understood of a workflow that somebody wrote, and what is objected to.

use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn problems(definition: Value) -> Vec<String> {
    let found = parse(&definition).expect_err("problems");
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn what_a_window_begins_with_is_a_workflow() {
    let workflow = parse(&example()).unwrap();
    assert_eq!(workflow.trigger, Trigger::ByHand);
    let words: Vec<&str> = workflow.steps.iter().map(|step| step.kind.word()).collect();
    assert_eq!(words, ["query", "model", "message"]);
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_what_would_be_right() {
    let said = problems(json!({"on": "by hand", "stepz": 1, "steps": [
        {"id": "a", "query": "select {{steps.b.rows}}"},
        {"id": "a", "message": "hello"},
        {"id": "c", "wait": "a while"},
        {"id": "d", "message": "x", "query": "y"},
    ]}))
    .join("\n");
    for expected in [
        "`stepz`: is not known here; what is: about, on, where, input, output, budget, prompt, steps",
        "`steps[0].query`: {{steps.b.rows}} names no step before this one; those are: none",
        "`steps[1].id`: another step is called \"a\" already",
        "`steps[2].wait`: a time such as",
        "`steps[3]`: a step has exactly one of: query, model",
    ] {
        assert!(said.contains(expected), "{expected}\n{said}");
    }
}

#[test]
fn an_item_is_known_within_its_loop_and_nowhere_else() {
    let each = json!({"id": "each", "foreach": [1, 2], "as": "deal",
        "do": [{"id": "say", "message": "{{deal.name}}"}]});
    assert!(parse(&json!({"steps": [each]})).is_ok());
    let said = problems(json!({"steps": [each, {"id": "after", "message": "{{deal.name}}"}]}));
    assert_eq!(
        said,
        ["`steps[1].message`: {{deal.name}} begins with none of: steps, input, run, notes"]
    );
    let asks = json!({"id": "ask", "prompt": "And {{item}}?"});
    let inner =
        |body: serde_json::Value| json!({"id": "inner", "foreach": ["{{deal}}"], "do": [body]});
    let outer = |body: serde_json::Value| json!({"steps": [{"id": "outer", "foreach": [1], "as": "deal", "do": [body]}]});
    assert!(parse(&outer(inner(asks))).is_ok());
    let third = json!({"id": "third", "foreach": [1], "do": [{"id": "b", "message": "x"}]});
    assert!(problems(outer(inner(third)))[0].contains("no third one"));
}

#[test]
fn a_trigger_is_read_from_words() {
    assert_eq!(
        Trigger::read("event deal.stage_changed"),
        Trigger::Event("deal.stage_changed".into())
    );
    assert_eq!(
        Trigger::read("After Stale Deals"),
        Trigger::After("stale-deals".into())
    );
    assert_eq!(
        Trigger::read("every day at 9"),
        Trigger::Schedule("every day at 9".into())
    );
    assert_eq!(Trigger::read(" "), Trigger::ByHand);
}

#[test]
fn a_filter_compares_fields() {
    let workflow = parse(
        &json!({"on": "event deal.stage_changed", "prompt": "What happened?",
        "where": {"stage": "won", "amount": {"above": 1000}, "tags": {"contains": "vip"}}}),
    )
    .unwrap();
    let fits = |fields| workflow.filter.matches(&fields);
    assert!(fits(
        json!({"stage": "Won", "amount": "1500.00", "tags": ["VIP", "eu"]})
    ));
    assert!(!fits(
        json!({"stage": "won", "amount": 1000, "tags": ["vip"]})
    ));
    assert!(!fits(json!({"stage": "won"})));
    let said = problems(json!({"on": "by hand", "where": {"a": 1}, "prompt": "x"}));
    assert!(
        said[0].contains("only an event can be filtered"),
        "{said:?}"
    );
}

#[test]
fn references_keep_the_type_of_what_they_name() {
    let mut scope = Scope::new(json!({"n": 7}), json!({}), json!([]));
    scope.keep("deals", json!({"rows": [{"name": "O'Neil"}]}));
    let template = Template(
        json!({"all": "{{steps.deals.rows}}", "text": "{{input.n}} of {{steps.deals.rows.0.name}}{{steps.no.way}}"}),
    );
    assert_eq!(
        template.fill(&scope),
        json!({"all": [{"name": "O'Neil"}], "text": "7 of O'Neil"})
    );
    let sql = Template(json!(
        "select {{input.n}}, {{steps.deals.rows.0.name}}, {{input.no}}"
    ));
    assert_eq!(sql.sql(&scope), "select 7, 'O''Neil', null");
    let owed = Scope::new(json!({"n": -5}), json!({}), json!([]));
    let minus = Template(json!("select 1 -{{input.n}}"));
    assert_eq!(minus.sql(&owed), "select 1 -(-5)");
}

#[test]
fn an_answer_is_checked_against_its_schema() {
    let schema = Schema::read(&json!({"type": "object", "required": ["risk"],
        "properties": {"risk": {"enum": ["low", "high"]}, "days": {"type": "integer"}}}))
    .unwrap();
    assert_eq!(schema.objection(&json!({"risk": "low", "days": 3})), None);
    assert!(
        schema
            .objection(&json!({}))
            .unwrap()
            .contains("\"risk\" is missing")
    );
    assert!(
        schema
            .objection(&json!({"risk": "low", "days": 0.5}))
            .unwrap()
            .contains("days should be of type integer")
    );
    let (at, said) = Schema::read(&json!({"properties": {"a": {"pattern": "x"}}})).unwrap_err();
    assert_eq!(at, ".properties.a");
    assert!(said.contains("\"pattern\" is not understood"), "{said}");
}

#[test]
fn mail_text_messages_and_webhooks_are_changes_that_are_spelled_shorter() {
    let workflow = parse(&json!({"steps": [
        {"id": "leads", "query": "select name, phone from contacts"},
        {"id": "each", "foreach": "{{steps.leads.rows}}", "as": "lead", "do": [
            {"id": "tell", "sms": {"to": "{{lead.phone}}", "text": "Welcome, {{lead.name}}"}},
        ]},
        {"id": "call", "webhook": {"event": "leads", "body": {"count": "{{steps.leads.count}}"}}},
        {"id": "all", "webhook": {"body": "{{steps.leads.rows}}"}},
        {"id": "write", "mail": {"to": "a@b.example", "cc": ["c@d.example"], "subject": "Hi", "body": "x"}},
    ]}))
    .unwrap();
    let changes = workflow.all_steps().into_iter().filter_map(|step| {
        let Kind::Change {
            system, operation, ..
        } = &step.kind
        else {
            return None;
        };
        Some(format!("{} {system} {operation}", step.id))
    });
    assert_eq!(
        changes.collect::<Vec<_>>(),
        [
            "tell twilio send_sms",
            "call outgoing_webhook call",
            "all outgoing_webhook call",
            "write gmail send_mail",
        ]
    );
}

#[test]
fn what_is_wrong_with_such_a_step_is_said_with_its_place_as_well() {
    let said = problems(json!({"steps": [
        {"id": "a", "sms": {"to": "+491701234567", "message": "x"}},
        {"id": "b", "sms": {"to": "{{steps.c.phone}}", "text": " "}},
        {"id": "c", "webhook": {"body": 7}},
        {"id": "d", "webhook": "https://example.com"},
        {"id": "e", "mail": {"to": [], "subject": "x", "body": "y"}},
        {"id": "f", "mail": {"to": "x@y.example", "subject": "x", "body": "y"}, "sms": {}},
    ]}));
    let expected = [
        "`steps[0].sms.message`: is not known here; what is: to, text, from",
        "`steps[0].sms.text`: this is missing",
        "`steps[1].sms.text`: this is a text, and not an empty one",
        "`steps[1].sms`: {{steps.c.phone}} names no step before this one; those are: a",
        "`steps[2].webhook.body`: this is a JSON object or a list, or a reference to one",
        "`steps[3].webhook`: this has to be a JSON object: { … }",
        "`steps[4].mail.to`: this is a text, or a list of texts, and not an empty one",
        "`steps[5]`: a step has exactly one of: query, model, prompt, if, foreach, wait, approve, \
         message, mail, sms, webhook, change, workflow, note, set",
    ];
    assert_eq!(said, expected);
}

proptest! {
    #[test]
    fn no_definition_makes_the_reader_fail(text in r#"[\[\]{}":,a-z0-9. ]{0,200}"#) {
        if let Ok(value) = serde_json::from_str::<Value>(&text) {
            let _ = parse(&value);
        }
    }

    /// Whatever a value holds, it stays one literal.
    #[test]
    fn a_value_cannot_leave_its_literal_in_sql(text in "\\PC{0,40}") {
        let scope = Scope::new(json!({"it": text}), json!({}), json!([]));
        let sql = Template(json!("{{input.it}}")).sql(&scope);
        let inside = &sql[1..sql.len() - 1];
        prop_assert!(sql.starts_with('\'') && sql.ends_with('\''));
        prop_assert!(!inside.replace("''", "").contains('\''));
    }
}

#[test]
fn a_budget_is_an_amount_of_dollars() {
    let with = |budget: serde_json::Value| json!({"budget": budget, "prompt": "How is it going?"});
    let read = |budget| parse(&with(budget)).unwrap().budget_micros;
    assert_eq!(read(json!(0.5)), Some(500_000));
    assert_eq!(read(json!(2)), Some(2_000_000));
    assert_eq!(parse(&json!({"prompt": "?"})).unwrap().budget_micros, None);
    for nonsense in [json!(0), json!(-1), json!("0.50"), json!(null)] {
        let said = problems(with(nonsense));
        assert!(
            said[0].contains("what one run may cost in dollars"),
            "{said:?}"
        );
    }
}

#[test]
fn a_filter_is_told_back_in_words() {
    let workflow = parse(&json!({"on": "event deal.stage_changed", "prompt": "What now?",
        "where": {"stage": "won", "amount": {"above": 1000}, "currency": {"one_of": ["EUR", "CHF"]}}}))
    .unwrap();
    let words = workflow.filter.words();
    for part in [
        "stage is won",
        "amount above 1000",
        "currency one of EUR, CHF",
        " and ",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    let all = parse(&json!({"on": "event deal.created", "prompt": "What now?"})).unwrap();
    assert_eq!(all.filter.words(), "");
}

#[test]
fn a_run_waits_for_somebody_as_long_as_its_step_says_or_a_week() {
    let within = |step: serde_json::Value| {
        let workflow = parse(&json!({"steps": [step]})).unwrap();
        match &workflow.steps[0].kind {
            Kind::Approve { within, .. } => *within,
            other => panic!("{other:?}"),
        }
    };
    let asks = json!({"id": "ok", "approve": "Shall I?"});
    assert_eq!(within(asks), chrono::TimeDelta::days(7));
    let asks = json!({"id": "ok", "approve": "Shall I?", "within": "3 hours"});
    assert_eq!(within(asks), chrono::TimeDelta::hours(3));
    let said = problems(json!({"steps": [{"id": "ok", "approve": "Shall I?", "within": "soon"}]}));
    assert!(
        said[0].contains("`steps[0].within`: a time such as"),
        "{said:?}"
    );
}

#[test]
fn what_is_left_out_is_filled_with_its_default() {
    let schema = Schema::read(
        &json!({"type": "object", "required": ["who"], "properties": {
        "days": {"type": "integer", "default": 7},
        "who": {"type": "string", "title": "Whom?"},
        "mail": {"type": "object", "properties": {"copy": {"type": "boolean", "default": true}}}}}),
    )
    .unwrap();
    assert_eq!(
        schema.filled(&json!({"who": "Acme", "mail": {}})),
        json!({"who": "Acme", "days": 7, "mail": {"copy": true}})
    );
    assert_eq!(schema.filled(&json!({"days": 1})), json!({"days": 1}));
    let asked: Vec<_> = schema.properties();
    let names: Vec<&str> = asked.iter().map(|it| it.name).collect();
    assert_eq!(names, ["who", "days", "mail"], "the required one first");
    assert_eq!((asked[0].label(), asked[0].is_required), ("Whom?", true));
    assert_eq!(asked[1].default(), Some(&json!(7)));
    let wrong = Schema::read(&json!({"properties": {"days": {"type": "integer", "default": "x"}}}));
    let (at, said) = wrong.unwrap_err();
    assert_eq!(at, ".properties.days");
    assert!(said.contains("does not fit"), "{said}");
}
