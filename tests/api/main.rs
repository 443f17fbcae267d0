//! The API as its callers see it, on SQLite or PostgreSQL. One module a noun.
#![allow(missing_docs)]

mod accounts;
mod config;
mod devices;
mod migrations;
mod web;
