//! Markdown on the page, safely: parsed to a small tree, drawn as elements. Raw HTML is text, links are plain, nothing is loaded.

mod blocks;
mod code;
mod language;
mod paint;
mod tree;
mod view;

pub use tree::safe_link;
pub use view::{Growing, Markdown, copy_code};
