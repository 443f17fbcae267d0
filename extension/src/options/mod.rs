//! The options page: the server, how synchronisation stands, what is stored. It draws and asks; the background does.

mod connect;
mod connected;
mod library;

use crate::messages::{Connection, Failure, Request, State};
use crate::page::{Mark, Spoken, ask, failure, t};
use connect::Connect;
use connected::{Connected, Sync};
use leptos::prelude::*;
use leptos::task::spawn_local;
use library::Library;

/// Milliseconds between two looks while the page is open: a connection made in another tab shows by itself.
const LOOK_EVERY: u32 = 2_000;

/// What the page shows.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    pub state: RwSignal<Option<State>>,
    /// Why the last request failed.
    pub failed: RwSignal<Option<Failure>>,
    /// Something is under way.
    pub busy: RwSignal<bool>,
    pub spoken: RwSignal<String>,
}

impl Desk {
    /// Sends a request that is answered by how things stand.
    pub fn follow(self, request: Request) {
        self.busy.set(true);
        spawn_local(async move {
            self.take(ask(&request).await);
            self.busy.set(false);
        });
    }

    /// Takes the answer.
    pub fn take(self, answer: Result<State, Failure>) {
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
    pub fn connection(self) -> Option<Connection> {
        self.state
            .with(|state| state.as_ref().map(|state| state.connection.clone()))
    }
}

/// Draws the page.
pub fn open() {
    document().set_title(&t("optionsTitle"));
    leptos::mount::mount_to_body(Options);
}

#[component]
fn Options() -> impl IntoView {
    let desk = Desk {
        state: RwSignal::new(None),
        failed: RwSignal::new(None),
        busy: RwSignal::new(false),
        spoken: RwSignal::new(String::new()),
    };
    provide_context(desk);
    desk.follow(Request::State);
    watch(desk);
    let open = Memo::new(move |_| matches!(desk.connection(), Some(Connection::Open { .. })));
    view! {
        <main class="options">
            <header class="options__head"><Mark /><h1>{t("optionsTitle")}</h1></header>
            <section class="stack stack--3" aria-labelledby="server">
                <h2 id="server">{t("serverTitle")}</h2>
                <div class="card">
                    <Show when=move || open.get() fallback=|| view! { <Connect /> }>
                        <Connected />
                    </Show>
                </div>
            </section>
            <Show when=move || open.get()>
                <Sync />
            </Show>
            <Library />
            <section class="stack stack--3" aria-labelledby="privacy">
                <h2 id="privacy">{t("privacyTitle")}</h2>
                <p class="soft">{t("privacyText")}</p>
            </section>
            <Spoken text=desk.spoken />
        </main>
    }
}

/// Looks again from time to time while somebody can see it.
fn watch(desk: Desk) {
    spawn_local(async move {
        loop {
            gloo_timers::future::TimeoutFuture::new(LOOK_EVERY).await;
            if document().hidden() || desk.busy.get_untracked() {
                continue;
            }
            if let Ok(state) = ask::<State>(&Request::Look).await
                && desk
                    .state
                    .with_untracked(|old| old.as_ref() != Some(&state))
            {
                desk.state.set(Some(state));
            }
        }
    });
}
