//! Metadata of a document: category, topic, task type, persona, and names of one's own. Not its tags.

use super::control::Control;
use crate::platform;
use krowoc_shared::library::limits;
use krowoc_shared::library::wire::{EditDocument, META_NAMES};
use krowoc_ui::components::IconButton;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::document as words;
use krowoc_ui::messages::library;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

/// Sets a piece, or takes it away when nothing is left of it.
pub(super) fn put(control: Control, name: &str, value: &str) {
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let known = control.document.with_untracked(|it| {
        let it = it.as_ref()?;
        it.metadata()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.to_owned())
    });
    if known.unwrap_or_default() == value {
        return;
    }
    let value = if value.is_empty() {
        Value::Null
    } else {
        Value::from(value)
    };
    control.send(EditDocument {
        op_id: Some(platform::op_id()),
        meta: BTreeMap::from([(name.to_owned(), value)]),
        ..EditDocument::default()
    });
}

/// The pieces: those that have a place of their own, and those that were added.
#[component]
pub fn Metadata(control: Control) -> impl IntoView {
    let pieces = Memo::new(move |_| {
        control.document.with(|it| {
            let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
            let pieces = it.as_ref().map(|it| it.metadata().map(own).collect());
            pieces.unwrap_or_else(BTreeMap::<String, String>::new)
        })
    });
    let value = move |name: &str| pieces.with(|it| it.get(name).cloned().unwrap_or_default());
    let free = Memo::new(move |_| {
        pieces.with(|it| {
            let free = it
                .keys()
                .filter(|name| !META_NAMES.contains(&name.as_str()));
            free.cloned().collect::<Vec<String>>()
        })
    });
    view! {
        <section class="stack stack--3" aria-labelledby="metadata">
            <h3 class="label" id="metadata">{words::METADATA}</h3>
            <div class="metadata">
                {META_NAMES.map(|name| view! { <Piece control=control name=name.to_owned() value=Signal::derive(move || value(name)) /> })}
                <For each=move || free.get() key=String::clone let:name>
                    {
                        let of = name.clone();
                        view! { <Piece control=control name=name value=Signal::derive(move || value(&of)) free=true /> }
                    }
                </For>
            </div>
            <More control=control />
        </section>
    }
}

#[component]
fn Piece(
    control: Control,
    name: String,
    #[prop(into)] value: Signal<String>,
    /// It can be taken away as a whole.
    #[prop(optional)]
    free: bool,
) -> impl IntoView {
    let id = format!("meta-{}", name.replace(' ', "-"));
    let list = format!("{id}-known");
    let label = library::meta_name(&name);
    let (of, kept, gone) = (name.clone(), name.clone(), name);
    let known = move || {
        control.app.overview.with(|it| {
            let counts = it.iter().flat_map(|it| &it.meta);
            let own = counts.filter(|it| it.name == of);
            own.map(|it| view! { <option value=it.value.clone()></option> })
                .collect_view()
        })
    };
    view! {
        <label class="label" dir="auto" for=id.clone()>{label.clone()}</label>
        <span class="line line--1">
            <input class="input grow" id=id list=list.clone() dir="auto" autocomplete="off" maxlength=limits::META_CHARS.to_string()
                prop:value=move || value.get() on:change=move |event| put(control, &kept, &event_target_value(&event)) />
            <datalist id=list>{known}</datalist>
            {free.then(|| view! { <IconButton label=words::remove_meta(&label) glyph=Glyph::X small=true on_press=move |()| put(control, &gone, "") /> })}
        </span>
    }
}

/// Adds a name of one's own.
#[component]
fn More(control: Control) -> impl IntoView {
    let (name, value) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        let (of, what) = (name.get_untracked(), value.get_untracked());
        if of.trim().is_empty() || what.trim().is_empty() {
            return;
        }
        put(control, of.trim(), &what);
        name.set(String::new());
        value.set(String::new());
    };
    view! {
        <form class="line line--1" on:submit=add>
            <input class="input grow" aria-label=words::META_NAME placeholder=words::META_NAME dir="auto" autocomplete="off" maxlength=limits::META_NAME_CHARS.to_string()
                prop:value=move || name.get() on:input=move |event| name.set(event_target_value(&event)) />
            <input class="input grow" aria-label=words::META_VALUE placeholder=words::META_VALUE dir="auto" autocomplete="off" maxlength=limits::META_CHARS.to_string()
                prop:value=move || value.get() on:input=move |event| value.set(event_target_value(&event)) />
            <button type="submit" class="btn btn--sm">{words::META_ADD}</button>
        </form>
    }
}
