//! The page: asked for once, and again when something changed. Not its parts.

use super::attention::Waiting;
use super::runs::Recent;
use super::side::{Devices, Library, Week};
use super::usage::Used;
use crate::app::{App, app};
use crate::document::{create, set_title};
use crate::frame::{MenuButton, Reference};
use crate::route::Route;
use krowoc_shared::dashboards::wire::HomeView;
use krowoc_shared::library::document::Kind;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Button, ButtonKind, Empty, Icon, Skeleton};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::home as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

type Loaded = RwSignal<Option<Result<HomeView, ApiError>>>;

fn load(app: App, loaded: Loaded) {
    spawn_local(async move {
        let answer = Client.get::<HomeView>("/home").await;
        if let Err(error) = &answer
            && error.signed_out()
        {
            app.failed(error);
        }
        // What is shown stays when only its renewal failed.
        let keep = answer.is_err()
            && loaded
                .try_get_untracked()
                .flatten()
                .is_some_and(|it| it.is_ok());
        if !keep {
            loaded.try_set(Some(answer));
        }
    });
}

/// What a person sees first.
#[component]
pub fn HomePage() -> impl IntoView {
    let app = app();
    let loaded: Loaded = RwSignal::new(None);
    set_title(words::TITLE);
    // A change of the library elsewhere may have made or ended a conflict.
    Effect::new(move |_| {
        app.seq.track();
        load(app, loaded);
    });
    view! {
        <header class="top">
            <MenuButton />
            <h1>{words::TITLE}</h1>
            <span class="push line">
                <a class="btn hide-s" href=Route::Import.address()><Icon glyph=Glyph::Upload />{words::IMPORT}</a>
                <Button label=words::NEW_PROMPT kind=ButtonKind::Primary glyph=Glyph::Plus kbd="C" on_press=move |()| create(app, Kind::Prompt) />
            </span>
        </header>
        <div class="pane grow">
            <div class="page">
                {move || match loaded.get() {
                    None => view! { <Skeleton label=words::LOADING rows=8 /> }.into_any(),
                    Some(Err(error)) => view! {
                        <div role="alert">
                            <Empty glyph=Glyph::Alert title=words::FAILED text=error.sentence()>
                                <Button label=words::TRY_AGAIN glyph=Glyph::Sync on_press=move |()| load(app, loaded) />
                                <Reference id=error.correlation().to_owned() />
                            </Empty>
                        </div>
                    }
                    .into_any(),
                    Some(Ok(view)) => view! { <Shown view=view /> }.into_any(),
                }}
            </div>
        </div>
    }
}

#[component]
fn Shown(view: HomeView) -> impl IntoView {
    view! {
        <div class="cols cols--main">
            <div class="stack stack--8">
                <Waiting waiting=view.attention />
                <Recent runs=view.recent />
                <Used month=view.month providers=view.providers used=view.used />
            </div>
            <div class="stack stack--8">
                <Library prompts=view.prompts snippets=view.snippets collections=view.collections />
                <Devices devices=view.devices />
                <Week now=view.week before=view.week_before />
            </div>
        </div>
    }
}
