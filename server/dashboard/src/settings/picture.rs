//! The account's picture: what it is, another one, none. Not who sees it: that is the server's.

use super::remote::Single;
use crate::app::{App, Session, app};
use crate::frame::Face;
use krowoc_shared::accounts::people::{AccountView, PICTURE_BYTES, PictureView};
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Button, ButtonKind};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::people as words;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use web_sys::File;

#[component]
pub(super) fn Picture(view: AccountView, account: Single<AccountView>) -> impl IntoView {
    let app = app();
    let field = NodeRef::<html::Input>::new();
    let busy = RwSignal::new(false);
    let has = view.picture.is_some();
    let chosen = move |_| {
        let Some(input) = field.get_untracked() else {
            return;
        };
        let file = input.files().and_then(|files| files.item(0));
        // The same file may be chosen again.
        input.set_value("");
        if let Some(file) = file {
            give(app, account, busy, file);
        }
    };
    let press = move |()| {
        if let Some(input) = field.get_untracked() {
            input.click();
        }
    };
    let remove = move |()| {
        busy.set(true);
        spawn_local(async move {
            let answer = Client.delete::<()>("/account/picture").await;
            done(app, account, busy, answer.map(|()| None));
        });
    };
    view! {
        <section class="stack stack--3" aria-labelledby="account-picture">
            <h3 id="account-picture">{words::PICTURE}</h3>
            <p class="soft">{words::PICTURE_TEXT}</p>
            <div class="line line--wrap">
                <Face user=view.user picture=view.picture class="face--lg" />
                <Button label=words::CHOOSE_PICTURE kind=ButtonKind::Small glyph=Glyph::Upload disabled=busy on_press=press />
                {has.then(|| view! { <Button label=words::REMOVE_PICTURE kind=ButtonKind::SmallGhost glyph=Glyph::Trash disabled=busy on_press=remove /> })}
            </div>
            <input node_ref=field class="sr" type="file" tabindex="-1" aria-label=words::CHOOSE_PICTURE accept="image/png,image/jpeg,image/webp,image/gif" on:change=chosen />
        </section>
    }
}

/// Sends a file as it is.
fn give(app: App, account: Single<AccountView>, busy: RwSignal<bool>, file: File) {
    let large = u32::try_from(PICTURE_BYTES).is_ok_and(|most| file.size() > f64::from(most));
    if large {
        app.toasts.say(Glyph::Alert, words::PICTURE_LARGE);
        return;
    }
    busy.set(true);
    spawn_local(async move {
        let file: JsValue = file.into();
        let answer = Client
            .put_file::<PictureView>("/account/picture", file)
            .await;
        done(app, account, busy, answer.map(|view| Some(view.tag)));
    });
}

/// What there is now is shown wherever it was drawn.
fn done(
    app: App,
    account: Single<AccountView>,
    busy: RwSignal<bool>,
    answer: Result<Option<String>, ApiError>,
) {
    busy.try_set(false);
    match answer {
        Ok(tag) => {
            let said = match tag {
                Some(_) => words::PICTURE_SET,
                None => words::PICTURE_GONE,
            };
            app.session.update(|session| {
                if let Session::In(view) = session {
                    view.picture = tag;
                }
            });
            app.toasts.say(Glyph::Check, said);
            account.load();
        }
        Err(error) => app.failed(&error),
    }
}
