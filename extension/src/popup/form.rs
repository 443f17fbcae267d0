//! Title, fields and the one button. Not what saving does.

use super::desk::{Desk, Saving};
use super::glance::count;
use crate::browser;
use crate::messages::{Connection, Keep, Part, Team};
use crate::page::dom::{El, button, div, el, group};
use crate::page::{failure, icon, icon_as, notice, number, t, t1, t2, tag_field};
use krowoc_shared::library::document::Kind;
use krowoc_ui::icons::Glyph;
use wasm_bindgen_futures::spawn_local;

/// Title and what is captured.
pub(super) fn heading(desk: Desk) -> El {
    let title = div("input", "input quiet popup__title")
        .attr("aria-label", &t("title"))
        .attr("placeholder", &t("untitled"))
        .attr("dir", "auto")
        .attr("maxlength", "500")
        .field(move || desk.title.get(), move |text| desk.title.set(text));
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
        .child(title)
        .some(facts, |(site, size)| {
            div("p", "xs muted cut")
                .child(el("bdi").text(site))
                .child(el("span").attr("aria-hidden", "true").text(" · "))
                .text(size)
        })
}

/// Variables recognised in another notation: proposed, never put in silently.
pub(super) fn variables(desk: Desk) -> El {
    let found = move || {
        let prompt = desk.kind.get() == Kind::Prompt;
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

/// Tags, collection, note.
pub(super) fn fields(desk: Desk) -> El {
    let label = |id: &str, key: &str| div("label", "label").attr("for", id).text(&t(key));
    let row = || div("div", "frow");
    let (typed, at) = desk.tag;
    let tags = tag_field("tags", desk.tags, typed, at, move || {
        desk.shelf.with(|shelf| shelf.tags.clone())
    });
    let note = div("input", "input")
        .attr("id", "note")
        .attr("dir", "auto")
        .attr("maxlength", "10000")
        .attr("placeholder", &t("optional"))
        .field(move || desk.note.get(), move |text| desk.note.set(text));
    div("div", "stack stack--1")
        .part(
            move || desk.shelf.with(|shelf| shelf.teams.clone()),
            move |teams| library(desk, teams),
        )
        .child(row().child(label("tags", "tags")).child(tags))
        .part(
            move || desk.shelf.with(|shelf| shelf.collections.clone()),
            move |collections| {
                if collections.is_empty() {
                    return group();
                }
                let options = collections
                    .iter()
                    .map(|(id, title)| el("option").attr("value", &id.to_string()).text(title));
                let none = t("collectionNone");
                let now = move || written(desk.collection.get());
                pick("collection", &none, options, now, move |id| {
                    desk.collection.set(id.parse().ok());
                })
            },
        )
        .child(row().child(label("note", "note")).child(note))
}

fn written(id: Option<impl std::fmt::Display>) -> String {
    id.map_or_else(String::new, |id| id.to_string())
}

/// A choice among things of which none has no id.
fn pick(
    id: &str,
    none: &str,
    options: impl Iterator<Item = El>,
    now: impl Fn() -> String + 'static,
    chosen: impl Fn(String) + 'static,
) -> El {
    let select = div("select", "select")
        .attr("id", id)
        .child(el("option").attr("value", "").text(none))
        .children(options)
        .field(now, chosen);
    let select = div("span", "selectbox")
        .child(select)
        .child(icon(Glyph::Down));
    div("div", "frow")
        .child(div("label", "label").attr("for", id).text(&t(id)))
        .child(select)
}

/// Which library: nothing to choose without a team. One that cannot be saved to says why.
fn library(desk: Desk, teams: &[Team]) -> El {
    if teams.is_empty() {
        return group();
    }
    let option = |team: &Team| {
        let option = el("option").attr("value", &team.space.to_string());
        match &team.refusal {
            Some(reason) => option
                .attr("disabled", "")
                .attr("title", reason)
                .text(&t1("libraryView", &team.name)),
            None => option.text(&team.name),
        }
    };
    let now = move || written(desk.space.get());
    pick(
        "library",
        &t("libraryOwn"),
        teams.iter().map(option),
        now,
        move |id| {
            desk.shelve(id.parse().ok());
        },
    )
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
    match (desk.keep.get(), local, desk.kind.get()) {
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
