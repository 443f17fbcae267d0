//! The screens that arrive when they are opened, each in a part of its own: the driver cuts the module at these functions.
//! Not how one waits for them: that is `lazy`.
//!
//! What several parts need and the first page does not becomes a shared part by itself. What is drawn at once on the sign-in or in the
//! library stays in the main module: nothing is won by marking it here. A panel that is opened, or filled later, is a part like a screen.

use crate::accounts::pace::Pace;
use crate::accounts::{Connect, ConnectDone, Forgot, PasskeyWay, Reset, SecondStep, Verify};
use crate::community::CommunityPage;
use crate::compose::{Compose, Write};
use crate::dashboard::DashboardPage;
use crate::dead_letters::DeadLettersPage;
use crate::document::{DocumentPage, VersionPage};
use crate::executions::{ComparePage, ExecutionDetailPage, ExecutionsPage};
use crate::frame::{Help, Palette};
use crate::home::HomePage;
use crate::import::ImportPage;
use crate::lazy::{Arrival, arrived};
use crate::library::{Control, Detail};
use crate::route::{RunPlace, Section};
use crate::run::RunPage;
use crate::settings::SettingsPage;
use crate::teams::{Join, TeamsPage};
use krowoc_shared::ids::{DocId, ExecutionId};
use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

/// What a person sees first.
#[wasm_split(home, fallible)]
pub fn home() -> Arrival {
    arrived(|| view! { <HomePage /> })
}

/// Figures over time.
#[wasm_split(dashboard, fallible)]
pub fn dashboard() -> Arrival {
    arrived(|| view! { <DashboardPage /> })
}

/// The editor over a page.
#[wasm_split(compose, fallible)]
pub fn compose(what: Write) -> Arrival {
    arrived(move || view! { <Compose what=what /> })
}

/// One document.
#[wasm_split(document, fallible)]
pub fn document(id: DocId) -> Arrival {
    arrived(move || view! { <DocumentPage id=id /> })
}

/// One version of a document.
#[wasm_split(document, fallible)]
pub fn version(id: DocId, number: u64) -> Arrival {
    arrived(move || view! { <VersionPage id=id number=number /> })
}

/// The document at the cursor, beside the list: with it come the drawing of Markdown and of code.
#[wasm_split(detail, fallible)]
pub fn detail(control: Control) -> Arrival {
    arrived(move || view! { <Detail control=control /> })
}

/// The command palette.
#[wasm_split(layers, fallible)]
pub fn palette(on_close: Callback<()>) -> Arrival {
    arrived(move || view! { <Palette on_close=on_close /> })
}

/// The list of keys.
#[wasm_split(layers, fallible)]
pub fn help(on_close: Callback<()>) -> Arrival {
    arrived(move || view! { <Help on_close=on_close /> })
}

/// A run.
#[wasm_split(run, fallible)]
pub fn run(place: RunPlace) -> Arrival {
    arrived(move || view! { <RunPage place=place /> })
}

/// What was run.
#[wasm_split(executions, fallible)]
pub fn executions() -> Arrival {
    arrived(|| view! { <ExecutionsPage /> })
}

/// One execution.
#[wasm_split(executions, fallible)]
pub fn execution(id: ExecutionId) -> Arrival {
    arrived(move || view! { <ExecutionDetailPage id=id /> })
}

/// Two executions.
#[wasm_split(executions, fallible)]
pub fn compare(one: ExecutionId, other: ExecutionId) -> Arrival {
    arrived(move || view! { <ComparePage one=one other=other /> })
}

/// The dead letters.
#[wasm_split(executions, fallible)]
pub fn dead_letters() -> Arrival {
    arrived(|| view! { <DeadLettersPage /> })
}

/// Public prompts.
#[wasm_split(community, fallible)]
pub fn community() -> Arrival {
    arrived(|| view! { <CommunityPage /> })
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

/// Teams, their members and invitations.
#[wasm_split(teams, fallible)]
pub fn teams() -> Arrival {
    arrived(|| view! { <TeamsPage /> })
}

/// An invitation.
#[wasm_split(teams, fallible)]
pub fn join() -> Arrival {
    arrived(|| view! { <Join /> })
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

/// The second step of signing in.
#[wasm_split(people, fallible)]
pub fn second_step(on_leave: Callback<()>) -> Arrival {
    arrived(move || view! { <SecondStep on_leave=on_leave /> })
}

/// Signing in with a passkey.
#[wasm_split(passkey, fallible)]
pub fn passkey(pace: Pace) -> Arrival {
    arrived(move || view! { <PasskeyWay step=false pace=pace /> })
}

/// Asking for a new password.
#[wasm_split(people, fallible)]
pub fn forgot() -> Arrival {
    arrived(|| view! { <Forgot /> })
}

/// Setting it.
#[wasm_split(people, fallible)]
pub fn reset() -> Arrival {
    arrived(|| view! { <Reset /> })
}

/// Confirming an address.
#[wasm_split(people, fallible)]
pub fn verify() -> Arrival {
    arrived(|| view! { <Verify /> })
}
