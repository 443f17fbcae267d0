//! Accounts: the shapes of sign-in, sessions and devices, and what mails say. Not their storage and not their cookies.

pub mod admin;
pub mod export;
pub mod factors;
pub mod letters;
pub mod passkeys;
pub mod people;
pub mod wire;
