//! The keyboard map: which key asks for what. Not what a page does with it.

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The command palette.
    Palette,
    /// The search field.
    Search,
    /// A new prompt.
    New,
    /// The next row.
    Down,
    /// The row before.
    Up,
    /// A screenful down.
    PageDown,
    /// A screenful up.
    PageUp,
    /// The first row.
    First,
    /// The last row.
    Last,
    /// Opens the row.
    Open,
    /// Edits.
    Edit,
    /// Marks the row.
    Select,
    /// Marks all rows.
    SelectAll,
    /// Marks or unmarks as favourite.
    Favourite,
    /// To the trash, or out of it.
    Trash,
    /// Runs, or saves where nothing runs.
    Run,
    /// Saves at once.
    Save,
    /// Takes the last action back.
    Undo,
    /// The list of keys.
    Help,
    /// Closes what is open.
    Escape,
}

/// A key with what is held down, and whether the focus is where text goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Press<'a> {
    /// `KeyboardEvent.key`.
    pub key: &'a str,
    /// Control, or command on Apple keyboards.
    pub command: bool,
    /// Alt.
    pub alt: bool,
    /// Shift.
    pub shift: bool,
    /// The focus is in a text field.
    pub typing: bool,
    /// The focus is on a link, button or box, which has its own Enter.
    pub on_control: bool,
}

/// What a press asks for; `None` leaves the key to the browser.
#[must_use]
pub fn action(press: Press<'_>) -> Option<Action> {
    if press.alt {
        return None;
    }
    if press.command {
        return match press.key {
            "k" | "K" if !press.shift => Some(Action::Palette),
            "Enter" => Some(Action::Run),
            "s" | "S" if !press.shift && press.typing => Some(Action::Save),
            _ => None,
        };
    }
    if press.key == "Escape" {
        return Some(Action::Escape);
    }
    if press.typing {
        return None;
    }
    match press.key {
        "/" => Some(Action::Search),
        "c" => Some(Action::New),
        "j" | "ArrowDown" => Some(Action::Down),
        "k" | "ArrowUp" => Some(Action::Up),
        "PageDown" => Some(Action::PageDown),
        "PageUp" => Some(Action::PageUp),
        "Home" => Some(Action::First),
        "End" => Some(Action::Last),
        "Enter" if !press.on_control => Some(Action::Open),
        "e" => Some(Action::Edit),
        "x" => Some(Action::Select),
        "X" => Some(Action::SelectAll),
        "f" => Some(Action::Favourite),
        "#" | "Delete" => Some(Action::Trash),
        "z" => Some(Action::Undo),
        "?" => Some(Action::Help),
        _ => None,
    }
}

/// The keys as the dialog lists them: keys, and what they do.
pub const LIST: &[(&[&str], &str)] = &[
    (&["Ctrl K"], "Search or run a command"),
    (&["/"], "Search in the list"),
    (&["C"], "New prompt"),
    (&["J", "K"], "Next, previous"),
    (&["Enter"], "Open"),
    (&["E"], "Edit"),
    (&["X"], "Select"),
    (&["Shift X"], "Select all that are loaded"),
    (&["F"], "Favourite"),
    (&["#"], "To the trash, or back"),
    (&["Ctrl Enter"], "Run a prompt; save any other page"),
    (&["Ctrl S"], "Save now"),
    (&["Esc"], "Stop what runs"),
    (&["Z"], "Undo"),
    (&["?"], "These keys"),
    (&["Esc"], "Close"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: &str) -> Press<'_> {
        Press {
            key,
            ..Press::default()
        }
    }

    #[test]
    fn letters_are_text_while_somebody_types() {
        for key in ["c", "j", "/", "x", "?", "Enter", "z", "Home"] {
            assert_eq!(
                action(Press {
                    typing: true,
                    ..press(key)
                }),
                None,
                "{key}"
            );
            assert!(action(press(key)).is_some(), "{key}");
        }
    }

    #[test]
    fn commands_work_everywhere() {
        for typing in [false, true] {
            let held = |key| Press {
                command: true,
                typing,
                ..press(key)
            };
            assert_eq!(action(held("k")), Some(Action::Palette));
            assert_eq!(action(held("Enter")), Some(Action::Run));
            assert_eq!(
                action(Press {
                    typing,
                    ..press("Escape")
                }),
                Some(Action::Escape)
            );
        }
    }

    #[test]
    fn the_browser_keeps_its_own_keys() {
        for key in ["c", "x", "a", "z", "f", "r"] {
            assert_eq!(
                action(Press {
                    command: true,
                    ..press(key)
                }),
                None,
                "{key}"
            );
        }
        assert_eq!(
            action(Press {
                command: true,
                ..press("s")
            }),
            None
        );
        assert_eq!(
            action(Press {
                alt: true,
                ..press("j")
            }),
            None
        );
    }

    #[test]
    fn enter_on_a_link_follows_the_link() {
        assert_eq!(
            action(Press {
                on_control: true,
                ..press("Enter")
            }),
            None
        );
        assert_eq!(
            action(Press {
                on_control: true,
                ..press("j")
            }),
            Some(Action::Down)
        );
    }
}
