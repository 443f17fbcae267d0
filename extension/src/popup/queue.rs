//! What waits, what was rejected and what has two sides: reason, edit and retry, discard, export, resolve. Nothing here is lost by
//! looking.

use super::desk::Desk;
use crate::messages::{Connection, Request, State, Waiting, Way};
use crate::model::words;
use crate::page::dom::{El, button, div, el, group};
use crate::page::reactive::Signal;
use crate::page::{ask, download, failure, icon_as, moment, number, t, t1};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::{DocId, OpId};
use krowoc_ui::icons::Glyph;
use wasm_bindgen_futures::spawn_local;

/// Waiting operations listed.
const LISTED: usize = 3;

/// The edit of a rejected operation, while there is one: which, its title, its text.
pub(super) type Editing = Signal<Option<(OpId, String, Option<String>)>>;

/// The queue; nothing when there is nothing to say.
pub(super) fn queue(desk: Desk) -> El {
    let rejected = move || part(desk, |item| item.refused.is_some(), usize::MAX);
    let conflicts = move || {
        let found = |state: &State| (state.conflicts.clone(), state.conflict_count);
        let found = desk.state.with(|state| state.as_ref().map(found));
        // While one of them is looked at the list would only repeat it.
        let elsewhere = desk.sides.with(Option::is_none);
        found.filter(|(_, count)| *count > 0 && elsewhere)
    };
    group()
        .some(conflicts, move |(some, count)| {
            section("queueConflicts", group())
                .child(list().children(some.iter().map(|(id, title)| conflict(desk, *id, title))))
                .maybe(more(count.saturating_sub(some.len())))
        })
        .when(
            move || !rejected().is_empty(),
            move || {
                section("queueRejected", group()).child(list().each(
                    rejected,
                    |item| item.op_id,
                    move |item| refused(desk, item),
                ))
            },
        )
        .some(
            move || waiting(desk),
            move |(items, total)| {
                let retry =
                    button("link", move || desk.follow(Request::SyncNow)).text(&t("retryNow"));
                section("queueWaiting", retry)
                    .child(list().children(items.iter().map(row)))
                    .maybe(more(total.saturating_sub(items.len())))
            },
        )
}

fn section(key: &str, beside: El) -> El {
    let title = div("h2", "line xs")
        .child(div("span", "grow").text(&t(key)))
        .child(beside);
    div("section", "stack stack--1")
        .attr("aria-label", &t(key))
        .child(title)
}

fn list() -> El {
    div("ul", "queue").attr("role", "list")
}

fn more(count: usize) -> Option<El> {
    (count > 0).then(|| div("p", "hint").text(&t1("queueMore", &number(count))))
}

fn part(desk: Desk, wanted: impl Fn(&Waiting) -> bool, most: usize) -> Vec<Waiting> {
    let pick = |state: &State| {
        let items = state.queue.iter().filter(|item| wanted(item));
        items.take(most).cloned().collect()
    };
    desk.state
        .with(|state| state.as_ref().map(pick).unwrap_or_default())
}

/// The first waiting operations and how many there are; without a server nothing waits for anything.
fn waiting(desk: Desk) -> Option<(Vec<Waiting>, usize)> {
    let total = desk.state.with(|state| {
        let connected = |state: &&State| state.connection != Connection::None;
        state.as_ref().filter(connected).map(|state| state.waiting)
    })?;
    let items = part(desk, |item| item.refused.is_none(), LISTED);
    (!items.is_empty()).then_some((items, total))
}

fn named(title: &str) -> String {
    if title.is_empty() {
        t("untitled")
    } else {
        title.to_owned()
    }
}

fn name(title: &str) -> El {
    div("span", "cut med")
        .attr("dir", "auto")
        .text(&named(title))
}

fn row(item: &Waiting) -> El {
    let mut facts = t(words::change(item.change));
    if item.held {
        facts = format!("{facts} · {}", t("queueHeld"));
    } else if item.attempts > 0 {
        let attempts = number(usize::try_from(item.attempts).unwrap_or(usize::MAX));
        facts = format!("{facts} · {}", t1("queueAttempts", &attempts));
    }
    let glyph = if item.held {
        Glyph::Alert
    } else {
        Glyph::Clock
    };
    let words = div("span", "stack stack--0")
        .child(name(&item.title))
        .child(div("span", "xs muted").text(&facts));
    el("li")
        .child(icon_as(glyph, "i muted"))
        .child(words)
        .child(div("span", "xs muted").child(moment(item.at)))
}

fn conflict(desk: Desk, id: DocId, title: &str) -> El {
    let words = div("span", "stack stack--0")
        .child(name(title))
        .child(div("span", "xs soft").text(&t("conflictHint")));
    let resolve = button("btn btn--sm", move || desk.look(id))
        .attr("aria-label", &format!("{}: {}", t("resolve"), named(title)))
        .text(&t("resolve"));
    el("li")
        .child(icon_as(Glyph::Merge, "i warn"))
        .child(words)
        .child(resolve)
}

/// Key of why it was refused, and what can be done.
fn why(item: &Waiting, code: ErrorCode) -> &'static str {
    match (item.way, item.left) {
        (Way::Own, true) => "refusedLeft",
        (Way::Own, false) => "refusedViewer",
        (Way::Nowhere, true) => "refusedOut",
        _ => words::refused(code),
    }
}

fn refused(desk: Desk, item: Waiting) -> El {
    let op_id = item.op_id;
    let reason = item.refused.as_ref().map(|violation| {
        div("span", "xs soft")
            .attr("title", &violation.message)
            .text(&t(why(&item, violation.code)))
    });
    let words = div("div", "stack stack--1")
        .child(name(&item.title))
        .maybe(reason)
        .when(
            move || is_edited(desk.editing, op_id),
            move || editor(desk.editing, op_id),
        )
        .child(choices(desk, item));
    el("li").child(icon_as(Glyph::Alert, "i warn")).child(words)
}

fn is_edited(editing: Editing, op_id: OpId) -> bool {
    editing.with(|editing| editing.as_ref().is_some_and(|(id, ..)| *id == op_id))
}

fn choices(desk: Desk, item: Waiting) -> El {
    let (op_id, editing) = (item.op_id, desk.editing);
    let send = button("btn btn--sm", move || {
        let edited = editing.now().filter(|(id, ..)| *id == op_id);
        let (title, body) = edited.map_or((None, None), |(_, title, body)| (Some(title), body));
        desk.follow(Request::Retry { op_id, title, body });
    });
    let (title, body) = (item.title, item.body);
    let edit = quiet(move || {
        let open = is_edited(editing, op_id);
        editing.set((!open).then(|| (op_id, title.clone(), body.clone())));
    });
    let edit = edit.told(move || {
        t(if is_edited(editing, op_id) {
            "cancel"
        } else {
            "editRetry"
        })
    });
    let discard = quiet(move || desk.follow(Request::Discard { op_id }));
    let again = item.way != Way::Nowhere;
    div("div", "line line--wrap")
        .maybe(again.then(|| send.text(&t("sendAgain"))))
        .maybe(again.then_some(edit))
        .child(quiet(move || export(desk, op_id)).text(&t("export")))
        .child(discard.text(&t("discard")))
}

fn quiet(press: impl FnMut() + 'static) -> El {
    button("btn btn--ghost btn--sm", press)
}

fn editor(editing: Editing, op_id: OpId) -> El {
    let field = |id: &str, key: &str, input: El| {
        div("div", "field")
            .child(div("label", "label").attr("for", id).text(&t(key)))
            .child(input.attr("id", id).attr("dir", "auto"))
    };
    let value = move |second: bool| {
        editing.with(|editing| match editing {
            Some((_, title, _)) if !second => title.clone(),
            Some((.., body)) => body.clone().unwrap_or_default(),
            None => String::new(),
        })
    };
    let title = div("input", "input").field(
        move || value(false),
        move |text| {
            editing.update(|editing| {
                if let Some((_, title, _)) = editing {
                    *title = text;
                }
            })
        },
    );
    let has_body = editing.peek(|editing| matches!(editing, Some((_, _, Some(_)))));
    let body = has_body.then(|| {
        let text = div("textarea", "textarea").attr("rows", "4").field(
            move || value(true),
            move |text| {
                editing.update(|editing| {
                    if let Some((.., body)) = editing {
                        *body = Some(text);
                    }
                })
            },
        );
        field(&format!("text-{op_id}"), "text", text)
    });
    group()
        .child(field(&format!("title-{op_id}"), "title", title))
        .maybe(body)
}

fn export(desk: Desk, op_id: OpId) {
    spawn_local(async move {
        match ask::<String>(&Request::ExportOp { op_id }).await {
            Ok(json) => download(&format!("krowoc-{op_id}.json"), "application/json", &[json]),
            Err(reason) => desk.spoken.set(failure(&reason)),
        }
    });
}
