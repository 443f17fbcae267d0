//! Periods, cut into hours and days of UTC, and the period before. Not a time zone: days are UTC's.

use crate::ids::Millis;
use serde::{Deserialize, Serialize};

/// An hour in milliseconds.
pub const HOUR: Millis = 3_600_000;
/// A day in milliseconds.
pub const DAY: Millis = 86_400_000;
/// Most days of a period.
pub const MOST_DAYS: Millis = 366;
/// A period of so many days at most is shown by the hour.
const HOURLY_DAYS: Millis = 2;

/// How fine a series is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// Hours.
    #[default]
    Hour,
    /// Days.
    Day,
}

impl Grain {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Hour, Self::Day];

    /// Its length in milliseconds.
    #[must_use]
    pub const fn millis(self) -> Millis {
        match self {
            Self::Hour => HOUR,
            Self::Day => DAY,
        }
    }

    /// The bucket of a time: hours or days since 1970.
    #[must_use]
    pub const fn bucket(self, at: Millis) -> i64 {
        at.div_euclid(self.millis())
    }

    /// As the store has it.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::Hour => 0,
            Self::Day => 1,
        }
    }
}

/// What a person picks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Period {
    /// The last 24 hours, the present one included.
    #[serde(rename = "24h")]
    Day,
    /// The last seven days, today included.
    #[serde(rename = "7d")]
    Week,
    /// The last thirty days, today included.
    #[default]
    #[serde(rename = "30d")]
    Month,
    /// The last ninety days, today included.
    #[serde(rename = "90d")]
    Quarter,
}

impl Period {
    /// In the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Quarter];

    /// The name in addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Quarter => "90d",
        }
    }

    /// The period of a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

/// Why days are no period, as a sentence with the fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPeriod(pub &'static str);

/// A span of time that begins and ends with an hour of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first millisecond.
    pub from: Millis,
    /// The first millisecond after it.
    pub to: Millis,
    /// How fine its series is.
    pub grain: Grain,
}

/// Buckets of one grain that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Hours or days.
    pub grain: Grain,
    /// The first bucket.
    pub first: i64,
    /// The first bucket after them.
    pub end: i64,
}

/// The end of the hour that a time is in.
fn hour_end(at: Millis) -> Millis {
    Grain::Hour
        .bucket(at)
        .saturating_add(1)
        .saturating_mul(HOUR)
}

impl Span {
    /// The span of a period that ends with the hour of `now`.
    #[must_use]
    pub fn of(period: Period, now: Millis) -> Self {
        let to = hour_end(now);
        let days = match period {
            Period::Day => {
                return Self {
                    from: to.saturating_sub(DAY),
                    to,
                    grain: Grain::Hour,
                };
            }
            Period::Week => 7,
            Period::Month => 30,
            Period::Quarter => 90,
        };
        let first = Grain::Day.bucket(now).saturating_sub(days - 1);
        Self {
            from: first.saturating_mul(DAY),
            to,
            grain: Grain::Day,
        }
    }

    /// The span of whole days, counted from 1970, both included; what lies ahead of `now` is left out.
    ///
    /// # Errors
    /// When the days are in the wrong order, too many, or all lie ahead.
    pub fn of_days(first: i64, last: i64, now: Millis) -> Result<Self, NoPeriod> {
        let days = last.saturating_sub(first).saturating_add(1);
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(NoPeriod("Ask for 1 to 366 days, the first one first."));
        }
        let from = first.saturating_mul(DAY);
        let to = last
            .saturating_add(1)
            .saturating_mul(DAY)
            .min(hour_end(now));
        if from >= to {
            return Err(NoPeriod("These days lie ahead; ask for days up to today."));
        }
        let grain = if days <= HOURLY_DAYS {
            Grain::Hour
        } else {
            Grain::Day
        };
        Ok(Self { from, to, grain })
    }

    /// The span of the same length right before: as many hours, so that a day that is not over is compared with as much of a day.
    #[must_use]
    pub fn before(self) -> Self {
        Self {
            from: self.from.saturating_sub(self.to.saturating_sub(self.from)),
            to: self.from,
            grain: self.grain,
        }
    }

    /// Whether a time is in it.
    #[must_use]
    pub fn contains(self, at: Millis) -> bool {
        (self.from..self.to).contains(&at)
    }

    /// When each point of the series begins.
    #[must_use]
    pub fn points(self) -> Vec<Millis> {
        let last = self.grain.bucket(self.to.saturating_sub(1));
        (self.grain.bucket(self.from)..=last)
            .map(|bucket| bucket.saturating_mul(self.grain.millis()))
            .collect()
    }

    /// Whole days as days, and what is left of days at both ends as hours: together the span, each hour once.
    #[must_use]
    pub fn parts(self) -> Vec<Part> {
        let (first, end) = (Grain::Hour.bucket(self.from), Grain::Hour.bucket(self.to));
        let first_day = self.from.saturating_add(DAY - 1).div_euclid(DAY);
        let end_day = self.to.div_euclid(DAY);
        let hours = |first, end| Part {
            grain: Grain::Hour,
            first,
            end,
        };
        // By the hour, days would hide what is asked for.
        if self.grain == Grain::Hour || first_day >= end_day {
            return vec![hours(first, end)];
        }
        let days = Part {
            grain: Grain::Day,
            first: first_day,
            end: end_day,
        };
        let parts = [
            hours(first, first_day.saturating_mul(24)),
            days,
            hours(end_day.saturating_mul(24), end),
        ];
        parts
            .into_iter()
            .filter(|part| part.first < part.end)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 29 November 2026, 10:30 UTC.
    const NOW: Millis = 20_786 * DAY + 10 * HOUR + 30 * 60_000;

    #[test]
    fn periods_end_with_the_present_hour_and_begin_with_an_hour_or_a_day() {
        let day = Span::of(Period::Day, NOW);
        assert_eq!((day.to - day.from, day.grain), (DAY, Grain::Hour));
        assert_eq!(day.to, 20_786 * DAY + 11 * HOUR);
        assert_eq!(day.points().len(), 24);
        for (period, days) in [
            (Period::Week, 7),
            (Period::Month, 30),
            (Period::Quarter, 90),
        ] {
            let span = Span::of(period, NOW);
            assert_eq!((span.from % DAY, span.points().len()), (0, days));
            assert_eq!(span.points().last(), Some(&(20_786 * DAY)));
            assert_eq!(Period::parse(period.as_str()), Some(period));
            assert_eq!(serde_json::to_value(period).unwrap(), period.as_str());
        }
        assert_eq!(Period::parse("year"), None);
    }

    #[test]
    fn days_of_ones_own_are_whole_and_end_today_at_the_latest() {
        let today = Grain::Day.bucket(NOW);
        let span = Span::of_days(today - 9, today - 5, NOW).unwrap();
        assert_eq!((span.from, span.to), ((today - 9) * DAY, (today - 4) * DAY));
        assert_eq!((span.grain, span.points().len()), (Grain::Day, 5));
        let hourly = Span::of_days(today, today + 3, NOW);
        assert_eq!(hourly.unwrap().to, today * DAY + 11 * HOUR);
        let two = Span::of_days(today - 2, today - 1, NOW).unwrap();
        assert_eq!((two.grain, two.points().len()), (Grain::Hour, 48));
        for (first, last) in [
            (today, today - 1),
            (today - 366, today),
            (today + 1, today + 2),
            (i64::MIN, i64::MAX),
        ] {
            assert!(
                Span::of_days(first, last, NOW).is_err(),
                "{first} to {last}"
            );
        }
        assert!(Span::of_days(today - 365, today, NOW).is_ok());
    }

    fn spans() -> impl Strategy<Value = Span> {
        (0_i64..3_000, 1_i64..3_000, any::<bool>()).prop_map(|(from, length, daily)| Span {
            from: from * HOUR,
            to: (from + length) * HOUR,
            grain: if daily { Grain::Day } else { Grain::Hour },
        })
    }

    proptest! {
        #[test]
        fn the_period_before_touches_and_is_as_long(span in spans()) {
            let before = span.before();
            prop_assert_eq!(before.to, span.from);
            prop_assert_eq!(before.to - before.from, span.to - span.from);
        }

        #[test]
        fn parts_hold_each_hour_of_the_span_once_and_no_other(span in spans()) {
            let mut hours = Vec::new();
            for part in span.parts() {
                let each = part.grain.millis() / HOUR;
                hours.extend(part.first * each..part.end * each);
            }
            hours.sort_unstable();
            let all: Vec<i64> = (span.from / HOUR..span.to / HOUR).collect();
            prop_assert_eq!(hours, all);
            prop_assert!(span.parts().len() <= 3);
        }

        #[test]
        fn each_time_of_a_span_is_in_one_of_its_points(span in spans(), at in 0_i64..6_000 * HOUR) {
            if span.contains(at) {
                let bucket = span.grain.bucket(at) * span.grain.millis();
                prop_assert_eq!(span.points().iter().filter(|it| **it == bucket).count(), 1);
            }
        }
    }
}
