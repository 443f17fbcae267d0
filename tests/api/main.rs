//! The API as its callers see it, on SQLite or PostgreSQL. One module a noun.
#![allow(missing_docs)]

mod accounts;
mod budgets;
mod config;
mod dashboards;
mod devices;
mod executions;
mod export;
mod graphql;
mod jobs;
mod keys;
mod leaderboard;
mod library;
mod live;
mod mcp;
mod migrations;
mod models;
mod openai;
mod sync;
mod teams;
mod tokens;
mod web;
