//! The popup: what will be captured, the form, what was saved before, the queue, the local search. It keeps nothing: the background does.

mod around;
mod before;
mod desk;
mod find;
mod foot;
mod form;
mod glance;
mod kept;
mod lines;
mod queue;
mod room;
mod shelves;
mod sides;
mod write;

use crate::messages::{Failure, FailureCode, Keep, Part};
use crate::page::dom::{El, button, div, el, focus_id, group, mount, on_any_key};
use crate::page::reactive::flush;
use crate::page::{failure, icon, mark, notice, spoken, t};
use around::around;
use desk::{Desk, Load, Saving};
use krowoc_ui::editor::{self, Key};
use krowoc_ui::icons::Glyph;
use wasm_bindgen::JsCast;

/// Draws the popup into the page.
pub fn open() {
    let desk = Desk::new();
    desk.begin();
    on_any_key(move |event| on_key(desk, event));
    let body = div("div", "popup__body")
        .part(
            move || (desk.writing.get(), desk.sides.get()),
            move |shown| match shown {
                (Some(writing), _) => write::write(desk, writing),
                (None, Some(looked_at)) => sides::sides(desk, looked_at),
                (None, None) => {
                    group().part(move || desk.preview.get(), move |load| read(desk, load))
                }
            },
        )
        .child(queue::queue(desk))
        .child(room::room(desk));
    let page = div("main", "popup")
        .attr("aria-label", "Krowoc")
        .child(div("h1", "sr").text("Krowoc"))
        .child(head(desk))
        .child(body)
        .child(find::find(desk))
        .child(foot::foot(desk))
        .child(spoken(desk.spoken));
    mount(&page);
}

fn on_key(desk: Desk, event: &web_sys::KeyboardEvent) {
    let writing = desk.writing.peek(Option::is_some);
    match Key::of(event) {
        Some(Key::Save) if writing => desk.save_writing(),
        Some(Key::Save) => desk.save(),
        Some(Key::Leave) if writing => {
            if editor::leaves(desk.pen) {
                desk.leave_writing();
            }
        }
        None if event.key() == "/" && !is_field(event) => find::focus(),
        _ => return,
    }
    event.prevent_default();
}

fn is_field(event: &web_sys::KeyboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
    })
}

fn head(desk: Desk) -> El {
    let parts = move || {
        let page = desk.writing.with(Option::is_none);
        desk.captured.with(|captured| {
            let preview = captured.as_ref().filter(|_| page)?;
            Some((preview.has_selection, preview.part))
        })
    };
    div("header", "popup__head")
        .child(mark())
        .some(
            move || {
                // A document that is there keeps its kind.
                let writing = desk.writing.get();
                writing.map_or(Some(false), |it| it.new.then_some(true))
            },
            move |pen| {
                let editor = if *pen { desk.pen } else { desk.clip };
                editor::kinds(editor, &around(desk, true))
            },
        )
        .child(div("span", "push").some(parts, move |(both, part)| {
            if *both {
                what(desk, *part)
            } else {
                div("span", "xs muted nowrap").text(&t("partPage"))
            }
        }))
}

/// The choice between selection and page.
fn what(desk: Desk, part: Part) -> El {
    let option = |value, key: &str| el("option").attr("value", value).text(&t(key));
    let now = if part == Part::Page {
        "page"
    } else {
        "selection"
    };
    let busy = move || desk.saving.with(|saving| *saving == Saving::Busy);
    let select = div("select", "select quiet")
        .attr("aria-label", &t("captureWhat"))
        .while_true("disabled", busy)
        .child(option("selection", "partSelection"))
        .child(option("page", "partPage"))
        .field(
            move || now.to_owned(),
            move |chosen| {
                desk.read(Some(if chosen == "page" {
                    Part::Page
                } else {
                    Part::Selection
                }));
            },
        );
    div("span", "selectbox")
        .child(select)
        .child(icon(Glyph::Down))
}

fn read(desk: Desk, load: &Load) -> El {
    match load {
        Load::Reading => {
            let bars = ["skel skel--title", "skel", "skel", "skel"];
            div("div", "stack")
                .attr("role", "status")
                .attr("aria-label", &t("loading"))
                .children(bars.map(|class| div("span", class)))
        }
        Load::Failed(reason) => no_page(desk, reason),
        Load::Ready => capture(desk),
    }
}

fn no_page(desk: Desk, reason: &Failure) -> El {
    let again = matches!(
        reason.code,
        FailureCode::Restarted | FailureCode::Internal | FailureCode::EmptyPage
    );
    let retry = again.then(|| button("btn", move || desk.read(None)).text(&t("retryNow")));
    group()
        .child(notice("notice", Glyph::Info, &failure(reason)).attr("role", "status"))
        .maybe(retry)
}

/// The capture, until it is saved; then what was saved.
fn capture(desk: Desk) -> El {
    let open = move || desk.is_open();
    let rewrites = move || open() && desk.rewrites.get();
    group()
        .child(form::heading(desk))
        .when(move || open() && desk.back.get(), move || back(desk))
        .child(before::saved_before(desk))
        .when(rewrites, move || {
            editor::text(desk.clip, &around(desk, true))
        })
        .when(
            move || !desk.compares() && !rewrites(),
            move || glance::glance(desk),
        )
        .child(glance::hidden(desk))
        .when(open, move || {
            group()
                .child(glance::early(desk))
                .child(glance::too_long(desk))
                .child(form::variables(desk))
                .when(
                    move || desk.keep.get() == Keep::Both,
                    move || editor::fields(desk.clip, &around(desk, true)),
                )
        })
        .child(form::save_button(desk))
}

/// What was written before was put back; it can be thrown away.
fn back(desk: Desk) -> El {
    let discard = button("btn btn--sm", move || {
        desk.discard();
        // The button is gone with what it threw away.
        flush();
        focus_id("editor-title");
    });
    notice("notice notice--sm", Glyph::Info, &t("draftBack"))
        .attr("id", "draft-back")
        .child(discard.text(&t("discard")))
}
