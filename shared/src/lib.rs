//! The pure core: rules and shapes of Krowoc. Not I/O: no clock, no randomness, no network, no database.
pub mod access;
pub mod accounts;
pub mod capture;
pub mod dashboards;
pub mod diff;
pub mod error;
#[cfg(feature = "exchange")]
pub mod exchange;
pub mod execution;
pub mod hlc;
pub mod ids;
pub mod leaderboard;
pub mod library;
pub mod prompts;
pub mod sync;
pub mod text;
