//! When a price is in force: from a day on, or daily within a window, in UTC. Not a clock.

use crate::ids::Millis;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

const DAY_MS: Millis = 86_400_000;

/// A day of the Gregorian calendar, written `2026-03-13`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// When it begins, in UTC.
    #[must_use]
    pub fn begins(self) -> Millis {
        // Days from 1970-01-01, with years that begin in March so that the leap day is the last.
        let month = Millis::from(self.month);
        let year = Millis::from(self.year) - Millis::from(month <= 2);
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + Millis::from(self.day) - 1;
        let days = year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468;
        days * DAY_MS
    }

    const fn length_of_month(year: u16, month: u8) -> u8 {
        match month {
            2 if year.is_multiple_of(4)
                && (!year.is_multiple_of(100) || year.is_multiple_of(400)) =>
            {
                29
            }
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }
}

/// Digits only: a sign, or a blank, is no part of a date.
fn number<T: FromStr>(text: &str, digits: usize) -> Option<T> {
    let fits = text.len() == digits && text.bytes().all(|digit| digit.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let mut fields = text.splitn(3, '-');
            let year = number(fields.next()?, 4)?;
            let month = number(fields.next()?, 2)?;
            let day = number(fields.next()?, 2)?;
            let is_day = (1..=12).contains(&month)
                && (1..=Self::length_of_month(year, month)).contains(&day)
                && year > 0;
            is_day.then_some(Self { year, month, day })
        };
        read().ok_or_else(|| format!("{text} is not a day: expected one such as 2026-03-13"))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Seconds of a day in UTC, written `16:30:00`; `24:00:00` is its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u32);

impl FromStr for TimeOfDay {
    type Err = String;

    /// Reads `HH:MM` and `HH:MM:SS`, with or without a `Z`; another offset would move the day.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let mut fields = text.strip_suffix('Z').unwrap_or(text).splitn(3, ':');
            let hours: u32 = number(fields.next()?, 2)?;
            let minutes: u32 = number(fields.next()?, 2)?;
            let seconds: u32 = fields.next().map_or(Some(0), |text| number(text, 2))?;
            let time = hours * 3_600 + minutes * 60 + seconds;
            (minutes < 60 && seconds < 60 && time <= 86_400).then_some(Self(time))
        };
        read().ok_or_else(|| {
            format!("{text} is not a time of day in UTC: expected one such as 16:30:00")
        })
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:02}:{:02}:{:02}",
            self.0 / 3_600,
            self.0 / 60 % 60,
            self.0 % 60
        )
    }
}

macro_rules! texts {
    ($($name:ident),*) => {$(
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
    )*};
}
texts!(Day, TimeOfDay);

/// When a price is in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Always.
    #[default]
    Always,
    /// From the beginning of a day on, UTC.
    From(Day),
    /// Every day from the first time, included, to the second, not included, UTC.
    Daily(TimeOfDay, TimeOfDay),
}

impl When {
    /// Whether the price is in force at a time.
    #[must_use]
    pub fn holds(&self, at: Millis) -> bool {
        match self {
            Self::Always => true,
            Self::From(day) => at >= day.begins(),
            Self::Daily(start, end) => {
                let now = at.rem_euclid(DAY_MS);
                let ms = |time: &TimeOfDay| Millis::from(time.0) * 1_000;
                (ms(start)..ms(end)).contains(&now)
            }
        }
    }

    /// Checks that it can ever hold.
    ///
    /// # Errors
    /// What is wrong, with the fix.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Daily(start, end) if start >= end => Err(format!(
                "{start} is not before {end}: write a window over midnight as two, to 24:00:00 and from 00:00:00"
            )),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_begins_at_midnight_utc() {
        for (text, ms) in [
            ("1970-01-01", 0),
            ("1969-12-31", -86_400_000),
            ("2000-02-29", 951_782_400_000),
            ("2025-11-06", 1_762_387_200_000),
            ("2026-03-01", 1_772_323_200_000),
        ] {
            assert_eq!(day(text).begins(), ms, "{text}");
            assert_eq!(day(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_day_or_time_is_refused() {
        for text in [
            "2025-02-29",
            "1900-02-29",
            "2025-13-01",
            "2025-1-1",
            "2025-01-00",
            "today",
            "+025-01-01",
        ] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
        for text in [
            "25:00",
            "24:00:01",
            "12:60",
            "12",
            "12:00:00+02:00",
            "-1:00",
        ] {
            assert!(text.parse::<TimeOfDay>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_price_holds_from_its_day_and_within_its_window() {
        let from = When::From(day("2025-11-06"));
        assert!(!from.holds(1_762_387_199_999) && from.holds(1_762_387_200_000));
        let daily = When::Daily("00:30:00Z".parse().unwrap(), "16:30".parse().unwrap());
        let at = |minutes: Millis| 1_762_387_200_000 + minutes * 60_000;
        assert!(!daily.holds(at(29)) && daily.holds(at(30)));
        assert!(daily.holds(at(989)) && !daily.holds(at(990)));
        assert!(daily.holds(-60_000 * 600) && !daily.holds(-1));
        assert!(daily.check().is_ok());
        let never = When::Daily("22:00".parse().unwrap(), "06:00".parse().unwrap());
        assert!(never.check().is_err());
    }
}
