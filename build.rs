//! Builds again when a migration is added, since they are built in and cargo cannot know.
#![expect(clippy::print_stdout, reason = "this is how one talks to cargo")]

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
