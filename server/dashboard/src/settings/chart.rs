//! Where the bars of a report stand: whole pixels of a picture, and an axis with round amounts. Pure; not the drawing.

use krowoc_shared::exchange::time;
use krowoc_shared::execution::NanoUsd;
use krowoc_shared::execution::wire::{UsageReport, UsageRow, UsageSum};
use krowoc_shared::ids::Millis;
use krowoc_ui::charts::{LINES, lines, unit};
use krowoc_ui::messages::keys as words;
use krowoc_ui::money::{short_usd, usd};

/// Left and right end of the bars, and the top and the foot of the highest.
const LEFT: i64 = 84;
const RIGHT: i64 = 700;
const TOP: i64 = 8;
const FOOT: i64 = 180;
const DAY: Millis = 86_400_000;
/// Most days that are named below.
const LABELS: usize = 7;

/// A bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Left edge.
    pub x: i64,
    /// Upper edge.
    pub y: i64,
    /// Width.
    pub width: i64,
    /// Height; 0 for nothing.
    pub height: i64,
    /// Its day and amount in words.
    pub value: String,
    /// Its day below, for some.
    pub label: Option<String>,
}

/// A line across, with its amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where.
    pub y: i64,
    /// The amount.
    pub label: String,
}

/// The picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bars {
    /// Bars, by day.
    pub bars: Vec<Bar>,
    /// Lines, lowest first.
    pub lines: Vec<Line>,
}

/// Every day of a report in order: those on which nothing was used are not told, and stand in a picture all the same.
fn every_day(report: &UsageReport) -> Vec<UsageRow> {
    let day = |text: &str| Some(time::parse(&format!("{text}T00:00:00Z"))?.div_euclid(DAY));
    let (Some(from), Some(to)) = (day(&report.from), day(&report.to)) else {
        return report.rows.clone();
    };
    let told = |key: &str| report.rows.iter().find(|row| row.key == key).cloned();
    (from..=to)
        .map(|day| {
            let key = super::budget::day(day.saturating_mul(DAY));
            told(&key).unwrap_or_else(|| UsageRow {
                label: key.clone(),
                key,
                sum: UsageSum::default(),
            })
        })
        .collect()
}

/// The picture of a report by day.
#[must_use]
pub fn bars(report: &UsageReport) -> Bars {
    let rows = every_day(report);
    let costs = rows.iter().map(|row| row.sum.cost.0.max(0));
    let most = costs.clone().max().unwrap_or(0);
    let unit = unit(most);
    let top = i128::from(unit).saturating_mul(i128::from(LINES)).max(1);
    let height = |cost: i64| {
        let scaled = i128::from(cost).saturating_mul(i128::from(FOOT - TOP)) / top;
        let scaled = i64::try_from(scaled).unwrap_or(FOOT - TOP);
        // A day that cost anything is seen.
        scaled.max(i64::from(cost > 0))
    };
    let count = i64::try_from(rows.len()).unwrap_or(1).max(1);
    let slot = (RIGHT - LEFT) / count;
    let width = (slot * 7 / 10).clamp(2, 40);
    let every = rows.len().div_ceil(LABELS).max(1);
    let bar = |(at, (row, cost)): (usize, (&UsageRow, i64))| {
        let place = i64::try_from(at).unwrap_or(0);
        let height = height(cost);
        Bar {
            x: LEFT + place * (RIGHT - LEFT) / count + (slot - width) / 2,
            y: FOOT - height,
            width,
            height,
            value: words::bar(&row.key, &usd(row.sum.cost), row.sum.executions),
            label: (at % every == 0).then(|| row.key.get(5..).unwrap_or(&row.key).to_owned()),
        }
    };
    let lines = (0..=lines(most)).map(|n| Line {
        y: FOOT - n * (FOOT - TOP) / LINES,
        label: short_usd(NanoUsd(unit.saturating_mul(n))),
    });
    Bars {
        bars: rows.iter().zip(costs).enumerate().map(bar).collect(),
        lines: lines.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first day: 2026-11-01.
    const FIRST: Millis = 1_793_491_200_000;

    fn nth(at: usize) -> String {
        super::super::budget::day(FIRST + DAY * Millis::try_from(at).unwrap())
    }

    fn report(costs: &[i64]) -> UsageReport {
        let row = |(at, cost): (usize, &i64)| UsageRow {
            key: nth(at),
            label: String::new(),
            sum: UsageSum {
                cost: NanoUsd(*cost),
                executions: 2,
                ..UsageSum::default()
            },
        };
        UsageReport {
            from: nth(0),
            to: nth(costs.len() - 1),
            rows: costs.iter().enumerate().map(row).collect(),
            total: UsageSum::default(),
        }
    }

    #[test]
    fn bars_stand_on_the_foot_within_the_picture_and_nothing_has_no_height() {
        let picture = bars(&report(&[0, 1, 7_300_000_000, 8_000_000_000]));
        let heights: Vec<i64> = picture.bars.iter().map(|bar| bar.height).collect();
        assert_eq!((heights[0], heights[1], heights[3]), (0, 1, FOOT - TOP));
        for bar in &picture.bars {
            assert!(
                bar.x >= LEFT && bar.x + bar.width <= RIGHT && bar.y >= TOP,
                "{bar:?}"
            );
        }
        assert_eq!(
            picture.lines.last().map(|line| line.label.as_str()),
            Some("$8.00")
        );
        assert_eq!(picture.bars[2].value, "2026-11-03: $7.30, 2 runs");
    }

    #[test]
    fn days_that_cost_nothing_stand_on_an_axis_without_amounts() {
        let picture = bars(&report(&[0, 0]));
        let labels: Vec<&str> = picture.lines.iter().map(|it| it.label.as_str()).collect();
        assert_eq!((labels, picture.bars.len()), (vec!["$0.00"], 2));
    }

    #[test]
    fn many_days_are_named_now_and_then() {
        let picture = bars(&report(&[1; 90]));
        let named: Vec<_> = picture
            .bars
            .iter()
            .filter_map(|bar| bar.label.clone())
            .collect();
        assert!(named.len() <= LABELS && named[0] == "11-01", "{named:?}");
        assert!(picture.bars.iter().all(|bar| bar.width >= 2));
    }

    #[test]
    fn days_without_use_have_their_place() {
        let mut sparse = report(&[5; 30]);
        sparse.rows.retain(|row| row.key == "2026-11-30");
        let picture = bars(&sparse);
        assert_eq!(picture.bars.len(), 30);
        let seen: Vec<usize> = (0..30).filter(|at| picture.bars[*at].height > 0).collect();
        assert_eq!(seen, [29]);
        assert_eq!(picture.bars[0].value, "2026-11-01: $0.00, 0 runs");
    }
}
