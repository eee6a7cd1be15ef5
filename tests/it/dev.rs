//! `penny dev`, as somebody starts it who wants to try Penny: the real binary with nothing set
//! up, a page in the browser, an answer, Ctrl-C.

use penny::net::sse::Parser;
use penny::store::embedded::testing::lend_postgres;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::process::Child;
use uuid::Uuid;

/// Generous: it ends tests that would hang, it never decides one.
const PATIENCE: Duration = Duration::from_secs(90);
const PERSON: &str = "U0MAYA";
/// What the embedded server starts besides itself and a shell.
const PROGRAMS: [&str; 2] = ["id", "test"];

/// A machine that has PostgreSQL in Penny's cache, no Python to fetch another with, and no way to
/// the web but one that is watched.
struct Machine {
    folder: PathBuf,
    way_out: String,
    knocks: Arc<AtomicUsize>,
}

impl Machine {
    async fn new() -> Self {
        let name = format!("penny-dev-{}", Uuid::new_v4().simple());
        // Not in the target folder, which may be closed to the user who runs PostgreSQL for root.
        let folder = std::env::temp_dir().join(name);
        let (home, programs) = (folder.join("home"), folder.join("bin"));
        fs::create_dir_all(&home).unwrap();
        fs::create_dir(&programs).unwrap();
        lend_postgres(&home).unwrap();
        for program in PROGRAMS {
            symlink(which(program), programs.join(program)).unwrap();
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let way_out = format!("http://{}", listener.local_addr().unwrap());
        let knocks = Arc::new(AtomicUsize::new(0));
        let counted = knocks.clone();
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        Self {
            folder,
            way_out,
            knocks,
        }
    }

    /// Starts `penny dev`, and waits until it says where to look.
    async fn starts(&self) -> Playground {
        let log = self.folder.join("dev.log");
        let child = tokio::process::Command::new(env!("CARGO_BIN_EXE_penny"))
            .args(["dev", "--port", "0"])
            .env_clear()
            .env("PENNY_HOME", self.folder.join("home"))
            .env("PATH", self.folder.join("bin"))
            // Whatever is on this machine is not on that way.
            .envs(["HTTP_PROXY", "HTTPS_PROXY"].map(|name| (name, &self.way_out)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log).unwrap())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut playground = Playground {
            child,
            log,
            url: String::new(),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
        };
        playground.until_it_says_where().await;
        playground
    }

    /// Each process of the server holds this lock for as long as it lives.
    fn no_server_is_left(&self) -> bool {
        let lock = self.folder.join("home/dev/server.lock");
        File::open(lock).unwrap().try_lock().is_ok()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn which(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|path| path.exists());
    found.expect("a program that every machine has")
}

struct Playground {
    child: Child,
    log: PathBuf,
    url: String,
    client: reqwest::Client,
}

impl Playground {
    async fn until_it_says_where(&mut self) {
        let said = async {
            loop {
                if let Some(url) = address_in(&self.log) {
                    return url;
                }
                let gone = self.child.try_wait().unwrap();
                assert!(gone.is_none(), "it ended: {}", self.words());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let said = tokio::time::timeout(PATIENCE, said).await;
        self.url = said.unwrap_or_else(|_| panic!("it is never ready: {}", self.words()));
    }

    fn words(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    async fn page(&self) -> String {
        let page = self.client.get(&self.url).send().await.unwrap();
        page.error_for_status().unwrap().text().await.unwrap()
    }

    /// Asks in the direct conversation with Penny as the page would, and reads what it would show
    /// until the answer is whole.
    async fn asks(&self, question: &str) -> Answer {
        let stream = format!("{}/play/stream?person={PERSON}", self.url);
        let response = self.client.get(stream).send().await.unwrap();
        let mut events = Events {
            response,
            parser: Parser::default(),
            complete: Vec::new(),
        };
        let snapshot = events.until("snapshot", |_| true).await;
        let act = json!({
            "person": PERSON, "action": "send", "channel": dm(&snapshot), "text": question,
        });
        let sent = self.client.post(format!("{}/play/act", self.url));
        let body = serde_json::to_vec(&act).unwrap();
        let sent = sent.header("content-type", "application/json").body(body);
        let sent = sent.send().await.unwrap().bytes().await.unwrap();
        let sent: Value = serde_json::from_slice(&sent).unwrap();
        assert_eq!(sent["ok"], true, "{sent}");
        let is_hers = |event: &Value| {
            let message = &event["message"];
            message["thread_ts"] == sent["ts"] && message["bot"] == true
        };
        let begun = events
            .until("message", |event| {
                is_hers(event) && event["message"]["streaming"] == true
            })
            .await;
        let ended = events
            .until("message", |event| {
                is_hers(event)
                    && event["message"]["ts"] == begun["message"]["ts"]
                    && event["message"]["streaming"] == false
            })
            .await;
        Answer {
            at_first: begun["message"].to_string(),
            whole: ended["message"].to_string(),
        }
    }

    /// As Ctrl-C does, and fails unless it ends well.
    async fn ends_on_ctrl_c(mut self) {
        let pid = self.child.id().unwrap();
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -INT {pid}")])
            .status();
        assert!(sent.unwrap().success());
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let status = ended.expect("it ends").unwrap();
        assert_eq!(status.code(), Some(0), "{}", self.words());
        assert!(self.words().trim_end().ends_with("Stopped."));
    }
}

/// An answer while it was being written, and when it was whole.
struct Answer {
    at_first: String,
    whole: String,
}

/// What the page is told.
struct Events {
    response: reqwest::Response,
    parser: Parser,
    complete: Vec<(String, Value)>,
}

impl Events {
    async fn until(&mut self, name: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let found = async {
            loop {
                while !self.complete.is_empty() {
                    let (named, event) = self.complete.remove(0);
                    if named == name && fits(&event) {
                        return event;
                    }
                }
                let bytes = self.response.chunk().await.unwrap();
                for event in self.parser.push(&bytes.expect("more of it")).unwrap() {
                    let data = serde_json::from_str(&event.data).unwrap();
                    self.complete.push((event.name, data));
                }
            }
        };
        let found = tokio::time::timeout(PATIENCE, found).await;
        found.unwrap_or_else(|_| panic!("no such {name}"))
    }
}

fn dm(snapshot: &Value) -> Value {
    let bot = &snapshot["app"]["bot_user"];
    let channels = snapshot["channels"].as_array().unwrap();
    let with_penny = channels.iter().find(|channel| {
        channel["kind"] == "im" && channel["members"].as_array().unwrap().contains(bot)
    });
    with_penny.expect("a conversation with Penny")["id"].clone()
}

fn address_in(log: &Path) -> Option<String> {
    let said = fs::read_to_string(log).unwrap();
    let after = said.split("Penny is ready: open ").nth(1)?;
    after.split(" in a browser").next().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn penny_dev_answers_on_a_fresh_machine_leaves_nothing_running_and_remembers_the_next_time() {
    let machine = Machine::new().await;
    let playground = machine.starts().await;
    assert!(playground.page().await.contains("/app.js"));
    let answer = playground.asks("What are our five biggest deals?").await;
    assert!(
        answer.whole.contains('€') || answer.whole.contains("EUR"),
        "{}",
        answer.whole
    );
    assert!(answer.at_first.len() < answer.whole.len(), "it grew");
    let noted = "Remember that our fiscal year starts in April.";
    playground.asks(noted).await;
    assert!(!machine.no_server_is_left(), "the lock tells of a server");
    playground.ends_on_ctrl_c().await;
    assert!(machine.no_server_is_left());

    let playground = machine.starts().await;
    let answer = playground.asks("What do you remember?").await;
    assert!(answer.whole.contains("starts in April"), "{}", answer.whole);
    playground.ends_on_ctrl_c().await;
    assert!(machine.no_server_is_left());
    assert_eq!(
        machine.knocks.load(Ordering::Relaxed),
        0,
        "nobody needs the web"
    );
}
