//! What every route shares: problems, bad input, headers, correlation, limits, the contract, shutdown, the store.

mod conform;
mod contract;
mod examples;
mod fuzz;
mod headers;
mod input;
mod logs;
mod roles;
mod schemas;
mod shutdown;
mod store;
