//! Whatever the text, a document comes of it, and nothing in it is code.

use super::*;
use proptest::prelude::*;

/// Knows one table, and no figure.
struct OneTable;

impl Place for OneTable {
    fn blocks(&mut self, name: &str) -> Option<Vec<Block>> {
        (name == "deals").then(|| vec![Block::Rule])
    }

    fn figure(&mut self, name: &str, column: &str) -> Option<String> {
        (name == "total" && column == "amount_sum").then(|| "1,234".to_owned())
    }
}

fn document(blocks: Vec<Block>) -> Document {
    Document {
        title: "#panic(\"title\") \\ $x$".to_owned(),
        headline: "#panic(\"headline\")".to_owned(),
        organisation: "#panic(\"organisation\")".to_owned(),
        made: "#panic(\"made\")".to_owned(),
        blocks,
        sources: vec!["#panic(\"source\")".to_owned()],
    }
}

fn text_of(blocks: &[Block]) -> String {
    let value = serde_json::to_value(blocks).unwrap();
    let mut text = String::new();
    gather(&value, &mut text);
    text
}

fn gather(value: &serde_json::Value, text: &mut String) {
    match value {
        serde_json::Value::Object(fields) => match fields.get("text") {
            Some(serde_json::Value::String(found)) => text.push_str(found),
            _ => fields.values().for_each(|value| gather(value, text)),
        },
        serde_json::Value::Array(items) => items.iter().for_each(|value| gather(value, text)),
        _ => {}
    }
}

#[test]
fn text_that_looks_like_code_is_set_as_text() {
    let markdown = "# #panic(\"heading\")\n\n#panic(\"text\") #import \"@preview/x:1.0.0\": y\n\n\
        - #read(\"/etc/passwd\")\n- `#eval(\"1\")`\n\n> $ #panic() $\n\n| #panic() |\n|---|\n\
        | @ref <label> \\ // /* */ |\n\n```typst\n#panic(\"code\")\n```\n\n<b>html</b> ![i](file:///etc/passwd)";
    let blocks = blocks(markdown, &mut OneTable);
    assert!(text_of(&blocks).contains("#read(\"/etc/passwd\")"));
    let pdf = pdf(&document(blocks), &[]).unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
}

#[test]
fn a_chart_is_set_as_a_picture() {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"960\" height=\"100\"/>";
    let image = png(svg).unwrap();
    assert!(image.starts_with(b"\x89PNG"));
    let figure = Figure {
        chart: 0,
        alt: "A chart".to_owned(),
        height: 20.0,
    };
    let blocks = vec![Block::Figure(figure)];
    assert!(pdf(&document(blocks), &[svg.to_owned()]).is_ok());
}

#[test]
fn parts_and_figures_stand_where_the_text_names_them() {
    let found = blocks(
        "Sum: **{{total.amount_sum}}** {{total.x}}\n\n{{deals}}\n\n{{nobody}}",
        &mut OneTable,
    );
    assert!(
        text_of(&found).starts_with("Sum: 1,234 {{total.x}}"),
        "{found:?}"
    );
    assert_eq!(found[1], Block::Rule);
    assert!(matches!(&found[2], Block::Paragraph { .. }));
    assert_eq!(names("a {{x.y}} b {{ z }} {{"), ["x.y", "z"]);
}

#[test]
fn only_addresses_of_the_web_and_of_mail_are_links() {
    let link = |markdown: &str| {
        let found = blocks(markdown, &mut OneTable);
        match &found[0] {
            Block::Paragraph { spans } => spans[0].url.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        link("[a](https://a.example/)").as_deref(),
        Some("https://a.example/")
    );
    for address in ["javascript:alert(1)", "file:///etc/passwd", "//a.example"] {
        assert_eq!(link(&format!("[a]({address})")), None, "{address}");
    }
}

#[test]
fn what_is_nested_without_end_is_flattened() {
    let deep = format!("{}x", "> ".repeat(5_000));
    assert!(text_of(&blocks(&deep, &mut OneTable)).contains('x'));
    let list: String = (0..200)
        .map(|depth| format!("{}- x\n", "  ".repeat(depth)))
        .collect();
    assert_eq!(
        text_of(&blocks(&list, &mut OneTable)).matches('x').count(),
        200
    );
}

#[test]
fn a_table_fills_the_page_and_narrow_columns_keep_what_they_need() {
    let cell = |text: &str| {
        vec![Span {
            text: text.to_owned(),
            ..Span::default()
        }]
    };
    let head = vec![cell("Day"), cell("What happened")];
    let rows = vec![vec![cell("12 Mar 2026"), cell(&"word ".repeat(80))]];
    let table = table(head, rows, vec!["left", "left"]);
    assert!((table.widths.iter().sum::<f64>() - 470.0).abs() < 0.01);
    assert!(
        table.widths[0] > 55.0 && table.widths[0] < 120.0,
        "{:?}",
        table.widths
    );
}

proptest! {
    #[test]
    fn any_markdown_is_read(markdown in "[-\\PC#*_`|>\\[\\](){}\n ]{0,200}") {
        blocks(&markdown, &mut OneTable);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3))]

    #[test]
    fn any_markdown_gives_a_pdf(markdown in "[-\\PC#*_`|>\\[\\]()\\\\$@<>{}\n ]{0,300}") {
        let blocks = blocks(&markdown, &mut OneTable);
        prop_assert!(pdf(&document(blocks), &[]).is_ok());
    }
}
