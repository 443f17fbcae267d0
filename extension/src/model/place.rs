//! What tells one capture from another: whether what was written about one belongs to the other. Not whether it was saved before.

use crate::json::Tree;
use crate::messages::Part;

/// The place of a capture. A page is one by its address, because its text is another with each visit; a selection by its text as well.
#[must_use]
pub fn of(part: Part, source: &str, title: &str, text: &str) -> String {
    let address = address(source).unwrap_or_default();
    match part {
        Part::Page => format!("{address} {title}"),
        Part::Selection => format!("{address} {title} {}", mark(text)),
    }
}

fn address(source: &str) -> Option<String> {
    let Ok(Tree::Object(fields)) = Tree::of(source) else {
        return None;
    };
    let found = fields.into_iter().find(|(name, _)| name == "url")?;
    match found.1 {
        Tree::Text(address) => Some(address),
        _ => None,
    }
}

/// FNV-1a: it tells texts of one page apart, and nobody gains by two that are alike.
fn mark(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |mark, byte| {
        (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = r#"{"how":"popup","url":"https://a.example/one","capturedAt":1}"#;
    const LATER: &str = r#"{"how":"popup","url":"https://a.example/one","capturedAt":2}"#;
    const THERE: &str = r#"{"how":"popup","url":"https://a.example/two","capturedAt":1}"#;

    #[test]
    fn two_selections_of_a_page_are_two_and_the_same_one_is_the_same_later() {
        let here = of(Part::Selection, HERE, "A", "one text");
        assert_eq!(here, of(Part::Selection, LATER, "A", "one text"));
        assert_ne!(here, of(Part::Selection, HERE, "A", "one test"));
        assert_ne!(here, of(Part::Selection, THERE, "A", "one text"));
        assert_ne!(here, of(Part::Page, HERE, "A", "one text"));
    }

    #[test]
    fn a_page_is_the_same_while_its_text_changes_and_another_with_the_same_title_is_not() {
        let here = of(Part::Page, HERE, "Chat", "10:01");
        assert_eq!(here, of(Part::Page, LATER, "Chat", "10:02"));
        assert_ne!(here, of(Part::Page, THERE, "Chat", "10:01"));
    }

    #[test]
    fn without_an_address_the_title_tells() {
        assert_ne!(of(Part::Page, "{}", "A", ""), of(Part::Page, "{}", "B", ""));
        assert_eq!(
            of(Part::Page, "no JSON", "A", ""),
            of(Part::Page, "{}", "A", "")
        );
    }
}
