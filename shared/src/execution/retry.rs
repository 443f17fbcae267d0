//! Whether a failed attempt is made again, and when. Not the waiting, and not who else may be asked: that is the fallback chain.

use super::failure::{Failure, FailureClass};
use crate::ids::Millis;

/// How often a request is repeated after its first attempt.
pub const RETRIES: u32 = 2;
/// The first pause, in milliseconds; it doubles with each retry.
pub const FIRST_PAUSE: Millis = 500;
/// The longest pause of our own, in milliseconds.
pub const LONGEST_PAUSE: Millis = 8_000;
/// The longest pause that a provider may ask for, in milliseconds.
pub const LONGEST_ASKED: Millis = 60_000;

/// How far an execution came before this failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Retries made so far: 0 after the first attempt.
    pub retries: u32,
    /// Text of this answer has reached its reader: a restart would show it twice.
    pub streamed: bool,
}

/// The pause before the next attempt, in milliseconds; `None` when there is none.
///
/// `jitter` is 0 to 1 and shortens a pause of our own by up to a quarter, so that many failed at once do not return at once.
/// A provider that asks for more than [`LONGEST_ASKED`] is not asked again: its next answer would be the same.
#[must_use]
pub fn pause(failure: &Failure, progress: Progress, jitter: f64) -> Option<Millis> {
    if progress.streamed || progress.retries >= RETRIES || !may_repeat(failure) {
        return None;
    }
    if let Some(asked) = failure.retry_after_ms {
        return (asked <= LONGEST_ASKED).then_some(asked.max(0));
    }
    let doubled = FIRST_PAUSE.saturating_mul(1 << progress.retries.min(16));
    let base = doubled.min(LONGEST_PAUSE);
    let part = if jitter.is_finite() {
        jitter.clamp(0.0, 1.0)
    } else {
        0.0
    };
    // At most 2,000: no number of this size loses anything as a float.
    let off = (base as f64 * 0.25 * part) as Millis;
    Some(base.saturating_sub(off))
}

/// Whether the same request may succeed another time. Money and a person's own wish are final; else the provider's word wins over ours.
#[must_use]
pub fn may_repeat(failure: &Failure) -> bool {
    if matches!(failure.class, FailureClass::Money | FailureClass::Cancelled)
        || failure.status == Some(402)
    {
        return false;
    }
    if let Some(said) = failure.should_retry {
        return said;
    }
    let by_status = matches!(failure.status, Some(408 | 409 | 429 | 500..));
    by_status || failure.class.is_transient()
}

/// What a provider asked for in its headers, in milliseconds from `now`: `retry-after-ms`, else `retry-after` in seconds or as an HTTP date.
#[must_use]
pub fn asked<'a>(header: impl Fn(&str) -> Option<&'a str>, now: Millis) -> Option<Millis> {
    if let Some(ms) = header("retry-after-ms").and_then(|text| decimal(text, 1.0)) {
        return Some(ms);
    }
    let text = header("retry-after")?;
    decimal(text, 1000.0).or_else(|| Some(http_date(text)?.saturating_sub(now).max(0)))
}

/// `x-should-retry: true|false`.
#[must_use]
pub fn should_retry<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Option<bool> {
    match header("x-should-retry")?.trim() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A number that is not negative, times a factor, rounded up.
fn decimal(text: &str, factor: f64) -> Option<Millis> {
    let number: f64 = text.trim().parse().ok()?;
    let product = (number * factor).ceil();
    if !(product.is_finite() && (0.0..=1e15).contains(&product)) {
        return None;
    }
    Some(product as Millis)
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, IMF-fixdate) as milliseconds since 1970. The two obsolete forms are not understood.
fn http_date(text: &str) -> Option<Millis> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (_, rest) = text.trim().split_once(", ")?;
    let mut words = rest.split(' ');
    let number = |text: Option<&str>| text?.parse::<i64>().ok();
    let day = number(words.next())?;
    let name = words.next()?;
    let month = MONTHS.iter().position(|month| *month == name)?;
    let year = number(words.next())?;
    let mut clock = words.next()?.split(':');
    let (hour, minute, second) = (
        number(clock.next())?,
        number(clock.next())?,
        number(clock.next())?,
    );
    let sane = (1..=31).contains(&day)
        && (1970..=9999).contains(&year)
        && (0..=23).contains(&hour)
        && (0..=59).contains(&minute)
        && (0..=60).contains(&second);
    if !sane || words.next() != Some("GMT") || words.next().is_some() {
        return None;
    }
    // Days since 1970 (Hinnant, "chrono-compatible low-level date algorithms"): the year begins in March.
    let month = i64::try_from(month).ok()?;
    let (year, month) = if month < 2 {
        (year - 1, month + 10)
    } else {
        (year, month - 2)
    };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000)
}

#[cfg(test)]
#[path = "retry_tests.rs"]
mod tests;
