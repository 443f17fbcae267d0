//! What the public page and the dashboard draw of a place alike: points, the share of a bar, the line of a day. Not their markup.

use super::Part;

/// Width and height of the line of a day, as its `viewBox` has them.
pub const SPARK: (u32, u32) = (96, 28);

/// Millionths of a score as points of a thousand, as people read them.
#[must_use]
pub const fn points(millionths: u32) -> u32 {
    millionths.saturating_add(500) / 1_000
}

/// How much of what it can give a part gave, in hundredths with one digit: the width of its bar.
#[must_use]
pub fn share(part: &Part) -> String {
    let share = 100.0 * f64::from(part.points) / f64::from(part.of.max(1));
    format!("{share:.1}")
}

/// The points of a line through counts, from the left, for the path of an SVG; the highest count is at the top, and the line lies
/// within the picture with its whole width.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "a picture of a hundred points does not show more"
)]
pub fn spark(counts: &[u64]) -> String {
    let (width, height) = (f64::from(SPARK.0), f64::from(SPARK.1));
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let steps = counts.len().saturating_sub(1).max(1) as f64;
    let points: Vec<String> = counts
        .iter()
        .enumerate()
        .map(|(at, runs)| {
            let x = width * at as f64 / steps;
            let y = height - 2.0 - (height - 5.0) * *runs as f64 / most;
            format!("{x:.1} {y:.1}")
        })
        .collect();
    points.join("L")
}

/// How a move since yesterday is shown and said; nothing for a prompt that stayed, or for a board that was not counted.
#[must_use]
pub fn moved(by: Option<i64>) -> Option<(String, String)> {
    let by = by?;
    let places = by.unsigned_abs();
    let unit = if places == 1 { "place" } else { "places" };
    match by.signum() {
        0 => None,
        1 => Some((
            format!("▲ {places}"),
            format!("up {places} {unit} since yesterday"),
        )),
        _ => Some((
            format!("▼ {places}"),
            format!("down {places} {unit} since yesterday"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leaderboard::PartName;

    #[test]
    fn a_line_of_runs_stays_in_its_picture() {
        assert_eq!(spark(&[0, 2, 4]), "0.0 26.0L48.0 14.5L96.0 3.0");
        for counts in [vec![], vec![0; 24], vec![5; 24]] {
            let drawn = spark(&counts);
            assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
            assert_eq!(drawn.matches('L').count(), counts.len().saturating_sub(1));
        }
    }

    #[test]
    fn points_are_of_a_thousand() {
        assert_eq!(
            [0, 499, 500, 468_984, 1_000_000].map(points),
            [0, 0, 1, 469, 1_000]
        );
    }

    #[test]
    fn a_bar_is_as_wide_as_what_was_given_of_what_there_is() {
        let part = |points, of| Part {
            name: PartName::Runs,
            points,
            of,
        };
        assert_eq!(share(&part(150_000, 600_000)), "25.0");
        assert_eq!(share(&part(0, 0)), "0.0");
    }

    #[test]
    fn a_move_is_told_by_a_mark_and_by_words() {
        let told = |by| moved(Some(by)).map(|(mark, said)| format!("{mark}: {said}"));
        assert_eq!(told(3).as_deref(), Some("▲ 3: up 3 places since yesterday"));
        assert_eq!(
            told(-1).as_deref(),
            Some("▼ 1: down 1 place since yesterday")
        );
        assert_eq!((told(0), moved(None)), (None, None));
    }
}
