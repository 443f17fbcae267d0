//! Sync: server-ordered operations, per-field registers, three-way text merge. Not transport, not storage.

pub mod wire;
