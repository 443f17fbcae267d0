//! Devices: connecting, tokens, names, revocation.

mod connect;
mod manage;
mod tokens;
