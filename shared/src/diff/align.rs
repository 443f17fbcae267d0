//! The shortest way from one sequence to another. Not what is shown of it.

/// A step from one sequence to the other, by place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// In both; the place in the old one.
    Same(usize),
    /// Only in the old one.
    Del(usize),
    /// Only in the new one.
    Add(usize),
}

/// Which steps are within the context of a change.
pub(super) fn shown(steps: &[Step], context: usize) -> Vec<bool> {
    let mut near = vec![false; steps.len()];
    mark(steps.iter().zip(&mut near), context);
    mark(steps.iter().zip(&mut near).rev(), context);
    near
}

/// Marks changes, and what comes at most `context` steps after one.
fn mark<'a>(steps: impl Iterator<Item = (&'a Step, &'a mut bool)>, context: usize) {
    let mut since = usize::MAX;
    for (step, near) in steps {
        since = match step {
            Step::Same(_) => since.saturating_add(1),
            Step::Del(_) | Step::Add(_) => 0,
        };
        *near |= since <= context;
    }
}

/// The steps from `a` to `b`: equal ends, and between them the shortest way while it takes at most `limit` changes.
pub(super) fn align<T: PartialEq>(a: &[T], b: &[T], limit: usize) -> Vec<Step> {
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
}
