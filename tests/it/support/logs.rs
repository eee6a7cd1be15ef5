//! What Penny's processes write to their logs, down to the finest level, for tests that look for
//! what must not be there.

use parking_lot::Mutex;
use std::cell::RefCell;
use std::io::Write;
use std::sync::{Arc, Once};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

thread_local! {
    /// Where the threads of the process under test write their lines; nobody else captures any.
    static CAPTURED_INTO: RefCell<Option<Written>> = const { RefCell::new(None) };
}

#[derive(Clone)]
pub struct Logs {
    written: Written,
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

#[derive(Clone, Copy)]
struct ThisThread;

impl Default for Logs {
    /// One subscriber serves all tests and asks the thread: a subscriber that only some threads
    /// have would be overlooked by each line that another thread of the binary writes first,
    /// because `tracing` remembers for good that nobody was interested.
    fn default() -> Self {
        static INSTALLED: Once = Once::new();
        INSTALLED.call_once(|| {
            let captures = dynamic_filter_fn(|_, _| CAPTURED_INTO.with_borrow(Option::is_some));
            let lines = tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(|| ThisThread);
            tracing_subscriber::registry()
                .with(lines.with_filter(captures))
                .init();
        });
        Self {
            written: Written::default(),
        }
    }
}

impl Logs {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.written.0.lock()).into_owned()
    }

    /// Of each call of Slack, the trace that it was part of and the kind of job that made it.
    pub fn slack_calls(&self) -> Vec<(String, String)> {
        let field = |line: &str, name: &str| {
            let value = line.split_once(name)?.1;
            let end = value.find([' ', '}'])?;
            Some(value[..end].to_owned())
        };
        let text = self.text();
        let calls = text.lines().filter(|line| line.contains("called Slack"));
        let of = |line: &str| Some((field(line, "trace_id=")?, field(line, "job.kind=")?));
        calls.filter_map(of).collect()
    }

    /// From here on, until the thread ends.
    pub fn capture_this_thread(&self) {
        CAPTURED_INTO.set(Some(self.written.clone()));
    }
}

impl Write for ThisThread {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        CAPTURED_INTO.with_borrow(|captured| {
            if let Some(written) = captured {
                written.0.lock().extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
