//! What can be done with an answer: rate it, copy it, keep it as a snippet. Not a run of its own.

use crate::app::App;
use crate::navigation::placed_in;
use crate::platform;
use krowoc_shared::access::wire::TeamView;
use krowoc_shared::execution::wire::{ExecutionView, Rate, SaveOutput};
use krowoc_shared::ids::{DocId, ExecutionId, SpaceId};
use krowoc_shared::library::document::Field;
use krowoc_shared::library::wire::{EditDocument, Written};
use krowoc_shared::sync::wire::Outcome;
use krowoc_ui::api::Client;
use krowoc_ui::components::Icon;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{library, run as words, teams};
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
    // The library of the prompt, where one may write to it; another one when it was chosen.
    let chosen = RwSignal::new(None::<Option<SpaceId>>);
    let team = Memo::new(move |_| view.with(|view| view.team));
    let target = Memo::new(move |_| {
        let usual = || {
            team.get()
                .filter(|team| app.space.writable().iter().any(|it| it.id == *team))
        };
        chosen.get().unwrap_or_else(usual)
    });
    let choice = move || {
        let writable = app.space.writable();
        (!writable.is_empty())
            .then(|| view! { <Where writable=writable target=target chosen=chosen /> })
    };
    view! {
        <span class="line line--1 line--wrap">
            {thumb(1, words::RATE_GOOD, Glyph::ThumbUp)}
            {thumb(-1, words::RATE_BAD, Glyph::ThumbDown)}
            <button type="button" class="btn btn--ghost btn--sm" on:click=copy><Icon glyph=Glyph::Copy />{words::COPY}</button>
            <button type="button" class="btn btn--ghost btn--sm" on:click=move |_| save_output(app, id.get_untracked(), target.get_untracked())>
                <Icon glyph=Glyph::Bookmark />{words::SAVE_SNIPPET}
            </button>
            {choice}
        </span>
    }
}

/// Which library the snippet goes into.
#[component]
fn Where(
    writable: Vec<TeamView>,
    target: Memo<Option<SpaceId>>,
    chosen: RwSignal<Option<Option<SpaceId>>>,
) -> impl IntoView {
    let pick = move |event| chosen.set(Some(event_target_value(&event).parse().ok()));
    let options = writable.into_iter().map(|team| {
        let id = team.id;
        view! { <option value=id.to_string() prop:selected=move || target.get() == Some(id)>{team.name}</option> }
    });
    view! {
        <span class="selectbox">
            <select class="select" aria-label=words::SNIPPET_WHERE on:change=pick>
                <option value="" prop:selected=move || target.get().is_none()>{teams::PERSONAL}</option>
                {options.collect_view()}
            </select>
            <Icon glyph=Glyph::Down />
        </span>
    }
}

/// Keeps an output as a snippet in a team's library or in one's own, with a way back.
pub fn save_output(app: App, id: ExecutionId, team: Option<SpaceId>) {
    let document = platform::doc_id();
    let space = team.or(app.space.own());
    let name = app
        .space
        .writable()
        .into_iter()
        .find(|it| Some(it.id) == team);
    let said = name.map_or_else(
        || words::SAVED_SNIPPET.to_owned(),
        |team| words::saved_in(&team.name),
    );
    spawn_local(async move {
        let save = SaveOutput {
            document,
            title: None,
            space,
        };
        let path = format!("/executions/{id}/save");
        match Client.post::<Written>(&path, &save).await {
            // What lay there before is not taken away by undoing this.
            Ok(kept) if kept.result.outcome == Outcome::Duplicate => {
                app.toasts.say(Glyph::Bookmark, words::SAVED_BEFORE);
            }
            Ok(_) => {
                app.refresh_overview();
                app.toasts.undoable(Glyph::Bookmark, said, move || {
                    discard(app, document, space);
                });
            }
            Err(error) => app.failed(&error),
        }
    });
}

/// Puts the snippet into the trash again.
fn discard(app: App, id: DocId, space: Option<SpaceId>) {
    let path = format!("/library/{id}");
    let path = match space {
        Some(space) => placed_in(path, space),
        None => path,
    };
    spawn_local(async move {
        let edit = EditDocument {
            op_id: Some(platform::op_id()),
            set: BTreeMap::from([(Field::DeletedAt, Value::from(platform::now()))]),
            ..EditDocument::default()
        };
        match Client.patch::<Written>(&path, &edit).await {
            Ok(_) => app.refresh_overview(),
            Err(error) => app.failed(&error),
        }
    });
}
