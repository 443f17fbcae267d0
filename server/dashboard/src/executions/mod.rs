//! What was run: the list with its filters, one execution whole, two compared. Not running: that is `run`.

mod compare;
mod control;
mod detail;
mod facts;
mod filters;
mod page;

pub use compare::ComparePage;
pub use detail::ExecutionDetailPage;
pub use page::{ExecutionsPage, Failed, Tabs};
