//! Both sides of a document that two edits could not be merged in, and the choice between them. Not the choosing: the background does.

use super::desk::Desk;
use super::form::visit;
use super::lines::difference;
use crate::messages::Sides;
use crate::page::dom::{El, button, div, el, group};
use crate::page::{Choice, choice, drawn, exact, icon, notice, number, since, t, t1};
use krowoc_ui::icons::Glyph;

/// Characters of a side that are shown.
const SHOWN: usize = 4_000;

/// The screen: which document, what differs, the two texts, the choice.
pub(super) fn sides(desk: Desk, sides: &Sides) -> El {
    let title = if sides.title.is_empty() {
        t("untitled")
    } else {
        sides.title.clone()
    };
    let key = if sides.here {
        "sidesHere"
    } else {
        "sidesElsewhere"
    };
    let mut said = t1(key, &since(sides.at));
    if sides.count > 1 {
        let more = number(sides.count.saturating_sub(1));
        said = format!("{said} {}", t1("queueMore", &more));
    }
    let head = div("div", "stack stack--1")
        .child(
            el("h2")
                .attr("id", "sides")
                .attr("tabindex", "-1")
                .attr("dir", "auto")
                .text(&title),
        )
        .child(
            div("p", "xs muted")
                .attr("title", &exact(sides.at))
                .text(&said),
        );
    let both = notice(
        "notice notice--warn notice--sm",
        Glyph::Merge,
        &t("conflictHint"),
    );
    group()
        .child(head)
        .child(both)
        .child(views(desk, sides))
        .child(choices(desk, sides))
}

/// What differs, and each text on its own.
fn views(desk: Desk, sides: &Sides) -> El {
    let words = Choice {
        label: t("sidesView"),
        options: vec![t("sidesDiff"), t("sideMine"), t("sideOther")],
        block: true,
    };
    let view = desk.view;
    let sides = sides.clone();
    let shown = move |at: &usize| match at {
        0 if sides.diff.is_empty() => div("p", "hint").text(&t("sidesLong")),
        0 => difference(&t("sidesDiffLabel"), &sides.diff),
        1 => text(&t("sideMine"), &sides.mine),
        _ => text(&t("sideOther"), &sides.other),
    };
    div("div", "stack")
        .child(choice(words, move || view.get(), move |at| view.set(at)))
        .part(move || view.get(), shown)
}

fn text(label: &str, text: &str) -> El {
    div("div", "preview preview--scroll")
        .attr("tabindex", "0")
        .attr("role", "group")
        .attr("aria-label", label)
        .attr("dir", "auto")
        .child(drawn(text, SHOWN))
}

fn choices(desk: Desk, sides: &Sides) -> El {
    let (mine, other, doc_id) = (sides.clone(), sides.clone(), sides.doc_id);
    let keep = |id: &str, key: &str, press: Box<dyn FnMut()>| {
        button("btn grow", press).attr("id", id).text(&t(key))
    };
    let pair = div("div", "line")
        .child(keep(
            "keep-mine",
            "keepMine",
            Box::new(move || desk.settle(&mine, false)),
        ))
        .child(keep(
            "keep-other",
            "keepOther",
            Box::new(move || desk.settle(&other, true)),
        ));
    let back = button("btn btn--ghost btn--sm", move || desk.sides.set(None)).text(&t("back"));
    let ways = div("div", "line").child(back).some(
        move || desk.server(),
        move |server| {
            let page = format!("{server}/library/{doc_id}");
            button("btn btn--ghost btn--sm", move || visit(page.clone()))
                .child(icon(Glyph::Open))
                .text(&t("openDashboard"))
        },
    );
    div("div", "stack")
        .child(pair)
        .child(div("p", "hint").text(&t("sidesKept")))
        .child(ways)
}
