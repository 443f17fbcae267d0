//! What every route shares: problems, bad input, headers, correlation, limits, the contract, shutdown, the store.

mod contract;
mod fuzz;
mod headers;
mod input;
mod logs;
mod roles;
mod shutdown;
mod store;
