//! The pure core: rules and shapes of Krowoc. Not I/O: no clock, no randomness, no network, no database.
pub mod accounts;
pub mod error;
pub mod hlc;
pub mod ids;
pub mod library;
pub mod sync;
pub mod text;
pub mod prompts;
