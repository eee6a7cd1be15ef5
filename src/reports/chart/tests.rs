//! Whatever the rows hold, a chart comes of it: no panic, and no label outside the picture.

use super::super::testing::table;
use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

const KINDS: [Kind; 7] = [
    Kind::Bar,
    Kind::Line,
    Kind::Area,
    Kind::Pie,
    Kind::Scatter,
    Kind::Funnel,
    Kind::HeatMap,
];

fn look(kind: Kind) -> Look {
    Look {
        kind,
        unit: "€".to_owned(),
        label: None,
        values: Vec::new(),
        series: None,
    }
}

fn assert_inside(chart: &Chart) {
    assert_inside_at(chart);
    // As a telephone shows it.
    assert_inside_at(&Chart {
        width: 340.0,
        ..chart.clone()
    });
}

fn assert_inside_at(chart: &Chart) {
    let canvas = chart.draw();
    for (text, [left, top, right, bottom]) in &canvas.texts {
        let is_inside =
            *left >= 0.0 && *top >= 0.0 && *right <= chart.width && *bottom <= canvas.height;
        assert!(
            is_inside,
            "{text:?} of {:?} is cut: {left} {top} {right} {bottom}",
            chart.kind
        );
    }
}

fn cell() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        (-1e6..1e6_f64).prop_map(|number| json!(number)),
        (0..4000_i64).prop_map(|days| {
            let first = chrono::NaiveDate::from_ymd_opt(2020, 1, 1).unwrap();
            json!((first + chrono::Duration::days(days)).to_string())
        }),
        "\\PC{0,60}".prop_map(Value::from),
        "[a-z]{0,200}".prop_map(Value::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn any_rows_give_a_chart_whose_labels_are_inside_it_or_a_reason(
        title in "\\PC{0,300}",
        unit in "\\PC{0,12}",
        rows in prop::collection::vec((cell(), cell(), -1e12..1e12_f64), 0..70),
        kind in prop::sample::select(KINDS.to_vec()),
        splits in any::<bool>(),
    ) {
        let rows: Vec<Value> = rows.into_iter().map(|(a, b, c)| json!([a, b, c])).collect();
        let table = table(&["label", "other", "figure"], json!(rows));
        let series = splits.then(|| "other".to_owned());
        let look = Look { unit, series, ..look(kind) };
        if let Ok(chart) = Chart::of(&title, &look, &table) {
            assert_inside(&chart);
            prop_assert!(chart.svg().starts_with("<svg"));
            prop_assert!(alt_text(&chart).chars().count() <= 1_000);
            if let Some(block) = block(&chart) {
                prop_assert!(block["title"].as_str().unwrap().chars().count() <= 50);
            }
        }
    }
}

#[test]
fn forty_long_names_and_negative_figures_are_all_inside() {
    let name = "Niederlassung Süd-West der Gesellschaft für Wärmetechnik mbH & Co. KG";
    let rows: Vec<Value> = (0..40)
        .map(|at| json!([format!("{name} {at}"), (f64::from(at) - 20.0) * 1e9, 5]))
        .collect();
    for kind in KINDS {
        let table = table(&["name", "amount", "count"], json!(rows));
        assert_inside(&Chart::of(name, &look(kind), &table).unwrap());
    }
}

#[test]
fn a_result_without_figures_is_said_in_the_picture() {
    let chart = Chart::of("Nothing", &look(Kind::Bar), &table(&[], json!([]))).unwrap();
    assert!(chart.is_empty() && chart.svg().contains("There is nothing to show"));
    assert!(block(&chart).is_none());
}

#[test]
fn what_is_left_out_is_said() {
    let rows: Vec<Value> = (0..100)
        .map(|at| json!([format!("n{at}"), at + 1]))
        .collect();
    let table = table(&["name", "n"], json!(rows));
    let bars = Chart::of("Many", &look(Kind::Bar), &table).unwrap();
    assert_eq!(bars.note.as_deref(), Some("The first 60 of 100 (name)"));
    let pie = Chart::of("Many", &look(Kind::Pie), &table).unwrap();
    assert_eq!(pie.note.as_deref(), Some("“Other” sums up the 89 smallest"));
    assert!(pie.svg().contains("sums up the 89 smallest"));
}

#[test]
fn a_column_that_is_not_there_and_one_without_numbers_are_named() {
    let table = table(&["a", "b"], json!([["x", "y"]]));
    let wrong = Look {
        label: Some("c".to_owned()),
        ..look(Kind::Bar)
    };
    let error = Chart::of("X", &wrong, &table).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no column \"c\"; the columns are a, b"
    );
    let error = Chart::of("X", &look(Kind::Bar), &table).unwrap_err();
    assert_eq!(error, ChartError::NoNumbers);
}

#[test]
fn rows_are_split_into_series_and_months_are_written_as_months() {
    let table = table(
        &["month", "owner", "won"],
        json!([
            ["2026-01-01", "Maya", 5],
            ["2026-01-01", "Jonas", 3],
            ["2026-02-01", "Maya", 7]
        ]),
    );
    let look = Look {
        series: Some("owner".to_owned()),
        ..look(Kind::Line)
    };
    let chart = Chart::of("Won", &look, &table).unwrap();
    let Data::Categories(data) = &chart.data else {
        panic!("{:?}", chart.data);
    };
    assert_eq!(data.labels, ["Jan 2026", "Feb 2026"]);
    assert_eq!(data.series[1].name, "Jonas");
    assert_eq!(data.series[1].values, [Some(3.0), None]);
    // A gap is no zero, and Slack's own chart knows no gaps.
    assert!(block(&chart).is_none());
}

#[test]
fn slack_draws_what_it_can_and_a_picture_the_rest() {
    let small = table(&["stage", "amount"], json!([["A", 1], ["B", 2]]));
    let native = block(&Chart::of("Few", &look(Kind::Bar), &small).unwrap()).unwrap();
    assert_eq!(
        native["chart"]["axis_config"]["categories"],
        json!(["A", "B"])
    );
    assert_eq!(native["chart"]["axis_config"]["y_label"], "€");
    for kind in [Kind::Funnel, Kind::HeatMap] {
        assert!(block(&Chart::of("Few", &look(kind), &small).unwrap()).is_none());
    }
    let rows: Vec<Value> = (0..21)
        .map(|at| json!([format!("n{at}"), at + 1]))
        .collect();
    let many = table(&["name", "n"], json!(rows));
    assert!(block(&Chart::of("Many", &look(Kind::Bar), &many).unwrap()).is_none());
}

#[test]
fn a_pie_of_gains_and_losses_becomes_bars() {
    let rows = table(&["region", "profit"], json!([["North", -5], ["South", 7]]));
    let chart = Chart::of("Profit", &look(Kind::Pie), &rows).unwrap();
    assert_eq!(chart.kind, Kind::Bar);
}
