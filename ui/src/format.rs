//! Times, counts and names as people read them. Not localised dates of the browser: the calendar parts are arguments.

use krowoc_shared::ids::Millis;

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// How long ago `at` was, seen from `now`, in one or two words. A time ahead of `now` is "just now": clocks differ.
#[must_use]
pub fn ago(at: Millis, now: Millis) -> String {
    let past = now.saturating_sub(at);
    let days = past / DAY;
    match past {
        _ if past < MINUTE => "just now".to_owned(),
        _ if past < HOUR => format!("{} min ago", past / MINUTE),
        _ if past < DAY => format!("{} h ago", past / HOUR),
        _ if days == 1 => "yesterday".to_owned(),
        _ if days < 14 => format!("{days} days ago"),
        _ if days < 60 => format!("{} weeks ago", days / 7),
        _ if days < 730 => format!("{} months ago", days / 30),
        _ => format!("{} years ago", days / 365),
    }
}

/// Calendar parts of a moment, in the reader's own time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Year.
    pub year: u32,
    /// Month, 0 for January.
    pub month: u32,
    /// Day of the month, from 1.
    pub day: u32,
    /// Hour.
    pub hour: u32,
    /// Minute.
    pub minute: u32,
    /// Second.
    pub second: u32,
}

/// The exact form, such as `21 Nov 2026, 09:41:07`.
#[must_use]
pub fn exact(at: Calendar) -> String {
    let Calendar {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = at;
    let month = usize::try_from(month)
        .ok()
        .and_then(|month| MONTHS.get(month))
        .copied()
        .unwrap_or("?");
    format!("{day} {month} {year}, {hour:02}:{minute:02}:{second:02}")
}

/// A count with a comma between thousands.
#[must_use]
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len().saturating_add(digits.len() / 3));
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && digits.len().saturating_sub(i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 prompt`, `2 prompts`.
#[must_use]
pub fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// Bytes in the unit that reads best.
#[must_use]
pub fn bytes(n: u64) -> String {
    match n {
        0..1_024 => format!("{n} B"),
        1_024..1_048_576 => format!("{} kB", count(n / 1_024)),
        _ => format!(
            "{}.{} MB",
            count(n / 1_048_576),
            (n % 1_048_576) * 10 / 1_048_576
        ),
    }
}

/// A length of time to wait, such as `40 s` or `2 min`.
#[must_use]
pub fn wait(seconds: u32) -> String {
    if seconds < 120 {
        format!("{seconds} s")
    } else {
        format!("{} min", seconds.div_ceil(60))
    }
}

/// A length of time that was measured, such as `20 ms`, `0.82 s`, `5.4 s` or `2 min 5 s`.
#[must_use]
pub fn seconds(millis: Millis) -> String {
    let millis = millis.max(0);
    match millis {
        0..100 => format!("{millis} ms"),
        100..1_000 => format!("0.{:02} s", millis / 10),
        1_000..60_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        _ => format!("{} min {} s", millis / MINUTE, millis % MINUTE / 1_000),
    }
}

/// Whole seconds that are left until something, at least one.
#[must_use]
pub fn left(millis: Millis) -> String {
    let seconds = millis.max(0).saturating_add(999) / 1_000;
    wait(u32::try_from(seconds.max(1)).unwrap_or(u32::MAX))
}

/// A text as a part of an address: everything but letters, digits and `-_.~` in percent form (RFC 3986).
#[must_use]
pub fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Undoes [`percent`], and reads `+` as a blank; what is no UTF-8 becomes U+FFFD.
#[must_use]
pub fn unpercent(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail
            .get(..2)
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        (rest, _) = match (first, hex) {
            (b'%', Some(byte)) => (tail.get(2..).unwrap_or_default(), bytes.push(byte)),
            (b'+', _) => (tail, bytes.push(b' ')),
            _ => (tail, bytes.push(*first)),
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_in_the_largest_fitting_unit() {
        let cases = [
            (-5_000, "just now"),
            (59_999, "just now"),
            (MINUTE, "1 min ago"),
            (HOUR - 1, "59 min ago"),
            (HOUR, "1 h ago"),
            (DAY, "yesterday"),
            (2 * DAY, "2 days ago"),
            (13 * DAY, "13 days ago"),
            (14 * DAY, "2 weeks ago"),
            (60 * DAY, "2 months ago"),
            (800 * DAY, "2 years ago"),
        ];
        for (past, expected) in cases {
            assert_eq!(ago(1_000_000_000_000 - past, 1_000_000_000_000), expected);
        }
    }

    #[test]
    fn counts_group_by_thousands() {
        for (n, expected) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (100_000, "100,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(count(n), expected);
        }
        assert_eq!(plural(1, "prompt", "prompts"), "1 prompt");
        assert_eq!(plural(0, "prompt", "prompts"), "0 prompts");
    }

    #[test]
    fn sizes_waits_and_calendars_read_short() {
        assert_eq!(bytes(900), "900 B");
        assert_eq!(bytes(144_000), "140 kB");
        assert_eq!(bytes(1_572_864), "1.5 MB");
        assert_eq!(wait(40), "40 s");
        assert_eq!(wait(121), "3 min");
        assert_eq!(
            (seconds(820), seconds(5_449)),
            ("0.82 s".to_owned(), "5.4 s".to_owned())
        );
        assert_eq!(
            (seconds(20), seconds(125_000)),
            ("20 ms".to_owned(), "2 min 5 s".to_owned())
        );
        assert_eq!((left(1_900), left(0)), ("2 s".to_owned(), "1 s".to_owned()));
        let at = Calendar {
            year: 2026,
            month: 10,
            day: 21,
            hour: 9,
            minute: 41,
            second: 7,
        };
        assert_eq!(exact(at), "21 Nov 2026, 09:41:07");
    }

    #[test]
    fn any_text_survives_an_address() {
        for text in ["", "a b&c=d", "100 % {{x}}", "Żółć 担任 \u{1f600}", "%zz"] {
            assert_eq!(unpercent(&percent(text)), text);
        }
        assert_eq!(unpercent("a+b%2"), "a b%2");
    }
}
