//! The command palette: pages, actions, and documents found as one types. Not the search of the library page.

use super::modal::Modal;
use crate::app::{App, app};
use crate::document::create;
use crate::history::{ExecutionFilter, LetterFilter};
use crate::period::Shown;
use crate::platform;
use crate::route::{Route, RunPlace, Section, Tab};
use crate::settings::set_theme;
use crate::timing::Debounce;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::wire::{ListQuery, Page, Summary};
use krowoc_ui::api::{Client, query_string};
use krowoc_ui::components::Icon;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, library, settings};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Most documents shown.
const DOCUMENTS: u32 = 8;

/// What choosing an entry does.
#[derive(Clone, Debug, PartialEq)]
enum Does {
    Go(Route),
    Open(DocId),
    Create(Kind),
    Theme(Option<&'static str>),
    Keys,
    SignOut,
}

/// A line of the palette.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    glyph: Glyph,
    text: String,
    note: String,
    does: Does,
}

/// Commands whose words hold what is typed, in their order.
fn commands(typed: &str) -> Vec<Entry> {
    let typed = typed.trim().to_lowercase();
    let entry = |glyph, text: &str, note: &str, does| Entry {
        glyph,
        text: text.to_owned(),
        note: note.to_owned(),
        does,
    };
    let all = vec![
        entry(
            Glyph::Plus,
            library::NEW_PROMPT,
            "C",
            Does::Create(Kind::Prompt),
        ),
        entry(
            Glyph::Plus,
            library::NEW_SNIPPET,
            "",
            Does::Create(Kind::Snippet),
        ),
        entry(Glyph::Home, common::HOME, "", Does::Go(Route::Home)),
        entry(
            Glyph::Chart,
            common::DASHBOARD,
            "",
            Does::Go(Route::Dashboard(Shown::default())),
        ),
        entry(
            Glyph::Globe,
            common::LEADERBOARD,
            "",
            Does::Go(Route::Community),
        ),
        entry(
            Glyph::Library,
            library::PROMPTS,
            library::TITLE,
            Does::Go(Route::tab(Tab::Prompts)),
        ),
        entry(
            Glyph::Quote,
            library::SNIPPETS,
            library::TITLE,
            Does::Go(Route::tab(Tab::Snippets)),
        ),
        entry(
            Glyph::Folder,
            library::COLLECTIONS,
            library::TITLE,
            Does::Go(Route::tab(Tab::Collections)),
        ),
        entry(
            Glyph::Trash,
            library::TRASH,
            library::TITLE,
            Does::Go(Route::tab(Tab::Trash)),
        ),
        entry(
            Glyph::Play,
            common::RUN_A_TEXT,
            "",
            Does::Go(Route::Run(RunPlace::default())),
        ),
        entry(
            Glyph::Activity,
            common::RUNS,
            "",
            Does::Go(Route::Executions(ExecutionFilter::default())),
        ),
        entry(
            Glyph::Alert,
            common::DEAD_LETTERS,
            common::RUNS,
            Does::Go(Route::DeadLetters(LetterFilter::default())),
        ),
        entry(Glyph::Upload, common::IMPORT, "", Does::Go(Route::Import)),
        entry(
            Glyph::User,
            settings::ACCOUNT,
            settings::TITLE,
            Does::Go(Route::Settings(Section::Account)),
        ),
        entry(
            Glyph::Key,
            common::API_KEYS,
            settings::TITLE,
            Does::Go(Route::Settings(Section::Keys)),
        ),
        entry(
            Glyph::Coins,
            common::BUDGET,
            settings::TITLE,
            Does::Go(Route::Settings(Section::Budget)),
        ),
        entry(
            Glyph::Braces,
            common::ACCESS_TOKENS,
            settings::TITLE,
            Does::Go(Route::Settings(Section::Tokens)),
        ),
        entry(
            Glyph::Download,
            settings::EXPORT,
            settings::TITLE,
            Does::Go(Route::Settings(Section::Export)),
        ),
        entry(
            Glyph::Laptop,
            settings::DEVICES,
            settings::TITLE,
            Does::Go(Route::Settings(Section::Devices)),
        ),
        entry(
            Glyph::Key,
            settings::SESSIONS,
            settings::TITLE,
            Does::Go(Route::Settings(Section::Sessions)),
        ),
        entry(
            Glyph::Sun,
            common::THEME_LIGHT,
            settings::APPEARANCE,
            Does::Theme(Some("light")),
        ),
        entry(
            Glyph::Moon,
            common::THEME_DARK,
            settings::APPEARANCE,
            Does::Theme(Some("dark")),
        ),
        entry(
            Glyph::Sliders,
            common::THEME_SYSTEM,
            settings::APPEARANCE,
            Does::Theme(None),
        ),
        entry(Glyph::Keyboard, common::KEYS, "?", Does::Keys),
        entry(Glyph::Out, common::SIGN_OUT, "", Does::SignOut),
    ];
    all.into_iter()
        .filter(|it| {
            typed
                .split_whitespace()
                .all(|word| it.text.to_lowercase().contains(word))
        })
        .collect()
}

fn found(row: &Summary) -> Entry {
    let glyph = match row.kind {
        Kind::Prompt => Glyph::Braces,
        Kind::Snippet => Glyph::Quote,
        Kind::Collection => Glyph::Folder,
    };
    let text = if row.title.is_empty() {
        row.excerpt.clone()
    } else {
        row.title.clone()
    };
    let text = if text.is_empty() {
        library::UNTITLED.to_owned()
    } else {
        text
    };
    Entry {
        glyph,
        text,
        note: library::kind(row.kind).0.to_owned(),
        does: Does::Open(row.id),
    }
}

/// The text cut around the first place of what is typed, whatever its case.
fn cut<'a>(text: &'a str, typed: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let lower = typed.to_lowercase();
    for (at, _) in text.char_indices() {
        let rest = text.get(at..)?;
        let end = rest
            .char_indices()
            .map(|(i, c)| i.saturating_add(c.len_utf8()))
            .nth(typed.chars().count().saturating_sub(1));
        if let Some(hit) = end.and_then(|end| rest.get(..end))
            && hit.to_lowercase() == lower
        {
            return Some((text.get(..at)?, hit, rest.get(hit.len()..)?));
        }
    }
    None
}

fn run(app: App, does: Does) {
    app.overlay.set(None);
    match does {
        Does::Go(route) => app.nav.go(route),
        Does::Open(id) => app.nav.go(Route::Document(id)),
        Does::Create(kind) => create(app, kind),
        Does::Theme(theme) => set_theme(theme),
        Does::Keys => app.overlay.set(Some(super::Overlay::Keys)),
        Does::SignOut => app.sign_out(),
    }
}

/// Searches as one types, a moment after the last key.
fn search(typed: RwSignal<String>, hits: RwSignal<Vec<Entry>>) -> impl Fn() + Copy {
    let debounce = Debounce::new(120);
    move || {
        let words = typed.get_untracked();
        if words.trim().is_empty() {
            debounce.cancel();
            hits.set(Vec::new());
            return;
        }
        debounce.run(move || {
            spawn_local(async move {
                let query = ListQuery {
                    q: Some(words.clone()),
                    limit: Some(DOCUMENTS),
                    ..ListQuery::default()
                };
                let page = Client
                    .get::<Page>(&format!("/library{}", query_string(&query)))
                    .await;
                if let Ok(page) = page
                    && typed.try_get_untracked().as_deref() == Some(&words)
                {
                    hits.set(page.items.iter().map(found).collect());
                }
            });
        });
    }
}

/// The palette.
#[component]
pub fn Palette(
    /// It wants to be gone.
    on_close: Callback<()>,
) -> impl IntoView {
    let app = app();
    let typed = RwSignal::new(String::new());
    let hits = RwSignal::new(Vec::<Entry>::new());
    let at = RwSignal::new(0usize);
    let ask = search(typed, hits);
    let entries = Memo::new(move |_| {
        let mut all = hits.get();
        all.extend(commands(&typed.get()));
        all
    });
    let key = move |event: web_sys::KeyboardEvent| {
        let count = entries.with_untracked(Vec::len);
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
                if let Some(entry) =
                    entries.with_untracked(|all| all.get(at.get_untracked()).cloned())
                {
                    run(app, entry.does);
                }
            }
            _ => return,
        }
        event.prevent_default();
        request_animation_frame(|| {
            if let Ok(Some(row)) = document().query_selector(".palette [aria-selected=true]") {
                row.scroll_into_view_with_bool(false);
            }
        });
    };
    let line = move |(i, entry): (usize, Entry)| {
        let does = entry.does.clone();
        let text = match cut(&entry.text, &typed.get_untracked()) {
            Some((before, hit, after)) => {
                view! { {before.to_owned()}<mark>{hit.to_owned()}</mark>{after.to_owned()} }
                    .into_any()
            }
            None => entry.text.clone().into_any(),
        };
        view! {
            <div
                class="option"
                role="option"
                id=format!("found-{i}")
                aria-selected=move || (at.get() == i).to_string()
                on:mousemove=move |_| if at.get_untracked() != i { at.set(i) }
                on:click=move |_| run(app, does.clone())
            >
                <Icon glyph=entry.glyph />
                <span class="grow cut" dir="auto">{text}</span>
                <span class="muted nowrap">{entry.note}</span>
            </div>
        }
    };
    let list = move || {
        let all = entries.get();
        let documents = hits.with(Vec::len);
        let (found, rest): (Vec<_>, Vec<_>) = all
            .into_iter()
            .enumerate()
            .partition(|(i, _)| *i < documents);
        let head = |text: &'static str, some: bool| {
            some.then(|| view! { <p class="palette__head" role="presentation">{text}</p> })
        };
        view! {
            {head(common::DOCUMENTS, !found.is_empty())}
            {found.into_iter().map(line).collect_view()}
            {head(common::ACTIONS, !rest.is_empty())}
            {rest.into_iter().map(line).collect_view()}
        }
    };
    let open = if platform::apple() { "⌘ K" } else { "Ctrl K" };
    view! {
        <Modal label=common::SEARCH_OR_RUN class="palette" on_close=on_close>
            <div class="palette__in">
                <Icon glyph=Glyph::Search />
                <input
                    aria-label=common::SEARCH_OR_RUN
                    placeholder=common::SEARCH_OR_RUN
                    role="combobox"
                    aria-expanded="true"
                    aria-controls="found"
                    aria-autocomplete="list"
                    aria-activedescendant=move || format!("found-{}", at.get())
                    autocomplete="off"
                    spellcheck="false"
                    autofocus
                    prop:value=typed
                    on:input=move |event| {
                        typed.set(event_target_value(&event));
                        at.set(0);
                        ask();
                    }
                    on:keydown=key
                />
                <kbd class="kbd">"Esc"</kbd>
            </div>
            <div class="palette__list" id="found" role="listbox" aria-label=common::RESULTS>{list}</div>
            <Show when=move || entries.with(Vec::is_empty)>
                <p class="empty muted" role="status">{common::PALETTE_NONE}</p>
            </Show>
            <div class="palette__foot">
                <span><kbd class="kbd">"↑"</kbd><kbd class="kbd">"↓"</kbd>" "{library::KEYS_MOVE}</span>
                <span><kbd class="kbd">"↵"</kbd>" "{library::KEYS_OPEN}</span>
                <span class="push"><kbd class="kbd">{open}</kbd></span>
            </div>
        </Modal>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_by_any_of_their_words() {
        assert!(commands("").len() > 10);
        let names: Vec<String> = commands("dark THE")
            .into_iter()
            .map(|entry| entry.text)
            .collect();
        assert_eq!(names, [common::THEME_DARK]);
        assert_eq!(commands("no such thing"), []);
    }

    #[test]
    fn a_hit_is_marked_whatever_its_case_and_script() {
        assert_eq!(cut("Code Review", "rev"), Some(("Code ", "Rev", "iew")));
        assert_eq!(cut("Dizi Özeti", "ÖZ"), Some(("Dizi ", "Öz", "eti")));
        assert_eq!(cut("担任Go语言", "go"), Some(("担任", "Go", "语言")));
        assert_eq!(cut("Code", "x"), None);
        assert_eq!(cut("Code", " "), None);
    }
}
