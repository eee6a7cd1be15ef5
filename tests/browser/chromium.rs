//! A headless Chromium for each test, driven through one ChromeDriver. Both end with the process
//! of the tests, however that ends.

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::LazyLock;
use uuid::Uuid;

const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en-US",
    "--window-size=1360,860",
];

/// Lives as long as the process: what is static is never dropped, so the system ends it.
static DRIVER: LazyLock<Driver> = LazyLock::new(Driver::start);

struct Driver {
    url: String,
    _shell: Child,
    /// Closed by the system when this process ends, be it by a signal.
    _alive: ChildStdin,
}

impl Driver {
    /// The shell ends ChromeDriver when its own input closes, and Chromium ends with ChromeDriver.
    fn start() -> Self {
        let chromedriver = program("chromedriver", "chromium-driver");
        let mut shell = Command::new("sh")
            .arg("-c")
            .arg("\"$0\" --port=0 </dev/null & driver=$!; read -r _; kill -KILL $driver")
            .arg(chromedriver)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let output = BufReader::new(shell.stdout.take().expect("what ChromeDriver prints"));
        let mut lines = output.lines().map_while(Result::ok);
        let port = lines
            .find_map(|line| {
                let (_, port) = line.split_once("started successfully on port ")?;
                port.trim_end_matches('.').parse::<u16>().ok()
            })
            .expect("ChromeDriver names its port");
        // It would stop at a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            url: format!("http://127.0.0.1:{port}"),
            _alive: shell.stdin.take().expect("the shell's input"),
            _shell: shell,
        }
    }
}

/// Where a program is, or what to do about it.
fn program(name: &str, package: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| {
            panic!("The tests in a browser need `{name}`. On Debian: apt-get install {package}")
        })
}

pub struct Chromium {
    pub client: Client,
    profile: PathBuf,
}

impl Chromium {
    pub async fn start() -> Self {
        let profile =
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("chromium-{}", Uuid::new_v4()));
        let binary = program("chromium", "chromium");
        let mut flags = FLAGS.map(str::to_owned).to_vec();
        flags.push(format!("--user-data-dir={}", profile.display()));
        let options = json!({"binary": binary, "args": flags});
        let wanted = [("goog:chromeOptions".to_owned(), options)];
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted.into_iter().collect())
            .connect(&DRIVER.url)
            .await
            .expect("a browser");
        Self { client, profile }
    }

    pub async fn close(self) {
        self.client
            .clone()
            .close()
            .await
            .expect("a browser that ends");
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // What a browser that still ends leaves there goes with `target`.
        let _left = std::fs::remove_dir_all(&self.profile);
    }
}
