//! What extension and dashboard both draw with: components, icons, formats, messages, the API client. Not screens: those live in their crates.
pub mod api;
#[cfg(feature = "leptos")]
pub mod charts;
pub mod choice;
#[cfg(feature = "leptos")]
pub mod components;
pub mod editor;
pub mod format;
pub mod icons;
pub mod messages;
pub mod money;
pub mod plain;
pub mod tags;
