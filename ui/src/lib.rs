//! What extension and dashboard both draw with: components, icons, formats, messages, the API client. Not screens: those live in their crates.
pub mod api;
pub mod charts;
pub mod components;
pub mod format;
pub mod icons;
pub mod messages;
pub mod money;
