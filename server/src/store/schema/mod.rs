//! The tables as Diesel sees them on both databases. Not the migrations: those are the truth, and a test compares.
#![allow(missing_docs)]

pub mod accounts;
pub mod factors;
pub mod identities;
pub mod library;
pub mod teams;
pub mod tokens;
