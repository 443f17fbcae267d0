//! Tags as chips with a field that completes. It reports additions and removals; the tags themselves belong to the caller.

use super::icon::Icon;
use crate::icons::Glyph;
use crate::messages::common;
use crate::tags::{matching, split_tags};
use leptos::prelude::*;

/// Tags with a field to add more: Enter or comma adds, Backspace in the empty field removes the last.
#[component]
pub fn TagInput(
    /// The id of the field, for its label.
    #[prop(into)]
    id: String,
    /// The tags.
    #[prop(into)]
    tags: Signal<Vec<String>>,
    /// Tags to complete from, most used first.
    #[prop(into)]
    known: Signal<Vec<String>>,
    /// A tag was added.
    #[prop(into)]
    on_add: Callback<String>,
    /// A tag was removed.
    #[prop(into)]
    on_remove: Callback<String>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(None::<usize>);
    let found = Memo::new(move |_| matching(&typed.get(), &known.get(), &tags.get()));
    let add = move |text: &str| {
        for tag in split_tags(text) {
            if !tags.with_untracked(|tags| tags.contains(&tag)) {
                on_add.run(tag);
            }
        }
        typed.set(String::new());
        at.set(None);
    };
    let commit = move || {
        let chosen = at
            .get_untracked()
            .and_then(|i| found.with_untracked(|found| found.get(i).cloned()));
        add(&chosen.unwrap_or_else(|| typed.get_untracked()));
    };
    let key = move |event: web_sys::KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        let empty = typed.with_untracked(String::is_empty);
        match event.key().as_str() {
            "Enter" if event.ctrl_key() || event.meta_key() => return,
            "Enter" | "," if !empty => commit(),
            "ArrowDown" if count > 0 => at.update(|at| {
                *at = Some(at.map_or(0, |i| {
                    if i.saturating_add(1) >= count {
                        0
                    } else {
                        i.saturating_add(1)
                    }
                }))
            }),
            "ArrowUp" if count > 0 => at.update(|at| {
                *at = Some(at.map_or(count.saturating_sub(1), |i| {
                    if i == 0 {
                        count.saturating_sub(1)
                    } else {
                        i.saturating_sub(1)
                    }
                }))
            }),
            "Escape" if !empty => typed.set(String::new()),
            "Backspace" if empty => {
                if let Some(last) = tags.with_untracked(|tags| tags.last().cloned()) {
                    on_remove.run(last);
                }
                return;
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let list_id = format!("{id}-list");
    let option_id = {
        let list_id = list_id.clone();
        move |i: usize| format!("{list_id}-{i}")
    };
    let active = {
        let option_id = option_id.clone();
        move || {
            at.get()
                .filter(|i| *i < found.with(Vec::len))
                .map(&option_id)
        }
    };
    let chip = move |tag: String| {
        let (name, gone) = (tag.clone(), tag.clone());
        view! {
            <span class="tag" dir="auto">
                {name}
                <button type="button" aria-label=common::remove(&tag) on:click=move |_| on_remove.run(gone.clone())>
                    <Icon glyph=Glyph::X />
                </button>
            </span>
        }
    };
    let completions = move || {
        let option_id = option_id.clone();
        found
            .get()
            .into_iter()
            .enumerate()
            .map(|(i, tag)| {
                let text = tag.clone();
                view! {
                    <div
                        class="option"
                        role="option"
                        id=option_id(i)
                        aria-selected=move || (at.get() == Some(i)).to_string()
                        on:mousedown=move |event| {
                            event.prevent_default();
                            add(&tag);
                        }
                    >
                        <span class="cut" dir="auto">{text}</span>
                    </div>
                }
            })
            .collect_view()
    };
    let controls = list_id.clone();
    view! {
        <div class="taginput rel">
            <For each=move || tags.get() key=Clone::clone children=chip />
            <input
                id=id
                autocomplete="off"
                role="combobox"
                aria-label=common::ADD_TAG
                aria-autocomplete="list"
                aria-expanded=move || (!found.with(Vec::is_empty)).to_string()
                aria-controls=controls
                aria-activedescendant=active
                placeholder=move || if tags.with(Vec::is_empty) { common::ADD_TAG } else { "" }
                prop:value=typed
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    at.set(None);
                }
                on:keydown=key
                on:blur=move |_| commit()
            />
            <div class="menu" role="listbox" aria-label=common::KNOWN_TAGS id=list_id hidden=move || found.with(Vec::is_empty)>
                {completions}
            </div>
        </div>
    }
}
