//! What can be done with an answer: rate it, copy it, keep it as a snippet. Not a run of its own.

use crate::app::{App, Session};
use crate::platform;
use krowoc_shared::execution::wire::{ExecutionView, Rate, SaveOutput};
use krowoc_shared::ids::{DocId, ExecutionId};
use krowoc_shared::library::document::Field;
use krowoc_shared::library::wire::{EditDocument, Written};
use krowoc_ui::api::Client;
use krowoc_ui::components::Icon;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{library, run as words};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use std::collections::BTreeMap;

/// The buttons of an answer.
#[component]
pub fn Actions(
    /// The application.
    app: App,
    /// The execution.
    #[prop(into)]
    view: Signal<ExecutionView>,
    /// The answer's text.
    #[prop(into)]
    text: Callback<(), String>,
    /// It was rated.
    #[prop(into)]
    on_rated: Callback<i8>,
) -> impl IntoView {
    let id = Signal::derive(move || view.with(|view| view.id));
    let rating = Memo::new(move |_| view.with(|view| view.rating));
    let rate = move |wanted: i8| {
        let before = rating.get_untracked();
        let now = if before == wanted { 0 } else { wanted };
        on_rated.run(now);
        let id = id.get_untracked();
        spawn_local(async move {
            let path = format!("/executions/{id}/rating");
            if let Err(error) = Client
                .post::<Option<ExecutionView>>(&path, &Rate { rating: now })
                .await
            {
                on_rated.try_run(before);
                app.failed(&error);
            }
        });
    };
    let thumb = move |wanted: i8, label: &'static str, glyph: Glyph| {
        view! {
            <button type="button" class="btn btn--ghost btn--icon btn--sm rate" aria-label=label title=label
                aria-pressed=move || (rating.get() == wanted).to_string() on:click=move |_| rate(wanted)>
                <Icon glyph=glyph />
            </button>
        }
    };
    let copy = move |_| {
        let text = text.run(());
        spawn_local(async move {
            let (glyph, said) = if platform::copy(&text).await {
                (Glyph::Check, library::COPIED)
            } else {
                (Glyph::Alert, library::COPY_FAILED)
            };
            app.toasts.say(glyph, said);
        });
    };
    view! {
        <span class="line line--1">
            {thumb(1, words::RATE_GOOD, Glyph::ThumbUp)}
            {thumb(-1, words::RATE_BAD, Glyph::ThumbDown)}
            <button type="button" class="btn btn--ghost btn--sm" on:click=copy><Icon glyph=Glyph::Copy />{words::COPY}</button>
            <button type="button" class="btn btn--ghost btn--sm" on:click=move |_| save_output(app, id.get_untracked())>
                <Icon glyph=Glyph::Bookmark />{words::SAVE_SNIPPET}
            </button>
        </span>
    }
}

/// Keeps an output as a snippet, with a way back.
pub fn save_output(app: App, id: ExecutionId) {
    let document = platform::doc_id();
    let space = match app.session.get_untracked() {
        Session::In(view) => Some(view.space),
        _ => None,
    };
    spawn_local(async move {
        let save = SaveOutput {
            document,
            title: None,
            space,
        };
        let path = format!("/executions/{id}/save");
        match Client.post::<Value>(&path, &save).await {
            Ok(_) => {
                app.refresh_overview();
                app.toasts
                    .undoable(Glyph::Bookmark, words::SAVED_SNIPPET, move || {
                        discard(app, document);
                    });
            }
            Err(error) => app.failed(&error),
        }
    });
}

/// Puts the snippet into the trash again.
fn discard(app: App, id: DocId) {
    spawn_local(async move {
        let edit = EditDocument {
            op_id: Some(platform::op_id()),
            set: BTreeMap::from([(Field::DeletedAt, Value::from(platform::now()))]),
            ..EditDocument::default()
        };
        match Client
            .patch::<Written>(&format!("/library/{id}"), &edit)
            .await
        {
            Ok(_) => app.refresh_overview(),
            Err(error) => app.failed(&error),
        }
    });
}
