//! Tells cargo when the embedded migrations or the embedded dashboard changed. Does not build anything.
#![allow(clippy::print_stdout)]

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
