//! Accounts: the shapes of sign-in, sessions and devices. Not their storage and not their cookies.

pub mod wire;
