//! Dead letters: what failed for good and waits for a decision, one's own or everybody's for the operator.

mod control;
mod page;

pub use page::DeadLettersPage;
