//! options module.
fn main() {}
