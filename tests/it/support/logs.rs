//! What Penny's processes write to their logs, down to the finest level, for tests that look for
//! what must not be there.

use parking_lot::Mutex;
use std::io::Write;
use std::sync::Arc;
use tracing::Dispatch;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone)]
pub struct Logs {
    written: Written,
    dispatch: Dispatch,
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Default for Logs {
    fn default() -> Self {
        let written = Written::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(written.clone())
            .finish();
        Self {
            written,
            dispatch: Dispatch::new(subscriber),
        }
    }
}

impl Logs {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.written.0.lock()).into_owned()
    }

    /// From here on, until the thread ends.
    pub fn capture_this_thread(&self) {
        std::mem::forget(tracing::dispatcher::set_default(&self.dispatch));
    }
}

impl<'a> MakeWriter<'a> for Written {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
