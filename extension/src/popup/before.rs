//! "You saved this before": what differs, and whether to update, append or keep both.

use super::desk::{Desk, Saving};
use crate::messages::{Before, DiffLine, Keep, Likeness, Side};
use crate::page::{Icon, Seg, number, since, t, t1};
use krowoc_ui::icons::Glyph;
use leptos::prelude::*;

/// The earlier save, when there is one and nothing was saved yet.
#[component]
pub(super) fn BeforeBlock() -> impl IntoView {
    let desk = expect_context::<Desk>();
    move || {
        let saved = matches!(desk.saving.get(), Saving::Done(_));
        let before = desk
            .captured
            .with(|captured| captured.as_ref().and_then(|preview| preview.before.clone()));
        before.filter(|_| !saved).map(|before| block(desk, before))
    }
}

fn block(desk: Desk, before: Before) -> impl IntoView {
    let sentence = match before.likeness {
        Likeness::Same => "beforeSame",
        Likeness::Near => "beforeNear",
        Likeness::SamePage => "beforePage",
    };
    let lines =
        (before.changed > 0).then(|| format!(" {}", t1("beforeLines", &number(before.changed))));
    let exact: String = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(before.saved_at as f64))
        .to_locale_string(
            &crate::browser::language(),
            &wasm_bindgen::JsValue::UNDEFINED,
        )
        .into();
    let chosen = Signal::derive(move || match desk.keep.get() {
        Keep::Update => 0,
        Keep::Append => 1,
        Keep::Both => 2,
    });
    let earlier = before.clone();
    let choose = move |at| {
        let keep = match at {
            0 => Keep::Update,
            1 => Keep::Append,
            _ => Keep::Both,
        };
        desk.choose(keep, Some(&earlier));
    };
    let title = if before.title.is_empty() {
        t("untitled")
    } else {
        before.title.clone()
    };
    let hint = move || match desk.keep.get() {
        Keep::Update => Some(t1("updateHint", &title)),
        Keep::Append => Some(t1("appendHint", &title)),
        Keep::Both => None,
    };
    let diff = before.diff;
    view! {
        <div class="stack">
            <p class="line" title=exact>
                <Icon glyph=Glyph::History />
                <span class="grow">{t1(sentence, &since(before.saved_at))}{lines}</span>
            </p>
            <Seg
                label=t("beforeWhat")
                options=vec![t("keepUpdate"), t("keepAppend"), t("keepBoth")]
                value=chosen
                on_change=choose
                block=true
            />
            <Show when=move || desk.compares()>
                <div class="preview preview--flush preview--scroll" tabindex="0" role="group" aria-label=t("diffLabel")>
                    <div class="diff">{diff.clone().into_iter().map(line).collect_view()}</div>
                </div>
            </Show>
            {move || hint().map(|hint| view! { <p class="hint">{hint}</p> })}
        </div>
    }
}

fn line(line: DiffLine) -> impl IntoView {
    let (class, spoken) = match line.side {
        Side::Both => ("", None),
        Side::Old => ("del", Some("diffRemoved")),
        Side::New => ("add", Some("diffAdded")),
        Side::Gap => ("gap", None),
    };
    let side = line.side;
    let piece = move |(marked, text): (bool, String)| match side {
        Side::New if marked => view! { <ins>{text}</ins> }.into_any(),
        Side::Old if marked => view! { <del>{text}</del> }.into_any(),
        _ => text.into_any(),
    };
    let spoken = spoken.map(|key| view! { <span class="sr">{t(key)}" "</span> });
    let text = if side == Side::Gap {
        "⋯".into_any()
    } else {
        line.pieces.into_iter().map(piece).collect_view().into_any()
    };
    view! { <div class=class><span>{spoken}{text}</span></div> }
}
