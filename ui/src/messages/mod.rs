//! Every word that a person reads on the dashboard, in English, one module a screen. Not the extension's `_locales`.

pub mod common;
