//! A site's robots.txt, as RFC 9309 says to read it: the group that names us, or else the one for
//! everybody; of its rules the one that matches longest; at a tie the one that allows.

use std::time::Duration;

/// Rules beyond this many bytes are not read, as the RFC permits.
const READ: usize = 500 * 1024;

/// The rules that are for us.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Robots {
    rules: Vec<Rule>,
    /// How long the site wants us to wait between requests.
    pub delay: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq)]
struct Rule {
    allows: bool,
    pattern: String,
}

impl Robots {
    pub fn read(text: &str, product: &str) -> Self {
        let mut ours = Self::default();
        let mut everybodys = Self::default();
        let mut names_us = false;
        // Whom the group that is being read is for.
        let (mut us, mut everybody) = (false, false);
        let mut in_rules = true;
        for (key, value) in text.get(..READ).unwrap_or(text).lines().filter_map(line) {
            if key == "user-agent" {
                if std::mem::take(&mut in_rules) {
                    (us, everybody) = (false, false);
                }
                us |= is_product(value, product);
                everybody |= value == "*";
                names_us |= us;
                continue;
            }
            in_rules = true;
            for group in [
                us.then_some(&mut ours),
                everybody.then_some(&mut everybodys),
            ]
            .into_iter()
            .flatten()
            {
                group.take(&key, value);
            }
        }
        if names_us { ours } else { everybodys }
    }

    fn take(&mut self, key: &str, value: &str) {
        match key {
            "allow" | "disallow" if !value.is_empty() => self.rules.push(Rule {
                allows: key == "allow",
                pattern: value.to_owned(),
            }),
            "crawl-delay" => {
                let seconds = value.parse().ok();
                self.delay = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            }
            _ => {}
        }
    }

    /// `path` begins with a slash and includes the query.
    pub fn allows(&self, path: &str) -> bool {
        if path == "/robots.txt" {
            return true;
        }
        self.rules
            .iter()
            .filter(|rule| matches(&rule.pattern, path))
            .max_by_key(|rule| (rule.pattern.len(), rule.allows))
            .is_none_or(|rule| rule.allows)
    }
}

fn line(line: &str) -> Option<(String, &str)> {
    let line = line.trim_start_matches('\u{feff}');
    let line = line.split('#').next().unwrap_or_default();
    let (key, value) = line.split_once(':')?;
    Some((key.trim().to_ascii_lowercase(), value.trim()))
}

/// A group names us by our product, with or without a version behind it.
fn is_product(value: &str, product: &str) -> bool {
    let name = value.split(['/', ' ']).next().unwrap_or_default();
    name.eq_ignore_ascii_case(product)
}

/// `*` stands for anything and `$` at the end for the end; without it the rest may be anything.
/// Greedy from left to right, so it takes no longer than path times pattern.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, to_the_end) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return !to_the_end || rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() && to_the_end {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn penny(text: &str) -> Robots {
        Robots::read(text, "Penny")
    }

    #[test]
    fn the_group_that_names_us_counts_and_not_the_one_for_everybody() {
        let robots = penny(
            "User-agent: *\nDisallow: /\n\nUser-agent: OtherBot\nuser-agent: penny/1.0 # us\nDisallow: /private\nCrawl-delay: 7\n\nUser-agent: Penny\nDisallow: /more\n",
        );
        assert!(robots.allows("/"));
        assert!(!robots.allows("/private/page"));
        assert!(!robots.allows("/more"));
        assert_eq!(robots.delay, Some(Duration::from_secs(7)));
    }

    #[test]
    fn without_a_group_of_our_own_the_one_for_everybody_counts() {
        let robots =
            penny("User-agent: OtherBot\nDisallow: /\n\nUser-agent: *\nDisallow: /admin\n");
        assert!(robots.allows("/page") && !robots.allows("/admin"));
        assert!(penny("User-agent: OtherBot\nDisallow: /").allows("/"));
        assert!(!penny("\u{feff}User-Agent : *\r\nDisallow : /\r\n").allows("/x"));
        assert!(penny("").allows("/anything"));
        assert!(penny("Disallow: /").allows("/"), "a rule without a group");
        assert!(penny("User-agent: *\nDisallow:").allows("/"));
    }

    #[test]
    fn the_longest_rule_decides_and_a_tie_allows() {
        let robots = penny(
            "User-agent: *\nDisallow: /shop\nAllow: /shop/open\nDisallow: /tie\nAllow: /tie\n",
        );
        assert!(!robots.allows("/shop/closed"));
        assert!(robots.allows("/shop/open/door"));
        assert!(robots.allows("/tie"));
        assert!(penny("User-agent: *\nDisallow: /").allows("/robots.txt"));
    }

    #[test]
    fn stars_and_ends_mean_what_the_standard_says() {
        for (pattern, path, expected) in [
            ("/fish", "/fish.html", true),
            ("/fish", "/Fish", false),
            ("/fish*", "/fishheads/yummy.html", true),
            ("/fish/", "/fish", false),
            ("/*.php", "/folder/a.php?x=1", true),
            ("/*.php$", "/a.php", true),
            ("/*.php$", "/a.php?x=1", false),
            ("/fish*.php", "/fishheads/catfish.php?id=3", true),
            ("/fish*.php", "/Fish.PHP", false),
            ("/a$", "/a", true),
            ("/a$", "/ab", false),
            ("*", "/", true),
            ("/*?", "/a?b", true),
            ("/*a*a$", "/a", false),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }

    proptest! {
        #[test]
        fn no_file_is_too_odd_to_read(text in ".{0,300}", path in "/.{0,60}") {
            penny(&format!("User-agent: *\nDisallow: {text}\n{text}")).allows(&path);
        }

        #[test]
        fn a_rule_without_signs_matches_what_begins_with_it(pattern in "/[a-z]{0,8}", rest in "[a-z/]{0,8}") {
            let path = format!("{pattern}{rest}");
            prop_assert!(matches(&pattern, &path));
        }
    }
}
