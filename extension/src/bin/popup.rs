//! popup module.
fn main() {}
