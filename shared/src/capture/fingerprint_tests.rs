//! Tests of fingerprints and of signatures of what is nearly the same. Not of what is done with a duplicate.

use super::*;
use proptest::prelude::*;

fn essay(seed: usize) -> String {
    (0..240)
        .map(|i| {
            let n = (i * 7919 + seed * 104_729 + i * i * seed) % 4973;
            format!("word{n}")
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn texts_that_differ_in_case_blanks_and_punctuation_have_one_fingerprint() {
    let a = fingerprint("The  Quick brown\nfox, jumps.");
    assert_eq!(a, fingerprint("the quick *brown* fox jumps"));
    assert_eq!(a.len(), 64);
    assert_ne!(a, fingerprint("the quick brown fox jumped"));
    assert_eq!(fingerprint("ﬁne ½"), fingerprint("FINE 1⁄2"));
}

#[test]
fn the_destination_of_a_link_does_not_count() {
    assert_eq!(
        fingerprint("see [the docs](https://a.example/?utm_source=1) now"),
        fingerprint("see [the docs](https://a.example/) now")
    );
    assert_eq!(fold("a ](b"), "a b");
}

#[test]
fn an_edited_text_is_near_and_another_text_is_not() {
    let text = essay(1);
    let edited = text.replacen("word", "other", 4);
    let (a, b) = (simhash(&text).unwrap(), simhash(&edited).unwrap());
    assert!(near(a, b), "{} bits", a.distance(b));
    for seed in 2..40 {
        let other = simhash(&essay(seed)).unwrap();
        assert!(!near(a, other), "seed {seed}: {} bits", a.distance(other));
    }
}

#[test]
fn a_text_in_a_script_without_spaces_is_compared_by_characters() {
    let text = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所でニャーニャー泣いていた事だけは記憶している。".repeat(3);
    let edited = text.replacen("吾輩", "我輩", 1);
    let a = simhash(&text).unwrap();
    assert!(near(a, simhash(&edited).unwrap()));
    let other = simhash(
        "国境の長いトンネルを抜けると雪国であった。夜の底が白くなった。信号所に汽車が止まった。",
    )
    .unwrap();
    assert!(!near(a, other));
}

#[test]
fn a_short_text_has_no_signature() {
    assert_eq!(simhash("one two three four five six seven"), None);
    assert_eq!(simhash(""), None);
}

#[test]
fn a_signature_travels_as_sixteen_digits() {
    let json = serde_json::to_string(&SimHash(0xabc)).unwrap();
    assert_eq!(json, "\"0000000000000abc\"");
    assert_eq!(
        serde_json::from_str::<SimHash>(&json).unwrap(),
        SimHash(0xabc)
    );
    assert!(serde_json::from_str::<SimHash>("\"xyz\"").is_err());
}

proptest! {
    #[test]
    fn folding_is_idempotent(text in "\\PC{0,60}") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn distance_is_symmetric_and_zero_only_for_equals(a: u64, b: u64) {
        prop_assert_eq!(SimHash(a).distance(SimHash(b)), SimHash(b).distance(SimHash(a)));
        prop_assert_eq!(SimHash(a).distance(SimHash(b)) == 0, a == b);
    }
}

/// Folding without the short way for ASCII.
fn folded_whole(text: &str) -> String {
    let mut out = Folded {
        text: String::new(),
        gap: false,
    };
    for c in text.nfkc().flat_map(char::to_lowercase) {
        out.push(c);
    }
    out.text
}

proptest! {
    #[test]
    fn the_short_way_for_ascii_folds_as_the_whole_text_does(
        text in prop_oneof![any::<String>(), "[ae=<() \u{301}\u{338}\u{30A}éﬁ½東ｶﾞ가\u{1100}\u{1161}.]{0,24}"]
    ) {
        let text = text.replace("](", "");
        prop_assert_eq!(fold(&text), folded_whole(&text));
    }
}
