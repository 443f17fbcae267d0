//! What every route shares: problems, identity, limits, headers. Not the routes.

pub mod actor;
pub mod problem;
pub mod token;

pub use actor::{Actor, Person};
pub use problem::{Fault, Reply};
