//! A question before what cannot be taken back, with the safe answer focused. What can be taken back is done, and says so with Undo.

use super::modal::Modal;
use krowoc_ui::messages::teams as words;
use leptos::prelude::*;

/// The question.
#[component]
pub fn Confirm(
    /// What is about to be done, and to whom.
    title: String,
    /// What it means.
    text: &'static str,
    /// The answer that does it.
    action: &'static str,
    /// Called with that answer, after the question is gone.
    #[prop(into)]
    on_yes: Callback<()>,
    /// It wants to be gone.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let yes = move |_| {
        on_close.run(());
        on_yes.run(());
    };
    view! {
        <Modal label=title.clone() class="dialog" on_close=on_close>
            <div class="dialog__body">
                <h2 class="md" dir="auto">{title}</h2>
                <p class="soft">{text}</p>
            </div>
            <div class="dialog__foot">
                <button type="button" class="btn" autofocus on:click=move |_| on_close.run(())>{words::CANCEL}</button>
                <button type="button" class="btn btn--danger" on:click=yes>{action}</button>
            </div>
        </Modal>
    }
}
