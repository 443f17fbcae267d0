//! A field in the place of a row's name, or of its key: saved with Enter, left with Escape.

use krowoc_ui::messages::settings as words;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// Longest name, in characters.
const NAME_CHARS: &str = "100";

/// The field.
#[component]
pub fn Rename(
    name: String,
    /// What is written.
    label: &'static str,
    /// Nobody is to read it.
    #[prop(optional)]
    secret: bool,
    #[prop(into)] on_done: Callback<String>,
    #[prop(into)] on_cancel: Callback<()>,
) -> impl IntoView {
    let typed = RwSignal::new(name);
    let field = NodeRef::<leptos::html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = typed.get_untracked().trim().to_owned();
        if !text.is_empty() {
            typed.set(String::new());
            on_done.run(text);
        }
    };
    let keys = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            on_cancel.run(());
        }
    };
    let kind = if secret { "password" } else { "text" };
    view! {
        <form class="line line--wrap" on:submit=submit on:keydown=keys>
            <input class="input w-md" type=kind aria-label=label dir="auto" autocomplete="off" maxlength=(!secret).then_some(NAME_CHARS) node_ref=field
                prop:value=move || typed.get() on:input=move |event| typed.set(event_target_value(&event)) />
            <button type="submit" class="btn btn--sm btn--primary">{words::SAVE}</button>
            <button type="button" class="btn btn--sm btn--ghost" on:click=move |_| on_cancel.run(())>{words::CANCEL}</button>
        </form>
    }
}
