//! The options page: the server, how synchronisation stands, what is stored. It draws and asks; the background does.

mod connect;
mod connected;
mod library;

use crate::messages::{Connection, Failure, Request, State};
use crate::page::dom::{self, El, div, el, mount};
use crate::page::reactive::Signal;
use crate::page::{ask, failure, listen, mark, spoken, t};
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen_futures::spawn_local;

/// Milliseconds between two looks while something is under way elsewhere: a connection made in another tab shows by itself.
const LOOK_EVERY: u32 = 2_000;

/// What the page shows.
#[derive(Clone, Copy)]
struct Desk {
    state: Signal<Option<State>>,
    /// Why the last request failed.
    failed: Signal<Option<Failure>>,
    /// Something is under way.
    busy: Signal<bool>,
    spoken: Signal<String>,
    /// The form of a connection: address, name of the device, what is wrong with the address.
    address: Signal<String>,
    name: Signal<String>,
    problem: Signal<Option<String>>,
    /// The person is about to disconnect, and whether the library is to go too.
    leaving: Signal<bool>,
    erase: Signal<bool>,
    /// How the last export ended.
    exported: Signal<Option<Result<usize, Failure>>>,
}

impl Desk {
    fn new() -> Self {
        Self {
            state: Signal::new(None),
            failed: Signal::new(None),
            busy: Signal::new(false),
            spoken: Signal::new(String::new()),
            address: Signal::new(String::new()),
            name: Signal::new(connect::default_name()),
            problem: Signal::new(None),
            leaving: Signal::new(false),
            erase: Signal::new(false),
            exported: Signal::new(None),
        }
    }

    /// Sends a request that is answered by how things stand.
    fn follow(self, request: Request) {
        self.busy.set(true);
        spawn_local(async move {
            self.take(ask(&request).await);
            self.busy.set(false);
        });
    }

    /// Takes the answer.
    fn take(self, answer: Result<State, Failure>) {
        match answer {
            Ok(state) => {
                self.failed.set(None);
                self.state.set(Some(state));
            }
            Err(reason) => {
                self.spoken.set(failure(&reason));
                self.failed.set(Some(reason));
            }
        }
    }

    /// The connection; `None` until it is known.
    fn connection(self) -> Option<Connection> {
        self.state
            .with(|state| state.as_ref().map(|state| state.connection.clone()))
    }

    fn is_open(self) -> bool {
        matches!(self.connection(), Some(Connection::Open { .. }))
    }
}

/// Draws the page.
pub fn open() {
    let title = t("optionsTitle");
    dom::set_title(&title);
    let desk = Desk::new();
    desk.follow(Request::State);
    watch(desk);
    listen(
        move || {
            let open = |state: &State| matches!(state.connection, Connection::Open { .. });
            desk.state.peek(|state| state.as_ref().is_some_and(open))
        },
        move |state| desk.state.set(Some(state)),
    );
    let connection = div("div", "card").part(
        move || desk.is_open(),
        move |open| {
            if *open {
                connected::connected(desk)
            } else {
                connect::connect(desk)
            }
        },
    );
    let page = div("main", "options")
        .child(
            div("header", "options__head")
                .child(mark())
                .child(el("h1").text(&title)),
        )
        .child(section("server", "serverTitle").child(connection))
        .when(move || desk.is_open(), move || connected::sync(desk))
        .child(library::library(desk))
        .child(section("privacy", "privacyTitle").child(div("p", "soft").text(&t("privacyText"))))
        .child(spoken(desk.spoken));
    mount(&page);
}

fn section(id: &str, title: &str) -> El {
    div("section", "stack stack--3")
        .attr("aria-labelledby", id)
        .child(el("h2").attr("id", id).text(&t(title)))
}

/// Names and values, one pair a row.
fn facts(rows: impl IntoIterator<Item = (String, El)>) -> El {
    rows.into_iter()
        .fold(div("dl", "props"), |list, (name, value)| {
            list.child(el("dt").text(&name))
                .child(el("dd").child(value))
        })
}

/// Looks again from time to time while something is under way and somebody can see it, and whenever the page is shown again.
/// A page that waits for nothing asks nothing: the background may sleep.
fn watch(desk: Desk) {
    dom::on_visibility(move || {
        if !dom::hidden() {
            look(desk);
        }
    });
    spawn_local(async move {
        loop {
            TimeoutFuture::new(LOOK_EVERY).await;
            if !dom::hidden() && !desk.busy.now() && desk.state.peek(under_way) {
                look(desk);
            }
        }
    });
}

fn under_way(state: &Option<State>) -> bool {
    state.as_ref().is_none_or(|state| match state.connection {
        Connection::Pending { .. } => true,
        Connection::Open { .. } => state.waiting > 0 || state.synced_at.is_none(),
        Connection::None | Connection::Lost { .. } => false,
    })
}

fn look(desk: Desk) {
    spawn_local(async move {
        if let Ok(state) = ask::<State>(&Request::Look).await
            && desk.state.peek(|old| old.as_ref() != Some(&state))
        {
            desk.state.set(Some(state));
        }
    });
}
