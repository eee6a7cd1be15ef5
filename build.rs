//! Builds again when a migration is added, since they are built in and cargo cannot know.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
