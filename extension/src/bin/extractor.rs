//! The extractor's module: from a page's snapshot to Markdown. Apart from the others because it is large; loaded on first use.

use krowoc_extension::browser;
use krowoc_extension::extractor;
use wasm_bindgen::prelude::wasm_bindgen;

fn main() {
    browser::report_panics();
}

/// Captures, JSON in and out.
#[wasm_bindgen]
pub fn extract(request: &str) -> String {
    extractor::extract(request)
}
