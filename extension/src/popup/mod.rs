//! The popup: what will be captured, the form, what was saved before, the queue, the local search. It keeps nothing: the background does.

mod before;
mod desk;
mod find;
mod foot;
mod form;
mod glance;
mod lines;
mod queue;
mod sides;

use crate::messages::{Failure, FailureCode, Keep, Part};
use crate::model::words;
use crate::page::dom::{El, button, div, el, group, mount, on_any_key};
use crate::page::{Choice, choice, failure, icon, mark, notice, spoken, t};
use desk::{Desk, Load, Saving};
use krowoc_shared::library::document::Kind;
use krowoc_ui::icons::Glyph;
use wasm_bindgen::JsCast;

/// Draws the popup into the page.
pub fn open() {
    let desk = Desk::new();
    desk.begin();
    on_any_key(move |event| on_key(desk, event));
    let body = div("div", "popup__body")
        .part(
            move || desk.sides.get(),
            move |looked_at| match looked_at {
                Some(looked_at) => sides::sides(desk, looked_at),
                None => group().part(move || desk.preview.get(), move |load| read(desk, load)),
            },
        )
        .child(queue::queue(desk));
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
    let key = event.key();
    if key == "Enter" && (event.ctrl_key() || event.meta_key()) {
        event.prevent_default();
        desk.save();
    } else if key == "/" && !is_field(event) {
        event.prevent_default();
        find::focus();
    }
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
    let words = Choice {
        label: t("saveAs"),
        options: vec![t(words::kind(Kind::Prompt)), t(words::kind(Kind::Snippet))],
        block: false,
    };
    let kind = choice(
        words,
        move || usize::from(desk.kind.get() == Kind::Snippet),
        move |at| {
            desk.kind
                .set(if at == 0 { Kind::Prompt } else { Kind::Snippet });
        },
    );
    let parts = move || {
        desk.captured.with(|captured| {
            let preview = captured.as_ref()?;
            Some((preview.has_selection, preview.part))
        })
    };
    div("header", "popup__head")
        .child(mark())
        .child(kind)
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
    let select = div("select", "select quiet")
        .attr("aria-label", &t("captureWhat"))
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
    let open = move || {
        desk.saving
            .with(|saving| !matches!(saving, Saving::Done(_)))
    };
    group()
        .child(form::heading(desk))
        .child(before::saved_before(desk))
        .when(move || !desk.compares(), move || glance::glance(desk))
        .child(glance::hidden(desk))
        .when(open, move || {
            group()
                .child(glance::early(desk))
                .child(glance::too_long(desk))
                .child(form::variables(desk))
                .when(
                    move || desk.keep.get() == Keep::Both,
                    move || form::fields(desk),
                )
        })
        .child(form::save_button(desk))
}
