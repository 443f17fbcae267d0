//! Every word that a person reads on the dashboard, in English, one module a screen. Not the extension's `_locales`.

/// A catalogue: names of fixed texts. The text is its own documentation.
macro_rules! words {
    ($($name:ident = $text:literal;)*) => { $(#[doc = $text] pub const $name: &str = $text;)* };
}

pub mod accounts;
pub mod common;
pub mod community;
pub mod document;
pub mod editor;
pub mod executions;
pub mod figures;
pub mod home;
pub mod import;
pub mod keys;
pub mod library;
pub mod passkeys;
pub mod people;
pub mod run;
pub mod security;
pub mod settings;
pub mod teams;
pub mod tiers;
