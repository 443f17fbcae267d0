//! Making and renaming collections. Not their content: that is the list filtered by one.

use super::control::Control;
use crate::frame::Modal;
use crate::platform;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::{Field, Kind};
use krowoc_shared::library::wire::{CreateDocument, EditDocument, Written};
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, library as words};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use std::collections::BTreeMap;

/// The button that makes a collection, with its dialog.
#[component]
pub fn NewCollection(
    control: Control,
    /// The one button of the view.
    #[prop(optional)]
    primary: bool,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let class = if primary { "btn btn--primary" } else { "btn" };
    let save = move |title: String| {
        let now = platform::now();
        let make = CreateDocument {
            op_id: Some(platform::op_id()),
            id: Some(platform::doc_id()),
            set: BTreeMap::from([
                (Field::Title, Value::from(title)),
                (Field::CreatedAt, Value::from(now)),
            ]),
            ..CreateDocument::new(Kind::Collection)
        };
        spawn_local(async move {
            settle(control, Client.post::<Written>("/library", &make).await);
        });
    };
    view! {
        <button type="button" class=class on:click=move |_| open.set(true)>{words::NEW_COLLECTION}</button>
        {move || open.get().then(|| view! {
            <NameDialog label=words::NEW_COLLECTION action=words::CREATE name=String::new() open=open on_save=save />
        })}
    }
}

/// The button that renames a collection, with its dialog.
#[component]
pub fn RenameCollection(control: Control, id: DocId, name: String) -> impl IntoView {
    let open = RwSignal::new(false);
    let save = move |title: String| {
        let edit = EditDocument {
            op_id: Some(platform::op_id()),
            set: BTreeMap::from([(Field::Title, Value::from(title))]),
            ..EditDocument::default()
        };
        spawn_local(async move {
            settle(
                control,
                Client
                    .patch::<Written>(&format!("/library/{id}"), &edit)
                    .await,
            );
        });
    };
    view! {
        <button type="button" class="btn" on:click=move |_| open.set(true)>{words::RENAME}</button>
        {move || open.get().then(|| view! {
            <NameDialog label=words::RENAME action=words::SAVE_NAME name=name.clone() open=open on_save=save />
        })}
    }
}

fn settle(control: Control, answer: Result<Written, ApiError>) {
    match answer.map(|written| written.result.violation) {
        Ok(None) => {}
        Ok(Some(violation)) => control.app.toasts.say(
            Glyph::Alert,
            format!("{}: {}", common::NOT_SAVED, violation.message),
        ),
        Err(error) => control.app.failed(&error),
    }
    control.app.refresh_overview();
    control.changed();
}

/// Asks for a name.
#[component]
fn NameDialog(
    label: &'static str,
    action: &'static str,
    name: String,
    open: RwSignal<bool>,
    #[prop(into)] on_save: Callback<String>,
) -> impl IntoView {
    let typed = RwSignal::new(name);
    let missing = RwSignal::new(false);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let name = typed.get_untracked().trim().to_owned();
        if name.is_empty() {
            missing.set(true);
            return;
        }
        open.set(false);
        on_save.run(name);
    };
    view! {
        <Modal label=label class="dialog" on_close=move |()| open.set(false)>
            <form on:submit=submit novalidate>
                <div class="dialog__body">
                    <h2 class="md">{label}</h2>
                    <div class="field">
                        <label class="label" for="collection-name">{words::NAME}</label>
                        <input
                            class="input"
                            id="collection-name"
                            dir="auto"
                            maxlength="500"
                            autofocus
                            autocomplete="off"
                            aria-invalid=move || missing.get().then_some("true")
                            aria-describedby=move || missing.get().then_some("collection-fault")
                            prop:value=typed
                            on:input=move |event| {
                                typed.set(event_target_value(&event));
                                missing.set(false);
                            }
                        />
                        {move || missing.get().then(|| view! { <p class="hint hint--error" id="collection-fault">{words::NAME_MISSING}</p> })}
                    </div>
                </div>
                <div class="dialog__foot">
                    <button type="button" class="btn" on:click=move |_| open.set(false)>{words::CANCEL}</button>
                    <button type="submit" class="btn btn--primary">{action}</button>
                </div>
            </form>
        </Modal>
    }
}
