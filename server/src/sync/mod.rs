//! Sync over HTTP: spaces, push, pull. Not the decisions: those are in `shared::sync::server`.

pub mod ahead;
mod handlers;
pub mod pull;
pub mod push;
mod told;

pub use handlers::configure;
