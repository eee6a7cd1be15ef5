//! Two modules of one folder do not import each other, so that each can be read without the other:
//! what both need stands in a third.

use super::sources::{Report, SourceFile, product_files};
use std::collections::{BTreeMap, BTreeSet};

/// Those that still do, each pair in the order of its letters. The list only ever shrinks.
const KNOWN: &[(&str, &str)] = &[
    ("demo::building", "demo::company"),
    ("demo::chatter", "demo::workspace"),
    ("demo::company", "demo::knowing"),
    ("demo::company", "demo::meeting"),
    ("demo::company", "demo::selling"),
    ("demo::company", "demo::talking"),
    ("playground::api", "playground::serve"),
    ("playground::api", "playground::slack"),
    ("playground::events", "playground::state"),
    ("playground::serve", "playground::slack"),
];

#[test]
fn modules_of_one_folder_do_not_import_each_other() {
    let mut broken = Report::new("what two modules of a folder both need stands in a third");
    let files = product_files();
    for import in mutual_imports(&files) {
        if !KNOWN.contains(&import.pair()) {
            let Import { module, other, .. } = &import;
            let what = format!("`{module}` imports `{other}`, which imports it as well");
            broken.add(import.file, import.line, what);
        }
    }
    broken.expect_none();
}

#[test]
fn modules_that_no_longer_import_each_other_leave_the_list() {
    let files = product_files();
    let found = mutual_imports(&files);
    let found: BTreeSet<_> = found.iter().map(Import::pair).collect();
    let gone: Vec<_> = KNOWN.iter().filter(|pair| !found.contains(pair)).collect();
    assert!(gone.is_empty(), "These can be taken off the list: {gone:?}");
}

/// Where one module first imports another one of its folder.
struct Import<'a> {
    module: String,
    other: String,
    file: &'a SourceFile,
    line: usize,
}

impl Import<'_> {
    fn pair(&self) -> (&str, &str) {
        let (module, other) = (self.module.as_str(), self.other.as_str());
        (module.min(other), module.max(other))
    }
}

fn mutual_imports(files: &[SourceFile]) -> Vec<Import<'_>> {
    let modules: BTreeSet<String> = files.iter().filter_map(|it| named(&it.module())).collect();
    let mut first = BTreeMap::new();
    for file in files {
        let Some(module) = named(&file.module()) else {
            continue;
        };
        for (line, path) in file.imports() {
            let other = named(&path).filter(|it| *it != module && modules.contains(it));
            if let Some(other) = other {
                first.entry((module.clone(), other)).or_insert((file, line));
            }
        }
    }
    let is_mutual = |module: &str, other: &str| {
        let back = (other.to_owned(), module.to_owned());
        first.contains_key(&back)
    };
    first
        .iter()
        .filter(|((module, other), _)| is_mutual(module, other))
        .map(|((module, other), (file, line))| Import {
            module: module.clone(),
            other: other.clone(),
            file,
            line: *line,
        })
        .collect()
}

/// The module right below a folder that a path leads into: what is in it belongs to it.
fn named(path: &[String]) -> Option<String> {
    Some(path.get(..2)?.join("::"))
}
