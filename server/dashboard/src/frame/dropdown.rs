//! A button that opens a short list to pick from, with a field that narrows it. Not a native select: it counts and finds.

use crate::timing::Debounce;
use krowoc_ui::components::Icon;
use krowoc_ui::format::count;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::library as words;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Something to pick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is reported.
    pub key: String,
    /// What is shown.
    pub label: String,
    /// How many there are.
    pub count: Option<u64>,
}

/// Most choices shown at once.
const MOST: usize = 50;

fn narrowed(all: &[Choice], typed: &str, free: bool) -> Vec<Choice> {
    let typed = typed.trim();
    let wanted = typed.to_lowercase();
    let mut found: Vec<Choice> = all
        .iter()
        .filter(|choice| choice.label.to_lowercase().contains(&wanted))
        .take(MOST)
        .cloned()
        .collect();
    let known = found.iter().any(|choice| choice.label == typed);
    if free && !typed.is_empty() && !known {
        found.push(Choice {
            key: typed.to_owned(),
            label: typed.to_owned(),
            count: None,
        });
    }
    found
}

/// A button with a list under it.
#[component]
pub fn Dropdown(
    /// What the button says.
    #[prop(into)]
    label: Signal<String>,
    /// Look of the button.
    #[prop(default = "chip")]
    class: &'static str,
    /// Icon of the button.
    #[prop(default = Glyph::Plus)]
    glyph: Glyph,
    /// What can be picked.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// Something else may be typed.
    #[prop(optional)]
    free: bool,
    /// Opens upwards.
    #[prop(optional)]
    up: bool,
    /// Picked.
    #[prop(into)]
    on_pick: Callback<Choice>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(0usize);
    let field = NodeRef::<html::Input>::new();
    let button = NodeRef::<html::Button>::new();
    let away = Debounce::new(0);
    let found = Memo::new(move |_| choices.with(|all| narrowed(all, &typed.get(), free)));
    let close = move |back: bool| {
        open.set(false);
        typed.set(String::new());
        at.set(0);
        if back && let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    let pick = move |choice: Choice| {
        close(true);
        on_pick.run(choice);
    };
    let toggle = move |_| {
        if open.get_untracked() {
            close(true);
        } else {
            open.set(true);
            request_animation_frame(move || {
                if let Some(field) = field.get_untracked() {
                    let _ = field.focus();
                }
            });
        }
    };
    let key = move |event: web_sys::KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| {
                *at = if at.saturating_add(1) >= count {
                    0
                } else {
                    at.saturating_add(1)
                }
            }),
            "ArrowUp" => at.update(|at| {
                *at = if *at == 0 {
                    count.saturating_sub(1)
                } else {
                    at.saturating_sub(1)
                }
            }),
            "Enter" => {
                if let Some(choice) =
                    found.with_untracked(|found| found.get(at.get_untracked()).cloned())
                {
                    pick(choice);
                }
            }
            "Escape" => close(true),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let left = move |event: web_sys::FocusEvent| {
        let here = event
            .current_target()
            .and_then(|it| it.dyn_into::<web_sys::Node>().ok());
        let to = event
            .related_target()
            .and_then(|it| it.dyn_into::<web_sys::Node>().ok());
        if !here.is_some_and(|here| here.contains(to.as_ref())) {
            away.run(move || close(false));
        }
    };
    let line = move |(i, choice): (usize, Choice)| {
        let picked = choice.clone();
        view! {
            <div
                class="option"
                role="option"
                aria-selected=move || (at.get() == i).to_string()
                on:mousedown=move |event| event.prevent_default()
                on:click=move |_| pick(picked.clone())
            >
                <span class="grow cut" dir="auto">{choice.label}</span>
                {choice.count.map(|n| view! { <span class="muted">{count(n)}</span> })}
            </div>
        }
    };
    let panel = move || {
        open.get().then(|| {
            view! {
                <div class=if up { "menu menu--wide menu--up" } else { "menu menu--wide" }>
                    <input
                        node_ref=field
                        class="input"
                        role="combobox"
                        aria-label=move || format!("{} {}", words::FILTER_FIND, label.get())
                        aria-expanded="true"
                        aria-controls="choices"
                        aria-autocomplete="list"
                        autocomplete="off"
                        placeholder=words::FILTER_FIND
                        prop:value=typed
                        on:input=move |event| {
                            typed.set(event_target_value(&event));
                            at.set(0);
                        }
                        on:keydown=key
                    />
                    <div id="choices" role="listbox" aria-label=label tabindex="-1" class="menu__list">
                        {move || found.get().into_iter().enumerate().map(line).collect_view()}
                    </div>
                    <Show when=move || found.with(Vec::is_empty)>
                        <p class="muted xs menu__none">{words::NONE_FOUND}</p>
                    </Show>
                </div>
            }
        })
    };
    view! {
        <div class="rel" on:focusout=left>
            <button
                node_ref=button
                type="button"
                class=class
                aria-haspopup="listbox"
                aria-expanded=move || open.get().to_string()
                on:click=toggle
            >
                <Icon glyph=glyph />
                {label}
            </button>
            {panel}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(label: &str) -> Choice {
        Choice {
            key: label.to_owned(),
            label: label.to_owned(),
            count: Some(1),
        }
    }

    #[test]
    fn typing_narrows_and_may_add_what_is_not_there() {
        let all = [choice("coding"), choice("Code review"), choice("writing")];
        let labels = |typed, free| {
            narrowed(&all, typed, free)
                .into_iter()
                .map(|it| it.label)
                .collect::<Vec<_>>()
        };
        assert_eq!(labels("cod", false), ["coding", "Code review"]);
        assert_eq!(labels("cod", true), ["coding", "Code review", "cod"]);
        assert_eq!(labels("coding", true), ["coding"]);
        assert_eq!(labels(" ", true).len(), 3);
    }
}
