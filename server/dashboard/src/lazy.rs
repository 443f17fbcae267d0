//! Screens that arrive when they are opened: waiting for their part, saying that it did not come, trying again.
//! Not which screens those are: that is `screens`.

use crate::frame::{MenuButton, Modal};
use krowoc_ui::components::{Brand, Empty, Icon, Skeleton};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::common as words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::pin::Pin;
use std::rc::Rc;
use wasm_split_helpers::SplitLoaderError;

/// Draws a screen; what a part gives once it is here.
pub type Draw = Rc<dyn Fn() -> AnyView>;

/// A part did not arrive; the browser's console says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing;

impl From<SplitLoaderError> for Missing {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

/// What the entry of a part returns.
pub type Arrival = Result<Draw, Missing>;

/// A screen that is here.
///
/// # Errors
/// Never: the error is what the entry gives when its part did not come.
pub fn arrived<V: IntoView + 'static>(draw: impl Fn() -> V + 'static) -> Arrival {
    Ok(Rc::new(move || draw().into_any()))
}

/// Draws a screen inside the frame as soon as its part is here, and until then its outline.
pub fn screen<F>(entry: impl Fn() -> F + 'static) -> AnyView
where
    F: Future<Output = Arrival> + 'static,
{
    wait(Rc::new(move || Box::pin(entry())), Around::Frame)
}

/// Like [`screen`], for a screen that fills the window.
pub fn window_screen<F>(entry: impl Fn() -> F + 'static) -> AnyView
where
    F: Future<Output = Arrival> + 'static,
{
    wait(Rc::new(move || Box::pin(entry())), Around::Window)
}

/// Draws a panel of a screen that is here already: lines in its place until its part is here.
pub fn panel<F>(entry: impl Fn() -> F + 'static) -> AnyView
where
    F: Future<Output = Arrival> + 'static,
{
    wait(Rc::new(move || Box::pin(entry())), Around::Panel)
}

/// Draws a layer over the page as soon as its part is here, and nothing until then; `close` takes it away when it does not come.
pub fn layer<F>(entry: impl Fn() -> F + 'static, close: Callback<()>) -> AnyView
where
    F: Future<Output = Arrival> + 'static,
{
    wait(Rc::new(move || Box::pin(entry())), Around::Layer(close))
}

/// Draws what a page can do without as soon as its part is here; nothing until then, and nothing when it does not come.
pub fn extra<F>(entry: impl Fn() -> F + 'static) -> AnyView
where
    F: Future<Output = Arrival> + 'static,
{
    wait(Rc::new(move || Box::pin(entry())), Around::Nothing)
}

type Entry = Rc<dyn Fn() -> Pin<Box<dyn Future<Output = Arrival>>>>;

/// What surrounds a screen.
#[derive(Clone, Copy)]
enum Around {
    Frame,
    Window,
    Panel,
    Layer(Callback<()>),
    Nothing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Here,
    Missing,
}

fn wait(entry: Entry, around: Around) -> AnyView {
    let state = RwSignal::new(State::Waiting);
    let entry = StoredValue::new_local(entry);
    let draw = StoredValue::new_local(None::<Draw>);
    let ask = move || {
        let coming = entry.get_value()();
        spawn_local(async move {
            let arrival = coming.await;
            // Whoever went elsewhere meanwhile waits no more: then there is nothing left to set.
            let now = if arrival.is_ok() {
                State::Here
            } else {
                State::Missing
            };
            draw.try_update_value(|draw| *draw = arrival.ok());
            state.try_set(now);
        });
    };
    let again = Callback::new(move |()| {
        state.set(State::Waiting);
        ask();
    });
    ask();
    (move || match state.get() {
        State::Waiting => match around {
            Around::Frame => view! { <Outline /> }.into_any(),
            Around::Window => view! { <Coming label=words::LOADING /> }.into_any(),
            Around::Panel => view! { <Skeleton label=words::LOADING rows=3 /> }.into_any(),
            Around::Layer(_) | Around::Nothing => ().into_any(),
        },
        State::Missing => absent(around, again),
        State::Here => draw
            .get_value()
            .map_or_else(|| ().into_any(), |draw| draw()),
    })
    .into_any()
}

/// The shape of a screen that is still coming.
#[component]
fn Outline() -> impl IntoView {
    view! {
        <header class="top late"><MenuButton /><span class="skel w30"></span></header>
        <div class="pane late" aria-busy="true">
            <span class="sr" role="status">{words::LOADING}</span>
            <div class="page stack stack--4" aria-hidden="true">
                <span class="skel w60"></span>
                <span class="skel w90"></span>
                <span class="skel w75"></span>
                <span class="skel w40"></span>
            </div>
        </div>
    }
}

/// The window while nothing can be drawn yet.
#[component]
pub fn Coming(
    /// What is waited for, read out once.
    label: &'static str,
) -> impl IntoView {
    view! {
        <main class="signin" aria-busy="true">
            <span class="brand brand--lg pulse-in"><Brand /></span>
            <span class="sr" role="status">{label}</span>
            <h1 class="sr">{words::NAME}</h1>
        </main>
    }
}

/// A screen whose part did not come, and what can be done.
fn absent(around: Around, again: Callback<()>) -> AnyView {
    // A new version of the server has new names for its parts: only a fresh page knows them.
    let reload = |_| {
        let _ = window().location().reload();
    };
    let title = match around {
        Around::Frame | Around::Window => words::PART_MISSING,
        Around::Panel | Around::Layer(_) | Around::Nothing => words::PANEL_MISSING,
    };
    let what = view! {
        <Empty glyph=Glyph::Alert title=title text=words::PART_MISSING_TEXT>
            <div class="line line--wrap">
                <button type="button" class="btn" on:click=move |_| again.run(())><Icon glyph=Glyph::Sync />{words::TRY_AGAIN}</button>
                <button type="button" class="btn btn--ghost" on:click=reload>{words::RELOAD}</button>
            </div>
        </Empty>
    };
    match around {
        Around::Frame => view! {
            <header class="top"><MenuButton /><h1 class="sr">{words::PART_MISSING}</h1></header>
            <div class="pane" role="alert">{what}</div>
        }
        .into_any(),
        Around::Window => view! {
            <main class="signin">
                <h1 class="sr">{words::NAME}</h1>
                <div class="signin__box" role="alert">{what}</div>
            </main>
        }
        .into_any(),
        Around::Panel => view! { <div role="alert">{what}</div> }.into_any(),
        Around::Nothing => ().into_any(),
        Around::Layer(close) => view! {
            <Modal label=title class="dialog" on_close=close><div class="dialog__body" role="alert">{what}</div></Modal>
        }
        .into_any(),
    }
}
