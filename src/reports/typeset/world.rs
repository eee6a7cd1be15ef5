//! All that the typesetter may know: a template of ours, the data that goes into it, and fonts.
//! There is no file system, no network, no package and no clock.

use super::super::fonts::FONTS;
use std::collections::HashMap;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

static LIBRARY: std::sync::LazyLock<LazyHash<Library>> =
    std::sync::LazyLock::new(|| LazyHash::new(Library::default()));

pub(super) struct Closed {
    main: Source,
    files: HashMap<FileId, Bytes>,
}

impl Closed {
    /// None if a name is no path, which no name of ours is.
    pub fn new(template: &str, files: Vec<(String, Vec<u8>)>) -> Option<Self> {
        let files = files
            .into_iter()
            .map(|(name, data)| Some((id(&name)?, Bytes::new(data))));
        Some(Self {
            main: Source::new(id("main.typ")?, template.to_owned()),
            files: files.collect::<Option<_>>()?,
        })
    }
}

/// Names are few and the same for every document: the typesetter keeps each for ever.
fn id(name: &str) -> Option<FileId> {
    let path = VirtualPath::new(name).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for Closed {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FONTS.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() {
            return Ok(self.main.clone());
        }
        Err(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.all.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
