//! Recipes that hold, and pictures on which nothing is cut.

use super::super::chart::Look;
use super::super::recipe::{Choose, Filter};
use super::super::testing::table;
use super::*;
use serde_json::json;

fn tile(title: &str, sql: &str, show: Show) -> Tile {
    Tile {
        title: title.to_owned(),
        sql: sql.to_owned(),
        show,
    }
}

fn chart(kind: Kind) -> Show {
    Show::Chart(Look {
        kind,
        unit: "€".to_owned(),
        label: None,
        values: Vec::new(),
        series: None,
    })
}

fn euros() -> Show {
    Show::Number {
        unit: "€".to_owned(),
    }
}

fn recipe(filters: &[(&str, &str)], tiles: Vec<Tile>) -> Recipe {
    let filter = |(name, label): &(&str, &str)| Filter {
        name: (*name).to_owned(),
        label: (*label).to_owned(),
        choose: Choose::Date { days_ago: Some(30) },
    };
    Recipe::Dashboard {
        title: "Pipeline".to_owned(),
        filters: filters.iter().map(filter).collect(),
        tiles,
    }
}

#[test]
fn a_recipe_says_what_is_wrong_with_it_before_anything_is_looked_up() {
    let good = tile("Open", "select 1 where :since is null", euros());
    assert!(check(&recipe(&[("since", "Since")], vec![good.clone()])).is_ok());
    let wrong = [
        (recipe(&[], Vec::new()), "one to 12 tiles"),
        (recipe(&[], vec![good.clone(), good.clone()]), "are called"),
        (
            recipe(&[("Since", "Since")], vec![good.clone()]),
            "small letters",
        ),
        (recipe(&[("since", "")], vec![good.clone()]), "label"),
        (
            recipe(&[("until", "Until")], vec![good.clone()]),
            "No tile uses",
        ),
        (
            recipe(&[("since", "A"), ("since", "B")], vec![good]),
            "Two filters",
        ),
    ];
    for (recipe, why) in wrong {
        let told = check(&recipe).unwrap_err().to_string();
        assert!(told.contains(why), "{why}: {told}");
    }
}

#[test]
fn a_number_is_the_first_figure_and_what_stands_beside_it_is_named() {
    let one = table(
        &["amount", "deals", "owner"],
        json!([[1234567, 12, "Maya"]]),
    );
    let Body::Number { figure, beside } = number(&one, "€") else {
        panic!("a number");
    };
    assert_eq!(figure, "€1,234,567");
    let beside: Vec<String> = beside.iter().map(|(a, b)| format!("{a} {b}")).collect();
    assert_eq!(beside, ["Deals 12", "Owner Maya"]);
    for rows in [json!([]), json!([[null]])] {
        let Body::Number { figure, .. } = number(&table(&["n"], rows), "") else {
            panic!("a number");
        };
        assert_eq!(figure, "–");
    }
}

#[test]
fn no_text_of_a_picture_is_cut_or_leaves_it() {
    let stages = table(
        &["stage", "amount"],
        json!([
            ["Discovery with a very long name indeed", 182000],
            ["Negotiation", 96000]
        ]),
    );
    let long = "x".repeat(400);
    let many: Vec<_> = (0..40).map(|n| json!([long, n, "2026-03-01"])).collect();
    let many = table(&["name", "n", "day"], json!(many));
    let kinds = [
        Kind::Bar,
        Kind::Pie,
        Kind::Line,
        Kind::Funnel,
        Kind::HeatMap,
    ];
    let mut tiles: Vec<Shown> = kinds
        .into_iter()
        .map(|kind| Shown {
            title: format!("{kind:?} {long}"),
            body: body(&tile("", "", chart(kind)), &stages),
            note: Some(long.clone()),
        })
        .collect();
    let more = [
        number(&stages, "€"),
        Body::Table(cells(&many)),
        Body::Table(Cells::default()),
        Body::Failed(long.clone()),
    ];
    tiles.extend(more.into_iter().map(|body| Shown {
        title: long.clone(),
        body,
        note: None,
    }));
    let view = View {
        title: format!("Title {long}"),
        organisation: "Nordwind".to_owned(),
        person: None,
        zone: Tz::UTC,
        at: DateTime::UNIX_EPOCH,
        controls: Vec::new(),
        tiles,
        rows: 0,
        figures: Figures::default(),
    };
    for (text, [left, top, right, bottom]) in &picture::page(&view).texts {
        let is_inside = *left >= 0.0 && *right <= 1240.0 && *top >= 0.0;
        assert!(is_inside, "{text:?} is cut: {left} {top} {right} {bottom}");
    }
    assert!(
        typeset::png(&picture::svg(&view))
            .unwrap()
            .starts_with(b"\x89PNG")
    );
}
