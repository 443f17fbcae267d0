//! Three-way merge of texts by line. Not a diff to be shown: it answers only "the merged text" or "a person must look".
//!
//! The three texts are cut at anchors: lines that are not blank, occur once in each text, and stand in the same order in
//! all three. A stretch between two anchors is taken from the side that changed it; when both did, differently, there is
//! a conflict. So nothing is merged next to repeated lines or runs of blank ones, where an alignment would be a guess.
//! Anchors by unique lines follow the patience diff of Bram Cohen.

use std::collections::HashMap;

/// The most steps a merge may take: lines read plus comparisons made. More than that is a conflict.
pub const WORK_LIMIT: u64 = 8_000_000;

/// What a merge comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merge {
    /// One text with the changes of both sides.
    Clean(String),
    /// Both sides changed the same place, or the work was too much.
    Conflict,
}

/// Merges two texts that were edited from `base`.
#[must_use]
pub fn merge(base: &str, ours: &str, theirs: &str) -> Merge {
    merge_within(base, ours, theirs, WORK_LIMIT).0
}

/// Merges within a limit of work; also gives the work done.
#[must_use]
pub fn merge_within(base: &str, ours: &str, theirs: &str, limit: u64) -> (Merge, u64) {
    if base == ours || ours == theirs {
        return (Merge::Clean(theirs.to_owned()), 0);
    }
    if base == theirs {
        return (Merge::Clean(ours.to_owned()), 0);
    }
    let mut work = Work { done: 0, limit };
    let merged = three_way(base, ours, theirs, &mut work);
    (merged.map_or(Merge::Conflict, Merge::Clean), work.done)
}

/// Counts steps, so that the bound does not depend on a clock.
struct Work {
    done: u64,
    limit: u64,
}

impl Work {
    /// `None` when the limit is passed.
    fn spend(&mut self, steps: usize) -> Option<()> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        self.done = self.done.saturating_add(steps);
        (self.done <= self.limit).then_some(())
    }
}

/// How often a line occurs in base, ours and theirs, and where it was seen last in each.
#[derive(Clone, Copy, Default)]
struct Places {
    count: [u32; 3],
    at: [usize; 3],
}

/// Line numbers of one anchor in base, ours and theirs.
type Anchor = [usize; 3];

fn three_way(base: &str, ours: &str, theirs: &str, work: &mut Work) -> Option<String> {
    let texts = [base, ours, theirs];
    work.spend(texts.iter().map(|text| newlines(text)).sum())?;
    let lines = texts.map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    let places = places(&lines);
    let anchors = anchors(&lines, &places, work)?;
    let merged = stitch(&lines, &anchors)?;
    work.spend(merged.len())?;
    each_line_once(&merged, &places).then(|| merged.concat())
}

fn newlines(text: &str) -> usize {
    text.bytes()
        .filter(|byte| *byte == b'\n')
        .count()
        .saturating_add(1)
}

/// A line without its ending: `a`, `a\n` and `a\r\n` are the same line when lines are counted.
fn content(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

fn places<'a>(lines: &[Vec<&'a str>; 3]) -> HashMap<&'a str, Places> {
    let mut places: HashMap<&str, Places> =
        HashMap::with_capacity(lines.iter().map(Vec::len).max().unwrap_or(0));
    for (side, lines) in lines.iter().enumerate() {
        for (number, line) in lines.iter().enumerate() {
            let place = places.entry(content(line)).or_default();
            if let (Some(count), Some(at)) = (place.count.get_mut(side), place.at.get_mut(side)) {
                *count = count.saturating_add(1);
                *at = number;
            }
        }
    }
    places
}

/// The lines that hold the three texts together, in order.
fn anchors(
    lines: &[Vec<&str>; 3],
    places: &HashMap<&str, Places>,
    work: &mut Work,
) -> Option<Vec<Anchor>> {
    let [base, ours, theirs] = lines;
    let candidates = base.iter().filter_map(|line| {
        let place = places.get(content(line))?;
        let [_, in_ours, in_theirs] = place.at;
        let same = ours.get(in_ours) == Some(line) && theirs.get(in_theirs) == Some(line);
        (place.count == [1, 1, 1] && same && !line.trim().is_empty()).then_some(place.at)
    });
    let in_ours = longest_increasing(candidates.collect(), |[_, at, _]| *at, work)?;
    longest_increasing(in_ours, |[_, _, at]| *at, work)
}

/// The longest run of items, kept in order, whose keys increase: patience sorting.
fn longest_increasing(
    items: Vec<Anchor>,
    key: impl Fn(&Anchor) -> usize,
    work: &mut Work,
) -> Option<Vec<Anchor>> {
    // tails: for each length, the item that ends the run of that length with the smallest key.
    let mut tails: Vec<(usize, usize)> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let key = key(item);
        let length = tails.partition_point(|(tail, _)| *tail < key);
        work.spend(1 + tails.len().checked_ilog2().unwrap_or(0) as usize)?;
        before.push(
            length
                .checked_sub(1)
                .and_then(|last| tails.get(last))
                .map(|(_, index)| *index),
        );
        match tails.get_mut(length) {
            Some(tail) => *tail = (key, index),
            None => tails.push((key, index)),
        }
    }
    let mut run = Vec::with_capacity(tails.len());
    let mut next = tails.last().map(|(_, index)| *index);
    while let Some(index) = next {
        run.extend(items.get(index));
        next = before.get(index).copied().flatten();
    }
    run.reverse();
    Some(run)
}

/// Takes each stretch from the side that changed it; `None` when both did, differently.
fn stitch<'a>(lines: &[Vec<&'a str>; 3], anchors: &[Anchor]) -> Option<Vec<&'a str>> {
    let [base, ours, theirs] = lines;
    let end: Anchor = [base.len(), ours.len(), theirs.len()];
    let mut merged = Vec::with_capacity(ours.len().max(theirs.len()));
    let mut from: Anchor = [0, 0, 0];
    for anchor in anchors.iter().chain([&end]) {
        let ([b0, o0, t0], [b1, o1, t1]) = (from, *anchor);
        let in_base = base.get(b0..b1)?;
        let in_ours = ours.get(o0..o1)?;
        let in_theirs = theirs.get(t0..t1)?;
        if in_ours == in_theirs || in_base == in_theirs {
            merged.extend(in_ours);
        } else if in_base == in_ours {
            merged.extend(in_theirs);
        } else {
            return None;
        }
        merged.extend(base.get(b1));
        from = [b1 + 1, o1 + 1, t1 + 1];
    }
    Some(merged)
}

/// Whether each line that no side repeats is there once, or not at all where a side removed it.
/// Two sides that moved one line to different places would else leave it twice.
fn each_line_once(merged: &[&str], places: &HashMap<&str, Places>) -> bool {
    let mut counts: HashMap<&str, u32> = HashMap::with_capacity(merged.len());
    for line in merged {
        let count = counts.entry(content(line)).or_default();
        *count = count.saturating_add(1);
    }
    places.iter().all(|(line, place)| {
        let [base, ours, theirs] = place.count;
        if line.trim().is_empty() || base > 1 || ours > 1 || theirs > 1 {
            return true;
        }
        let expected = if ours == base { theirs } else { ours };
        counts.get(line).copied().unwrap_or(0) == expected
    })
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
