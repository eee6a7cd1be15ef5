//! The corpus of attacks, and what holds for any text: nothing is lost, nothing breaks,
//! nothing reaches anybody, and a growing answer only ever grows.

use super::clean::fenced;
use super::*;
use proptest::prelude::*;
use pulldown_cmark::{Event, Parser, Tag};

const ATTACKS: &str = include_str!("../../../tests/data/mrkdwn_attacks.txt");

fn attacks() -> impl Iterator<Item = String> {
    ATTACKS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.replace("\\n", "\n"))
}

/// Outside code, where nobody reads it as a name.
fn names_everybody(markdown: &str) -> bool {
    let mut text = markdown.to_lowercase();
    for (event, range) in Parser::new(markdown).into_offset_iter() {
        if matches!(event, Event::Code(_) | Event::Start(Tag::CodeBlock(_)))
            && text.len() == markdown.len()
        {
            text.replace_range(range.clone(), &" ".repeat(range.len()));
        }
    }
    let is_named = |name: &&str| {
        text.match_indices(*name)
            .filter(|(at, _)| !text[..*at].ends_with(char::is_alphanumeric))
            .any(|(at, _)| !text[at + name.len()..].starts_with(char::is_alphanumeric))
    };
    ["@channel", "@here", "@everyone"].iter().any(is_named)
}

/// What Slack would act on; a lone `<!`, as in a doctype, is text to it.
const BROADCASTS: [&str; 6] = [
    "<!channel",
    "<!here",
    "<!everyone",
    "<!subteam^",
    "<!date^",
    "<#c",
];

/// What in a text would notify somebody, lead elsewhere than it says, or fetch something.
fn danger(markdown: &str) -> Option<String> {
    let lower = markdown.to_lowercase();
    for reference in ["javascript:", "data:text"].iter().chain(&BROADCASTS) {
        if lower.contains(reference) {
            return Some(format!("contains {reference}"));
        }
    }
    if lower
        .split("<@")
        .skip(1)
        .any(|it| it.starts_with(|c: char| c.is_ascii_alphanumeric()))
    {
        return Some("mentions somebody".into());
    }
    if names_everybody(markdown) {
        return Some("names everybody".into());
    }
    let mut label: Option<(String, String)> = None;
    for event in Parser::new_ext(markdown, super::segments::OPTIONS) {
        match event {
            Event::Start(Tag::Image { .. }) => return Some("has an image".into()),
            Event::Start(Tag::Link { dest_url, .. }) => {
                label = Some((dest_url.to_string(), String::new()));
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some((_, label)) = &mut label {
                    label.push_str(&text);
                }
            }
            Event::End(pulldown_cmark::TagEnd::Link) => {
                let (target, shown) = label.take().unwrap();
                if shown.contains("bank") && !target.contains("bank") {
                    return Some(format!("{shown} leads to {target}"));
                }
                if target.contains('@') && target.contains("://") {
                    return Some("hides its host".into());
                }
            }
            _ => {}
        }
    }
    None
}

#[test]
fn no_known_attack_survives() {
    for attack in attacks() {
        let safe = clean(&attack);
        assert_eq!(danger(&safe), None, "{attack:?} became {safe:?}");
        let text = plain(&attack);
        assert!(!text.contains('<'), "{attack:?} became {text:?}");
    }
}

#[test]
fn an_attack_that_arrives_letter_by_letter_does_not_survive_either() {
    for attack in attacks() {
        for end in attack.char_indices().map(|(at, _)| at) {
            let shown = clean_so_far(&attack[..end]);
            assert_eq!(
                danger(&shown),
                None,
                "{:?} became {shown:?}",
                &attack[..end]
            );
        }
    }
}

#[test]
fn ordinary_markdown_stays_as_it_is() {
    for text in [
        "# Deals\n\n**3** of _them_ ~~closed~~, see [the board](https://example.com/board).\n",
        "1. `a < b && c > d`\n2. x <= y, 3 < 4, A & B, R&D\n   - nested: yes\n",
        "```html\n<!DOCTYPE html>\n<a href=\"x\">@here</a>\n```\n",
        "Mail ann@here.com, or https://example.com/@here?a=1&b=[2]; costs < $5 :tada: 10:30\n",
        "> quoted\n\n---\n\n- [ ] open\n- [x] done 👩‍💻 🇩🇪\n",
        "Vec<String> and <b>bold</b>, a | b, C:\\path, 5 * 4 = 20, snake_case_name\n",
    ] {
        assert_eq!(clean(text), text);
    }
}

#[test]
fn a_reference_to_somebody_becomes_words() {
    assert_eq!(clean("<@U1|bob> and <!here>"), "＠bob and ＠here");
    assert_eq!(clean("<#C1|sales>, <!subteam^S1|@ops>"), "#sales, ＠ops");
    assert_eq!(clean("<https://x.io|the site>"), "https://x.io");
    assert_eq!(
        clean("![a chart](https://x.io/c.png)"),
        "[a chart](https://x.io/c.png)"
    );
}

#[test]
fn an_entity_hides_no_letter_and_no_character() {
    for (written, shown) in [
        ("@&#99;hannel, @c&#104;annel", "＠channel, ＠channel"),
        ("@chan&zwj;nel", "＠chan nel"),
        ("pay&#x202E;moc.knab&#8207;", "pay moc.knab "),
        ("a&shy;b&#xE0041;c&ZeroWidthSpace;d", "a b c d"),
        (
            "[bank.com]&zwj;(https://evil.example)",
            "[bank.com] (https://evil.example)",
        ),
        ("R&amp;D &eacute; &copy;", "R&amp;D &eacute; &copy;"),
    ] {
        assert_eq!(clean(written), shown);
    }
}

#[test]
fn what_stands_beside_a_link_is_not_read_as_part_of_it() {
    for (written, shown) in [
        ("[bank](https://x.io).com", "[bank](https://x.io). com"),
        (
            "[bank](https://x.io)[.com](https://x.io)",
            "[bank](https://x.io) [.com](https://x.io)",
        ),
        (
            "**[bank](https://x.io)**.com",
            "**[bank](https://x.io)**. com",
        ),
        (
            "[bank](https://x.io)&#46;com",
            "[bank](https://x.io) &#46;com",
        ),
        ("bank[.com](https://x.io)", "bank [.com](https://x.io)"),
        ("bank.[com](https://x.io)", "bank. [com](https://x.io)"),
    ] {
        assert_eq!(clean(written), shown);
    }
    let usual = "See [a](https://a.io), ([b](https://b.io)) and **[c](https://c.io)**: [d](https://d.io).\n";
    assert_eq!(clean(usual), usual);
}

fn table_of(rows: usize) -> String {
    let body: String = (0..rows).map(|n| format!("| row {n} | {n} |\n")).collect();
    format!("Before\n\n| name | count |\n|---|--:|\n{body}\nAfter\n")
}

#[test]
fn a_table_becomes_a_table_block_between_its_texts() {
    let made = layout(&table_of(2));
    let [
        Segment::Text(before),
        Segment::Table(table),
        Segment::Text(after),
    ] = &made.parts[0][..]
    else {
        panic!("{made:?}");
    };
    assert_eq!((before.trim(), after.trim()), ("Before", "After"));
    let block = table.block();
    assert_eq!(block["rows"][1][0]["text"], "row 0");
    assert_eq!(block["rows"].as_array().unwrap().len(), 3);
    assert_eq!(block["column_settings"][1]["align"], "right");
}

#[test]
fn a_cell_keeps_its_link_and_its_weight() {
    let made = layout("| deal |\n|---|\n| **[Acme](https://x.io/7)** won |\n");
    let Segment::Table(table) = &made.parts[0][0] else {
        panic!("no table");
    };
    let cell = &table.block()["rows"][1][0]["elements"][0]["elements"];
    assert_eq!(cell[0]["url"], "https://x.io/7");
    assert_eq!(cell[0]["style"]["bold"], true);
    assert_eq!(cell[1]["text"], " won");
}

#[test]
fn a_long_table_goes_on_in_the_next_message_under_its_heading() {
    let made = layout(&table_of(150));
    assert_eq!(made.parts.len(), 2);
    let mut rows = 0;
    for part in &made.parts {
        let tables: Vec<&Table> = part
            .iter()
            .filter_map(|segment| match segment {
                Segment::Table(table) => Some(table),
                Segment::Text(_) => None,
            })
            .collect();
        assert_eq!(tables.len(), 1);
        let block = tables[0].block();
        assert_eq!(block["rows"][0][0]["text"], "name");
        rows += block["rows"].as_array().unwrap().len() - 1;
    }
    assert_eq!(rows, 150);
}

#[test]
fn a_cut_code_block_is_closed_and_opened_again() {
    let code: String = (0..1500).map(|n| format!("select {n};\n")).collect();
    let made = layout(&format!("Here:\n\n```sql\n{code}```\n\nDone.\n"));
    assert_eq!(made.parts.len(), 2);
    for part in &made.parts {
        let Segment::Text(text) = &part[0] else {
            panic!("not text");
        };
        assert!(text.chars().count() <= 12_000);
        assert!(text.contains("```sql\n"));
        assert_eq!(text.matches("```").count(), 2);
        assert_eq!(fenced(text).len(), 1);
    }
}

#[test]
fn an_answer_beyond_three_messages_is_a_beginning_and_a_file() {
    let long = "A sentence of some length, as there are many.\n\n".repeat(1000);
    let made = layout(&long);
    assert_eq!(made.parts.len(), 1);
    assert_eq!(made.file.as_deref(), Some(long.as_str()));
    assert_eq!(layout("short").file, None);
    assert!(layout(" \n").parts.is_empty());
}

#[test]
fn a_growing_table_waits_until_it_is_whole() {
    assert_eq!(first_part_so_far("Hi there.\n\n| a | b |\n").len(), 1);
    assert_eq!(first_part_so_far("Hi\n\n| a |\n|---|\n| 1 |\n").len(), 1);
    assert_eq!(
        first_part_so_far("Hi\n\n| a |\n|---|\n| 1 |\n\nSo").len(),
        3
    );
    assert_eq!(
        first_part_so_far("One sentence. And [a lin"),
        [Segment::Text("One sentence. And".into())]
    );
}

#[test]
fn what_streams_of_a_long_answer_is_the_beginning_of_its_first_message() {
    let paragraph = "A sentence of some length, as there are many.\n".repeat(20);
    let long = format!("{paragraph}\n").repeat(20);
    let first = layout(&long).parts.swap_remove(0);
    let Segment::Text(first) = &first[0] else {
        panic!("not text");
    };
    for end in (9_000..long.len()).step_by(97) {
        let Some(Segment::Text(shown)) = first_part_so_far(&long[..end]).pop() else {
            panic!("nothing is shown");
        };
        assert!(first.starts_with(&shown), "{end}");
    }
}

/// Lines that a model might write, and pieces that make trouble.
fn markdown() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z ,.é日]{1,30}",
        1 => "[<>@!#|&;:`\\[\\]()*_~\\\\ =-]{1,6}",
        1 => Just("<!channel>".to_owned()),
        1 => Just("<@U123|bob>".to_owned()),
        1 => Just("[bank.com](https://evil.example)".to_owned()),
        1 => Just("[text](https://example.com/a)".to_owned()),
        1 => Just("`code <@U1>`".to_owned()),
        1 => Just(" :smile: 👩\u{200D}💻 ".to_owned()),
        1 => Just("@here".to_owned()),
        1 => Just("@&#104;ere &zwj;".to_owned()),
        1 => Just("[here](https://evil.example).com".to_owned()),
        1 => Just("\n\n".to_owned()),
        1 => Just("\n```sql\nselect 1\n```\n".to_owned()),
        1 => Just("\n\n| a | b |\n|---|---|\n| 1 | <!here> |\n\n".to_owned()),
        1 => Just("\n- ".to_owned()),
        1 => Just("[1]: https://evil.example\n".to_owned()),
    ];
    proptest::collection::vec(piece, 0..25).prop_map(|pieces| pieces.concat())
}

fn without_fences(text: &str) -> String {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("```"))
        .collect::<Vec<_>>()
        .join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_written_can_reach_or_mislead_anybody(text in markdown()) {
        let safe = clean(&text);
        prop_assert_eq!(danger(&safe), None, "{:?}", safe);
    }

    #[test]
    fn cleaning_twice_changes_nothing_more(text in markdown()) {
        let once = clean(&text);
        prop_assert_eq!(danger(&clean(&once)), None);
    }

    #[test]
    fn what_is_shown_of_a_growing_text_is_never_taken_back(text in markdown()) {
        let whole = clean(&text);
        let mut before = String::new();
        for (at, _) in text.char_indices() {
            let now = clean_so_far(&text[..at]);
            prop_assert!(now.starts_with(&before), "{:?} then {:?}", before, now);
            prop_assert!(whole.starts_with(&now), "{:?} but {:?}", now, whole);
            before = now;
        }
    }

    #[test]
    fn messages_hold_the_whole_text_within_slacks_limits(
        lines in proptest::collection::vec("[a-z 日é`*]{0,200}", 0..200),
        in_code in any::<bool>(),
    ) {
        let body = lines.join("\n").replace("```", "");
        let text = if in_code { format!("```sql\n{body}\n```\n") } else { body };
        let made = layout(&text);
        prop_assume!(made.file.is_none());
        let mut shown = String::new();
        for part in &made.parts {
            for segment in part {
                let Segment::Text(text) = segment else { panic!("no table was written") };
                prop_assert!(text.chars().count() <= 12_000);
                shown.push_str(text);
                if !shown.ends_with('\n') { shown.push('\n'); }
            }
        }
        let words = |text: &str| without_fences(text).split_whitespace().collect::<String>();
        prop_assert_eq!(words(&shown), words(&clean(&text)));
    }

    #[test]
    fn a_line_longer_than_a_message_is_cut_between_words(
        word in "[a-z]{3,12}", link in any::<bool>(),
    ) {
        let unit = if link { format!("[{word}](https://example.com/{word}) ") } else { format!("{word} ") };
        let text = unit.repeat(25_000 / unit.len());
        for part in layout(&text).parts {
            let Segment::Text(text) = &part[0] else { panic!("not text") };
            prop_assert!(text.chars().count() <= 11_000);
            prop_assert_eq!(text.trim_end().len() % unit.len(), unit.len() - 1);
        }
    }
}
