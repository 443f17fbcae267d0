//! The text to be saved at a glance, and what was left out of it: because it is too long, or because no reader could see it.

use super::desk::Desk;
use crate::page::dom::{El, button, div, el, group};
use crate::page::{drawn, icon_as, notice, number, t, t1, t2};
use krowoc_ui::icons::Glyph;

/// Characters of the text that are shown.
const SHOWN: usize = 900;

/// The beginning of the text.
pub(super) fn glance(desk: Desk) -> El {
    div("div", "preview preview--cut")
        .attr("role", "group")
        .attr("aria-label", &t("preview"))
        .attr("dir", "auto")
        .part(move || desk.body(), |text| drawn(text, SHOWN))
}

/// The notice of a text that is longer than a document may be.
pub(super) fn too_long(desk: Desk) -> El {
    group().some(
        move || desk.cut(),
        |cut| {
            let (kept, whole) = (count(cut.kept), count(cut.whole));
            let said = t2("cutKept", &kept, &whole);
            notice("notice notice--warn notice--sm", Glyph::Alert, &said).attr("role", "status")
        },
    )
}

/// The notice of a page that was still arriving when it was read.
pub(super) fn early(desk: Desk) -> El {
    let loading = move || {
        desk.captured
            .with(|captured| captured.as_ref().is_some_and(|preview| preview.loading))
    };
    group().when(loading, || {
        notice(
            "notice notice--warn notice--sm",
            Glyph::Clock,
            &t("stillLoading"),
        )
        .attr("role", "status")
    })
}

/// A number of characters or passages.
pub(super) fn count(characters: u32) -> String {
    number(usize::try_from(characters).unwrap_or(usize::MAX))
}

/// Hidden text that was stripped.
pub(super) fn hidden(desk: Desk) -> El {
    let passages = move || {
        desk.captured.with(|captured| {
            let found = captured.as_ref().filter(|preview| preview.hidden_count > 0);
            found.map(|preview| (preview.hidden_count, preview.hidden.clone()))
        })
    };
    group().some(passages, move |(total, passages)| {
        stripped(desk, *total, passages)
    })
}

fn stripped(desk: Desk, total: u32, passages: &[String]) -> El {
    let open = desk.unveiled;
    let toggle = button("link", move || open.update(|open| *open = !*open))
        .says("aria-expanded", move || open.get())
        .told(move || t(if open.get() { "hide" } else { "show" }));
    let line = div("p", "line xs soft")
        .child(icon_as(Glyph::Shield, "i i--sm"))
        .child(div("span", "grow").text(&t1("hiddenStripped", &count(total))))
        .child(toggle);
    let passages = passages.to_vec();
    div("div", "stack stack--1").child(line).when(
        move || open.get(),
        move || {
            let items = passages
                .iter()
                .map(|text| el("li").attr("dir", "auto").text(text));
            div("ul", "preview hidden-text")
                .attr("role", "list")
                .attr("tabindex", "0")
                .children(items)
        },
    )
}
