//! What a bench prints: what it ran on, and a row for each thing that it measured.

pub type Measured<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Rows are printed as they come, so that a failure does not hide what was measured before it.
pub struct Table;

impl Table {
    pub fn heading(&mut self, text: &str) {
        println!("\n{text}");
    }

    pub fn row(&mut self, name: &str, value: String) {
        println!("  {name:<42} {value}");
    }
}

/// What the numbers are of.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let processor = read("/proc/cpuinfo")
        .lines()
        .find_map(|line| {
            line.strip_prefix("model name")?
                .split(": ")
                .nth(1)
                .map(str::to_owned)
        })
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    format!(
        "{cores} × {processor}, {}; load average at the start: {}",
        std::env::consts::OS,
        load_average()
    )
}

pub fn load_average() -> String {
    read("/proc/loadavg").trim().to_owned()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}
