//! The layer with the editor: begun, shown, left. Not what it sends.

use super::around::{around, ask_for_models, libraries, stock, tell_libraries};
use super::kept::{Kept, Made, Slot};
use super::saving::Saving;
use super::{Write, editor};
use crate::app::{App, app};
use crate::frame::Modal;
use crate::live::Link;
use crate::route::{Filter, Route, Tab};
use crate::timing::Debounce;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::wire::DocumentView;
use krowoc_ui::api::Client;
use krowoc_ui::components::{Notice, NoticeKind, Skeleton};
use krowoc_ui::editor::{self as pen, Form, Key, settings};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{editor as words, library};
use krowoc_ui::plain::dom::{El, div, group};
use krowoc_ui::plain::reactive::{Scope, effect, scoped};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The milliseconds of rest after which what is written is kept.
const REST: u64 = 250;

/// The editor over the page.
#[component]
pub fn Compose(what: Write) -> impl IntoView {
    let app = app();
    let saving = Saving::new(app, what);
    let slot = Slot::of(what);
    let ready = RwSignal::new(false);
    begin(saving, slot, ready);
    ask_for_models();
    Effect::new(move |_| {
        app.space.teams.track();
        tell_libraries(app);
        if matches!(what, Write::New(_)) {
            stay_where_it_may(app);
        }
    });
    let keep = move || match slot {
        Some(slot) if ready.try_get_untracked() == Some(true) => slot.keep(saving),
        _ => !editor().dirty(),
    };
    let leave = Callback::new(move |()| {
        if pen::leaves(editor()) {
            app.overlay.set(None);
        }
    });
    let keys = move |event: ev::KeyboardEvent| {
        match Key::of(&event) {
            Some(Key::Save) if ready.get_untracked() => saving.save(),
            Some(Key::Leave) => leave.run(()),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let unload = window_event_listener(ev::beforeunload, move |event| {
        if !keep() {
            event.prevent_default();
        }
    });
    on_cleanup(move || {
        unload.remove();
        // Without room for it the page was not left unasked.
        let _ = keep();
    });
    let rest = Debounce::new(REST);
    let write = move || {
        rest.run(move || {
            let _ = keep();
        });
    };
    let label = match what {
        Write::New(Kind::Snippet) => library::NEW_SNIPPET,
        Write::New(_) => library::NEW_PROMPT,
        Write::Edit(_) => library::EDIT,
    };
    let trouble = move || {
        saving.trouble.get().map(|why| {
            view! { <div role="alert"><Notice kind=NoticeKind::Danger glyph=Glyph::Alert><span class="grow">{why}</span></Notice></div> }
        })
    };
    view! {
        <Modal label=label class="dialog dialog--wide" on_close=leave held=true>
            <div class="dialog__body" on:keydown=keys>
                <h2 class="h">{label}</h2>
                <Show when=move || app.link.get() == Link::Offline>
                    <Notice kind=NoticeKind::Warn glyph=Glyph::Off><span class="grow">{words::OFFLINE}</span></Notice>
                </Show>
                <Show when=move || ready.get() fallback=|| view! { <Skeleton label=library::LOADING_DETAIL rows=6 /> }>
                    <Fields saving=saving what=what write=Callback::new(move |()| write()) />
                </Show>
                {trouble}
            </div>
        </Modal>
    }
}

/// Begins with an empty document, or with the one that is asked for; over that with what was written before and not saved.
fn begin(saving: Saving, slot: Option<Slot>, ready: RwSignal<bool>) {
    let app = saving.app;
    let kept = slot.and_then(Slot::recall);
    match saving.what {
        Write::New(kind) => {
            let form = Form {
                collection: collection(&app.nav.untracked()),
                space: app.space.team.get_untracked(),
                ..Form::new(kind)
            };
            let made = kept.as_ref().and_then(|kept| kept.made);
            let begun = kept.as_ref().map_or(&form, |kept| &kept.now);
            saving.draft(begun, made.unwrap_or_else(Made::new));
            show(app, &form, kept);
            ready.set(true);
        }
        Write::Edit(id) => {
            // What was left in it belongs to another document, and is kept for that one.
            editor().begin(&Form::new(Kind::Prompt));
            spawn_local(read(saving, id, kept, ready));
        }
    }
}

/// Begins with a document that is there.
async fn read(saving: Saving, id: DocId, kept: Option<Kept>, ready: RwSignal<bool>) {
    let app = saving.app;
    let answer = Client.get::<DocumentView>(&saving.path(id)).await;
    if ready.try_get_untracked().is_none() {
        // The layer is gone, and another may be there.
        return;
    }
    match answer {
        Ok(view) => {
            let rev = kept.as_ref().map(|kept| kept.rev);
            saving.begin(
                rev.unwrap_or(view.document.body.rev),
                settings(&view.document),
            );
            let form = Form {
                space: app.space.team.get_untracked(),
                ..Form::of(&view.document)
            };
            show(app, &form, kept);
            ready.set(true);
        }
        Err(error) => {
            app.overlay.set(None);
            app.failed(&error);
        }
    }
}

fn show(app: App, form: &Form, kept: Option<Kept>) {
    let editor = editor();
    editor.begin(form);
    if let Some(kept) = kept {
        editor.begin(&kept.before);
        editor.put(&kept.now);
        app.toasts.say(Glyph::Info, words::BACK);
    }
    stock(app, editor.space.now());
}

/// A team may have been left since something was written for it: then it is one's own again. Until the teams are known nothing is.
fn stay_where_it_may(app: App) {
    let space = editor().space.now();
    let shown = app.space.team.get_untracked();
    let known = app.space.teams.with_untracked(Option::is_some);
    let open = |it: &pen::Library| Some(it.space) == space && it.refusal.is_none();
    if known && space.is_some() && space != shown && !libraries(app).iter().any(open) {
        editor().shelve(None);
        stock(app, None);
    }
}

/// In a list of one collection a new document belongs to that.
fn collection(route: &Route) -> Option<DocId> {
    match route {
        Route::Library(Tab::All, Filter { collection, .. }) => *collection,
        _ => None,
    }
}

#[component]
fn Fields(saving: Saving, what: Write, write: Callback<()>) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let held = StoredValue::new_local(None::<Scope>);
    Effect::new(move |_| {
        if let Some(place) = place.get() {
            let (element, scope) = scoped(|| draw(saving, what, write));
            // A fresh element takes any other.
            let _ = place.append_child(element.raw());
            held.set_value(Some(scope));
            crate::platform::focus("#editor-title");
        }
    });
    on_cleanup(move || {
        held.try_update_value(Option::take);
    });
    view! { <div node_ref=place></div> }
}

fn draw(saving: Saving, what: Write, write: Callback<()>) -> El {
    let (app, editor) = (saving.app, editor());
    let around = around(app, what);
    effect(move || {
        editor.track();
        write.run(());
    });
    let kinds = match what {
        Write::New(_) => pen::kinds(editor, &around),
        Write::Edit(_) => group(),
    };
    div("div", "stack stack--3")
        .child(kinds)
        .child(pen::title(editor, &around))
        .child(pen::text(editor, &around))
        .child(pen::fields(editor, &around))
        .child(pen::buttons(
            editor,
            &around,
            move || saving.save(),
            move || app.overlay.set(None),
        ))
}
