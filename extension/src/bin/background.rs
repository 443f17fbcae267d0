//! The background's module. Not the events: `glue/background.js` carries them here.

use krowoc_extension::{background, browser};
use wasm_bindgen::prelude::wasm_bindgen;

fn main() {
    browser::report_panics();
}

/// Handles an event, JSON in and out.
#[wasm_bindgen]
pub async fn handle(event: String) -> String {
    background::handle(&event).await
}
