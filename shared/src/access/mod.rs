//! Who may do what in a space: roles, the one table of rights, and what the routes of teams send and take. Not who somebody is, and not
//! what a token may do.

mod rights;
mod role;
pub mod wire;

pub use rights::Action;
pub use role::Role;
