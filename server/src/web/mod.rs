//! What every route shares: problems, identity, limits, headers, the contract. Not the nouns' routes.

pub mod actor;
pub mod assets;
pub mod body;
pub mod client;
pub mod contract;
mod docs;
pub mod email;
pub mod examples;
pub mod fallback;
pub mod guard;
pub mod headers;
pub mod health;
pub mod lasting;
pub mod origin;
pub mod problem;
pub mod proven;
pub mod recent;
pub mod request;
pub mod routes;
pub mod schemas;
pub mod token;
mod usual;

pub use actor::{Actor, Admin, May, Person, Recent};
pub use body::Body;
pub use client::Client;
pub use guard::In;
pub use problem::{Fault, Reply};
