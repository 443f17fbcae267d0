//! Search, filter chips and order above the list. What they do to it is the control's.

use super::control::Control;
use crate::frame::{Choice, Dropdown};
use crate::route::{Filter, Tab, sort, sort_name};
use krowoc_shared::library::lifecycle::Status;
use krowoc_shared::library::wire::{Count, META_NAMES, MetaCount, Overview, Sort};
use krowoc_ui::components::Icon;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::library as words;
use leptos::prelude::*;

/// The bars above the list.
#[component]
pub fn Filters(control: Control) -> impl IntoView {
    view! {
        <div class="toolbar" role="search">
            <label class="search grow">
                <Icon glyph=Glyph::Search />
                <span class="sr">{words::SEARCH_LABEL}</span>
                <input
                    class="input"
                    id="search"
                    type="search"
                    dir="auto"
                    autocomplete="off"
                    placeholder=words::SEARCH
                    prop:value=move || control.filter.with(|filter| filter.q.clone())
                    on:input=move |event| control.search(event_target_value(&event))
                    on:keydown=move |event| {
                        if matches!(event.key().as_str(), "ArrowDown" | "Enter") {
                            event.prevent_default();
                            crate::platform::focus(".pane");
                            control.step(1);
                        }
                    }
                />
                <kbd class="kbd hide-s">"/"</kbd>
            </label>
        </div>
        <div class="toolbar toolbar--chips">
            <Chips control=control />
            <span class="push"><Order control=control /></span>
        </div>
    }
}

/// A filter that is on, with a cross that turns it off.
fn on(text: String, off: impl Fn() + 'static) -> impl IntoView {
    view! {
        <button type="button" class="chip" aria-pressed="true" on:click=move |_| off()>
            <span class="cut" dir="auto">{text}</span>
            <Icon glyph=Glyph::X />
        </button>
    }
}

fn counted(counts: &[Count]) -> Vec<Choice> {
    counts
        .iter()
        .map(|it| Choice {
            key: it.name.clone(),
            label: it.name.clone(),
            count: Some(it.count),
        })
        .collect()
}

fn from_overview(control: Control, read: fn(&Overview) -> &[Count]) -> Signal<Vec<Choice>> {
    Signal::derive(move || {
        control
            .app
            .overview
            .with(|it| it.as_ref().map(|it| counted(read(it))).unwrap_or_default())
    })
}

fn toggle(
    control: Control,
    text: &'static str,
    is: fn(&Filter) -> bool,
    flip: fn(&mut Filter),
) -> impl IntoView {
    let filter = control.filter;
    view! {
        <button type="button" class="chip" aria-pressed=move || filter.with(is).to_string() on:click=move |_| control.set_filter(flip)>
            {text}
            {move || filter.with(is).then(|| view! { <Icon glyph=Glyph::X /> })}
        </button>
    }
}

#[component]
fn Chips(control: Control) -> impl IntoView {
    let filter = control.filter;
    let tag = move || match filter.with(|it| it.tag.clone()) {
        Some(tag) => on(format!("{}: {tag}", words::TAG), move || {
            control.set_filter(|it| it.tag = None)
        })
        .into_any(),
        None => view! {
            <Dropdown label=words::TAG free=true choices=from_overview(control, |it| &it.tags)
                on_pick=move |choice: Choice| control.set_filter(|it| it.tag = Some(choice.key)) />
        }
        .into_any(),
    };
    let site = move || match filter.with(|it| it.site.clone()) {
        Some(site) => on(format!("{}: {site}", words::SITE), move || {
            control.set_filter(|it| it.site = None)
        })
        .into_any(),
        None => view! {
            <Dropdown label=words::SITE choices=from_overview(control, |it| &it.sites)
                on_pick=move |choice: Choice| control.set_filter(|it| it.site = Some(choice.key)) />
        }
        .into_any(),
    };
    let days = move || {
        match filter.with(|it| it.days) {
        Some(days) => on(words::days(days), move || control.set_filter(|it| it.days = None)).into_any(),
        None => view! {
            <Dropdown label=words::DATE choices=dates()
                on_pick=move |choice: Choice| control.set_filter(|it| it.days = choice.key.parse().ok()) />
        }
        .into_any(),
    }
    };
    let conflicts = move || {
        let some = control
            .app
            .overview
            .with(|it| it.as_ref().is_some_and(|it| it.conflicts > 0));
        (some || filter.with(|it| it.conflict)).then(|| {
            toggle(
                control,
                words::CONFLICTS,
                |it| it.conflict,
                |it| it.conflict = !it.conflict,
            )
        })
    };
    let status = move || {
        match filter.with(|it| it.status) {
        Some(status) => on(words::standing(status, false).to_owned(), move || {
            control.set_filter(|it| it.status = None)
        })
        .into_any(),
        None => view! {
            <Dropdown label=words::STATUS choices=statuses()
                on_pick=move |choice: Choice| control.set_filter(|it| it.status = Status::parse(&choice.key)) />
        }
        .into_any(),
    }
    };
    let prompts = control.tab == Tab::Prompts;
    let plain = control.tab == Tab::Collections;
    view! {
        {prompts.then_some(status)}
        {(!plain).then(|| view! { {tag} {site} <CollectionChip control=control /><MetaChips control=control /> })}
        {days}
        {toggle(control, words::FAVOURITES, |it| it.favourite, |it| it.favourite = !it.favourite)}
        {(!plain).then_some(conflicts)}
    }
}

/// Metadata that is on, each with a cross, and what else there is to choose from.
#[component]
fn MetaChips(control: Control) -> impl IntoView {
    let filter = control.filter;
    let shown = move || {
        let meta = filter.with(|it| it.meta.clone());
        let chip = |(name, value): (String, String)| {
            let text = format!("{}: {value}", words::meta_name(&name));
            on(text, move || {
                control.set_filter(|it| {
                    it.meta.remove(&name);
                })
            })
        };
        meta.into_iter().map(chip).collect_view()
    };
    let choices = move |category: bool| {
        Signal::derive(move || {
            control.app.overview.with(|it| {
                let counts = it.iter().flat_map(|it| &it.meta);
                let wanted = counts.filter(|it| (it.name == "category") == category);
                let choice = |it: &MetaCount| Choice {
                    key: format!("{}={}", it.name, it.value),
                    label: match category {
                        true => it.value.clone(),
                        false => format!("{}: {}", words::meta_name(&it.name), it.value),
                    },
                    count: Some(it.count),
                };
                wanted.map(choice).collect::<Vec<_>>()
            })
        })
    };
    let pick = move |choice: Choice, category: bool| {
        if let Some((name, value)) = piece(&choice, category) {
            control.set_filter(|it| {
                it.meta.insert(name, value);
            });
        }
    };
    let dropdown = move |label: &'static str, category: bool| {
        let choices = choices(category);
        let any = move || choices.with(|it| !it.is_empty());
        let pick = move |choice: Choice| pick(choice, category);
        view! { <Show when=any><Dropdown label=label free=true choices=choices on_pick=pick /></Show> }
    };
    view! {
        {shown}
        {dropdown(words::CATEGORY, true)}
        {dropdown(words::METADATA, false)}
    }
}

/// Name and value of a choice: of the overview, or typed. What is typed is a category, or a name and a value as the list shows them; without
/// a name it is a topic, which most free words are.
fn piece(choice: &Choice, category: bool) -> Option<(String, String)> {
    let own = |name: &str, value: &str| (name.trim().to_owned(), value.trim().to_owned());
    let (name, value) = match (choice.count.is_some(), category) {
        (true, _) => own_pair(&choice.key)?,
        (false, true) => own("category", &choice.key),
        (false, false) => match choice.key.split_once([':', '=']) {
            Some((name, value)) => own(&known_name(name), value),
            None => own("topic", &choice.key),
        },
    };
    (!name.is_empty() && !value.is_empty()).then_some((name, value))
}

fn own_pair(key: &str) -> Option<(String, String)> {
    let (name, value) = key.split_once('=')?;
    Some((name.to_owned(), value.to_owned()))
}

/// The name behind what a list calls one of the four; any other is its own.
fn known_name(shown: &str) -> String {
    let shown = shown.trim();
    let calls = |name: &&str| words::meta_name(name).eq_ignore_ascii_case(shown);
    let known = META_NAMES.into_iter().find(calls);
    known.unwrap_or(shown).to_owned()
}

fn statuses() -> Vec<Choice> {
    let choice = |status: Status| Choice {
        key: status.as_str().to_owned(),
        label: words::standing(status, false).to_owned(),
        count: None,
    };
    Status::ALL.map(choice).into()
}

fn dates() -> Vec<Choice> {
    [
        (1, words::LAST_DAY),
        (7, words::LAST_WEEK),
        (30, words::LAST_MONTH),
        (365, words::LAST_YEAR),
    ]
    .into_iter()
    .map(|(days, label)| Choice {
        key: days.to_string(),
        label: label.to_owned(),
        count: None,
    })
    .collect()
}

/// Collections as choices.
pub fn collections(control: Control) -> Signal<Vec<Choice>> {
    Signal::derive(move || {
        control.app.collections.with(|all| {
            let choice = |it: &crate::app::Collection| {
                let label = if it.title.is_empty() {
                    words::UNTITLED.to_owned()
                } else {
                    it.title.clone()
                };
                Choice {
                    key: it.id.to_string(),
                    label,
                    count: None,
                }
            };
            all.iter().map(choice).collect()
        })
    })
}

#[component]
fn CollectionChip(control: Control) -> impl IntoView {
    let name = move |id| {
        let title = control
            .app
            .collections
            .with(|all| all.iter().find(|it| it.id == id).map(|it| it.title.clone()));
        title.unwrap_or_default()
    };
    move || {
        match control.filter.with(|it| it.collection) {
        Some(id) => {
            let text = format!("{}: {}", words::COLLECTION, name(id));
            on(text, move || control.set_filter(|it| it.collection = None)).into_any()
        }
        None => view! {
            <Dropdown label=words::COLLECTION choices=collections(control)
                on_pick=move |choice: Choice| control.set_filter(|it| it.collection = choice.key.parse().ok()) />
        }
        .into_any(),
    }
    }
}

/// The order of the list.
#[component]
fn Order(control: Control) -> impl IntoView {
    let searching = move || control.filter.with(|filter| !filter.q.trim().is_empty());
    let option = move |order: Sort| {
        view! {
            <option value=sort_name(order) selected=move || control.filter.with(|it| it.order() == order)>{words::sort(order)}</option>
        }
    };
    view! {
        <span class="selectbox">
            <select
                class="select quiet select--order"
                aria-label=words::SORT
                on:change=move |event| {
                    let order = sort(&event_target_value(&event));
                    control.set_filter(|filter| filter.sort = order);
                }
            >
                {move || searching().then(|| option(Sort::Relevance))}
                {[Sort::Edited, Sort::Created, Sort::Title, Sort::Uses].map(option)}
            </select>
            <Icon glyph=Glyph::Down />
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str, category: bool) -> Option<(String, String)> {
        let choice = Choice {
            key: text.to_owned(),
            label: text.to_owned(),
            count: None,
        };
        piece(&choice, category)
    }

    #[test]
    fn what_is_typed_becomes_a_piece_of_metadata() {
        let pair = |name: &str, value: &str| Some((name.to_owned(), value.to_owned()));
        assert_eq!(typed("Rare: law", true), pair("category", "Rare: law"));
        assert_eq!(
            typed("Task type: review", false),
            pair("task_type", "review")
        );
        assert_eq!(typed("own name = x=y", false), pair("own name", "x=y"));
        assert_eq!(typed("courts", false), pair("topic", "courts"));
        assert_eq!(typed("persona:", false), None);
        let counted = Choice {
            key: "own name=x: y".to_owned(),
            label: "own name: x: y".to_owned(),
            count: Some(1),
        };
        assert_eq!(piece(&counted, false), pair("own name", "x: y"));
    }
}
