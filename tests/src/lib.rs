//! Helpers of the tests: a real server on its own database, a clock that is turned by hand, callers with cookies or tokens. Not tests.

pub mod app;
pub mod authenticator;
pub mod caller;
pub mod clock;
pub mod database;
pub mod events;
pub mod http;
pub mod issuer;
pub mod logs;
pub mod machine;
pub mod mail;
pub mod ops;
pub mod program;
pub mod provider;
pub mod queries;
pub mod rng;
pub mod script;
pub mod smtp;
pub mod teams;
pub mod totp;

pub use app::{Options, TestApp};
pub use caller::{Answer, Caller};
