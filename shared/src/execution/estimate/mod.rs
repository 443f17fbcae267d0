//! What a run will use and cost before it is sent: the input by an estimate, the output by its limit. Not what it did use.
//!
//! The server reserves by it and the browser shows it: the same code, on the same facts.

mod known;
mod reserve;
mod tokenizer;

pub use known::{Known, Taken};
pub use reserve::{Reserve, largest_input, reserve};
pub use tokenizer::Tokenizer;

/// The output that is reserved for a model whose limit nobody knows.
pub const USUAL_MAX_OUTPUT: u64 = 8_192;
