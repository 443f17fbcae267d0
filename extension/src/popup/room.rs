//! How full the library is that is saved to, where its tier has a limit: as it was known last, and with what was saved here since. Not the
//! refusal: that is the server's.

use super::desk::Desk;
use crate::messages::Room;
use crate::model::words;
use crate::page::dom::{El, div, el, group};
use crate::page::{number, t, t2};
use krowoc_shared::library::quota::Room as Left;

/// The prompts there are of those that may be, and what can be done when they are nearly all; nothing where there is no limit.
pub(super) fn room(desk: Desk) -> El {
    group().some(move || here(desk), drawn)
}

/// That of the library that is saved to.
fn here(desk: Desk) -> Option<Room> {
    let writes = desk.writing.with(Option::is_some);
    let editor = if writes { desk.pen } else { desk.clip };
    let space = editor.space.get();
    desk.state.with(|state| {
        let rooms = &state.as_ref()?.rooms;
        rooms.iter().find(|room| room.space == space).copied()
    })
}

fn drawn(room: &Room) -> El {
    let count = |value: u64| number(usize::try_from(value).unwrap_or(usize::MAX));
    let hint = words::room(Left::of(room.prompts, room.limit));
    let said = t2("roomUsed", &count(room.prompts), &count(room.limit));
    // The words say the same as the bar.
    let bar = el("progress")
        .attr("max", &room.limit.to_string())
        .attr("value", &room.prompts.min(room.limit).to_string())
        .attr("aria-hidden", "true");
    let class = match hint {
        Some(_) => "room room--whole room--near",
        None => "room room--whole",
    };
    div("div", class)
        .child(div("p", "xs").text(&said))
        .child(bar)
        .maybe(hint.map(|key| div("p", "xs").attr("role", "status").text(&t(key))))
}
