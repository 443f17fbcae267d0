//! The run page: variables, models and parameters of a run, and the answers side by side as they arrive.

mod answer;
mod board;
mod control;
mod form;
mod inputs;
mod lanes;
mod page;
mod reading;
mod summary;

pub use page::RunPage;
