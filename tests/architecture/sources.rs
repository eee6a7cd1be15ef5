//! The sources as the rules read them: files, their lines, what they import, and what is broken in
//! them.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

pub struct SourceFile {
    pub path: PathBuf,
    pub text: String,
}

impl SourceFile {
    /// The folder right under `src/`, or the file's own name where it lies at the top.
    pub fn folder(&self) -> &str {
        let mut parts = self.path.iter();
        parts.next();
        parts
            .next()
            .and_then(|part| part.to_str())
            .unwrap_or_default()
    }

    fn is_test(&self) -> bool {
        self.path.iter().any(|part| {
            let part = part.to_string_lossy();
            matches!(&*part, "tests" | "tests.rs" | "testing.rs")
        })
    }

    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    /// The lines without comments; tests in the same file were cut off when it was read.
    pub fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines()
            .filter(|(_, text)| !text.trim_start().starts_with("//"))
    }

    /// Where the file is in the tree of modules, such as `store`, `events`, `meetings`.
    pub fn module(&self) -> Vec<String> {
        let path = self.path.with_extension("");
        let names = path.iter().skip(1).map(|name| name.to_string_lossy());
        let mut module: Vec<String> = names.map(|name| name.into_owned()).collect();
        module.pop_if(|name| name == "mod");
        module
    }

    /// The paths that begin with `crate::` or `super::`, from the crate on, each with its line.
    pub fn imports(&self) -> Vec<(usize, Vec<String>)> {
        let module = self.module();
        let mut found = Vec::new();
        for (at, start) in starts(&self.text) {
            let above = start.matches("super").count();
            let base = match above {
                0 => &[],
                above => &module[..module.len().saturating_sub(above)],
            };
            let line = self.text[..at].matches('\n').count() + 1;
            for path in paths(&self.text[at + start.len()..]) {
                found.push((line, [base, path.as_slice()].concat()));
            }
        }
        found
    }
}

/// Where a path begins outside of comments: the place, and `crate::` or any number of `super::`.
fn starts(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (at, first) in text
        .match_indices("crate::")
        .chain(text.match_indices("super::"))
    {
        let before = &text[..at];
        let line = before.rsplit('\n').next().unwrap_or_default();
        let goes_on = before.ends_with(|c: char| c.is_alphanumeric() || "_:".contains(c));
        if goes_on || line.trim_start().starts_with("//") {
            continue;
        }
        let mut end = at + first.len();
        while text[end..].starts_with("super::") {
            end += "super::".len();
        }
        found.push((at, &text[at..end]));
    }
    found
}

/// The paths that a tree of a `use` stands for; any other path is a tree of one.
fn paths(tree: &str) -> Vec<Vec<String>> {
    if let Some(group) = tree.strip_prefix('{') {
        return branches(group).into_iter().flat_map(paths).collect();
    }
    let name = identifier(tree);
    let Some(rest) = tree[name.len()..].strip_prefix("::") else {
        return vec![vec![name]];
    };
    let below = paths(rest).into_iter();
    below
        .map(|path| [vec![name.clone()], path].concat())
        .collect()
}

/// The trees in a group, up to its closing brace.
fn branches(group: &str) -> Vec<&str> {
    let (mut depth, mut begin, mut found) = (0, 0, Vec::new());
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' | ',' if depth == 0 => {
                found.push(group[begin..at].trim_start());
                begin = at + 1;
                if character == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    found
}

fn identifier(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

pub fn all_files() -> Vec<SourceFile> {
    ["src", "tests", "benches"]
        .into_iter()
        .flat_map(rust_files)
        .collect()
}

/// What ships: no test files, and of the others only what comes before their tests.
pub fn product_files() -> Vec<SourceFile> {
    let mut files = rust_files("src");
    files.retain(|file| !file.is_test());
    for file in &mut files {
        if let Some(at) = file.text.find("#[cfg(test)]\nmod tests {") {
            file.text.truncate(at);
        }
    }
    files
}

pub fn rust_files(root: &str) -> Vec<SourceFile> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders = vec![home.join(root)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the sources can be read") {
            let path = entry.expect("an entry of the sources can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file can be read");
                let path = path.strip_prefix(home).expect("below home").to_owned();
                files.push(SourceFile { path, text });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

pub struct Report {
    rule: &'static str,
    found: String,
}

impl Report {
    pub fn new(rule: &'static str) -> Self {
        Self {
            rule,
            found: String::new(),
        }
    }

    pub fn add(&mut self, file: &SourceFile, line: usize, what: String) {
        writeln!(self.found, "  {}:{line}: {what}", file.path.display())
            .expect("writing to a string succeeds");
    }

    #[track_caller]
    pub fn expect_none(&self) {
        assert!(
            self.found.is_empty(),
            "The rule is: {}. It is broken here:\n{}",
            self.rule,
            self.found
        );
    }
}
