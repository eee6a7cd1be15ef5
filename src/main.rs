//! The binary: installs what the whole process needs, then hands over to the command line.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    penny::net::install_crypto();
    match penny::cli::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            use std::io::Write;
            let _ = writeln!(std::io::stderr(), "penny: {error:#}");
            ExitCode::FAILURE
        }
    }
}
