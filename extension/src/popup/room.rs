//! How full the library is that is saved to, where its tier has a limit: as it was known last, and with what was saved here since. Not the
//! refusal: that is the server's.

use super::desk::Desk;
use crate::messages::{Request, Room, State};
use crate::model::words;
use crate::page::dom::{El, div, el, group};
use crate::page::{ask, failure, number, t, t2};
use krowoc_shared::library::quota::Room as Left;
use wasm_bindgen_futures::spawn_local;

impl Desk {
    /// Asks how things stand, and anew once it is synchronised: the tier may be another by then.
    pub fn stand(self) {
        spawn_local(async move {
            match ask::<State>(&Request::Look).await {
                Ok(state) => self.state.set(Some(state)),
                Err(reason) => self.spoken.set(failure(&reason)),
            }
            // What went wrong meanwhile is in the state, or was said.
            if let Ok(state) = ask::<State>(&Request::Fresh).await {
                self.state.set(Some(state));
            }
        });
    }
}

/// The prompts there are of those that may be, and what can be done when they are nearly all; nothing where there is no limit.
pub(super) fn room(desk: Desk) -> El {
    let now = move || here(desk).and_then(|room| hint(&room));
    let class = move || match now() {
        Some(_) => "room room--whole room--near",
        None => "room room--whole",
    };
    // What is said stays where it is: only its words change, or a screen reader would not say them.
    let said = div("div", "xs")
        .attr("role", "status")
        .told(move || now().map_or_else(String::new, t));
    el("div")
        .follow("class", move || Some(class().to_owned()))
        .some(move || here(desk), count)
        .child(said)
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

/// Key of what is said of it.
fn hint(room: &Room) -> Option<&'static str> {
    words::room(Left::of(room.prompts, room.limit), room.owned)
}

fn count(room: &Room) -> El {
    let count = |value: u64| number(usize::try_from(value).unwrap_or(usize::MAX));
    let said = t2("roomUsed", &count(room.prompts), &count(room.limit));
    // The words say the same as the bar.
    let bar = el("progress")
        .attr("max", &room.limit.to_string())
        .attr("value", &room.prompts.min(room.limit).to_string())
        .attr("aria-hidden", "true");
    group().child(div("p", "xs").text(&said)).child(bar)
}
