//! The popup: what will be captured, the form, what was saved before, the queue, the local search. It keeps nothing: the background does.

mod before;
mod desk;
mod find;
mod foot;
mod form;
mod glance;
mod queue;

use crate::messages::{FailureCode, Keep};
use crate::model::words;
use crate::page::{Icon, Mark, Seg, Spoken, failure, t};
use before::BeforeBlock;
use desk::{Desk, Load, Saving};
use find::Find;
use foot::Foot;
use form::{Fields, Heading, SaveButton, Variables};
use glance::{Glance, Hidden};
use krowoc_shared::library::document::Kind;
use krowoc_ui::icons::Glyph;
use leptos::prelude::*;
use queue::Queue;
use wasm_bindgen::JsCast;

/// Draws the popup into the page.
pub fn open() {
    leptos::mount::mount_to_body(Popup);
}

#[component]
fn Popup() -> impl IntoView {
    let desk = Desk::new();
    provide_context(desk);
    desk.begin();
    let keys = window_event_listener(leptos::ev::keydown, move |event| on_key(desk, &event));
    on_cleanup(move || keys.remove());
    view! {
        <main class="popup" aria-label="Krowoc">
            <h1 class="sr">{"Krowoc"}</h1>
            <Head />
            <div class="popup__body">
                {move || match desk.preview.get() {
                    Load::Reading => view! { <Reading /> }.into_any(),
                    Load::Failed(reason) => view! { <NoPage code=reason.code text=failure(&reason) /> }.into_any(),
                    Load::Ready => view! { <Capture /> }.into_any(),
                }}
                <Queue />
            </div>
            <Find />
            <Foot />
            <Spoken text=desk.spoken />
        </main>
    }
}

fn on_key(desk: Desk, event: &web_sys::KeyboardEvent) {
    let key = event.key();
    if key == "Enter" && (event.ctrl_key() || event.meta_key()) {
        event.prevent_default();
        desk.save();
    } else if key == "/" && !is_field(event) {
        event.prevent_default();
        find::focus();
    }
}

fn is_field(event: &web_sys::KeyboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
    })
}

#[component]
fn Head() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let chosen = Signal::derive(move || usize::from(desk.kind.get() == Kind::Snippet));
    let choose = move |at| {
        desk.kind
            .set(if at == 0 { Kind::Prompt } else { Kind::Snippet })
    };
    view! {
        <header class="popup__head">
            <Mark />
            <Seg
                label=t("saveAs")
                options=vec![t(words::kind(Kind::Prompt)), t(words::kind(Kind::Snippet))]
                value=chosen
                on_change=choose
            />
            <span class="push">
                <Part />
            </span>
        </header>
    }
}

#[component]
fn Part() -> impl IntoView {
    use crate::messages::Part;
    let desk = expect_context::<Desk>();
    let both = Memo::new(move |_| {
        desk.captured.with(|captured| {
            captured
                .as_ref()
                .is_some_and(|preview| preview.has_selection)
        })
    });
    let part = Memo::new(move |_| {
        desk.captured
            .with(|captured| captured.as_ref().map(|preview| preview.part))
    });
    let value = move || {
        if part.get() == Some(Part::Page) {
            "page"
        } else {
            "selection"
        }
    };
    view! {
        <Show when=move || both.get() fallback=move || part.get().map(|_| view! { <span class="xs muted nowrap">{t("partPage")}</span> })>
            <span class="selectbox">
                <select
                    class="select quiet"
                    aria-label=t("captureWhat")
                    prop:value=value
                    on:change=move |event| desk.read(Some(if event_target_value(&event) == "page" { Part::Page } else { Part::Selection }))
                >
                    <option value="selection">{t("partSelection")}</option>
                    <option value="page">{t("partPage")}</option>
                </select>
                <Icon glyph=Glyph::Down />
            </span>
        </Show>
    }
}

#[component]
fn Reading() -> impl IntoView {
    view! {
        <div class="stack" role="status" aria-label=t("loading")>
            {["skel skel--title", "skel", "skel", "skel"].map(|class| view! { <span class=class></span> })}
        </div>
    }
}

#[component]
fn NoPage(code: FailureCode, text: String) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let again = matches!(
        code,
        FailureCode::Restarted | FailureCode::Internal | FailureCode::EmptyPage
    );
    view! {
        <div class="notice" role="status">
            <Icon glyph=Glyph::Info />
            <p class="grow">{text}</p>
        </div>
        {again.then(|| view! { <button type="button" class="btn" on:click=move |_| desk.read(None)>{t("retryNow")}</button> })}
    }
}

/// The capture, until it is saved; then what was saved.
#[component]
fn Capture() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let done = Memo::new(move |_| matches!(desk.saving.get(), Saving::Done(_)));
    let fresh = Memo::new(move |_| desk.keep.get() == Keep::Both);
    view! {
        <Heading />
        <BeforeBlock />
        <Show when=move || !desk.compares()>
            <Glance />
        </Show>
        <Hidden />
        <Show when=move || !done.get()>
            <Variables />
            <Show when=move || fresh.get()>
                <Fields />
            </Show>
        </Show>
        <SaveButton />
    }
}
