//! Tests of queries as people type them, and of what they find.

use super::*;
use crate::text::search_text;
use proptest::prelude::*;

fn fts(input: &str) -> String {
    query(input).to_fts5().unwrap_or_default()
}

fn ts(input: &str) -> String {
    query(input).to_tsquery().unwrap_or_default()
}

#[test]
fn words_must_all_match_and_the_last_may_be_unfinished() {
    assert_eq!(fts("Code  Revíew"), r#"("code" AND "review" *)"#);
    assert_eq!(ts("Code  Revíew"), "((code) & (review:*))");
}

#[test]
fn a_phrase_stands_together_and_is_finished() {
    assert_eq!(fts(r#""act as" lawyer"#), r#"("act as" AND "lawyer" *)"#);
    assert_eq!(ts(r#"lawyer "act as""#), "((lawyer) & (act <-> as))");
    assert_eq!(fts(r#""never closed"#), r#"("never closed")"#);
}

#[test]
fn a_word_with_punctuation_is_a_phrase() {
    assert_eq!(fts("front-end x"), r#"("front end" AND "x" *)"#);
    assert_eq!(fts("https://example.org/a"), r#"("https example org a" *)"#);
}

#[test]
fn exclusion_needs_something_to_search_for() {
    assert_eq!(
        fts("code -java -\"act as\""),
        r#"("code") NOT "java" NOT "act as""#
    );
    assert_eq!(ts("code -java"), "((code)) & !(java)");
    assert_eq!(query("-java").to_fts5(), None);
    assert!(!query("-java").has_text());
    assert!(!query("-java").is_empty());
}

#[test]
fn filters_are_taken_out_of_the_words() {
    let query = query(
        r#"tag:coding tag:"two words" -tag:old site:WWW.Example.org kind:prompts is:favourite -is:conflict poem"#,
    );
    assert_eq!(query.tags, ["coding", "two words"]);
    assert_eq!(query.excluded_tags, ["old"]);
    assert_eq!(query.sites, ["example.org"]);
    assert_eq!(query.kinds, ["prompt"]);
    assert_eq!((query.favourite, query.conflict), (Some(true), Some(false)));
    assert_eq!(query.to_fts5().unwrap(), r#"("poem" *)"#);
}

#[test]
fn what_is_no_filter_is_words() {
    assert_eq!(fts("kind:banana"), r#"("kind banana" *)"#);
    assert_eq!(fts("tag:"), r#"("tag" *)"#);
    assert_eq!(fts("a - b"), r#"("a" AND "b" *)"#);
    assert_eq!(
        fts("AND OR NOT NEAR"),
        r#"("and" AND "or" AND "not" AND "near" *)"#
    );
    assert!(query(" \"\" -- :: ").to_fts5().is_none());
}

#[test]
fn one_character_of_a_spaceless_script_matches_the_beginning_of_a_pair() {
    assert_eq!(fts("都 x"), r#"("都" * AND "x" *)"#);
    assert_eq!(fts("东京都 x"), r#"("东京 京都" AND "x" *)"#);
    assert_eq!(ts("GPT模 x"), "((gpt <-> 模:*) & (x:*))");
}

/// The grammar of what the renderers may give: a closed alphabet, balanced quotes and parentheses, operators between operands.
fn assert_safe_fts5(text: &str) {
    assert_eq!(text.matches('"').count() % 2, 0, "{text}");
    for (i, part) in text.split('"').enumerate() {
        if i % 2 == 1 {
            assert!(
                !part.is_empty() && part.split(' ').all(|token| !token.is_empty()),
                "{text}"
            );
            assert!(
                part.chars().all(|c| c == ' ' || c.is_alphanumeric()),
                "{text}"
            );
        } else {
            let part = part
                .replace(" * ", " ")
                .replace(" *)", ")")
                .replace(" *", "");
            let known = ["", "(", ")", " AND ", ") NOT ", " NOT "];
            assert!(known.contains(&part.as_str()), "{part:?} in {text}");
        }
    }
}

fn assert_safe_tsquery(text: &str) {
    let bare = text
        .replace(" <-> ", "·")
        .replace(":*)", ")")
        .replace(") & !(", "·")
        .replace(") & (", "·");
    let inner = bare.strip_prefix("((").unwrap();
    for token in inner.split('·') {
        let token = token.trim_end_matches(')');
        assert!(
            !token.is_empty() && token.chars().all(char::is_alphanumeric),
            "{token:?} in {text}"
        );
    }
    assert_eq!(
        text.matches('(').count(),
        text.matches(')').count(),
        "{text}"
    );
}

proptest! {
    #[test]
    fn any_input_renders_to_a_safe_query(input in any::<String>()) {
        let query = query(&input);
        if let Some(text) = query.to_fts5() { assert_safe_fts5(&text); }
        if let Some(text) = query.to_tsquery() { assert_safe_tsquery(&text); }
    }

    #[test]
    fn input_made_of_operators_renders_to_a_safe_query(input in r#"["'\-:*()&|!<> abé東is:tagNEAR^+\\]{0,60}"#) {
        let query = query(&input);
        if let Some(text) = query.to_fts5() { assert_safe_fts5(&text); }
        if let Some(text) = query.to_tsquery() { assert_safe_tsquery(&text); }
    }

    #[test]
    fn a_document_is_found_by_any_of_its_words(words in prop::collection::vec("[a-zäö東京]{1,6}", 1..6), pick in any::<prop::sample::Index>()) {
        let text = format!(" {} ", search_text("", &words.join(" "), [""; 0], "", ""));
        let word: &String = pick.get(words.as_slice());
        let query = query(word);
        for term in &query.terms {
            let found = text.contains(&format!(" {}", term.tokens.join(" ")));
            prop_assert!(found, "{:?} in {}", term, text);
        }
    }
}

proptest! {
    #[test]
    fn a_tag_and_a_site_are_phrases_of_their_document(tag in "[a-zäö東京都 -]{1,10}", site in "[a-z東京]{1,6}\\.[a-z]{2,4}") {
        let text = format!(" {} ", search_text("title 東", "body 京", [&tag], "note", &format!("{site} page")));
        let query = SearchQuery::default().with_phrases([tag.as_str(), site.as_str()]);
        for term in &query.terms {
            // Whole tokens: neither database is told that the last may go on.
            let found = format!(" {} ", term.tokens.join(" "));
            prop_assert!(text.contains(&found), "{:?} in {}", term, text);
        }
        prop_assert!(!query.terms.is_empty() || tag.chars().all(|c| !c.is_alphanumeric()));
    }
}

#[test]
fn an_endless_query_is_cut() {
    let query = query(&"word ".repeat(10_000));
    assert_eq!(query.terms.len(), TERMS);
}
