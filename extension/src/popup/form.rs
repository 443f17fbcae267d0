//! Title and what is captured, variables, the one button. Not the fields: those are the editor's.

use super::around::around;
use super::desk::{Desk, Saving};
use super::glance::count;
use crate::browser;
use crate::messages::{Connection, Failure, Keep, Part};
use crate::page::dom::{El, button, div, el, group};
use crate::page::{failure, icon, icon_as, notice, number, t, t1, t2};
use krowoc_shared::library::document::Kind;
use krowoc_ui::editor;
use krowoc_ui::icons::Glyph;
use wasm_bindgen_futures::spawn_local;

/// Title and what is captured.
pub(super) fn heading(desk: Desk) -> El {
    let facts = move || {
        desk.captured.with(|captured| {
            let preview = captured.as_ref()?;
            let key = match preview.part {
                Part::Selection => "metaSelection",
                Part::Page => "metaPage",
            };
            let size = t2(key, &number(preview.characters), &number(preview.tokens));
            Some((preview.site.clone(), size))
        })
    };
    div("div", "stack stack--1")
        .child(editor::title(desk.clip, &around(desk, true)))
        .child(
            div("div", "line line--1 xs muted")
                .some(facts, |(site, size)| {
                    div("p", "grow cut")
                        .child(el("bdi").text(site))
                        .child(el("span").attr("aria-hidden", "true").text(" · "))
                        .text(size)
                })
                .when(
                    move || desk.is_open() && !desk.rewrites.get(),
                    move || {
                        button("link", move || desk.rewrite())
                            .attr("id", "rewrite")
                            .text(&t("editText"))
                    },
                )
                .when(
                    move || desk.is_open() && desk.rewrites.get(),
                    move || {
                        button("link", move || desk.unwrite())
                            .attr("id", "unwrite")
                            .text(&t("editUndo"))
                    },
                ),
        )
}

/// Why something could not be saved or opened.
pub(super) fn refused(reason: &Failure) -> El {
    let class = "notice notice--danger notice--sm";
    notice(class, Glyph::Alert, &failure(reason)).attr("role", "alert")
}

/// Variables recognised in another notation: proposed, never put in silently.
pub(super) fn variables(desk: Desk) -> El {
    let found = move || {
        let prompt = desk.clip.kind.get() == Kind::Prompt && !desk.rewrites.get();
        desk.captured.with(|captured| {
            let variables = &captured.as_ref().filter(|_| prompt)?.variables;
            let line = |(found, template): (&String, &String)| format!("{found} → {template}");
            let pairs = variables
                .iter()
                .map(|one| line((&one.found, &one.template)));
            let list: Vec<String> = pairs.collect();
            (!list.is_empty()).then_some(list)
        })
    };
    group().some(found, move |changes| {
        let templated = desk.templated;
        let toggle =
            button("link", move || templated.update(|used| *used = !*used)).told(move || {
                t(if templated.get() {
                    "variablesKeep"
                } else {
                    "variablesUse"
                })
            });
        div("p", "line xs soft")
            .attr("title", &changes.join("\n"))
            .child(icon_as(Glyph::Braces, "i i--sm"))
            .child(div("span", "grow").text(&t1("variablesFound", &number(changes.len()))))
            .child(toggle)
    })
}

/// The button; after the save, what can be done about it.
pub(super) fn save_button(desk: Desk) -> El {
    // While it is saved the button stays as it is: only its words change.
    let stage = move || {
        desk.saving.with(|saving| match saving {
            Saving::Busy => Saving::Not,
            other => other.clone(),
        })
    };
    group().part(stage, move |stage| match stage {
        Saving::Done(saved) => {
            let doc_id = saved.doc_id;
            div("div", "stack stack--1").child(done(desk, doc_id)).some(
                move || desk.cut(),
                |cut| {
                    let said = t2("cutSaved", &count(cut.kept), &count(cut.whole));
                    div("p", "hint").text(&said)
                },
            )
        }
        Saving::Failed(reason) => {
            let class = "notice notice--danger notice--sm";
            ready(desk, Some(notice(class, Glyph::Alert, &failure(reason))))
        }
        Saving::Undone => {
            let said = notice("notice notice--sm", Glyph::Info, &t("undone"));
            ready(desk, Some(said))
        }
        Saving::Not | Saving::Busy => ready(desk, None),
    })
}

fn done(desk: Desk, doc_id: krowoc_shared::ids::DocId) -> El {
    div("div", "saved")
        .attr("role", "group")
        .child(el("span").child(icon(Glyph::Check)).text(&t("saved")))
        .child(button("", move || desk.undo()).text(&t("undo")))
        .some(
            move || desk.server(),
            move |server| {
                let page = format!("{server}/library/{doc_id}");
                button("", move || visit(page.clone())).text(&t("open"))
            },
        )
}

fn ready(desk: Desk, said: Option<El>) -> El {
    let save = button("btn btn--primary btn--lg btn--block", move || desk.save())
        .attr("id", "save")
        .while_true("disabled", move || {
            desk.saving.with(|saving| *saving == Saving::Busy)
        })
        .told(move || t(label(desk)))
        .child(div("kbd", "kbd").attr("aria-hidden", "true").text("Ctrl ↵"));
    group().maybe(said).child(save)
}

fn label(desk: Desk) -> &'static str {
    let local = desk.state.with(|state| {
        state.as_ref().is_some_and(|state| {
            state.offline || !matches!(state.connection, Connection::Open { .. })
        })
    });
    match (desk.keep.get(), local, desk.clip.kind.get()) {
        _ if desk.saving.with(|saving| *saving == Saving::Busy) => "saving",
        (Keep::Update, ..) => "saveUpdate",
        (Keep::Append, ..) => "saveAppend",
        (Keep::Both, true, _) => "saveHere",
        (Keep::Both, false, Kind::Prompt) => "savePrompt",
        (Keep::Both, false, _) => "saveSnippet",
    }
}

/// Opens an address in a tab; the popup closes by itself.
pub(super) fn visit(url: String) {
    spawn_local(async move {
        // A tab that cannot be opened leaves the popup as it is.
        let _ = browser::open_tab(&url).await;
    });
}
