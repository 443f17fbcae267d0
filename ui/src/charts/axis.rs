//! Round axes and where things stand on them, in whole pixels. Pure: no drawing.

/// Lines across a chart, above the one it stands on.
pub const LINES: i64 = 4;

/// The smallest round amount (1, 2 or 5 with zeros) of which four are at least so much.
#[must_use]
pub fn unit(most: i64) -> i64 {
    let quarter = most.max(LINES).saturating_add(LINES - 1) / LINES;
    let mut power = 1i64;
    loop {
        for step in [1, 2, 5] {
            let unit = power.saturating_mul(step);
            if unit >= quarter {
                return unit;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// How many lines stand above the one that a chart stands on: none where there is nothing to measure, for an axis would name amounts
/// that are not there.
#[must_use]
pub fn lines(most: i64) -> i64 {
    if most > 0 { LINES } else { 0 }
}

/// So much of an axis of four units, on so many pixels. What there is of anything is seen: at least one.
#[must_use]
pub(super) fn scaled(value: i64, unit: i64, pixels: i64) -> i64 {
    let top = i128::from(unit).saturating_mul(i128::from(LINES)).max(1);
    let value = i128::from(value.max(0));
    let whole = value.saturating_mul(i128::from(pixels)) / top;
    i64::try_from(whole)
        .unwrap_or(pixels)
        .min(pixels)
        .max(i64::from(value > 0))
}

/// Of so many points, each how-manieth is named, so that at most so many names stand in a row.
#[must_use]
pub fn every(points: usize, most: usize) -> usize {
    points.div_ceil(most.max(1)).max(1)
}

/// A name that fits into so many characters: its end is cut.
#[must_use]
pub fn cut(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    let mut short: String = name.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// Heights of labels that stand beside the ends of lines, moved apart so that none covers another; in the order given.
#[must_use]
pub(super) fn apart(heights: &[i64], least: i64, foot: i64) -> Vec<i64> {
    let mut order: Vec<usize> = (0..heights.len()).collect();
    order.sort_by_key(|at| heights.get(*at).copied().unwrap_or(0));
    let mut moved = heights.to_vec();
    let mut below = foot.saturating_add(least);
    // From the lowest upwards: what does not fit goes up.
    for at in order.into_iter().rev() {
        if let Some(height) = moved.get_mut(at) {
            *height = (*height).min(below.saturating_sub(least));
            below = *height;
        }
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_is_round_and_holds_the_largest() {
        for (most, expected) in [
            (0, 1),
            (4, 1),
            (5, 2),
            (100, 50),
            (201, 100),
            (7_346, 2_000),
        ] {
            assert_eq!(unit(most), expected, "{most}");
            assert!(unit(most) * 4 >= most);
        }
        assert!(unit(i64::MAX) > 0);
    }

    #[test]
    fn an_axis_of_nothing_has_one_line() {
        assert_eq!((lines(0), lines(1)), (0, LINES));
    }

    #[test]
    fn what_there_is_is_seen_and_nothing_leaves_the_picture() {
        assert_eq!(scaled(0, 100, 172), 0);
        assert_eq!(scaled(1, 1_000_000, 172), 1);
        assert_eq!(scaled(400, 100, 172), 172);
        assert_eq!(scaled(i64::MAX, 1, 172), 172);
        assert_eq!(scaled(-5, 1, 172), 0);
    }

    #[test]
    fn few_points_are_all_named_and_many_now_and_then() {
        assert_eq!(
            (every(0, 7), every(7, 7), every(8, 7), every(90, 7)),
            (1, 1, 2, 13)
        );
    }

    #[test]
    fn a_long_name_is_cut_at_a_character() {
        assert_eq!(cut("gpt-5-mini", 12), "gpt-5-mini");
        assert_eq!(cut("żółta-łódź-podwodna", 6), "żółta…");
    }

    #[test]
    fn labels_keep_their_distance_and_their_order() {
        assert_eq!(apart(&[10, 60, 120], 12, 180), [10, 60, 120]);
        assert_eq!(apart(&[178, 179, 180], 12, 180), [156, 168, 180]);
        assert_eq!(apart(&[100, 100], 12, 180), [88, 100]);
        assert_eq!(apart(&[], 12, 180), Vec::<i64>::new());
    }
}
