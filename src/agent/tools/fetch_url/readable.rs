//! A web page as a person reads it, in Markdown: its title, headings, paragraphs, lists, tables
//! and links. Menus, footers, scripts and what is hidden are left out. Works on the stream of tags
//! alone, without a tree: no page is nested too deep for it.

use super::writer::{Heading, Writer};
use html5gum::emitters::default::DefaultEmitter;
use html5gum::{EndTag, HtmlString, StartTag, Token, Tokenizer};
use url::Url;

/// Content that is no reading matter.
const LEFT_OUT: [&str; 21] = [
    "aside", "audio", "button", "canvas", "datalist", "dialog", "footer", "iframe", "math", "nav",
    "noembed", "noframes", "noscript", "object", "script", "select", "style", "svg", "template",
    "textarea", "video",
];
const LEFT_OUT_ROLES: [&str; 7] = [
    "alertdialog",
    "banner",
    "complementary",
    "contentinfo",
    "dialog",
    "navigation",
    "search",
];
/// How boilerplate is called, or its names begin.
const BOILERPLATE: [&str; 13] = [
    "breadcrumb",
    "breadcrumbs",
    "cookie",
    "cookies",
    "footer",
    "masthead",
    "nav",
    "navbar",
    "navigation",
    "share",
    "sharing",
    "sidebar",
    "social",
];
/// Elements that have no end.
const VOID: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];
/// A main part with less text than this is not what the page is about.
const MAIN_CHARS: usize = 200;

#[derive(Debug, PartialEq, Eq)]
pub struct Readable {
    pub title: String,
    pub text: String,
}

/// `base` is where the page was found, for links that are relative to it.
pub fn readable(html: &str, base: &Url) -> Readable {
    for part in [Part::Main, Part::Article, Part::Content] {
        if part.is_in(html) {
            let readable = read(html, base, part);
            if readable.text.chars().count() >= MAIN_CHARS {
                return readable;
            }
        }
    }
    read(html, base, Part::Everything)
}

/// How much of a page counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Main,
    Article,
    /// All but what is called a menu, a footer or the like.
    Content,
    Everything,
}

impl Part {
    /// Several articles are a list of them, and each is as good as the others.
    fn is_in(self, html: &str) -> bool {
        if self == Self::Content {
            return true;
        }
        let begins = tokens(html)
            .filter(|token| matches!(token, Token::StartTag(tag) if self.begins_with(tag)))
            .take(2)
            .count();
        begins == 1
    }

    fn begins_with(self, tag: &StartTag<()>) -> bool {
        match self {
            Self::Main => is(tag, "main") || attribute(tag, "role").as_deref() == Some("main"),
            Self::Article => is(tag, "article"),
            Self::Content | Self::Everything => false,
        }
    }
}

fn tokens(html: &str) -> impl Iterator<Item = Token<()>> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(html, emitter).filter_map(Result::ok)
}

fn read(html: &str, base: &Url, part: Part) -> Readable {
    let mut reader = Reader {
        part,
        inside: matches!(part, Part::Content | Part::Everything).then(Within::nothing),
        left_out: None,
        title: None,
        titles: 0,
        base: base.clone(),
        writer: Writer::default(),
    };
    for token in tokens(html) {
        match token {
            Token::StartTag(tag) => reader.start(&tag),
            Token::EndTag(tag) => reader.end(&tag),
            Token::String(text) => reader.text(&lossy(&text)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    let text = reader.writer.finish();
    let title = reader.title.unwrap_or_default();
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    Readable { title, text }
}

/// An element whose end is waited for: elements of the same name nest.
#[derive(Debug)]
struct Within {
    name: Vec<u8>,
    depth: usize,
}

impl Within {
    fn new(tag: &StartTag<()>) -> Self {
        Self {
            name: tag.name.0.clone(),
            depth: 1,
        }
    }

    /// The page as a whole, which no tag ends.
    fn nothing() -> Self {
        Self {
            name: Vec::new(),
            depth: 1,
        }
    }

    fn start(&mut self, name: &[u8]) {
        self.depth += usize::from(self.name == name);
    }

    /// True: that was its end.
    fn end(&mut self, name: &[u8]) -> bool {
        self.depth -= usize::from(self.name == name);
        self.depth == 0
    }
}

struct Reader {
    part: Part,
    /// The part that counts, while inside it.
    inside: Option<Within>,
    left_out: Option<Within>,
    title: Option<String>,
    /// Depth in `title`: only the first one names the page.
    titles: usize,
    base: Url,
    writer: Writer,
}

impl Reader {
    fn start(&mut self, tag: &StartTag<()>) {
        if let Some(left_out) = &mut self.left_out {
            left_out.start(&tag.name);
            return;
        }
        let is_void = tag.self_closing || VOID.iter().any(|name| is(tag, name));
        let is_around = self.part == Part::Content && is_called_boilerplate(tag);
        if (is_hidden(tag) || is_around) && !is_void {
            self.left_out = Some(Within::new(tag));
            return;
        }
        if is(tag, "title") {
            self.titles += 1;
            return;
        }
        match &mut self.inside {
            Some(inside) => inside.start(&tag.name),
            None if self.part.begins_with(tag) => self.inside = Some(Within::new(tag)),
            None => return,
        }
        self.open(tag);
    }

    fn leads_elsewhere(&self, url: &Url) -> bool {
        let page = |url: &Url| url[..url::Position::AfterQuery].to_owned();
        matches!(url.scheme(), "http" | "https")
            && (url.fragment().is_none() || page(url) != page(&self.base))
    }

    fn open(&mut self, tag: &StartTag<()>) {
        let name = lossy(&tag.name);
        match name.as_str() {
            "br" => self.writer.line(),
            "hr" => self.writer.rule(),
            "ul" | "menu" => self.writer.list(None),
            "ol" => {
                let first = attribute(tag, "start").and_then(|start| start.parse().ok());
                self.writer.list(Some(first.unwrap_or(1)));
            }
            "li" => self.writer.item(),
            "pre" => self.writer.begin_pre(),
            "blockquote" => self.writer.begin_quote(),
            "table" => self.writer.begin_table(),
            "tr" => self.writer.row(),
            "td" | "th" => self.writer.cell(),
            "a" => {
                let target = attribute(tag, "href").and_then(|href| self.base.join(&href).ok());
                let target = target.filter(|url| self.leads_elsewhere(url));
                self.writer.begin_link(target);
            }
            "img" => {
                if let Some(alt) = attribute(tag, "alt") {
                    self.writer.text(&alt);
                }
            }
            "base" => {
                let href = attribute(tag, "href").and_then(|href| self.base.join(&href).ok());
                if let Some(base) = href {
                    self.base = base;
                }
            }
            other => match Heading::named(other) {
                Some(heading) => self.writer.begin_heading(heading),
                None if is_block(other) => self.writer.block(),
                None => {}
            },
        }
    }

    fn end(&mut self, tag: &EndTag<()>) {
        if let Some(left_out) = &mut self.left_out {
            if left_out.end(&tag.name) {
                self.left_out = None;
            }
            return;
        }
        if tag.name.0 == b"title" {
            self.titles = self.titles.saturating_sub(1);
            return;
        }
        let Some(inside) = &mut self.inside else {
            return;
        };
        self.writer.end(&lossy(&tag.name));
        if inside.end(&tag.name) {
            self.inside = None;
        }
    }

    fn text(&mut self, text: &str) {
        if self.left_out.is_some() {
            return;
        }
        if self.titles > 0 {
            self.title.get_or_insert_with(String::new).push_str(text);
            // What comes behind an end that is missing is not the title.
            self.titles = 0;
        } else if self.inside.is_some() {
            self.writer.text(text);
        }
    }
}

fn is_hidden(tag: &StartTag<()>) -> bool {
    let style = attribute(tag, "style").unwrap_or_default();
    let style: String = style.to_ascii_lowercase().split_whitespace().collect();
    LEFT_OUT.iter().any(|name| is(tag, name))
        || tag.attributes.contains_key(&b"hidden"[..])
        || attribute(tag, "aria-hidden").as_deref() == Some("true")
        || attribute(tag, "role").is_some_and(|role| LEFT_OUT_ROLES.contains(&role.as_str()))
        || [
            "display:none",
            "visibility:hidden",
            "font-size:0;",
            "font-size:0px;",
            "opacity:0;",
        ]
        .iter()
        .any(|hiding| format!("{style};").contains(hiding))
}

/// Older pages say with a class or id what newer ones say with an element.
fn is_called_boilerplate(tag: &StartTag<()>) -> bool {
    let may_be = ["div", "ul", "section", "header", "form"];
    may_be.iter().any(|name| is(tag, name))
        && ["id", "class"]
            .iter()
            .filter_map(|name| attribute(tag, name))
            .any(|names| {
                names.to_ascii_lowercase().split_whitespace().any(|name| {
                    let first = name.split(['-', '_']).next().unwrap_or_default();
                    BOILERPLATE.contains(&first)
                })
            })
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "caption"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "form"
            | "header"
            | "legend"
            | "main"
            | "option"
            | "p"
            | "section"
            | "summary"
    )
}

fn is(tag: &StartTag<()>, name: &str) -> bool {
    tag.name.0 == name.as_bytes()
}

fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    let value = tag.attributes.get(name.as_bytes())?;
    Some(lossy(value).trim().to_owned())
}

fn lossy(bytes: &HtmlString) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests;
