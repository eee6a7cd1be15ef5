//! The playground's page as somebody uses it: press, type, read. Everything waits for what it
//! needs, because a page that is being redrawn is not there all the time.

use crate::chromium::Chromium;
use crate::support::TestApp;
use fantoccini::error::CmdError;
use fantoccini::wd::{WebDriverCompatibleCommand, WindowHandle};
use fantoccini::{Client, Locator};
use futures::FutureExt;
use serde_json::{Value, json};
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::time::{Duration, Instant};

/// Real time, and generous: it ends tests that would hang, it never decides one.
const PATIENCE: Duration = Duration::from_secs(30);
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// The words of all that is visible and fits, in the order of the page.
const VISIBLE_TEXTS: &str = "return [...document.querySelectorAll(arguments[0])]
    .filter((node) => node.checkVisibility())
    .map((node) => node.innerText)";

pub struct Page<'a> {
    client: Client,
    pub app: &'a TestApp,
}

/// A node by its `data-qa`.
pub fn qa(name: &str) -> String {
    format!("[data-qa=\"{name}\"]")
}

/// What one fills in, in a window.
pub fn field(block: &str, input: &str) -> String {
    format!("{} [data-block-id=\"{block}\"] {input}", qa("modal"))
}

/// The last message of the list in here.
pub fn last_message(within: &str) -> String {
    format!("{} :nth-last-child(1 of {})", qa(within), qa("message"))
}

/// Opens the page of this Penny, lets the test use it, and ends browser and Penny. A test that
/// fails leaves a picture of what was there.
pub async fn with_page(app: TestApp, test: impl AsyncFnOnce(&Page<'_>)) {
    let chromium = Chromium::start().await;
    let page = Page {
        client: chromium.client.clone(),
        app: &app,
    };
    let used = AssertUnwindSafe(async {
        page.opens(&app.slack.base_url()).await;
        test(&page).await;
    })
    .catch_unwind()
    .await;
    if used.is_err() {
        let name = std::thread::current()
            .name()
            .unwrap_or("test")
            .replace("::", "-");
        page.is_pictured(&format!("failed-{name}")).await;
    }
    chromium.close().await;
    if let Err(failure) = used {
        std::panic::resume_unwind(failure);
    }
    // What was said was there to see on the page.
    app.slack.calls().mark_all_read();
    app.stop().await;
}

impl Page<'_> {
    pub async fn opens(&self, url: &str) {
        self.client.goto(url).await.expect("the page");
    }

    /// Opens this in a window beside the first, and looks at that.
    pub async fn opens_beside(&self, url: &str) -> WindowHandle {
        let opened = self.client.new_window(false).await.expect("a window");
        self.turns_to(&opened.handle).await;
        self.opens(url).await;
        opened.handle
    }

    pub async fn window(&self) -> WindowHandle {
        self.client.window().await.expect("a window")
    }

    pub async fn turns_to(&self, window: &WindowHandle) {
        let turned = self.client.switch_to_window(window.clone()).await;
        turned.expect("a window that is open");
    }

    /// Writes to Penny in the direct conversation with her.
    pub async fn tells_penny(&self, text: &str) {
        self.presses(&qa("channel-penny")).await;
        self.presses(&qa("tab-messages")).await;
        self.types(&qa("composer"), text).await;
        self.presses(&qa("composer-send")).await;
    }

    /// Writes a command in a channel.
    pub async fn runs_command(&self, channel: &str, command: &str) {
        self.presses(&qa(&format!("channel-{channel}"))).await;
        self.types(&qa("composer"), command).await;
        self.presses(&qa("composer-send")).await;
    }

    /// What Penny wrote last in the direct conversation, found where a person looks for it.
    pub async fn is_told_directly(&self, words: &str) {
        let maya = self.app.slack.person("maya").expect("Maya");
        self.app.is_written(&maya, words).await;
        self.presses(&qa("channel-penny")).await;
        self.presses(&qa("tab-history")).await;
        self.presses(&qa("session")).await;
        self.reads(&qa("penny-dm"), words).await;
    }

    pub async fn presses(&self, css: &str) {
        self.until(&format!("{css} can be pressed"), async || {
            self.client.find(Locator::Css(css)).await?.click().await?;
            Ok(Some(()))
        })
        .await;
    }

    pub async fn types(&self, css: &str, text: &str) {
        self.until(&format!("one can type into {css}"), async || {
            let field = self.client.find(Locator::Css(css)).await?;
            field.send_keys(text).await?;
            Ok(Some(()))
        })
        .await;
    }

    /// Empties a field.
    pub async fn clears(&self, css: &str) {
        self.until(&format!("{css} can be emptied"), async || {
            let field = self.client.find(Locator::Css(css)).await?;
            field.clear().await?;
            Ok(Some(()))
        })
        .await;
    }

    /// Waits until something that fits reads so.
    pub async fn reads(&self, css: &str, words: &str) {
        self.until(&format!("{css} reads {words:?}"), async || {
            let texts = self.texts(css).await?;
            Ok(texts.iter().any(|text| text.contains(words)).then_some(()))
        })
        .await;
    }

    pub async fn sees(&self, css: &str) {
        self.until(&format!("{css} is there"), async || {
            Ok((!self.texts(css).await?.is_empty()).then_some(()))
        })
        .await;
    }

    pub async fn sees_no(&self, css: &str) {
        self.until(&format!("{css} is gone"), async || {
            Ok(self.texts(css).await?.is_empty().then_some(()))
        })
        .await;
    }

    /// As on a telephone at night.
    pub async fn is_narrow_and_dark(&self) {
        for (command, params) in [
            (
                "Emulation.setDeviceMetricsOverride",
                json!({"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": false}),
            ),
            (
                "Emulation.setEmulatedMedia",
                json!({"features": [{"name": "prefers-color-scheme", "value": "dark"}]}),
            ),
        ] {
            let command = DevTools { command, params };
            self.client.issue_cmd(command).await.expect("Chromium");
        }
    }

    /// Nothing is wider than the window.
    pub async fn fits(&self) -> bool {
        let script = "return document.documentElement.scrollWidth <= window.innerWidth";
        self.client.execute(script, vec![]).await.expect("a page") == true
    }

    /// All that is visible, as words.
    pub async fn text(&self) -> String {
        self.texts("body").await.expect("a page").concat()
    }

    /// Leaves a picture in `target/screenshots`.
    pub async fn is_pictured(&self, name: &str) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        let picture = self.client.screenshot().await.expect("a picture");
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("a picture kept");
    }

    /// The same of all that can be scrolled to.
    pub async fn is_pictured_whole(&self, name: &str) {
        let high = "return Math.ceil(document.documentElement.scrollHeight)";
        let high = self.client.execute(high, vec![]).await.expect("a page");
        let wide = "return window.innerWidth";
        let wide = self.client.execute(wide, vec![]).await.expect("a page");
        let command = DevTools {
            command: "Emulation.setDeviceMetricsOverride",
            params: json!({"width": wide, "height": high, "deviceScaleFactor": 1, "mobile": false}),
        };
        self.client.issue_cmd(command).await.expect("Chromium");
        self.is_pictured(name).await;
        let command = DevTools {
            command: "Emulation.clearDeviceMetricsOverride",
            params: json!({}),
        };
        self.client.issue_cmd(command).await.expect("Chromium");
    }

    async fn texts(&self, css: &str) -> Result<Vec<String>, CmdError> {
        let found = self.client.execute(VISIBLE_TEXTS, vec![json!(css)]).await?;
        Ok(texts_of(&found))
    }

    /// Tries again what the page refuses while it changes: a node that is not there yet, not
    /// there any more, or covered by another.
    async fn until<T>(
        &self,
        what: &str,
        attempt: impl AsyncFn() -> Result<Option<T>, CmdError>,
    ) -> T {
        let begun = Instant::now();
        loop {
            let outcome = attempt().await;
            if let Ok(Some(done)) = outcome {
                return done;
            }
            if begun.elapsed() > PATIENCE {
                let refused = outcome.err().map(|error| error.to_string());
                let seen = self.text().await;
                panic!("It never came true that {what} ({refused:?}). The page: {seen}");
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }
}

/// A command of Chromium's own, beside those that every browser knows.
#[derive(Debug)]
struct DevTools {
    command: &'static str,
    params: Value,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/goog/cdp/execute"))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        let body = json!({"cmd": self.command, "params": self.params});
        (http::Method::POST, Some(body.to_string()))
    }
}

fn texts_of(found: &Value) -> Vec<String> {
    let found = found.as_array().into_iter().flatten();
    found.filter_map(Value::as_str).map(str::to_owned).collect()
}
