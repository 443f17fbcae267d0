//! Tests of anchors: a quote is found again and linked to. Not of how a passage becomes text.

use super::*;
use proptest::prelude::*;

fn anchor(exact: &str, prefix: &str, suffix: &str) -> Anchor {
    Anchor {
        exact: exact.into(),
        prefix: prefix.into(),
        suffix: suffix.into(),
        position: 0,
    }
}

fn found(text: &str, anchor: &Anchor) -> Option<String> {
    match anchor.locate(text) {
        Located::Found { start, end } => Some(text[start..end].to_owned()),
        _ => None,
    }
}

#[test]
fn a_passage_is_found_after_the_text_around_it_moved() {
    let text = "Intro. The cat sat on the mat. Outro.";
    let start = text.find("The cat").unwrap();
    let saved = Anchor::new(text, start, start + 23).unwrap();
    assert_eq!(saved.exact, "The cat sat on the mat.");
    let moved = format!("New opening.\n\n{text}");
    assert_eq!(
        found(&moved, &saved).as_deref(),
        Some("The cat sat on the mat.")
    );
}

#[test]
fn the_context_tells_repeated_passages_apart() {
    let text = "First: same words here. Second: same words here. End.";
    let second = text.rfind("same").unwrap();
    let saved = Anchor::new(text, second, second + 15).unwrap();
    assert_eq!(
        saved.locate(text),
        Located::Found {
            start: second,
            end: second + 15
        }
    );
}

#[test]
fn equal_contexts_are_refused_even_when_the_position_matches() {
    let text = "row row row row";
    let saved = Anchor {
        exact: "row".into(),
        prefix: "row ".into(),
        suffix: " row".into(),
        position: 4,
    };
    assert_eq!(saved.locate(text), Located::Ambiguous);
}

#[test]
fn several_passages_none_of_whose_contexts_agree_are_refused() {
    let saved = anchor("same words here", "gone before", "gone after");
    assert_eq!(
        saved.locate("x same words here y same words here z"),
        Located::Ambiguous
    );
}

#[test]
fn a_passage_that_is_gone_is_an_orphan_and_a_short_one_needs_its_context() {
    assert_eq!(
        anchor("not there", "", "").locate("some text"),
        Located::Orphan
    );
    assert_eq!(
        anchor("the", "close to ", " station").locate("what the fox says"),
        Located::Orphan
    );
    assert_eq!(anchor("  ", "", "").locate("some text"), Located::Orphan);
}

#[test]
fn blanks_may_differ() {
    let text = "one\n  two\u{a0}three four";
    assert_eq!(
        found(text, &anchor("one two three", "", " four")).as_deref(),
        Some("one\n  two\u{a0}three")
    );
}

#[test]
fn a_link_encodes_what_the_directive_uses_as_syntax() {
    let link = text_fragment_link("https://a.example/p", &anchor("a-b, c & d or e", "", ""));
    assert_eq!(
        link,
        "https://a.example/p#:~:text=a%2Db%2C%20c%20%26%20d%20or%20e"
    );
}

#[test]
fn a_short_passage_gets_context_and_a_long_one_its_ends() {
    let short = anchor("the mat", "cat sat on ", " and slept well");
    assert_eq!(
        text_fragment_link("https://a.example/#sec", &short),
        "https://a.example/#sec:~:text=cat%20sat%20on-,the%20mat,-and%20slept%20well"
    );
    let long = anchor(
        "First line of it all here now.\nMiddle.\nThe very last words of this one",
        "",
        "",
    );
    assert_eq!(
        text_fragment_link("https://a.example/#:~:text=old", &long),
        "https://a.example/#:~:text=First%20line%20of%20it%20all%20here,very%20last%20words%20of%20this%20one"
    );
}

#[test]
fn the_position_counts_as_javascript_does() {
    let text = "👩 fox";
    assert_eq!(Anchor::new(text, 5, 8).unwrap().position, 3);
    assert_eq!(Anchor::new(text, 1, 3), None);
    assert_eq!(Anchor::new(text, 4, 5), None);
}

proptest! {
    #[test]
    fn what_is_found_is_what_was_saved(text in "[a-c \n]{1,60}", a in 0usize..60, b in 0usize..60) {
        let (start, end) = (a.min(b).min(text.len()), a.max(b).min(text.len()));
        if let Some(saved) = Anchor::new(&text, start, end) {
            match saved.locate(&text) {
                Located::Found { start: at, end: to } => {
                    prop_assert_eq!(&text[at..to], saved.exact.as_str());
                }
                Located::Ambiguous => prop_assert!(text.matches(saved.exact.as_str()).count() >= 1),
                Located::Orphan => prop_assert!(false, "the passage is there"),
            }
        }
    }

    #[test]
    fn any_anchor_on_any_text_is_answered(text in "\\PC{0,60}", exact in "\\PC{0,8}", prefix in "\\PC{0,8}") {
        let saved = anchor(&exact, &prefix, "");
        if let Located::Found { start, end } = saved.locate(&text) {
            prop_assert!(text.get(start..end).is_some());
        }
        prop_assert!(text_fragment_link("https://a.example/", &saved).is_ascii());
    }
}
