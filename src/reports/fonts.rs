//! The letters that charts and documents are set in. Noto Sans is part of the binary; scripts
//! that it lacks (Chinese, Arabic, emoji …) come from the fonts that the machine has.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use typst::foundations::Bytes;
use typst::layout::Abs;
use typst::text::{Font, FontBook, FontInstance, FontVariations};
use typst::utils::LazyHash;

pub const FAMILY: &str = "Noto Sans";
/// For code.
pub const MONOSPACED: &str = "DejaVu Sans Mono";

static EMBEDDED: [&[u8]; 3] = [
    include_bytes!("fonts/NotoSans-Regular.ttf"),
    include_bytes!("fonts/NotoSans-Bold.ttf"),
    include_bytes!("fonts/NotoSans-Italic.ttf"),
];

/// Where Debian and its kin keep fonts; the Docker image has those for the scripts above.
const OF_MACHINE: &str = "/usr/share/fonts";
/// A desktop has thousands of fonts, of which a fallback needs few.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
const LARGEST: u64 = 24 * 1024 * 1024;
const DEPTH: usize = 4;

/// Where a word may be broken; no font draws it.
pub const BREAK: char = '\u{200b}';

pub struct Fonts {
    pub book: LazyHash<FontBook>,
    pub all: Vec<Font>,
}

/// Read once, before anything is typeset: what is typeset reaches no file.
pub static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    let mut all: Vec<Font> = EMBEDDED
        .into_iter()
        .flat_map(|data| Font::iter(Bytes::new(data)))
        .collect();
    let of_typst = typst_assets::fonts().flat_map(|data| Font::iter(Bytes::new(data)));
    all.extend(of_typst.filter(|font| font.info().family.as_str() == MONOSPACED));
    let mut files = Vec::new();
    gather(Path::new(OF_MACHINE), DEPTH, &mut files);
    files.sort();
    let mut room = MOST_BYTES;
    for (file, bytes) in files {
        let Some(rest) = room.checked_sub(bytes) else {
            continue;
        };
        if let Ok(data) = std::fs::read(file) {
            all.extend(Font::iter(Bytes::new(data)));
            room = rest;
        }
    }
    Fonts {
        book: LazyHash::new(FontBook::from_fonts(&all)),
        all,
    }
});

fn gather(folder: &Path, depth: usize, files: &mut Vec<(PathBuf, u64)>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(about) = entry.metadata() else {
            continue;
        };
        if about.is_dir() && depth > 0 {
            gather(&path, depth - 1, files);
        } else if about.is_file() && about.len() <= LARGEST && is_font(&path) {
            files.push((path, about.len()));
        }
    }
}

fn is_font(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ["ttf", "otf", "ttc"].contains(&ending))
}

/// The embedded regular and bold faces, by which texts are measured.
static MEASURES: LazyLock<Vec<FontInstance>> = LazyLock::new(|| {
    let faces = FONTS.all.iter().take(2);
    let measure = |font: &Font| {
        let variant = font.info().variant;
        font.clone()
            .instantiate(variant, Abs::pt(10.0), &FontVariations::default())
    };
    faces.map(measure).collect()
});

/// How wide a text is set, in the unit of `size`. What the embedded font lacks counts as more
/// than a full square, which no letter of another script exceeds by much.
pub fn width(text: &str, size: f64, bold: bool) -> f64 {
    const FOREIGN: f64 = 1.25;
    let measure = MEASURES.get(usize::from(bold));
    let advance = |letter: char| {
        let font = measure?;
        let glyph = font.ttf().glyph_index(letter)?;
        font.x_advance(glyph.0).map(|advance| advance.get())
    };
    let ems: f64 = text
        .chars()
        .map(|letter| advance(letter).unwrap_or(FOREIGN))
        .sum();
    ems * size
}

/// Signs that no font here can draw, such as emoji on a bare machine, leave no empty boxes; letters
/// do, for they carry meaning.
pub fn drawable(text: &str) -> String {
    let has = |letter: char| {
        let code = u32::from(letter);
        FONTS
            .all
            .iter()
            .any(|font| font.info().coverage.contains(code))
    };
    // What joins several emoji into one makes the renderer give up on all of them.
    let is_joint = |letter: char| matches!(letter, '\u{200d}' | '\u{fe0e}' | '\u{fe0f}');
    text.chars()
        .filter(|letter| !letter.is_control() && !is_joint(*letter))
        .filter(|letter| *letter == BREAK || letter.is_alphanumeric() || has(*letter))
        .collect()
}

/// The text, ended by “…” where it is wider than `room`; empty where not even that fits.
pub fn fit(text: &str, size: f64, bold: bool, room: f64) -> String {
    if width(text, size, bold) <= room {
        return text.to_owned();
    }
    let room = room - width("…", size, bold);
    if room < 0.0 {
        return String::new();
    }
    let mut kept = String::new();
    let mut used = 0.0;
    for letter in text.chars() {
        used += width(letter.encode_utf8(&mut [0; 4]), size, bold);
        if used > room {
            break;
        }
        kept.push(letter);
    }
    let kept = kept.trim_end();
    format!("{kept}…")
}

/// The text in at most `most` lines that are no wider than `room`; the last one may end in “…”.
pub fn wrap(text: &str, size: f64, bold: bool, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let is_full = lines.len() == most;
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match lines.last_mut().zip(longer) {
            Some((last, longer)) if is_full || width(&longer, size, bold) <= room => *last = longer,
            _ => lines.push(word.to_owned()),
        }
    }
    lines
        .into_iter()
        .map(|line| fit(&line, size, bold, room))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_is_shortened_to_its_room_and_says_so() {
        assert_eq!(fit("Negotiation", 13.0, false, 500.0), "Negotiation");
        let short = fit("Negotiation with everybody", 13.0, false, 80.0);
        assert!(
            short.ends_with('…') && width(&short, 13.0, false) <= 80.0,
            "{short}"
        );
        assert_eq!(fit("Negotiation", 13.0, false, 2.0), "");
    }

    #[test]
    fn bold_letters_are_wider() {
        assert!(width("Pipeline", 13.0, true) > width("Pipeline", 13.0, false));
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_its_room(text in "\\PC{0,80}", room in 20.0..300.0_f64) {
            let lines = wrap(&text, 13.0, false, room, 3);
            prop_assert!(lines.len() <= 3);
            for line in lines {
                prop_assert!(width(&line, 13.0, false) <= room + 0.001);
            }
        }
    }
}
