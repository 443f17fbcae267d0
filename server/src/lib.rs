//! The Krowoc server: accounts, library and sync over HTTP. Not the rules: those are in `krowoc-shared`.

pub mod accounts;
pub mod admin;
pub mod app;
pub mod budgets;
pub mod chores;
pub mod cli;
pub mod config;
pub mod executions;
pub mod jobs;
pub mod keys;
pub mod library;
pub mod live;
pub mod mcp;
pub mod models;
pub mod openai;
pub mod operator;
pub mod platform;
pub mod providers;
pub mod router;
pub mod serve;
pub mod store;
pub mod sync;
pub mod telemetry;
pub mod tokens;
pub mod vault;
pub mod web;
