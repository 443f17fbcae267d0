//! One version at an address of its own: read whole, copied, brought back. Nothing is edited here.

use super::restore::{self, Held};
use super::version_fields::HeldFields;
use crate::app::{App, app};
use crate::frame::{MenuButton, Reference};
use crate::markdown::Markdown;
use crate::platform;
use crate::route::{Route, Tab};
use crate::status::StatusBadge;
use krowoc_shared::access::Action;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::lifecycle::Status;
use krowoc_shared::library::wire::Version;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Button, ButtonKind, Empty, Icon, RelativeTime, Skeleton};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{document as words, library};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Puts the address of a version on the clipboard.
pub fn copy_link(app: App, id: DocId, number: u64) {
    let address = format!(
        "{}{}",
        platform::origin(),
        Route::Version(id, number).address()
    );
    copy_plain(app, address, words::LINK_COPIED);
}

/// Puts something on the clipboard that is no use of a document.
pub fn copy_plain(app: App, text: String, said: &'static str) {
    spawn_local(async move {
        let (glyph, said) = match platform::copy(&text).await {
            true => (Glyph::Check, said),
            false => (Glyph::Alert, library::COPY_FAILED),
        };
        app.toasts.say(glyph, said);
    });
}

/// A version.
#[component]
pub fn VersionPage(id: DocId, number: u64) -> impl IntoView {
    let found = RwSignal::new(None::<Result<Version, ApiError>>);
    let app = app();
    let read = move || {
        found.set(None);
        spawn_local(async move {
            let path = format!("/library/{id}/versions/{number}");
            let answer = Client.get::<Version>(&path).await;
            if let Some(error) = answer.as_ref().err().filter(|error| error.signed_out()) {
                app.failed(error);
            }
            found.try_set(Some(answer));
        });
    };
    read();
    let body = move || match found.get() {
        None => view! { <Skeleton label=library::LOADING_DETAIL rows=8 /> }.into_any(),
        Some(Ok(version)) => view! { <Text app=app id=id version=version /> }.into_any(),
        Some(Err(error)) => {
            view! { <Failed error=error again=Callback::new(move |()| read()) /> }.into_any()
        }
    };
    super::actions::set_title(&words::version(number));
    view! {
        <header class="top">
            <MenuButton />
            <nav class="crumb" aria-label=words::PATH>
                <a href=Route::tab(Tab::Prompts).address()>{library::TITLE}</a>
                <Icon glyph=Glyph::Right class="i--sm i--flip" />
                <a href=Route::Document(id).address()>{words::TO_DOCUMENT}</a>
                <Icon glyph=Glyph::Right class="i--sm i--flip" />
            </nav>
            <h1>{words::version(number)}</h1>
            <span class="push line line--1">
                <Button label=words::COPY_LINK kind=ButtonKind::Secondary glyph=Glyph::Copy on_press=move |()| copy_link(app, id, number) />
            </span>
        </header>
        {body}
    }
}

#[component]
fn Text(app: App, id: DocId, version: Version) -> impl IntoView {
    let held = Held::of_version(&version);
    let title = if version.title.is_empty() {
        words::UNTITLED.to_owned()
    } else {
        version.title
    };
    let who = version.author.or(version.device_name);
    let (text, copied) = (version.text.clone(), version.text);
    let copy = move |()| copy_plain(app, copied.clone(), library::COPIED);
    let number = version.number;
    let place = Client.here();
    let back = move |()| restore::from_page(app, place, id, held.clone());
    let may = move || app.space.may(Action::WriteDocuments);
    view! {
        <article class="pane pad stack stack--4" aria-labelledby="version">
            <h2 id="version" dir="auto">{title}</h2>
            <p class="line line--wrap soft">
                {version.published_at.map(|_| view! { <StatusBadge status=Status::Published published=true /> })}
                {version.aside.then(|| view! { <span class="badge badge--line">{words::ASIDE}</span> })}
                <RelativeTime at=version.published_at.unwrap_or(version.hlc.at) now=app.now />
                {version.imported.then(|| view! { <span class="badge badge--line">{words::IMPORTED}</span> })}
                {who.map(|who| view! { <span class="cut" dir="auto">{who}</span> })}
            </p>
            {(!version.note.is_empty()).then(|| view! { <p dir="auto">{version.note}</p> })}
            <Markdown text=text variables=true />
            {version.snapshot.map(|held| view! { <HeldFields held=held /> })}
            <div class="line line--wrap">
                <Button label=words::COPY glyph=Glyph::Copy on_press=copy />
                {move || {
                    let back = back.clone();
                    may().then(|| view! { <Button label=words::restore(number) glyph=Glyph::History on_press=back /> })
                }}
                <a class="btn" href=Route::Document(id).address()>{words::TO_DOCUMENT}</a>
            </div>
        </article>
    }
}

#[component]
fn Failed(error: ApiError, again: Callback<()>) -> impl IntoView {
    let missing = error.code() == Some(ErrorCode::NotFound);
    let (title, text) = if missing {
        (words::NO_VERSION, words::NOT_FOUND_TEXT.to_owned())
    } else {
        (words::VERSIONS_FAILED, error.sentence())
    };
    view! {
        <div role="alert">
            <Empty glyph=Glyph::Alert title=title text=text>
                {(!missing).then(|| view! { <Button label=words::TRY_AGAIN glyph=Glyph::Sync on_press=again /> })}
                <Reference id=error.correlation().to_owned() />
            </Empty>
        </div>
    }
}
