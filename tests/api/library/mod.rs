//! The library as the dashboard sees it.

mod batch;
mod edit;
mod list;
mod search;
mod waiting;
