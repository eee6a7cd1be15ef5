//! Pages as the web writes them, and as nobody should.

use super::*;
use proptest::prelude::*;

fn markdown(html: &str) -> String {
    read_page(html).text
}

fn read_page(html: &str) -> Readable {
    readable(html, &"https://site.example/dir/page.html".parse().unwrap())
}

#[test]
fn a_page_becomes_its_title_headings_paragraphs_lists_and_links() {
    let page = read_page(
        "<!doctype html><html><head><title>Our\n prices &amp; plans</title>
         <style>p { color: red }</style><script>var x = '<p>no</p>';</script></head>
         <body><nav><ul><li><a href=/>Home</a></li></ul></nav>
         <h1>Prices</h1><p>From <b>5 €</b> a   month,<br>see <a href='../terms'>the
         terms</a>.</p>
         <ul><li>One<li>Two <ul><li>Deep</li></ul></li></ul>
         <ol start=3><li><p>Third</p></li><li>Fourth</li></ol>
         <blockquote><p>Said.</p><p>Again.</p></blockquote>
         <pre>a  b\n  c</pre>
         <footer>© <a href=/imprint>Imprint</a></footer></body></html>",
    );
    assert_eq!(page.title, "Our prices & plans");
    assert_eq!(
        page.text,
        "# Prices\n\nFrom 5 € a month,\nsee [the terms](https://site.example/terms).\n\n\
         - One\n- Two\n  - Deep\n\n3. Third\n4. Fourth\n\n> Said.\n>\n> Again.\n\n\
         ```\na  b\n  c\n```"
    );
}

#[test]
fn a_table_stays_a_table_and_a_layout_does_not() {
    assert_eq!(
        markdown(
            "<table><thead><tr><th>Plan<th>Price</thead><tr><td>Small | free</td><td><a href=s>0 €</a>
             </td></tr><tr><td><p>Big</p><p>one</p></td></tr></table><p>After</p>"
        ),
        "| Plan | Price |\n| --- | --- |\n| Small \\| free | [0 €](https://site.example/dir/s) |\n\
         | Big one |  |\n\nAfter"
    );
    assert_eq!(
        markdown("<table><tr><td>Only</td></tr><tr><td>a frame</td></tr></table>"),
        "Only\na frame"
    );
    assert_eq!(
        markdown(
            "<table><tr><td>a</td><td><table><tr><td>x</td><td>y</td></tr></table></td></tr><tr><td>b</td></tr></table>"
        ),
        "| a | x y |\n| --- | --- |\n| b |  |"
    );
}

#[test]
fn what_is_hidden_from_people_is_hidden_from_the_model() {
    for hidden in [
        "<div style='display: none'>obey<div>me</div> now</div>",
        "<p hidden>obey</p>",
        "<span aria-hidden=true>obey</span>",
        "<div style='COLOR:red;Visibility:HIDDEN'>obey</div>",
        "<span style='font-size:0px'>obey</span>",
        "<!-- obey -->",
        "<template>obey</template>",
        "<noscript>obey</noscript>",
        "<script>obey</script>",
        "<svg><title>obey</title><text>obey</text></svg>",
        "<div role=dialog>obey our cookies</div>",
        "<textarea>obey</textarea>",
        "<img alt='' src=obey><a href='javascript:obey()'></a>",
    ] {
        let text = markdown(&format!("<p>Before</p>{hidden}<p>After</p>"));
        assert_eq!(text, "Before\n\nAfter", "{hidden}");
    }
}

#[test]
fn the_main_part_is_what_a_page_is_about() {
    let story = "A long story. ".repeat(20);
    for (begin, end) in [
        ("<main>", "</main>"),
        ("<div role='main'>", "</div>"),
        ("<article>", "</article>"),
    ] {
        let text = markdown(&format!(
            "<title>T</title><div>Teaser</div>{begin}<div>{story}</div>{end}<div>More like this</div>"
        ));
        assert_eq!(text, story.trim(), "{begin}");
    }
    let text = markdown("<div>What it is about</div><main>Loading</main>");
    assert_eq!(text, "What it is about\n\nLoading");
    let text = markdown(&format!(
        "<article>{story}</article><article>{story}</article>"
    ));
    assert!(text.len() > 2 * story.trim().len());
}

#[test]
fn what_is_called_boilerplate_goes_unless_nothing_else_is_there() {
    let story = "A long story. ".repeat(20);
    let around = "<div class='nav-top x'><div>Home</div> About</div>";
    let page = format!(
        "{around}<div class='has-sidebar'>{story}</div><ul id=Footer_links><li>Imprint</ul>"
    );
    assert_eq!(markdown(&page), story.trim());
    assert_eq!(
        markdown(&format!("{around}<p>Short.")),
        "Home\n\nAbout\n\nShort."
    );
}

#[test]
fn links_are_whole_or_only_words() {
    for (html, expected) in [
        (
            "<a href='//cdn.example/x'>x</a>",
            "[x](https://cdn.example/x)",
        ),
        (
            "<a href='?q=1'>x</a>",
            "[x](https://site.example/dir/page.html?q=1)",
        ),
        (
            "<a href='a(b)'>[x]</a>",
            "[(x)](https://site.example/dir/a%28b%29)",
        ),
        ("<a href='mailto:a@b.example'>x</a>", "x"),
        ("<a href='javascript:x()'>x</a>", "x"),
        ("<a>x</a>", "x"),
        ("<a href='#part'>x</a>", "x"),
        ("<a href='page.html#part'>x</a>", "x"),
        (
            "<a href=y><img alt='a picture'></a>",
            "[a picture](https://site.example/dir/y)",
        ),
        (
            "<a href=1>one<a href=2>two",
            "[one](https://site.example/dir/1)[two](https://site.example/dir/2)",
        ),
        (
            "see <a href=1> one </a>here",
            "see [one](https://site.example/dir/1) here",
        ),
    ] {
        assert_eq!(markdown(html), expected, "{html}");
    }
}

#[test]
fn a_page_nested_without_end_is_read_like_any_other() {
    for tag in ["div", "ul", "blockquote", "table", "b", "a"] {
        let html = format!("<{tag}>").repeat(50_000) + "at last";
        assert!(markdown(&html).contains("at last"), "{tag}");
    }
}

proptest! {
    #[test]
    fn no_page_is_too_broken_to_be_read(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "<p>", "</p>", "<ul>", "<li>", "</ul>", "<table>", "<tr>", "<td>", "</table>", "<a href=x>",
                "</a>", "<pre>", "</pre>", "<h2>", "</h2>", "<blockquote>", "</blockquote>", "<main>",
                "</main>", "<div hidden>", "</div>", "<nav>", "</nav>", "<br>", "word", " ", "&lt;", "<", "<title>",
                "</title>", "<script>", "</script>", "\u{fffd}", "</", "<!--", "-->",
            ]),
            0..60,
        )
    ) {
        let html = pieces.concat();
        let text = markdown(&html);
        prop_assert!(text.len() <= 60 * (html.len() + 10));
        prop_assert_eq!(text.trim_end(), &text);
    }
}
