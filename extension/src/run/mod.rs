//! The page that runs a prompt and shows its answer as it comes, in the popup and beside a page. Not the library, and not the capture.

mod answer;
mod choose;
mod desk;
mod follow;
mod form;
mod insert;
mod keep;

use crate::browser;
use crate::page::dom::{self, El, div, el, group, mount, on_any_key};
use crate::page::{icon_button, listen, mark, notice, spoken, t};
use desk::{Desk, Load};
use krowoc_ui::icons::Glyph;
use wasm_bindgen_futures::spawn_local;

/// Draws the page.
pub fn open() {
    let title = t("runTitle");
    dom::set_title(&title);
    let desk = Desk::new();
    desk.begin();
    on_any_key(move |event| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            if desk.inserts {
                desk.insert();
            } else {
                desk.start();
            }
        }
    });
    // What another device changes shows here as well, as long as nothing was typed.
    listen(
        move || desk.connected.peek(|it| *it),
        move |_| desk.changed(),
    );
    let class = if desk.in_popup {
        "run popup"
    } else {
        "run popup run--beside"
    };
    let page = div("main", class)
        .attr("aria-label", &title)
        .child(head(desk, &title))
        .child(div("div", "popup__body").part(
            move || desk.form.get(),
            move |load| {
                match load {
                    Load::None => choose::choose(desk),
                    Load::Reading => waiting(),
                    Load::Failed(said) => {
                        notice("notice notice--danger", Glyph::Alert, said).attr("role", "status")
                    }
                    Load::Ready(form) => group()
                        .child(form::form(desk, form))
                        .some(
                            move || desk.told.get(),
                            |said| notice("notice notice--sm", Glyph::Info, said),
                        )
                        .child(answer::answer(desk)),
                }
            },
        ))
        .child(spoken(desk.spoken));
    mount(&page);
}

fn waiting() -> El {
    div("div", "stack")
        .attr("role", "status")
        .attr("aria-label", &t("loading"))
        .children(["skel skel--title", "skel", "skel"].map(|class| div("span", class)))
}

fn head(desk: Desk, title: &str) -> El {
    let name = title.to_owned();
    let heading = el("h1").attr("dir", "auto").told(move || {
        desk.form.with(|form| match form {
            Load::Ready(form) if !form.title.is_empty() => form.title.clone(),
            Load::Ready(_) => t("untitled"),
            _ => name.clone(),
        })
    });
    let beside = move || {
        group().some(
            move || desk.window.get().filter(|_| desk.in_popup),
            move |window| {
                let window = *window;
                icon_button(&t("runBeside"), Glyph::Open, move || beside(desk, window))
            },
        )
    };
    div("header", "popup__head")
        .child(mark())
        .child(div("div", "grow run__title cut").child(heading))
        .when(
            move || desk.form.with(|form| !matches!(form, Load::None)),
            move || icon_button(&t("runOther"), Glyph::List, move || desk.leave()),
        )
        .child(beside())
}

/// The same prompt beside the page, where it stays while the person goes on.
fn beside(desk: Desk, window: i32) {
    // What is filled in to be inserted is not run there either.
    let purpose = if desk.inserts { "&for=insert" } else { "" };
    let page = match desk.doc.now() {
        Some(doc) => format!("pages/run.html?doc={doc}{purpose}"),
        None => "pages/run.html".to_owned(),
    };
    // The call is made here, within the press; only its end is awaited.
    let opening = browser::open_beside(&page, window);
    spawn_local(async move {
        match opening.await {
            Ok(()) => dom::close_window(),
            Err(error) => desk.spoken.set(error.0),
        }
    });
}
