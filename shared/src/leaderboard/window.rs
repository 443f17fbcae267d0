//! The windows of a board. Not what is counted in them.

use crate::ids::Millis;
use serde::{Deserialize, Serialize};

/// An hour in milliseconds.
pub const HOUR: Millis = 3_600_000;
/// A day in milliseconds.
pub const DAY: Millis = 24 * HOUR;

/// How far back a board looks.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Window {
    /// The last 24 hours.
    #[default]
    #[serde(rename = "24h")]
    Day,
    /// The last seven days.
    #[serde(rename = "7d")]
    Week,
    /// Everything.
    #[serde(rename = "all")]
    All,
}

impl Window {
    /// In the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::All];

    /// The name in addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::All => "all",
        }
    }

    /// The window of a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// As the store has it.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::Day => 0,
            Self::Week => 1,
            Self::All => 2,
        }
    }

    /// The window of a stored number.
    #[must_use]
    pub fn of_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }

    /// Its length in milliseconds; `None` for everything.
    #[must_use]
    pub const fn length(self) -> Option<Millis> {
        match self {
            Self::Day => Some(DAY),
            Self::Week => Some(7 * DAY),
            Self::All => None,
        }
    }

    /// Whether something that happened then lies in it: after its beginning, not after its end.
    #[must_use]
    pub fn contains(self, at: Millis, until: Millis) -> bool {
        let begun = |length: Millis| at > until.saturating_sub(length);
        at <= until && self.length().is_none_or(begun)
    }

    /// After how long the weight of somebody who ran a prompt is halved, in milliseconds.
    #[must_use]
    pub const fn half_life(self) -> Millis {
        match self {
            Self::Day => 12 * HOUR,
            Self::Week => 84 * HOUR,
            Self::All => 30 * DAY,
        }
    }

    /// Runs of one account that count for one prompt.
    #[must_use]
    pub const fn run_cap(self) -> u64 {
        match self {
            Self::Day => 5,
            Self::Week => 20,
            Self::All => 50,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_holds_its_end_and_not_its_beginning() {
        let now = 100 * DAY;
        assert!(Window::Day.contains(now, now));
        assert!(!Window::Day.contains(now + 1, now));
        assert!(Window::Day.contains(now - DAY + 1, now));
        assert!(!Window::Day.contains(now - DAY, now));
        assert!(Window::All.contains(0, now));
        assert!(!Window::All.contains(now + 1, now));
    }

    #[test]
    fn each_window_is_known_by_its_name_and_its_number() {
        for window in Window::ALL {
            assert_eq!(Window::parse(window.as_str()), Some(window));
            assert_eq!(Window::of_code(window.code()), Some(window));
            let written = serde_json::to_value(window).unwrap();
            assert_eq!(written, window.as_str());
        }
        assert_eq!(Window::parse("90d"), None);
    }
}
