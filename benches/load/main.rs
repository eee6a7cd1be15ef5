//! Load and latency of the real binary, beside baselines of the same run.

fn main() {}
