//! One line of Markdown as the pieces that must stay whole: code, links, references, emoji.
//! Where a line may still grow, what is not yet decided is held back.

use crate::base::invisible::is_pictorial;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Text(&'a str),
    /// A code span with its backticks.
    Code(&'a str),
    Link {
        label: &'a str,
        target: &'a str,
    },
    /// What stands between `<` and `>`.
    Angle(&'a str),
    /// `&lt;` and its like, and the character after it.
    Entity(&'a str, Option<char>),
    /// A name after `@`, and the character after it.
    At(&'a str, Option<char>),
    /// A bracket whose next character would make it part of a link or a definition.
    Bracket,
    /// A `<` that no `>` follows, and the character after it.
    LooseAngle(Option<char>),
}

/// Longer constructs are taken for text, so that one stray bracket cannot hold back an answer.
const MAX_CONSTRUCT: usize = 4000;

pub(super) struct Tokens<'a> {
    rest: &'a str,
    before: char,
    ended: bool,
}

/// The tokens of `line`. Unless it has `ended`, its last ones may be missing.
pub(super) fn tokens(line: &str, ended: bool) -> Tokens<'_> {
    Tokens {
        rest: line,
        before: ' ',
        ended,
    }
}

impl<'a> Iterator for Tokens<'a> {
    /// A token and its source.
    type Item = (Token<'a>, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (token, length) = self.read()?;
        let (source, rest) = self.rest.split_at(length);
        self.before = source.chars().next_back().unwrap_or(' ');
        self.rest = rest;
        Some((token, source))
    }
}

impl<'a> Tokens<'a> {
    fn read(&self) -> Option<(Token<'a>, usize)> {
        let first = self.rest.chars().next()?;
        let plain = |length: usize| Some((Token::Text(&self.rest[..length]), length));
        match first {
            '`' => self.code(),
            '[' => self.link(0),
            '!' if self.rest.len() == 1 => self.undecided(1),
            '!' if self.rest.starts_with("![") => self.link(1),
            '<' => self.angle(),
            '&' => self.entity(),
            '@' => self.at(),
            ']' => match self.rest[1..].chars().next() {
                None => self.undecided(1),
                Some(':' | '(') => Some((Token::Bracket, 1)),
                Some(_) => plain(1),
            },
            ':' => self.shortcode(),
            '\\' => match self.rest[1..].chars().next() {
                None => self.undecided(1),
                Some('`' | '[' | '\\' | '*' | '_' | '~' | '#' | '|') => plain(2),
                Some(_) => plain(1),
            },
            _ if self.may_become_address() => None,
            _ if self.at_address() => self.run(|c| !is_address_end(c), true),
            _ if first.is_whitespace() => self.run(char::is_whitespace, false),
            _ if first.is_alphanumeric() => self.run(char::is_alphanumeric, false),
            _ if first.is_ascii() => plain(1),
            _ => self.cluster(first),
        }
    }

    /// Text of `length`, if the line cannot go on to make something else of it.
    fn undecided(&self, length: usize) -> Option<(Token<'a>, usize)> {
        let too_long = self.rest.len() > MAX_CONSTRUCT;
        (self.ended || too_long).then(|| (Token::Text(&self.rest[..length]), length))
    }

    fn run(&self, belongs: impl Fn(char) -> bool, hold: bool) -> Option<(Token<'a>, usize)> {
        let end = self.rest.find(|c| !belongs(c));
        if end.is_none() && hold && !self.ended && self.rest.len() < MAX_CONSTRUCT {
            return None;
        }
        let length = end.unwrap_or(self.rest.len());
        Some((Token::Text(&self.rest[..length]), length))
    }

    fn may_become_address(&self) -> bool {
        let rest = self.rest;
        !self.ended
            && !self.before.is_alphanumeric()
            && ["https://", "http://"].iter().any(|scheme| {
                scheme
                    .get(..rest.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(rest))
            })
    }

    fn at_address(&self) -> bool {
        !self.before.is_alphanumeric()
            && ["https://", "http://"].iter().any(|scheme| {
                self.rest
                    .get(..scheme.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            })
    }

    fn code(&self) -> Option<(Token<'a>, usize)> {
        let ticks = self.rest.len() - self.rest.trim_start_matches('`').len();
        let fence = &self.rest[..ticks];
        let mut from = ticks;
        while let Some(at) = self.rest[from..].find(fence) {
            let start = from + at;
            let after = &self.rest[start..];
            let run = after.len() - after.trim_start_matches('`').len();
            if run == ticks {
                let whole = start + ticks;
                // One more backtick may still come and make it another run.
                if whole == self.rest.len() && !self.ended {
                    return None;
                }
                return Some((Token::Code(&self.rest[..whole]), whole));
            }
            from = start + run;
        }
        self.undecided(ticks)
    }

    fn link(&self, bang: usize) -> Option<(Token<'a>, usize)> {
        let text = &self.rest[bang..];
        let as_text = || Some((Token::Text(&self.rest[..bang + 1]), bang + 1));
        let Some(close) = closing_bracket(text) else {
            return self.undecided(bang + 1);
        };
        match text[close + 1..].chars().next() {
            None => self.undecided(bang + 1),
            Some('(') => match destination(&text[close + 1..]) {
                Destination::Whole { target, length } => {
                    let label = &text[1..close];
                    Some((Token::Link { label, target }, bang + close + 1 + length))
                }
                Destination::Open => self.undecided(bang + 1),
                Destination::Wrong => as_text(),
            },
            Some(_) => as_text(),
        }
    }

    fn angle(&self) -> Option<(Token<'a>, usize)> {
        let inner = &self.rest[1..];
        let next = inner.chars().next();
        if next.is_some_and(|c| c.is_whitespace() || c.is_ascii_digit() || c == '=' || c == '-') {
            return Some((Token::Text("<"), 1));
        }
        match inner.find(['<', '>']) {
            Some(end) if inner[end..].starts_with('>') => {
                Some((Token::Angle(&inner[..end]), end + 2))
            }
            Some(_) => Some((Token::LooseAngle(next), 1)),
            None if self.ended || self.rest.len() > MAX_CONSTRUCT => {
                Some((Token::LooseAngle(next), 1))
            }
            None => None,
        }
    }

    fn entity(&self) -> Option<(Token<'a>, usize)> {
        let name = self.rest[1..]
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '#')
            .map_or(self.rest, |end| &self.rest[..=end]);
        let length = name.len() + 1;
        if name.len() > 33 {
            return Some((Token::Text("&"), 1));
        }
        if !self.rest[name.len()..].starts_with(';') {
            let may_go_on = name.len() == self.rest.len();
            return if may_go_on {
                self.undecided(1)
            } else {
                Some((Token::Text("&"), 1))
            };
        }
        let next = self.rest[length..].chars().next();
        if next.is_none() && !self.ended {
            return None;
        }
        Some((Token::Entity(&self.rest[..length], next), length))
    }

    fn at(&self) -> Option<(Token<'a>, usize)> {
        let end = self.rest[1..].find(|c: char| !c.is_alphanumeric() && c != '_');
        if end.is_none() && !self.ended && self.rest.len() < 80 {
            return None;
        }
        let length = end.map_or(self.rest.len(), |end| end + 1);
        if self.before.is_alphanumeric() {
            return Some((Token::Text(&self.rest[..length]), length));
        }
        let next = self.rest[length..].chars().next();
        Some((Token::At(&self.rest[1..length], next), length))
    }

    fn shortcode(&self) -> Option<(Token<'a>, usize)> {
        let end = self.rest[1..]
            .find(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && !"_+-'".contains(c));
        match end {
            None if !self.ended && self.rest.len() < 60 => None,
            Some(end) if end > 0 && self.rest[end + 1..].starts_with(':') => {
                Some((Token::Text(&self.rest[..end + 2]), end + 2))
            }
            _ => Some((Token::Text(":"), 1)),
        }
    }

    /// One symbol with all that modifies it or is joined to it.
    fn cluster(&self, first: char) -> Option<(Token<'a>, usize)> {
        let mut length = first.len_utf8();
        let mut before = first;
        for character in self.rest[length..].chars() {
            let modifies = matches!(character,
                '\u{0300}'..='\u{036F}' | '\u{20D0}'..='\u{20FF}' | '\u{FE0F}' | '\u{200D}'
                | '\u{1F3FB}'..='\u{1F3FF}');
            let pairs = is_regional(before) && is_regional(character);
            let joined = before == '\u{200D}' && is_pictorial(character);
            if !(modifies || pairs || joined) {
                break;
            }
            length += character.len_utf8();
            before = if pairs { ' ' } else { character };
        }
        if length == self.rest.len() && !self.ended && is_pictorial(first) {
            return None;
        }
        Some((Token::Text(&self.rest[..length]), length))
    }
}

fn is_regional(character: char) -> bool {
    ('\u{1F1E6}'..='\u{1F1FF}').contains(&character)
}

fn is_address_end(character: char) -> bool {
    character.is_whitespace() || "<>()[]|`\"".contains(character)
}

/// The bracket that closes the one that `text` begins with.
fn closing_bracket(text: &str) -> Option<usize> {
    let (mut depth, mut escaped) = (0, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => depth += 1,
            ']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

enum Destination<'a> {
    Whole { target: &'a str, length: usize },
    Open,
    Wrong,
}

/// `(target "title")`, of which the title is not kept.
fn destination(text: &str) -> Destination<'_> {
    let inner = text[1..].trim_start_matches([' ', '\t']);
    let start = text.len() - inner.len();
    let (target, rest) = match inner.strip_prefix('<') {
        Some(angled) => match angled.split_once('>') {
            Some((target, rest)) => (target, rest),
            None => return Destination::Open,
        },
        None => inner.split_at(end_of_bare_target(inner)),
    };
    let rest_start = text.len() - rest.len();
    let rest = rest.trim_start_matches([' ', '\t']);
    if rest.is_empty() {
        return Destination::Open;
    }
    let length_to = |rest: &str| text.len() - rest.len();
    if let Some(rest) = rest.strip_prefix(')') {
        let length = length_to(rest);
        return Destination::Whole { target, length };
    }
    let quote = rest.chars().next().filter(|c| "\"'".contains(*c));
    let (Some(quote), true) = (quote, rest_start > start) else {
        return Destination::Wrong;
    };
    match rest[1..].split_once(quote) {
        None => Destination::Open,
        Some((_, after)) => match after.trim_start_matches([' ', '\t']).strip_prefix(')') {
            Some(rest) => Destination::Whole {
                target,
                length: length_to(rest),
            },
            None if after.trim().is_empty() => Destination::Open,
            None => Destination::Wrong,
        },
    }
}

fn end_of_bare_target(text: &str) -> usize {
    let mut depth = 0;
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' if depth == 0 => return at,
            ')' => depth -= 1,
            _ if character.is_whitespace() => return at,
            _ => {}
        }
    }
    text.len()
}
