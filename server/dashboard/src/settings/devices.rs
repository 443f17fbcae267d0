//! Connected extensions: names, when they were seen, disconnecting. Not the connecting: that begins in the extension.

use super::remote::Remote;
use super::rename::Rename;
use crate::app::app;
use crate::platform;
use krowoc_shared::accounts::wire::{DeviceRow, RenameDevice};
use krowoc_ui::api::Client;
use krowoc_ui::components::{Empty, Icon, RelativeTime};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, library, settings as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

#[component]
pub(super) fn Devices() -> impl IntoView {
    let app = app();
    let devices = Remote::<DeviceRow>::of(app, "/devices");
    view! {
        <p class="soft">{words::DEVICES_TEXT}</p>
        {devices.view(move |rows| if rows.is_empty() {
            view! { <Empty glyph=Glyph::Laptop title=words::NO_DEVICES text=words::NO_DEVICES_TEXT /> }.into_any()
        } else {
            view! {
                <ul class="card" role="list">
                    {rows.into_iter().map(|device| view! { <Device device=device devices=devices /> }).collect_view()}
                </ul>
            }
            .into_any()
        })}
        <How />
    }
}

/// A row of a device.
#[component]
pub(super) fn Device(device: DeviceRow, devices: Remote<DeviceRow>) -> impl IntoView {
    let app = app();
    let editing = RwSignal::new(false);
    let name = StoredValue::new(device.name.clone());
    let path = format!("/devices/{}", device.id);
    let path = StoredValue::new(path);
    let disconnect = move |_| {
        spawn_local(async move {
            match Client.delete::<()>(&path.get_value()).await {
                Ok(()) => app.toasts.say(Glyph::Check, words::DISCONNECTED),
                Err(error) => app.toasts.say(Glyph::Alert, error.sentence()),
            }
            devices.load();
        });
    };
    let rename = Callback::new(move |text: String| {
        editing.set(false);
        spawn_local(async move {
            match Client
                .patch::<DeviceRow>(&path.get_value(), &RenameDevice { name: text })
                .await
            {
                Ok(_) => app.toasts.say(Glyph::Check, words::RENAMED),
                Err(error) => app.toasts.say(Glyph::Alert, error.sentence()),
            }
            devices.load();
        });
    });
    view! {
        <li class="item item--plain">
            <Icon glyph=Glyph::Laptop />
            <div class="stack stack--1">
                {move || if editing.get() {
                    view! { <Rename name=name.get_value() label=words::DEVICE on_done=rename on_cancel=move |()| editing.set(false) /> }.into_any()
                } else {
                    view! { <b class="med" dir="auto">{name.get_value()}</b> }.into_any()
                }}
                <span class="xs muted">
                    {words::CONNECTED}" "<RelativeTime at=device.created_at now=app.now />" · "
                    {words::LAST_SEEN}" "<RelativeTime at=device.seen_at now=app.now />
                </span>
            </div>
            <span class="line">
                <button type="button" class="btn btn--sm" aria-label=common::named(words::RENAME, &device.name)
                    on:click=move |_| editing.set(true)>{words::RENAME}</button>
                <button type="button" class="btn btn--sm btn--danger" aria-label=common::named(words::DISCONNECT, &device.name)
                    on:click=disconnect>{words::DISCONNECT}</button>
            </span>
        </li>
    }
}

/// How a browser is connected, with the address to type.
#[component]
fn How() -> impl IntoView {
    let app = app();
    let copy = move |_| {
        spawn_local(async move {
            let done = platform::copy(&platform::origin()).await;
            let text = if done {
                library::COPIED
            } else {
                library::COPY_FAILED
            };
            app.toasts
                .say(if done { Glyph::Check } else { Glyph::Alert }, text);
        });
    };
    view! {
        <section class="stack stack--3" aria-labelledby="how">
            <h3 id="how">{words::HOW_TITLE}</h3>
            <ol class="prose stack stack--2">
                <li>{words::HOW_1}</li>
                <li>{words::HOW_2}" "<code class="mono">{platform::origin()}</code>" "
                    <button type="button" class="link" on:click=copy>{words::COPY_ADDRESS}</button></li>
                <li>{words::HOW_3}</li>
            </ol>
        </section>
    }
}
