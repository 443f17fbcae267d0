//! The search of the local library, with copy. Not the ranking: that is `model::search`.

use super::desk::Desk;
use crate::browser;
use crate::messages::{Hit, Request};
use crate::page::{Icon, ask, failure, mint_op, number, t, t1};
use krowoc_shared::ids::DocId;
use krowoc_ui::icons::Glyph;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

const FIELD: &str = "find";

/// Moves the focus into the search field.
pub(super) fn focus() {
    let field = document()
        .get_element_by_id(FIELD)
        .and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(field) = field {
        // A field that cannot take the focus just now keeps working.
        let _ = field.focus();
    }
}

/// The field and its hits.
#[component]
pub(super) fn Find() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let total = Memo::new(move |_| desk.found.with(|found| found.total));
    let hits = move || desk.found.with(|found| found.hits.clone());
    let nothing = move || desk.found.with(|found| found.hits.is_empty());
    view! {
        <section class="popup__find" aria-label=t("searchLibrary")>
            <label class="search">
                <Icon glyph=Glyph::Search />
                <span class="sr">{t("searchLibrary")}</span>
                <input
                    class="input quiet"
                    type="search"
                    id=FIELD
                    dir="auto"
                    autocomplete="off"
                    placeholder=move || if total.get() == 0 { t("searchLibrary") } else { t1("searchCount", &number(total.get())) }
                    prop:value=desk.query
                    on:input=move |event| {
                        desk.query.set(event_target_value(&event));
                        desk.search();
                    }
                />
                <kbd class="kbd" aria-hidden="true">{"/"}</kbd>
            </label>
            <ul class="stack stack--1" role="list">
                <For each=hits key=|hit| (hit.doc_id.to_string(), hit.uses, hit.edited_at) children=move |hit| view! { <Row hit=hit /> } />
            </ul>
            {move || nothing().then(|| {
                let query = desk.query.get();
                let text = if query.trim().is_empty() { t("libraryEmpty") } else { t1("searchEmpty", query.trim()) };
                view! { <p class="hint popup__none">{text}</p> }
            })}
        </section>
    }
}

#[component]
fn Row(hit: Hit) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let copied = RwSignal::new(false);
    let id = hit.doc_id;
    let mut facts: Vec<String> = Vec::new();
    if hit.tags.is_empty() {
        facts.push(hit.excerpt.clone());
    } else {
        facts.push(hit.tags.join(", "));
    }
    if hit.uses > 0 {
        facts.push(t1(
            "hitUses",
            &number(usize::try_from(hit.uses).unwrap_or(0)),
        ));
    }
    let title = if hit.title.is_empty() {
        t("untitled")
    } else {
        hit.title.clone()
    };
    let name = format!("{}: {title}", t("copy"));
    let glyph = move || {
        if copied.get() {
            Glyph::Check
        } else {
            Glyph::Copy
        }
    };
    view! {
        <li class="hit">
            <span class="grow"><b dir="auto">{title}</b><span class="xs muted cut" dir="auto">{facts.join(" · ")}</span></span>
            <button
                type="button"
                class="btn btn--ghost btn--icon btn--sm"
                aria-label=name
                title=move || t(if copied.get() { "copied" } else { "copy" })
                on:click=move |_| copy(desk, id, copied)
            >
                {move || view! { <Icon glyph=glyph() /> }}
            </button>
        </li>
    }
}

fn copy(desk: Desk, doc_id: DocId, copied: RwSignal<bool>) {
    spawn_local(async move {
        match ask::<String>(&Request::Copy {
            op_id: mint_op(),
            doc_id,
        })
        .await
        {
            Ok(text) => match browser::copy(&text).await {
                Ok(()) => {
                    copied.set(true);
                    desk.spoken.set(t("copied"));
                    desk.refresh();
                }
                Err(error) => desk.spoken.set(t1("failInternal", &error.0)),
            },
            Err(reason) => desk.spoken.set(failure(&reason)),
        }
    });
}
