//! The page of the Slack playground, carried inside the binary: plain HTML, CSS and ES modules,
//! so that there is nothing to build, install or fetch before one can look at Penny.

/// One embedded file: its path, its content type, its bytes.
pub type PageFile = (&'static str, &'static str, &'static [u8]);

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";
const TEXT: &str = "text/plain; charset=utf-8";
const FONT: &str = "font/woff2";

macro_rules! page_files {
    ($($kind:ident $path:literal),+ $(,)?) => {
        &[
            ("/", HTML, include_bytes!("index.html")),
            $((concat!("/", $path), $kind, include_bytes!($path))),+
        ]
    };
}

/// All files of the page, the index first.
pub const FILES: &[PageFile] = page_files![
    JS "agent_chat.js",
    JS "agent_pane.js",
    JS "agent_session.js",
    JS "api.js",
    JS "app.js",
    JS "attachments.js",
    JS "avatar.js",
    JS "channel_dialogs.js",
    JS "channel_view.js",
    JS "completion.js",
    JS "composer.js",
    JS "composer_text.js",
    JS "dialog.js",
    JS "dom.js",
    JS "emoji.js",
    JS "emoji_picker.js",
    JS "files.js",
    JS "icons.js",
    JS "message.js",
    JS "message_list.js",
    JS "message_tools.js",
    JS "modal_layer.js",
    JS "penny_dm.js",
    JS "popover.js",
    JS "reactions.js",
    JS "read_marks.js",
    JS "route.js",
    JS "select.js",
    JS "session_list.js",
    JS "sidebar.js",
    JS "status_line.js",
    JS "store.js",
    JS "surface.js",
    JS "switcher.js",
    JS "system_view.js",
    JS "thread_pane.js",
    JS "time.js",
    JS "toast.js",
    JS "topbar.js",
    JS "tour.js",
    JS "view_form.js",
    JS "zone.js",
    JS "blocks/buttons.js",
    JS "blocks/cards.js",
    JS "blocks/chart.js",
    JS "blocks/choices.js",
    JS "blocks/element.js",
    JS "blocks/file_input.js",
    JS "blocks/index.js",
    JS "blocks/input_block.js",
    JS "blocks/inputs.js",
    JS "blocks/layout.js",
    JS "blocks/media.js",
    JS "blocks/pickers.js",
    JS "blocks/progress.js",
    JS "blocks/rich_text.js",
    JS "blocks/select.js",
    JS "blocks/spot.js",
    JS "blocks/state.js",
    JS "blocks/table.js",
    JS "blocks/text_object.js",
    JS "text/inline.js",
    JS "text/markdown.js",
    JS "text/markdown_inline.js",
    JS "text/mrkdwn.js",
    SVG "favicon.svg",
    FONT "fonts/emoji.woff2",
    TEXT "fonts/LICENSE-OFL.txt",
    CSS "style/base.css",
    CSS "style/blocks.css",
    CSS "style/cards.css",
    CSS "style/composer.css",
    CSS "style/controls.css",
    CSS "style/floating.css",
    CSS "style/message.css",
    CSS "style/pages.css",
    CSS "style/progress.css",
    CSS "style/rich.css",
    CSS "style/shell.css",
    CSS "style/sidebar.css",
    CSS "style/systems.css",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    fn on_disk(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                on_disk(&path, found);
            } else if path
                .extension()
                .is_some_and(|kind| kind != "rs" && kind != "html")
            {
                let name = path.strip_prefix(page_folder()).unwrap();
                found.insert(format!("/{}", name.display()));
            }
        }
    }

    /// What a browser reads as text.
    fn texts() -> impl Iterator<Item = (&'static str, &'static str)> {
        let files = FILES.iter().filter(|(_, kind, _)| *kind != FONT);
        files.map(|(path, _, bytes)| (*path, std::str::from_utf8(bytes).unwrap()))
    }

    fn page_folder() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src/playground/page")
    }

    #[test]
    fn every_file_of_the_folder_is_served() {
        let mut found = BTreeSet::from(["/".to_owned()]);
        on_disk(&page_folder(), &mut found);
        let served: BTreeSet<String> = FILES.iter().map(|(path, ..)| (*path).to_owned()).collect();
        assert_eq!(found, served);
    }

    #[test]
    fn the_page_asks_no_other_host_for_anything() {
        for (path, text) in texts() {
            for reference in [
                "src=\"http",
                "href=\"http",
                "url(http",
                "@import",
                "from 'http",
            ] {
                assert!(!text.contains(reference), "{path} holds {reference}");
            }
        }
    }

    #[test]
    fn content_never_becomes_markup() {
        for (path, text) in texts() {
            for sink in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
            ] {
                assert!(!text.contains(sink), "{path} uses {sink}");
            }
        }
    }

    #[test]
    fn every_import_of_a_module_is_served() {
        for (path, kind, bytes) in FILES.iter().filter(|(_, kind, _)| *kind == JS) {
            let text = std::str::from_utf8(bytes).unwrap();
            for line in text
                .lines()
                .filter(|line| line.starts_with("import ") || line.starts_with("} from "))
            {
                let Some(target) = line.rsplit('\'').nth(1) else {
                    continue;
                };
                let folder = Path::new(path).parent().unwrap();
                let wanted = normal(&folder.join(target));
                assert!(
                    FILES.iter().any(|(served, ..)| *served == wanted),
                    "{path} ({kind}) imports {wanted}"
                );
            }
        }
    }

    fn normal(path: &Path) -> String {
        let mut parts: Vec<String> = Vec::new();
        for part in path.components() {
            match part {
                std::path::Component::ParentDir => drop(parts.pop()),
                std::path::Component::Normal(name) => {
                    parts.push(name.to_string_lossy().into_owned())
                }
                _ => {}
            }
        }
        format!("/{}", parts.join("/"))
    }
}
