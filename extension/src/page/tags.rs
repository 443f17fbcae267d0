//! Tags as chips with a field that completes from the library. The rules of completion are the shared ones; the words are ours.

use super::{Icon, t, t1};
use krowoc_ui::components::{matching, split_tags};
use krowoc_ui::icons::Glyph;
use leptos::prelude::*;

/// Tags with a field to add more: Enter or comma adds, Backspace in the empty field removes the last.
#[component]
pub fn TagField(
    /// Id of the field, for its label.
    id: &'static str,
    /// The tags.
    tags: RwSignal<Vec<String>>,
    /// Tags to complete from, most used first.
    #[prop(into)]
    known: Signal<Vec<String>>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(None::<usize>);
    let found = Memo::new(move |_| matching(&typed.get(), &known.get(), &tags.get()));
    let add = move |text: String| {
        tags.update(|tags| {
            for tag in split_tags(&text) {
                if !tags.contains(&tag) {
                    tags.push(tag);
                }
            }
        });
        typed.set(String::new());
        at.set(None);
    };
    let commit = move || {
        let chosen = at
            .get_untracked()
            .and_then(|at| found.with_untracked(|found| found.get(at).cloned()));
        add(chosen.unwrap_or_else(|| typed.get_untracked()));
    };
    let step = move |forward: bool| {
        let count = found.with_untracked(Vec::len);
        at.update(|at| {
            *at = match (*at, forward) {
                _ if count == 0 => None,
                (None, true) => Some(0),
                (None, false) => Some(count.saturating_sub(1)),
                (Some(now), true) => Some(if now.saturating_add(1) >= count {
                    0
                } else {
                    now.saturating_add(1)
                }),
                (Some(now), false) => Some(now.checked_sub(1).unwrap_or(count.saturating_sub(1))),
            };
        });
    };
    let key = move |event: web_sys::KeyboardEvent| {
        let empty = typed.with_untracked(String::is_empty);
        let open = found.with_untracked(|found| !found.is_empty());
        match event.key().as_str() {
            "Enter" if event.ctrl_key() || event.meta_key() => return commit(),
            "Enter" | "," if !empty => commit(),
            "ArrowDown" if open => step(true),
            "ArrowUp" if open => step(false),
            "Escape" if !empty => typed.set(String::new()),
            "Backspace" if empty => {
                tags.update(|tags| drop(tags.pop()));
                return;
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    view! {
        <div class="taginput rel">
            <For each=move || tags.get() key=Clone::clone children=move |tag| view! { <Chip tag=tag tags=tags /> } />
            <input
                id=id
                autocomplete="off"
                role="combobox"
                aria-autocomplete="list"
                aria-label=t("addTag")
                aria-expanded=move || (!found.with(Vec::is_empty)).to_string()
                aria-controls=format!("{id}-list")
                aria-activedescendant=move || at.get().map(|at| format!("{id}-{at}"))
                prop:value=typed
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    at.set(None);
                }
                on:keydown=key
                on:blur=move |_| commit()
            />
            <div class="menu" role="listbox" aria-label=t("tags") id=format!("{id}-list") hidden=move || found.with(Vec::is_empty)>
                {move || found.get().into_iter().enumerate().map(|(n, tag)| {
                    let text = tag.clone();
                    view! {
                        <div
                            class="option"
                            role="option"
                            id=format!("{id}-{n}")
                            aria-selected=move || (at.get() == Some(n)).to_string()
                            on:mousedown=move |event| {
                                event.prevent_default();
                                add(tag.clone());
                            }
                        >
                            <span class="cut" dir="auto">{text}</span>
                        </div>
                    }
                }).collect_view()}
            </div>
        </div>
    }
}

#[component]
fn Chip(tag: String, tags: RwSignal<Vec<String>>) -> impl IntoView {
    let (shown, gone) = (tag.clone(), tag.clone());
    view! {
        <span class="tag" dir="auto">
            {shown}
            <button
                type="button"
                aria-label=t1("removeTag", &tag)
                on:click=move |_| tags.update(|tags| tags.retain(|other| *other != gone))
            >
                <Icon glyph=Glyph::X />
            </button>
        </span>
    }
}
