//! Which figures are shown: of which time, and whose. In the address, in requests, in words. Pure; not the figures.

use krowoc_shared::dashboards::{Grain, Period};
use krowoc_shared::exchange::time;
use krowoc_shared::ids::{Millis, SpaceId};
use krowoc_ui::format::{percent, unpercent};

/// Which time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Time {
    /// A period that ends now.
    Period(Period),
    /// Days of one's own, `YYYY-MM-DD`.
    Days(String, String),
}

impl Default for Time {
    fn default() -> Self {
        Self::Period(Period::default())
    }
}

/// Which figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Which time.
    pub time: Time,
    /// Everybody's: the operator's view.
    pub all: bool,
    /// Those of a team.
    pub team: Option<SpaceId>,
}

impl Shown {
    /// Reads the part of an address behind `?`.
    #[must_use]
    pub fn read(search: &str) -> Self {
        let mut shown = Self::default();
        let (mut from, mut to) = (None, None);
        for part in search.trim_start_matches('?').split('&') {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let value = unpercent(value);
            match name {
                "period" => {
                    if let Some(period) = Period::parse(&value) {
                        shown.time = Time::Period(period);
                    }
                }
                "from" => from = Some(value),
                "to" => to = Some(value),
                "all" => shown.all = true,
                "space" => shown.team = value.parse().ok(),
                _ => {}
            }
        }
        if let (Some(from), Some(to)) = (from, to) {
            shown.time = Time::Days(from, to);
        }
        shown
    }

    /// The part of its address behind the path.
    #[must_use]
    pub fn write(&self) -> String {
        let mut parts = Vec::new();
        if self.time != Time::default() {
            parts.push(self.time.query());
        }
        if self.all {
            parts.push("all=yes".to_owned());
        }
        if let Some(team) = self.team {
            parts.push(format!("space={team}"));
        }
        if parts.is_empty() {
            String::new()
        } else {
            format!("?{}", parts.join("&"))
        }
    }
}

impl Time {
    /// As requests name it.
    #[must_use]
    pub fn query(&self) -> String {
        match self {
            Self::Period(period) => format!("period={}", period.as_str()),
            Self::Days(from, to) => format!("from={}&to={}", percent(from), percent(to)),
        }
    }
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A day of UTC, such as `9 Nov`.
#[must_use]
pub fn day(at: Millis) -> String {
    let text = time::format(at);
    let part = |range: std::ops::Range<usize>| {
        let digits = text.get(range);
        digits.and_then(|it| it.parse::<usize>().ok()).unwrap_or(0)
    };
    let month = MONTHS.get(part(5..7).saturating_sub(1)).copied();
    format!("{} {}", part(8..10), month.unwrap_or("?"))
}

/// The month of a time in UTC, from 1.
#[must_use]
pub fn month(at: Millis) -> usize {
    let text = time::format(at);
    let digits = text.get(5..7);
    digits.and_then(|it| it.parse().ok()).unwrap_or(0)
}

/// A point of a series: a day of UTC, or an hour of the reader's own clock, given as hour and minute.
#[must_use]
pub fn point(at: Millis, grain: Grain, clock: impl Fn(Millis) -> (u32, u32)) -> String {
    match grain {
        Grain::Day => day(at),
        Grain::Hour => {
            let (hour, minute) = clock(at);
            format!("{hour:02}:{minute:02}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_survives_its_address() {
        let days = || Time::Days("2026-11-01".to_owned(), "2026-11-09".to_owned());
        for time in [Time::default(), Time::Period(Period::Day), days()] {
            for all in [false, true] {
                for team in [None, Some(SpaceId::mint(5, [3; 10]))] {
                    let shown = Shown {
                        time: time.clone(),
                        all,
                        team,
                    };
                    assert_eq!(Shown::read(&shown.write()), shown);
                }
            }
        }
        assert_eq!(Shown::default().write(), "");
        assert_eq!(days().query(), "from=2026-11-01&to=2026-11-09");
        assert_eq!(
            Shown::read("?period=year&from=2026-11-01"),
            Shown::default()
        );
    }

    #[test]
    fn points_are_days_of_utc_or_hours_of_the_reader() {
        let at = 1_795_219_200_000;
        assert_eq!((day(at), month(at)), ("21 Nov".to_owned(), 11));
        assert_eq!(point(at, Grain::Day, |_| (0, 0)), "21 Nov");
        assert_eq!(point(at, Grain::Hour, |_| (5, 30)), "05:30");
    }
}
