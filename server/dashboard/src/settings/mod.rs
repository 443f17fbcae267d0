//! The settings: account, keys, budget, tokens, devices, sessions, appearance, export; everybody's accounts for who looks after the server.
//! Not the library.

mod account;
mod accounts;
mod appearance;
mod budget;
mod chart;
mod devices;
mod export;
mod gone;
mod key_form;
mod keys;
mod leaving;
mod name;
pub mod once;
mod opened;
mod passkeys;
mod picture;
mod proof;
pub mod remote;
pub mod rename;
mod security;
mod sessions;
mod tokens;
mod usage;
mod user_agent;
mod ways;

pub use appearance::{apply_stored, set_theme};

use crate::app::{Session, app};
use crate::frame::MenuButton;
use crate::route::{Route, Section};
use krowoc_ui::components::Icon;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{
    keys as key_words, people, security as safe, settings as words, teams, tiers,
};
use leptos::prelude::*;

const fn look(section: Section) -> (&'static str, Glyph) {
    match section {
        Section::Account => (people::ACCOUNT, Glyph::User),
        Section::Security => (safe::SECURITY, Glyph::Shield),
        Section::Teams => (teams::TEAMS, Glyph::Users),
        Section::Keys => (key_words::KEYS, Glyph::Key),
        Section::Budget => (key_words::BUDGET, Glyph::Coins),
        Section::Tokens => (key_words::TOKENS, Glyph::Braces),
        Section::Devices => (words::DEVICES, Glyph::Laptop),
        Section::Sessions => (words::SESSIONS, Glyph::Globe),
        Section::Appearance => (words::APPEARANCE, Glyph::Sun),
        Section::Export => (words::EXPORT, Glyph::Download),
        Section::Accounts => (tiers::ACCOUNTS, Glyph::Users),
    }
}

/// One section of the settings, with the way to the others.
#[component]
pub fn SettingsPage(section: Section) -> impl IntoView {
    view! {
        <Shell section=section>
            {match section {
                Section::Account => view! { <account::Account /> }.into_any(),
                Section::Security => view! { <security::Security /> }.into_any(),
                Section::Keys => view! { <keys::Keys /> }.into_any(),
                Section::Budget => view! { <budget::Budget /> }.into_any(),
                Section::Tokens => view! { <tokens::Tokens /> }.into_any(),
                Section::Devices => view! { <devices::Devices /> }.into_any(),
                Section::Sessions => view! { <sessions::Sessions /> }.into_any(),
                Section::Appearance => view! { <appearance::Appearance /> }.into_any(),
                Section::Export => view! { <export::Export /> }.into_any(),
                Section::Accounts => view! { <accounts::Accounts /> }.into_any(),
                // A part of its own: see `screens`.
                Section::Teams => ().into_any(),
            }}
        </Shell>
    }
}

/// What surrounds a section: its heading, and the way to the others.
#[component]
pub fn Shell(section: Section, children: Children) -> impl IntoView {
    let app = app();
    let (title, _) = look(section);
    crate::document::set_title(title);
    let email = move || match app.session.get() {
        Session::In(view) => view.email,
        _ => String::new(),
    };
    app.look_after();
    let links = Section::ALL.map(|each| {
        let (name, glyph) = look(each);
        let current = (each == section).then_some("page");
        let shown = move || each != Section::Accounts || each == section || app.admin.get();
        view! {
            <Show when=shown><li><a href=Route::Settings(each).address() aria-current=current><Icon glyph=glyph />{name}</a></li></Show>
        }
    });
    view! {
        <header class="top">
            <MenuButton />
            <h1>{words::TITLE}</h1>
            <span class="push line xs muted"><span class="cut">{email}</span>
                <button type="button" class="btn btn--ghost btn--sm" on:click=move |_| app.sign_out()>
                    <Icon glyph=Glyph::Out />{words::SIGN_OUT}
                </button>
            </span>
        </header>
        <div class="settings pane">
            <nav class="nav settings__nav" aria-label=words::TITLE><ul>{links.into_iter().collect_view()}</ul></nav>
            <section class="page page--narrow stack stack--6" aria-labelledby="section">
                <h2 id="section" class="h">{title}</h2>
                {children()}
            </section>
        </div>
    }
}
