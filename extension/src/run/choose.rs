//! The choice of a prompt from the local library. Not the ranking: that is `model::search`.

use super::desk::Desk;
use crate::messages::Hit;
use crate::page::dom::{El, button, div, el};
use crate::page::{icon, search_field, t};
use krowoc_ui::icons::Glyph;

/// A field and the prompts that it finds.
pub(super) fn choose(desk: Desk) -> El {
    let label = t("runChoose");
    let placeholder = label.clone();
    let field = search_field(
        ("choose", "input", &label),
        move || placeholder.clone(),
        desk.query,
        move || desk.search(),
    );
    let hits = div("ul", "stack stack--1").attr("role", "list").each(
        move || desk.found.get().unwrap_or_default(),
        |hit| (hit.doc_id, hit.edited_at),
        move |hit| row(desk, hit),
    );
    div("section", "stack")
        .attr("aria-label", &label)
        .child(field)
        .child(hits)
        .when(
            move || {
                desk.found
                    .with(|found| found.as_ref().is_some_and(Vec::is_empty))
            },
            || div("p", "hint").text(&t("runNone")),
        )
}

fn row(desk: Desk, hit: Hit) -> El {
    let id = hit.doc_id;
    let title = if hit.title.is_empty() {
        t("untitled")
    } else {
        hit.title
    };
    let words = div("span", "grow")
        .child(el("b").attr("dir", "auto").text(&title))
        .child(
            div("span", "xs muted cut")
                .attr("dir", "auto")
                .text(&hit.excerpt),
        );
    div("li", "").child(
        button("hit run__hit", move || desk.choose(id))
            .child(words)
            .child(icon(Glyph::Play)),
    )
}
