//! Sync: server-ordered operations, per-field registers, three-way text merge. Not transport, not storage.

pub mod checksum;
pub mod client;
pub mod merge;
pub mod ops;
pub mod past;
pub mod publishing;
pub mod server;
pub mod text;
pub mod wire;
