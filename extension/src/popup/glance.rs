//! The text to be saved at a glance, and what was left out of it because no reader could see it.

use super::desk::Desk;
use crate::model::preview::{Block, Shape, Span, Style, blocks};
use crate::page::{Icon, number, t, t1};
use krowoc_ui::icons::Glyph;
use leptos::prelude::*;

/// Characters of the text that are shown.
const SHOWN: usize = 900;

/// The beginning of the text.
#[component]
pub(super) fn Glance() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let shown = Memo::new(move |_| desk.body());
    view! {
        <div class="preview preview--cut" role="group" aria-label=t("preview") dir="auto">
            {move || shown.with(|text| blocks(text, SHOWN)).into_iter().map(block).collect_view()}
        </div>
    }
}

fn block(block: Block) -> AnyView {
    let spans = block.spans.into_iter().map(span).collect_view();
    match block.shape {
        Shape::Heading => view! { <p><b>{spans}</b></p> }.into_any(),
        Shape::Paragraph => view! { <p>{spans}</p> }.into_any(),
        Shape::Quote => view! { <blockquote>{spans}</blockquote> }.into_any(),
        Shape::Code => view! { <pre>{spans}</pre> }.into_any(),
        Shape::Item(depth) => {
            let class = if depth == 0 {
                "preview__list"
            } else {
                "preview__list preview__list--in"
            };
            view! { <ul class=class><li>{spans}</li></ul> }.into_any()
        }
    }
}

fn span(span: Span) -> AnyView {
    match span.style {
        Style::Plain => span.text.into_any(),
        Style::Strong => view! { <b>{span.text}</b> }.into_any(),
        Style::Code => view! { <code>{span.text}</code> }.into_any(),
        Style::Variable => view! { <span class="var">{span.text}</span> }.into_any(),
    }
}

/// Hidden text that was stripped.
#[component]
pub(super) fn Hidden() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let open = RwSignal::new(false);
    let count = Memo::new(move |_| {
        desk.captured
            .with(|captured| captured.as_ref().map_or(0, |preview| preview.hidden_count))
    });
    let passages = move || {
        desk.captured.with(|captured| {
            captured
                .as_ref()
                .map(|preview| preview.hidden.clone())
                .unwrap_or_default()
        })
    };
    view! {
        <Show when=move || count.get() != 0>
            <div class="stack stack--1">
                <p class="line xs soft">
                    <Icon glyph=Glyph::Shield class="i i--sm" />
                    <span class="grow">{move || t1("hiddenStripped", &number(usize::try_from(count.get()).unwrap_or(usize::MAX)))}</span>
                    <button
                        type="button"
                        class="link"
                        aria-expanded=move || open.get().to_string()
                        on:click=move |_| open.update(|open| *open = !*open)
                    >
                        {move || t(if open.get() { "hide" } else { "show" })}
                    </button>
                </p>
                <Show when=move || open.get()>
                    <ul class="preview hidden-text" role="list" tabindex="0">
                        {move || passages().into_iter().map(|text| view! { <li dir="auto">{text}</li> }).collect_view()}
                    </ul>
                </Show>
            </div>
        </Show>
    }
}
