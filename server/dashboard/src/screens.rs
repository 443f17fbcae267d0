//! The screens that arrive when they are opened, each in a part of its own: the driver cuts the module at these functions.
//! Not how one waits for them: that is `lazy`.
//!
//! What several parts need and the first page does not becomes a shared part by itself. What is drawn on the sign-in or in the
//! library stays in the main module: nothing is won by marking it here.

use crate::accounts::{Connect, ConnectDone};
use crate::document::DocumentPage;
use crate::import::ImportPage;
use crate::lazy::{Arrival, arrived};
use crate::route::Section;
use crate::settings::SettingsPage;
use krowoc_shared::ids::DocId;
use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

/// One document.
#[wasm_split(document, fallible)]
pub fn document(id: DocId) -> Arrival {
    arrived(move || view! { <DocumentPage id=id /> })
}

/// The import.
#[wasm_split(import, fallible)]
pub fn import() -> Arrival {
    arrived(|| view! { <ImportPage /> })
}

/// The settings.
#[wasm_split(settings, fallible)]
pub fn settings(section: Section) -> Arrival {
    arrived(move || view! { <SettingsPage section=section /> })
}

/// Connecting an extension.
#[wasm_split(connect, fallible)]
pub fn connect() -> Arrival {
    arrived(|| view! { <Connect /> })
}

/// After the connection.
#[wasm_split(connect, fallible)]
pub fn connect_done() -> Arrival {
    arrived(|| view! { <ConnectDone /> })
}
