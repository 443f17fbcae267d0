//! One of a few, chosen by keys. Not its look.

use wasm_bindgen::JsCast;

/// The choice that a key moves to from the one at `now`: along the reading direction, and round at the ends. `None` for other keys.
#[must_use]
pub fn turned(key: &str, now: usize, count: usize, rtl: bool) -> Option<usize> {
    let last = count.saturating_sub(1);
    let onwards = match key {
        "ArrowDown" => true,
        "ArrowUp" => false,
        "ArrowRight" => !rtl,
        "ArrowLeft" => rtl,
        _ => return None,
    };
    Some(match (onwards, now) {
        (true, now) if now >= last => 0,
        (true, now) => now.saturating_add(1),
        (false, 0) => last,
        (false, now) => now.saturating_sub(1),
    })
}

/// Moves the focus to a child of a group.
pub fn focus_child(group: &web_sys::Element, at: usize) {
    let child = group.children().item(u32::try_from(at).unwrap_or(0));
    if let Some(button) = child.and_then(|child| child.dyn_into::<web_sys::HtmlElement>().ok()) {
        // A control that cannot take the focus just now keeps working.
        let _ = button.focus();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_move_along_the_reading_direction_and_round_at_the_ends() {
        let row = |key, rtl| {
            (0..3)
                .map(|now| turned(key, now, 3, rtl).unwrap())
                .collect::<Vec<_>>()
        };
        for (onwards, back, rtl) in [
            ("ArrowRight", "ArrowLeft", false),
            ("ArrowLeft", "ArrowRight", true),
        ] {
            assert_eq!(row(onwards, rtl), [1, 2, 0]);
            assert_eq!(row(back, rtl), [2, 0, 1]);
            assert_eq!(row("ArrowDown", rtl), [1, 2, 0]);
            assert_eq!(row("ArrowUp", rtl), [2, 0, 1]);
        }
    }

    #[test]
    fn other_keys_and_empty_groups_move_nothing() {
        assert_eq!(turned("Tab", 1, 3, false), None);
        assert_eq!(turned("ArrowDown", 0, 0, false), Some(0));
        assert_eq!(turned("ArrowUp", 0, 0, false), Some(0));
    }
}
