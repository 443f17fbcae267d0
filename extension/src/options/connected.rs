//! An open connection: who, where, how synchronisation stands, and ending it.

use super::{Desk, facts, section};
use crate::messages::{Connection, Request, State};
use crate::model::words;
use crate::page::dom::{El, button, div, el, group};
use crate::page::{icon, moment, notice, number, since, t, t1};
use krowoc_ui::icons::Glyph;

/// The connection.
pub(super) fn connected(desk: Desk) -> El {
    let who = move || match desk.connection() {
        Some(Connection::Open {
            server,
            email,
            device,
        }) => Some((server, email, device)),
        _ => None,
    };
    group()
        .some(who, |(server, email, device)| {
            let state = div("span", "state state--ok")
                .child(icon(Glyph::Check))
                .text(&t1("connectedAs", email));
            let text = |dir: &str, text: &str| el("span").attr("dir", dir).text(text);
            group().child(div("p", "line").child(state)).child(facts([
                (t("serverTitle"), text("ltr", server)),
                (t("connectedDevice"), text("auto", device)),
                (t("connectedSpace"), el("span").text(&t("spacePersonal"))),
            ]))
        })
        .part(
            move || desk.leaving.get(),
            move |leaving| {
                if *leaving {
                    return leave(desk);
                }
                let press = button("btn", move || {
                    desk.erase.set(false);
                    desk.leaving.set(true);
                });
                let press = press.attr("id", "disconnect").text(&t("disconnect"));
                div("div", "line").child(press)
            },
        )
}

/// The choice that comes with ending the connection. Keeping is the default.
fn leave(desk: Desk) -> El {
    let server = move || match desk.connection() {
        Some(Connection::Open { server, .. }) => server,
        _ => String::new(),
    };
    let lost = move || {
        let all = |state: &State| state.waiting.saturating_add(state.rejected);
        desk.state.with(|state| state.as_ref().map_or(0, all))
    };
    let radio = |erases: bool| {
        let field = el("input")
            .attr("type", "radio")
            .attr("name", "library")
            .on("change", move |_| desk.erase.set(erases));
        if erases {
            field
        } else {
            field.attr("checked", "")
        }
    };
    let erase = div("span", "stack stack--0")
        .child(el("span").text(&t("disconnectErase")))
        .child(div("span", "hint").told(move || t1("disconnectEraseHint", &number(lost()))));
    let now = button("btn btn--danger", move || {
        desk.leaving.set(false);
        let erase = desk.erase.now();
        desk.follow(Request::Disconnect { erase });
    });
    let stay = button("btn btn--ghost", move || desk.leaving.set(false));
    div("fieldset", "stack stack--3")
        .child(div("legend", "med").told(move || t1("disconnectTitle", &server())))
        .child(
            div("div", "choices")
                .child(
                    el("label")
                        .child(radio(false))
                        .child(el("span").text(&t("disconnectKeep"))),
                )
                .child(el("label").child(radio(true)).child(erase)),
        )
        .child(
            div("div", "line")
                .child(now.attr("id", "disconnect-now").text(&t("disconnect")))
                .child(stay.text(&t("cancel"))),
        )
}

/// How synchronisation stands.
pub(super) fn sync(desk: Desk) -> El {
    let press = button("btn", move || desk.follow(Request::SyncNow))
        .attr("id", "sync-now")
        .while_true("disabled", move || desk.busy.get())
        .text(&t("syncNow"));
    section("sync", "syncTitle").child(
        div("div", "card")
            .some(move || desk.state.get(), standing)
            .child(div("div", "line").child(press)),
    )
}

fn standing(state: &State) -> El {
    let last = state
        .synced_at
        .map_or_else(|| el("span").text(&t("syncNever")), moment);
    let trouble = state.trouble.as_ref().map(|trouble| {
        let mut text = t(words::trouble(trouble.code));
        if let Some(at) = trouble.retry_at {
            text = format!("{text} {}", t1("syncRetryAt", &since(at)));
        }
        notice("notice notice--warn", Glyph::Alert, &text)
            .attr("role", "status")
            .attr("title", &trouble.message)
    });
    let count = |count| el("span").text(&number(count));
    group().maybe(trouble).child(facts([
        (t("syncLast"), last),
        (t("syncWaiting"), count(state.waiting)),
        (t("syncRejected"), count(state.rejected)),
    ]))
}
