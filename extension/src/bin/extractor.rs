//! extractor module.
fn main() {}
