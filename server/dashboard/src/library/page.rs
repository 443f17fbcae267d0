//! The library page: head with tabs, bars, list and detail. Keys act on the list.

use super::bulk::{Bulk, Stale};
use super::collection::NewCollection;
use super::control::Control;
use super::filters::Filters;
use super::list::Rows;
use crate::app::{App, app};
use crate::document::create;
use crate::frame::{MenuButton, Modal};
use crate::keys::Action;
use crate::lazy::panel;
use crate::platform;
use crate::route::{Filter, Route, Tab};
use crate::screens;
use krowoc_shared::library::document::Kind;
use krowoc_ui::components::Icon;
use krowoc_ui::format::count;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::library as words;
use leptos::prelude::*;

/// Narrower than this, the detail lies over the list.
const NARROW: &str = "(max-width: 59.99rem)";

/// A tab of the library.
#[component]
pub fn LibraryPage(tab: Tab) -> impl IntoView {
    let app = app();
    let control = Control::new(app, tab);
    crate::document::set_title(words::TITLE);
    app.take_keys(move |action| act(control, action));
    // Back and forward within the page change the address first.
    Effect::new(move |_| {
        if let Route::Library(there, filter) = app.nav.get()
            && there == tab
            && control.filter.with_untracked(|own| *own != filter)
            && !control.typing()
        {
            control.filter.set(filter);
            control.load();
        }
    });
    Effect::new(move |before: Option<u64>| {
        let seq = app.seq.get();
        if before.is_some_and(|before| before < seq) {
            control.changed();
        }
        seq
    });
    let marked = Memo::new(move |_| control.list.with(|list| !list.selected.is_empty()));
    let loaded = move || {
        control.list.with(|list| {
            words::loaded(
                list.rows.len(),
                list.total,
                control.filter.with(|it| !it.q.is_empty()),
            )
        })
    };
    view! {
        <Head control=control />
        <div class="split split--full">
            <section class="column" aria-label=words::TITLE>
                {move || if marked.get() {
                    view! { <Bulk control=control /> }.into_any()
                } else {
                    view! { <Filters control=control /> }.into_any()
                }}
                <Stale control=control />
                <Rows control=control />
                <p class="toolbar toolbar--foot xs muted">
                    <span class="grow" role="status"><bdi>{loaded}</bdi></span>
                    <span class="line hide-s" aria-hidden="true">
                        <kbd class="kbd">"J"</kbd><kbd class="kbd">"K"</kbd>{words::KEYS_MOVE}
                        <kbd class="kbd">"↵"</kbd>{words::KEYS_OPEN}
                        <kbd class="kbd">"X"</kbd>{words::KEYS_SELECT}
                        <kbd class="kbd">"?"</kbd>{words::KEYS_ALL}
                    </span>
                </p>
            </section>
            <Aside control=control />
        </div>
    }
}

fn act(control: Control, action: Action) -> bool {
    match action {
        Action::Search => platform::focus("#search"),
        Action::Down => control.step(1),
        Action::Up => control.step(-1),
        Action::PageDown => control.step(control.screenful()),
        Action::PageUp => control.step(control.screenful().saturating_neg()),
        Action::First => control.step(isize::MIN),
        Action::Last => control.step(isize::MAX),
        Action::Open => return control.open(),
        Action::Edit => return control.edit(),
        Action::Select => {
            let Some(id) = control.list.with_untracked(|list| list.at) else {
                return false;
            };
            control.list.update(|list| list.mark(id, false));
        }
        Action::SelectAll => control.list.update(super::state::List::mark_all),
        Action::Favourite => {
            let Some(id) = control.list.with_untracked(|list| list.at) else {
                return false;
            };
            control.favourite(id);
        }
        Action::Trash => return control.trash(),
        Action::Escape => {
            let any = control
                .list
                .with_untracked(|list| !list.selected.is_empty());
            control.list.update(|list| list.selected.clear());
            return any;
        }
        _ => return false,
    }
    true
}

#[component]
fn Head(control: Control) -> impl IntoView {
    let Control { app, tab, .. } = control;
    let writes = app.space.writes();
    let shown = [Tab::All]
        .into_iter()
        .filter(|it| *it == tab)
        .chain(Tab::SHOWN);
    let tabs = shown.map(|it| tab_link(app, tab, it)).collect_view();
    let make = move || match tab {
        Tab::Collections => view! { <NewCollection control=control primary=true /> }.into_any(),
        Tab::Snippets => make_button(app, Kind::Snippet, words::NEW_SNIPPET).into_any(),
        _ => make_button(app, Kind::Prompt, words::NEW_PROMPT).into_any(),
    };
    view! {
        <header class="top">
            <MenuButton />
            <h1>{words::TITLE}</h1>
            <nav class="tabs tabs--bare" aria-label=words::TITLE>{tabs}</nav>
            <span class="push line">
                <fieldset class="plain" hidden=move || !writes.get()>
                    <a class="btn hide-s" href=Route::Import.address()>{words::IMPORT}</a>
                    {make}
                </fieldset>
            </span>
        </header>
    }
}

fn make_button(app: App, kind: Kind, text: &'static str) -> impl IntoView {
    view! {
        <button type="button" class="btn btn--primary" on:click=move |_| create(app, kind)>
            <Icon glyph=Glyph::Plus />
            {text}
            {(kind == Kind::Prompt).then(|| view! { <kbd class="kbd hide-s">"C"</kbd> })}
        </button>
    }
}

fn tab_link(app: App, here: Tab, tab: Tab) -> impl IntoView {
    let name = match tab {
        Tab::All => words::ALL,
        Tab::Prompts => words::PROMPTS,
        Tab::Snippets => words::SNIPPETS,
        Tab::Collections => words::COLLECTIONS,
        Tab::Trash => words::TRASH,
    };
    let number = move || {
        app.overview.with(|it| {
            it.as_ref().and_then(|it| match tab {
                Tab::All => None,
                Tab::Prompts => Some(it.prompts),
                Tab::Snippets => Some(it.snippets),
                Tab::Collections => Some(it.collections),
                Tab::Trash => Some(it.trash),
            })
        })
    };
    view! {
        <a href=Route::Library(tab, Filter::default()).address() aria-current=(here == tab).then_some("page")>
            {name}
            <span class="count">{move || number().map(count)}</span>
        </a>
    }
}

/// The detail: beside the list, or over it on a narrow window.
#[component]
fn Aside(control: Control) -> impl IntoView {
    let narrow = RwSignal::new(false);
    let query = window().match_media(NARROW).ok().flatten();
    narrow.set(query.as_ref().is_some_and(web_sys::MediaQueryList::matches));
    let query = StoredValue::new_local(query);
    let resized = window_event_listener(leptos::ev::resize, move |_| {
        let now =
            query.with_value(|query| query.as_ref().is_some_and(web_sys::MediaQueryList::matches));
        if narrow.get_untracked() != now {
            narrow.set(now);
        }
    });
    on_cleanup(move || resized.remove());
    let close = move |()| control.drawer.set(false);
    let detail = move || panel(move || screens::detail(control));
    move || {
        if !narrow.get() {
            view! { <aside class="split__aside pane" aria-label=words::KEYS_OPEN>{detail()}</aside> }.into_any()
        } else if control.drawer.get() {
            view! {
                <Modal label=words::OPEN class="drawer drawer--end" on_close=close>
                    <div class="line"><span class="grow"></span>
                        <krowoc_ui::components::IconButton label=words::CLOSE glyph=Glyph::X small=true on_press=close />
                    </div>
                    {detail()}
                </Modal>
            }
            .into_any()
        } else {
            ().into_any()
        }
    }
}
