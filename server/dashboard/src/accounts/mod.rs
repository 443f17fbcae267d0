//! Signing in and up, and connecting a device. Not the session itself: that is the client's.

mod connect;
mod sign_in;

pub use connect::{Connect, ConnectDone};
pub use sign_in::SignIn;
