//! The search of the local library, with copy. Not the ranking: that is `model::search`.

use super::desk::Desk;
use super::form;
use crate::browser;
use crate::messages::{Hit, Insertion, Request};
use crate::page::dom::{El, button, div, el, focus_id, go, group};
use crate::page::reactive::Signal;
use crate::page::{
    Said, ask, failure, icon, icon_button, insert, mint_op, notice, number, search_field, t, t1,
};
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Kind;
use krowoc_ui::icons::Glyph;
use wasm_bindgen_futures::spawn_local;

const FIELD: &str = "find";

/// Moves the focus into the search field.
pub(super) fn focus() {
    focus_id(FIELD);
}

/// The field and its hits.
pub(super) fn find(desk: Desk) -> El {
    let label = t("searchLibrary");
    let words = label.clone();
    let placeholder = move || match desk.found.with(|found| found.total) {
        0 => words.clone(),
        total => t1("searchCount", &number(total)),
    };
    let field = search_field(
        (FIELD, "input quiet", &label),
        placeholder,
        desk.query,
        move || desk.search(),
    )
    .child(div("kbd", "kbd").attr("aria-hidden", "true").text("/"))
    .attr("class", "search grow");
    let new = icon_button(&t("newPrompt"), Glyph::Plus, move || desk.write_new());
    let hits = div("ul", "stack stack--1").attr("role", "list").each(
        move || desk.found.with(|found| found.hits.clone()),
        |hit| (hit.doc_id, hit.uses, hit.edited_at, hit.conflict),
        move |hit| row(desk, hit),
    );
    div("section", "popup__find")
        .attr("aria-label", &label)
        .child(div("div", "line line--1").child(field).child(new))
        .child(hits)
        .some(
            move || desk.told.get(),
            |said| notice("notice notice--sm", Glyph::Info, said),
        )
        .some(
            move || {
                desk.trouble
                    .get()
                    .filter(|_| desk.writing.with(Option::is_none))
            },
            form::refused,
        )
        .some(
            move || nothing(desk),
            |text| div("p", "hint popup__none").text(text),
        )
}

fn nothing(desk: Desk) -> Option<String> {
    let empty = desk.found.with(|found| found.hits.is_empty());
    let query = desk.query.get();
    empty.then(|| match query.trim() {
        "" => t("libraryEmpty"),
        query => t1("searchEmpty", query),
    })
}

fn row(desk: Desk, hit: Hit) -> El {
    let id = hit.doc_id;
    let mut facts = if hit.tags.is_empty() {
        hit.excerpt
    } else {
        hit.tags.join(", ")
    };
    if hit.uses > 0 {
        let uses = number(usize::try_from(hit.uses).unwrap_or(0));
        facts = format!("{facts} · {}", t1("hitUses", &uses));
    }
    let title = if hit.title.is_empty() {
        t("untitled")
    } else {
        hit.title
    };
    let copied = desk.copied;
    let name = format!("{}: {title}", t("copy"));
    let is_copied = move || copied.with(|copied| *copied == Some(id));
    let copy = button("btn btn--ghost btn--icon btn--sm", move || {
        copy(desk, id, copied)
    })
    .attr("aria-label", &name)
    .follow("title", move || {
        Some(t(if is_copied() { "copied" } else { "copy" }))
    })
    .part(is_copied, |copied| {
        icon(if *copied { Glyph::Check } else { Glyph::Copy })
    });
    let resolve = if hit.conflict {
        let name = format!("{}: {title}", t("resolve"));
        button("btn btn--sm", move || desk.look(id))
            .attr("aria-label", &name)
            .text(&t("resolve"))
    } else {
        group()
    };
    let run = (hit.kind == Kind::Prompt).then(|| {
        let name = format!("{}: {title}", t("run"));
        icon_button(&name, Glyph::Play, move || {
            go(&format!("run.html?doc={id}&in=popup"));
        })
    });
    let team = hit
        .team
        .map(|name| div("span", "badge").attr("dir", "auto").text(&name));
    let name = format!("{}: {title}", t("edit"));
    let has_text = hit.kind != Kind::Collection;
    let edit = has_text.then(|| icon_button(&name, Glyph::Edit, move || desk.write(id)));
    let name = format!("{}: {title}", t("insert"));
    let inserts = has_text.then(|| icon_button(&name, Glyph::Insert, move || put(desk, id)));
    let words = div("span", "grow")
        .child(el("b").attr("dir", "auto").text(&title))
        .maybe(team)
        .child(div("span", "xs muted cut").attr("dir", "auto").text(&facts));
    div("li", "hit")
        .child(words)
        .child(resolve)
        .child(copy)
        .maybe(inserts)
        .maybe(edit)
        .maybe(run)
}

/// Inserts a document into the page, or asks for the values of its variables first.
fn put(desk: Desk, doc_id: DocId) {
    desk.told.set(None);
    let said = Said {
        spoken: desk.spoken,
        told: desk.told,
    };
    spawn_local(async move {
        let request = Request::Insertion {
            op_id: mint_op(),
            doc_id,
            values: None,
        };
        match ask::<Insertion>(&request).await {
            Ok(Insertion::Asks) => {
                let tab = desk
                    .tab
                    .map_or_else(String::new, |tab| format!("&tab={tab}"));
                go(&format!("run.html?doc={doc_id}&in=popup&for=insert{tab}"));
            }
            Ok(Insertion::Text(text)) => {
                if !insert(desk.tab, &text, true, said).await {
                    desk.refresh();
                }
            }
            Err(reason) => said.tell(failure(&reason)),
        }
    });
}

fn copy(desk: Desk, doc_id: DocId, copied: Signal<Option<DocId>>) {
    spawn_local(async move {
        let request = Request::Copy {
            op_id: mint_op(),
            doc_id,
        };
        match ask::<String>(&request).await {
            Ok(text) => match browser::copy(&text).await {
                Ok(()) => {
                    copied.set(Some(doc_id));
                    desk.spoken.set(t("copied"));
                    desk.refresh();
                }
                Err(error) => desk.spoken.set(t1("failInternal", &error.0)),
            },
            Err(reason) => desk.spoken.set(failure(&reason)),
        }
    });
}
