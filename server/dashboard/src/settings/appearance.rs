//! Theme and density, kept in this browser. Not on the server: a screen is this person's at this place.

use crate::platform;
use krowoc_ui::components::Seg;
use krowoc_ui::messages::settings as words;
use leptos::prelude::*;

const THEME: &str = "krowoc.theme";
const DENSITY: &str = "krowoc.density";
const THEMES: [Option<&str>; 3] = [None, Some("light"), Some("dark")];
const DENSITIES: [Option<&str>; 2] = [None, Some("compact")];

/// The place of a kept value among the choices; the first when it is none of them.
fn place(choices: &[Option<&str>], kept: Option<&str>) -> usize {
    choices
        .iter()
        .position(|choice| *choice == kept)
        .unwrap_or(0)
}

fn kept(key: &str, choices: &[Option<&'static str>]) -> Option<&'static str> {
    let kept = platform::recall(key);
    choices
        .get(place(choices, kept.as_deref()))
        .copied()
        .flatten()
}

fn keep(key: &str, value: Option<&str>) {
    match value {
        Some(value) => {
            platform::keep(key, value);
        }
        None => platform::forget(key),
    }
}

/// Applies what this browser keeps, before anything is drawn.
pub fn apply_stored() {
    platform::apply_theme(kept(THEME, &THEMES));
    platform::apply_density(kept(DENSITY, &DENSITIES));
}

/// Takes a theme and keeps it; `None` follows the system.
pub fn set_theme(theme: Option<&'static str>) {
    platform::apply_theme(theme);
    keep(THEME, theme);
}

#[component]
pub(super) fn Appearance() -> impl IntoView {
    let theme = RwSignal::new(place(&THEMES, kept(THEME, &THEMES)));
    let density = RwSignal::new(place(&DENSITIES, kept(DENSITY, &DENSITIES)));
    let take_theme = move |index: usize| {
        theme.set(index);
        set_theme(THEMES.get(index).copied().flatten());
    };
    let take_density = move |index: usize| {
        density.set(index);
        let value = DENSITIES.get(index).copied().flatten();
        platform::apply_density(value);
        keep(DENSITY, value);
    };
    view! {
        <p class="soft">{words::THEME_TEXT}</p>
        <div class="stack stack--2">
            <h3>{words::THEME}</h3>
            <div><Seg label=words::THEME options=vec![words::SYSTEM, words::LIGHT, words::DARK] value=theme on_change=take_theme /></div>
        </div>
        <div class="stack stack--2">
            <h3>{words::DENSITY}</h3>
            <div><Seg label=words::DENSITY options=vec![words::COMFORTABLE, words::COMPACT] value=density on_change=take_density /></div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_kept_value_is_the_first_choice() {
        assert_eq!(place(&THEMES, Some("dark")), 2);
        assert_eq!(place(&THEMES, Some("sepia")), 0);
        assert_eq!(place(&DENSITIES, None), 0);
    }
}
