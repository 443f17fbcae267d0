//! Tells cargo when the embedded migrations or the embedded dashboard changed. Does not build anything.
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
    // Only a release embeds the dashboard; elsewhere it is read from the folder, and a missing folder would mean a rebuild each time.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=../dist/dashboard");
    }
}
