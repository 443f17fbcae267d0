//! The library as the dashboard sees it.

mod batch;
mod diff;
mod edit;
mod lifecycle;
mod list;
mod metadata;
mod quota;
mod search;
mod team_quota;
mod waiting;
