//! Tests of the three-way merge: identities, places, unique lines, line endings, bounds.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn clean(base: &str, ours: &str, theirs: &str) -> Option<String> {
    match merge(base, ours, theirs) {
        Merge::Clean(text) => Some(text),
        Merge::Conflict => None,
    }
}

const POEM: &str = "one\ntwo\nthree\nfour\nfive\n";

#[test]
fn changes_in_different_places_are_both_kept() {
    let merged = clean(
        POEM,
        "ONE\ntwo\nthree\nfour\nfive\n",
        "one\ntwo\nthree\nfour\nFIVE\n",
    );
    assert_eq!(merged.as_deref(), Some("ONE\ntwo\nthree\nfour\nFIVE\n"));
}

#[test]
fn an_insertion_and_a_removal_are_both_kept() {
    let merged = clean(
        POEM,
        "one\none and a half\ntwo\nthree\nfour\nfive\n",
        "one\ntwo\nthree\nfive\n",
    );
    assert_eq!(
        merged.as_deref(),
        Some("one\none and a half\ntwo\nthree\nfive\n")
    );
}

#[test]
fn the_same_change_on_both_sides_is_made_once() {
    let merged = clean(
        POEM,
        "one\n2\nthree\nfour\nfive\n",
        "one\n2\nthree\nfour\n5\n",
    );
    assert_eq!(merged.as_deref(), Some("one\n2\nthree\nfour\n5\n"));
}

#[test]
fn a_place_changed_on_both_sides_is_a_conflict() {
    assert_eq!(
        clean(
            POEM,
            "one\n2\nthree\nfour\nfive\n",
            "one\nzwei\nthree\nfour\nfive\n"
        ),
        None
    );
    assert_eq!(clean("a", "b", "c"), None);
    assert_eq!(clean("", "a\n", "b\n"), None);
    assert_eq!(clean("a\n", "a\nb\n", "a\nc\n"), None);
}

#[test]
fn neighbouring_lines_changed_by_two_sides_are_a_conflict() {
    assert_eq!(
        clean(
            POEM,
            "one\n2\nthree\nfour\nfive\n",
            "one\ntwo\n3\nfour\nfive\n"
        ),
        None
    );
}

#[test]
fn nothing_is_merged_next_to_repeated_lines() {
    let base = "a\n-\n-\nb\n-\n-\n";
    // Both sides touch a list of equal lines: which of them was meant is a guess.
    assert_eq!(
        clean(base, "a\n-\nX\n-\nb\n-\n-\n", "a\nY\n-\n-\nb\n-\n-\n"),
        None
    );
    // With a unique line between the two places there is nothing to guess.
    let apart = clean(base, "a\nX\n-\n-\nb\n-\n-\n", "a\n-\n-\nb\n-\nY\n-\n");
    assert_eq!(apart.as_deref(), Some("a\nX\n-\n-\nb\n-\nY\n-\n"));
}

#[test]
fn a_run_of_blank_lines_holds_nothing_together() {
    assert_eq!(clean("a\n\n\n\nb\n", "A\n\n\n\nb\n", "a\n\n\n\nB\n"), None);
    let apart = clean(
        "a\n\nmiddle\n\nb\n",
        "A\n\nmiddle\n\nb\n",
        "a\n\nmiddle\n\nB\n",
    );
    assert_eq!(apart.as_deref(), Some("A\n\nmiddle\n\nB\n"));
}

#[test]
fn a_line_moved_to_two_places_is_not_doubled() {
    let base = "a\nb\nc\nd\nm\ne\nf\n";
    assert_eq!(
        clean(base, "m\na\nb\nc\nd\ne\nf\n", "a\nb\nm\nc\nd\ne\nf\n"),
        None
    );
    let once = clean(base, "m\na\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\nm\ne\nF\n");
    assert_eq!(once.as_deref(), Some("m\na\nb\nc\nd\ne\nF\n"));
}

#[test]
fn line_endings_and_the_end_of_the_text_stay_as_they_are() {
    let merged = clean(
        "a\r\nb\r\nc\r\nd",
        "A\r\nb\r\nc\r\nd",
        "a\r\nb\r\nc\r\nd\r\ne",
    );
    assert_eq!(merged.as_deref(), Some("A\r\nb\r\nc\r\nd\r\ne"));
    let merged = clean("a\nb\nc", "A\nb\nc", "a\nb\nc\n");
    assert_eq!(merged.as_deref(), Some("A\nb\nc\n"));
    assert_eq!(
        clean("a\nb\n", "a\r\nb\r\n", "a\nB\n"),
        None,
        "all lines against one"
    );
}

#[test]
fn a_long_text_is_merged_within_the_work_that_its_length_allows() {
    let lines: Vec<String> = (0..3_000)
        .map(|n| format!("line {n} {}\n", "x".repeat(40)))
        .collect();
    let base = lines.concat();
    assert!(base.len() > 144_000);
    let ours = base.replacen("line 7 ", "LINE 7 ", 1);
    let theirs = base.replacen("line 2900 ", "LINE 2900 ", 1);
    let (merged, work) = merge_within(&base, &ours, &theirs, WORK_LIMIT);
    let expected = ours.replacen("line 2900 ", "LINE 2900 ", 1);
    assert_eq!(merged, Merge::Clean(expected));
    assert!(work < 120_000, "{work}");
}

#[test]
fn the_worst_texts_of_the_largest_size_stay_within_the_limit() {
    let size = crate::library::limits::BODY_BYTES;
    let blank = "\n".repeat(size);
    let pairs = "a\n".repeat(size / 2);
    let unique: String = (0..size / 8).map(|n| format!("{n:07}\n")).collect();
    let backwards: String = (0..size / 8).rev().map(|n| format!("{n:07}\n")).collect();
    for (base, ours, theirs) in [
        (&blank, &pairs, &unique),
        (&unique, &backwards, &pairs),
        (&unique, &unique.replacen('1', "2", 1), &backwards),
    ] {
        let (_, work) = merge_within(base, ours, theirs, WORK_LIMIT);
        assert!(work <= WORK_LIMIT + size as u64 * 3, "{work}");
    }
}

#[test]
fn too_much_work_is_a_conflict() {
    let (merged, _) = merge_within(
        POEM,
        "1\ntwo\nthree\nfour\nfive\n",
        "one\ntwo\nthree\nfour\n5\n",
        20,
    );
    assert_eq!(merged, Merge::Conflict);
}

/// Edits of a text of unique lines: keep, drop, or put a new line after.
fn edited(base: &[String], edits: &[u8], name: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, line) in base.iter().enumerate() {
        match edits.get(number).copied().unwrap_or(0) {
            0..=6 => lines.push(line.clone()),
            7 => {}
            8 => lines.extend([line.clone(), format!("{name} after {number}")]),
            _ => lines.push(format!("{name} instead of {number}")),
        }
    }
    lines
}

fn joined(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

proptest! {
    #[test]
    fn an_unchanged_side_changes_nothing(base: String, other: String) {
        prop_assert_eq!(clean(&base, &base, &other), Some(other.clone()));
        prop_assert_eq!(clean(&base, &other, &base), Some(other.clone()));
        prop_assert_eq!(clean(&base, &other, &other), Some(other));
    }

    #[test]
    fn any_three_texts_are_merged_or_refused(base in "[ab\n\r é\u{1F600}]{0,30}", ours in "[ab\n\r é\u{1F600}]{0,30}", theirs in "[ab\n\r é\u{1F600}]{0,30}") {
        if let Some(merged) = clean(&base, &ours, &theirs) {
            for line in merged.split_inclusive('\n') {
                let known = [&base, &ours, &theirs].iter().any(|text| text.split_inclusive('\n').any(|other| other == line));
                prop_assert!(known, "{line:?} is in no side");
            }
        }
    }

    #[test]
    fn every_unique_line_is_there_exactly_once(count in 0usize..30, left in prop::collection::vec(0u8..10, 30), right in prop::collection::vec(0u8..10, 30), moved in prop::option::of((0usize..30, 0usize..30))) {
        let base: Vec<String> = (0..count).map(|n| format!("line {n}")).collect();
        let mut ours = edited(&base, &left, "ours");
        let theirs = edited(&base, &right, "theirs");
        if let Some((from, to)) = moved && !ours.is_empty() {
            let line = ours.remove(from % ours.len());
            ours.insert(to % (ours.len() + 1), line);
        }
        let Some(merged) = clean(&joined(&base), &joined(&ours), &joined(&theirs)) else { return Ok(()) };
        let lines: Vec<String> = merged.lines().map(str::to_owned).collect();
        let set = |lines: &[String]| lines.iter().cloned().collect::<BTreeSet<_>>();
        let (base, ours, theirs) = (set(&base), set(&ours), set(&theirs));
        let expected: BTreeSet<String> = base.union(&ours).chain(&theirs).filter(|line| {
            let (b, o, t) = (base.contains(*line), ours.contains(*line), theirs.contains(*line));
            if b == o { t } else { o }
        }).cloned().collect();
        prop_assert_eq!(lines.len(), expected.len());
        prop_assert_eq!(set(&lines), expected);
    }

    #[test]
    fn edits_far_apart_always_merge_and_in_either_order(count in 8usize..60) {
        let base: Vec<String> = (0..count).map(|n| format!("line {n}")).collect();
        let (mut ours, mut theirs) = (base.clone(), base.clone());
        ours[1].push_str(" ours");
        theirs[count - 2].push_str(" theirs");
        let mut both = ours.clone();
        both[count - 2].push_str(" theirs");
        let texts = [joined(&base), joined(&ours), joined(&theirs)];
        prop_assert_eq!(clean(&texts[0], &texts[1], &texts[2]), Some(joined(&both)));
        prop_assert_eq!(clean(&texts[0], &texts[2], &texts[1]), Some(joined(&both)));
    }
}

#[test]
fn the_largest_text_of_short_lines_is_still_merged() {
    let count = crate::library::limits::BODY_BYTES / 8;
    let base: String = (0..count).map(|n| format!("{n:07}\n")).collect();
    let ours = base.replacen("0000003", "ours", 1);
    let theirs = base.replacen("0114000", "theirs", 1);
    let both = ours.replacen("0114000", "theirs", 1);
    assert_eq!(clean(&base, &ours, &theirs), Some(both));
}
