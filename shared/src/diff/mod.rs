//! Rows of a difference between two texts, as a page shows them. Not a merge: nothing here decides which side is right.

pub mod prose;
pub mod wire;

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// A line in both texts.
    Same,
    /// A line only in the new text.
    Add,
    /// A line only in the old text.
    Del,
    /// Lines in both texts that are left out; the number of them is the text.
    Gap,
}

/// A row: its pieces in order, each with a mark for "this is what changed within the line".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub kind: RowKind,
    /// Pieces of the line.
    pub pieces: Vec<(bool, String)>,
}

impl Row {
    /// A row of one piece.
    #[must_use]
    pub fn plain(kind: RowKind, text: impl Into<String>) -> Self {
        Self {
            kind,
            pieces: vec![(false, text.into())],
        }
    }
}

/// Texts larger than this are compared by line only.
const WORDS_UP_TO: usize = 64 * 1024;
/// Most differing lines that are aligned; beyond, the whole stretch is shown as replaced.
const LINES: usize = 1_200;
/// Most differing words that are aligned within a line.
const WORDS: usize = 120;

/// The difference from `old` to `new`, with `context` unchanged lines around each change; words are marked within
/// changed lines while the texts are of a usual size. Empty when the texts are equal but for the end of the last line.
#[must_use]
pub fn rows(old: &str, new: &str, context: usize) -> Vec<Row> {
    let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let words = old.len().saturating_add(new.len()) <= WORDS_UP_TO;
    let steps = align(&a, &b, LINES);
    if steps.iter().all(|step| matches!(step, Step::Same(_))) {
        return Vec::new();
    }
    let shown = shown(&steps, context);
    let mut out = Vec::new();
    let (mut hidden, mut dels, mut adds) = (0usize, Vec::new(), Vec::new());
    for (step, shown) in steps.iter().zip(shown) {
        match step {
            Step::Del(i) => dels.push(a.get(*i).copied().unwrap_or_default()),
            Step::Add(j) => adds.push(b.get(*j).copied().unwrap_or_default()),
            Step::Same(i) => {
                replaced(&mut out, &mut dels, &mut adds, words);
                if shown {
                    gap(&mut out, &mut hidden);
                    out.push(Row::plain(
                        RowKind::Same,
                        a.get(*i).copied().unwrap_or_default(),
                    ));
                } else {
                    hidden = hidden.saturating_add(1);
                }
                continue;
            }
        }
        gap(&mut out, &mut hidden);
    }
    replaced(&mut out, &mut dels, &mut adds, words);
    gap(&mut out, &mut hidden);
    out
}

/// A step from one sequence to the other, by place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// In both; the place in the old one.
    Same(usize),
    /// Only in the old one.
    Del(usize),
    /// Only in the new one.
    Add(usize),
}

/// Which steps are within the context of a change.
fn shown(steps: &[Step], context: usize) -> Vec<bool> {
    let mut near = vec![false; steps.len()];
    let mut since = usize::MAX;
    let mut sweep = |at: usize, step: &Step| {
        since = if matches!(step, Step::Same(_)) {
            since.saturating_add(1)
        } else {
            0
        };
        if let Some(near) = near.get_mut(at).filter(|_| since <= context) {
            *near = true;
        }
    };
    steps
        .iter()
        .enumerate()
        .for_each(|(at, step)| sweep(at, step));
    let mut since = usize::MAX;
    for (at, step) in steps.iter().enumerate().rev() {
        since = if matches!(step, Step::Same(_)) {
            since.saturating_add(1)
        } else {
            0
        };
        if let Some(near) = near.get_mut(at).filter(|_| since <= context) {
            *near = true;
        }
    }
    near
}

fn gap(out: &mut Vec<Row>, hidden: &mut usize) {
    if *hidden > 0 {
        out.push(Row::plain(RowKind::Gap, hidden.to_string()));
        *hidden = 0;
    }
}

/// Lines that went and lines that came in their place: what was changed within a pair of them is marked.
fn replaced(out: &mut Vec<Row>, dels: &mut Vec<&str>, adds: &mut Vec<&str>, words: bool) {
    let pairs = if words && dels.len() == adds.len() {
        dels.len()
    } else {
        0
    };
    let marked: Vec<_> = dels
        .iter()
        .zip(adds.iter())
        .take(pairs)
        .map(|(del, add)| within(del, add))
        .collect();
    let row = |kind, line: &str, pieces: Option<&Vec<(bool, String)>>| match pieces {
        Some(pieces) => Row {
            kind,
            pieces: pieces.clone(),
        },
        None => Row::plain(kind, line),
    };
    for (i, line) in dels.drain(..).enumerate() {
        out.push(row(
            RowKind::Del,
            line,
            marked.get(i).and_then(|it| it.as_ref()).map(|it| &it.0),
        ));
    }
    for (i, line) in adds.drain(..).enumerate() {
        out.push(row(
            RowKind::Add,
            line,
            marked.get(i).and_then(|it| it.as_ref()).map(|it| &it.1),
        ));
    }
}

type Pieces = Vec<(bool, String)>;

/// Both lines in pieces with what differs marked; `None` when they have too little in common for marks to help.
fn within(old: &str, new: &str) -> Option<(Pieces, Pieces)> {
    let (a, b) = (words(old), words(new));
    let (mut left, mut right, mut same) = (Pieces::new(), Pieces::new(), 0usize);
    for step in align(&a, &b, WORDS) {
        match step {
            Step::Same(i) => {
                let word = a.get(i).copied().unwrap_or_default();
                same = same.saturating_add(word.len());
                push(&mut left, false, word);
                push(&mut right, false, word);
            }
            Step::Del(i) => push(&mut left, true, a.get(i).copied().unwrap_or_default()),
            Step::Add(j) => push(&mut right, true, b.get(j).copied().unwrap_or_default()),
        }
    }
    (same.saturating_mul(4) >= old.len().min(new.len())).then_some((left, right))
}

fn push(pieces: &mut Pieces, mark: bool, word: &str) {
    match pieces.last_mut() {
        Some((last, text)) if *last == mark => text.push_str(word),
        _ => pieces.push((mark, word.to_owned())),
    }
}

/// A line cut where letters and other characters meet.
fn words(line: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut from, mut before) = (0, None);
    for (at, c) in line.char_indices() {
        let kind = if c.is_alphanumeric() { 0 } else { 1 };
        if before.is_some_and(|before| before != kind || kind == 1) {
            out.extend(line.get(from..at));
            from = at;
        }
        before = Some(kind);
    }
    out.extend(line.get(from..).filter(|rest| !rest.is_empty()));
    out
}

/// The steps from `a` to `b`: equal ends, and between them the shortest way while it takes at most `limit` changes.
fn align<T: PartialEq>(a: &[T], b: &[T], limit: usize) -> Vec<Step> {
    let head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (rest_a, rest_b) = (
        a.get(head..).unwrap_or_default(),
        b.get(head..).unwrap_or_default(),
    );
    let tail = rest_a
        .iter()
        .rev()
        .zip(rest_b.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (end_a, end_b) = (
        rest_a.len().saturating_sub(tail),
        rest_b.len().saturating_sub(tail),
    );
    let middle = shortest(
        rest_a.get(..end_a).unwrap_or_default(),
        rest_b.get(..end_b).unwrap_or_default(),
        limit,
    );
    let shift = |step| match step {
        Step::Same(i) => Step::Same(head.saturating_add(i)),
        Step::Del(i) => Step::Del(head.saturating_add(i)),
        Step::Add(j) => Step::Add(head.saturating_add(j)),
    };
    let same_head = (0..head).map(Step::Same);
    let same_tail = (0..tail).map(|i| Step::Same(head.saturating_add(end_a).saturating_add(i)));
    same_head
        .chain(middle.into_iter().map(shift))
        .chain(same_tail)
        .collect()
}

/// Eugene W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), greedy form with its trace kept.
fn shortest<T: PartialEq>(a: &[T], b: &[T], limit: usize) -> Vec<Step> {
    let signed = |n: usize| isize::try_from(n).unwrap_or(isize::MAX);
    let (n, m) = (signed(a.len()), signed(b.len()));
    let most = limit.min(a.len().saturating_add(b.len()));
    // The furthest place in `a` on diagonal k stands at k + offset.
    let offset = signed(most).saturating_add(1);
    let place = |k: isize| usize::try_from(k.saturating_add(offset)).unwrap_or(0);
    let mut furthest = vec![0isize; most.saturating_mul(2).saturating_add(3)];
    let mut trace: Vec<Vec<isize>> = Vec::new();
    let at = |v: &[isize], k: isize| v.get(place(k)).copied().unwrap_or(0);
    let equal = |x: isize, y: isize| match (
        usize::try_from(x).ok().and_then(|x| a.get(x)),
        usize::try_from(y).ok().and_then(|y| b.get(y)),
    ) {
        (Some(x), Some(y)) => x == y,
        _ => false,
    };
    for d in 0..=signed(most) {
        trace.push(
            furthest
                .get(place(-d - 1)..=place(d + 1))
                .unwrap_or_default()
                .to_vec(),
        );
        for k in (-d..=d).step_by(2) {
            let down = k == -d || (k != d && at(&furthest, k - 1) < at(&furthest, k + 1));
            let mut x = if down {
                at(&furthest, k + 1)
            } else {
                at(&furthest, k - 1) + 1
            };
            while equal(x, x - k) {
                x += 1;
            }
            if let Some(slot) = furthest.get_mut(place(k)) {
                *slot = x;
            }
            if x >= n && x - k >= m {
                return back(&trace, n, m);
            }
        }
    }
    (0..a.len())
        .map(Step::Del)
        .chain((0..b.len()).map(Step::Add))
        .collect()
}

/// The way back along the trace.
fn back(trace: &[Vec<isize>], n: isize, m: isize) -> Vec<Step> {
    let place = |n: isize| usize::try_from(n).unwrap_or(0);
    let (mut x, mut y) = (n, m);
    let mut steps = Vec::new();
    for (d, v) in trace.iter().enumerate().rev() {
        let d = isize::try_from(d).unwrap_or(0);
        let at = |k: isize| v.get(place(k + d + 1)).copied().unwrap_or(0);
        let k = x - y;
        let down = k == -d || (k != d && at(k - 1) < at(k + 1));
        let (from, before) = if down {
            (k + 1, at(k + 1))
        } else {
            (k - 1, at(k - 1))
        };
        let (to_x, to_y) = if d == 0 {
            (0, 0)
        } else {
            (before, before - from)
        };
        while x > to_x && y > to_y {
            x -= 1;
            y -= 1;
            steps.push(Step::Same(place(x)));
        }
        if d > 0 {
            steps.push(if down {
                Step::Add(place(to_y))
            } else {
                Step::Del(place(to_x))
            });
        }
        (x, y) = (to_x, to_y);
    }
    steps.reverse();
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(a: &str, b: &str, limit: usize) {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for step in align(&a, &b, limit) {
            match step {
                Step::Same(i) => {
                    old.push(a[i]);
                    new.push(a[i]);
                }
                Step::Del(i) => old.push(a[i]),
                Step::Add(j) => new.push(b[j]),
            }
        }
        assert_eq!((old, new), (a, b));
    }

    #[test]
    fn the_steps_lead_from_one_to_the_other_whatever_the_limit() {
        let texts = [
            "",
            "a",
            "abcabba",
            "cbabac",
            "xaxbxcx",
            "abc",
            "zzz",
            "aaaabaaaa",
            "the quick brown fox",
            "a quick brown box",
        ];
        for a in texts {
            for b in texts {
                for limit in [0, 1, 3, 100] {
                    applied(a, b, limit);
                }
            }
        }
    }

    #[test]
    fn the_way_is_the_shortest() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        let changes = |a: &str, b: &str| {
            align(&chars(a), &chars(b), 100)
                .iter()
                .filter(|step| !matches!(step, Step::Same(_)))
                .count()
        };
        assert_eq!(changes("abcabba", "cbabac"), 5);
        assert_eq!(changes("kitten", "sitting"), 5);
        assert_eq!(changes("same", "same"), 0);
    }

    fn text(row: &Row) -> String {
        row.pieces.iter().map(|(_, piece)| piece.as_str()).collect()
    }

    #[test]
    fn equal_texts_have_no_rows() {
        assert_eq!(rows("a\nb\n", "a\nb\n", 2), []);
    }

    #[test]
    fn a_changed_line_shows_both_sides_and_marks_the_word() {
        let rows = rows(
            "one\nprovide a brief summary\nend",
            "one\nprovide a short summary\nend",
            1,
        );
        let kinds: Vec<RowKind> = rows.iter().map(|row| row.kind).collect();
        assert_eq!(
            kinds,
            [RowKind::Same, RowKind::Del, RowKind::Add, RowKind::Same]
        );
        let marked: Vec<&str> = rows[2]
            .pieces
            .iter()
            .filter(|(mark, _)| *mark)
            .map(|(_, piece)| piece.as_str())
            .collect();
        assert_eq!(marked, ["short"]);
    }

    #[test]
    fn a_line_added_after_the_last_leaves_the_last_as_it_is() {
        let kinds: Vec<RowKind> = rows("a\nb", "a\nb\nc", 1)
            .iter()
            .map(|row| row.kind)
            .collect();
        assert_eq!(kinds, [RowKind::Gap, RowKind::Same, RowKind::Add]);
        assert_eq!(rows("a", "a\n", 1), []);
    }

    #[test]
    fn lines_left_out_are_counted() {
        let old: String = (0..20).map(|i| format!("line {i}\n")).collect();
        let new = old.replace("line 10\n", "line ten\n");
        let rows = rows(&old, &new, 2);
        assert_eq!(
            (rows[0].kind, text(&rows[0])),
            (RowKind::Gap, "8".to_owned())
        );
        let last = rows.last().unwrap();
        assert_eq!((last.kind, text(last)), (RowKind::Gap, "7".to_owned()));
    }

    #[test]
    fn a_large_text_is_compared_by_line() {
        let old = "word ".repeat(20_000);
        let rows = rows(&old, &format!("{old}more"), 2);
        assert!(
            rows.iter()
                .all(|row| row.pieces.iter().all(|(mark, _)| !mark))
        );
    }
}
