//! A title as a short name that can be typed: `Release notes (v2)` is `release-notes-v2`. Not an id: two titles may have the same.

use super::fold;

/// Longest slug, in characters.
pub const LONGEST: usize = 80;

/// Folded letters and digits, with a hyphen for everything between them; `untitled` when nothing is left.
#[must_use]
pub fn slug(title: &str) -> String {
    let mut out = String::new();
    let mut count = 0usize;
    let mut gap = false;
    for c in fold(title).chars() {
        if !c.is_alphanumeric() {
            gap = true;
            continue;
        }
        let more = if gap && !out.is_empty() { 2 } else { 1 };
        if count.saturating_add(more) > LONGEST {
            break;
        }
        if more == 2 {
            out.push('-');
        }
        out.push(c);
        count = count.saturating_add(more);
        gap = false;
    }
    if out.is_empty() {
        "untitled".clone_into(&mut out);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn titles_become_names_that_can_be_typed() {
        for (title, expected) in [
            ("Release notes (v2)", "release-notes-v2"),
            ("  Zażółć gęślą — jaźń!  ", "zazolc-gesla-jazn"),
            ("C++ / Rust", "c-rust"),
            ("要約", "要約"),
            ("🙂", "untitled"),
            ("", "untitled"),
        ] {
            assert_eq!(slug(title), expected, "{title}");
        }
        assert_eq!(slug(&"long ".repeat(40)).chars().count(), 79);
    }

    proptest! {
        #[test]
        fn a_slug_is_its_own_slug_and_parts_nothing(title in ".{0,200}") {
            let name = slug(&title);
            prop_assert_eq!(slug(&name), name.clone());
            prop_assert!(!name.contains(['@', ':', '/', ' ']));
            prop_assert!(!name.starts_with('-') && !name.ends_with('-'));
        }
    }
}
