//! A form that a button opened, to prove whose account it is: left with Escape or its own button. Not what it sends.

use super::proof::{Proof, Sheet};
use crate::platform;
use krowoc_ui::messages::passkeys as words;
use leptos::prelude::*;

/// The form. Its first field has the focus.
#[component]
pub(super) fn Opened(
    proof: Proof,
    /// How it is read out.
    label: &'static str,
    /// The field that comes first.
    first: &'static str,
    /// What its button says.
    act: String,
    /// What it does cannot be taken back.
    #[prop(optional)]
    danger: bool,
    #[prop(into)] on_send: Callback<()>,
    on_cancel: Callback<()>,
    /// What is above the buttons.
    children: Children,
) -> impl IntoView {
    Effect::new(move |_| platform::focus(first));
    let keys = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            on_cancel.run(());
        }
    };
    let kind = match danger {
        true => "btn btn--sm btn--danger",
        false => "btn btn--sm btn--primary",
    };
    view! {
        <div on:keydown=keys>
            <Sheet proof=proof label=label on_send=on_send>
                <div class="card__body stack stack--3">{children()}</div>
                <div class="card__foot line line--wrap"><span class="grow"></span>
                    <button type="button" class="btn btn--ghost btn--sm" on:click=move |_| on_cancel.run(())>{words::CANCEL}</button>
                    <button type="submit" class=kind aria-disabled=move || proof.pace.busy().to_string()>{act}</button>
                </div>
            </Sheet>
        </div>
    }
}

/// Asks for the password before a way in goes.
#[component]
pub(super) fn Remove(
    /// What it is called.
    name: String,
    proof: Proof,
    #[prop(into)] on_send: Callback<()>,
    on_cancel: Callback<()>,
) -> impl IntoView {
    view! {
        <Opened proof=proof label=words::REMOVE first="#remove-password" act=words::REMOVE_IT.to_owned() danger=true on_send=on_send on_cancel=on_cancel>
            <p class="soft">{words::to_remove(&name)}</p>
            {proof.password_field("remove-password")}
        </Opened>
    }
}
