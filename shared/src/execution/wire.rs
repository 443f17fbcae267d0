//! Requests and answers of keys, tokens, models, executions, dead letters and budgets. Not rows, and not the providers' formats.

mod account;
mod budget;
mod run;

pub use account::*;
pub use budget::*;
pub use run::*;
