//! background module.
fn main() {}
