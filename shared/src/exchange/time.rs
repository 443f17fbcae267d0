//! Times in files: ISO 8601 in UTC, and back. Not a calendar: no zones but offsets, no leap seconds.

const DAY: i64 = 86_400_000;

/// `2026-11-21T04:22:00.123Z`, years 0 to 9999; other times are clamped to that range.
#[must_use]
pub fn format(millis: i64) -> String {
    let millis = millis.clamp(-62_167_219_200_000, 253_402_300_799_999);
    let (year, month, day) = date(millis.div_euclid(DAY));
    let of_day = millis.rem_euclid(DAY);
    let (hour, minute) = (of_day / 3_600_000, of_day / 60_000 % 60);
    let (second, milli) = (of_day / 1000 % 60, of_day % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// Reads `YYYY-MM-DD`, `YYYY-MM-DDThh:mm[:ss[.fff]][Z|±hh:mm]` (a blank may stand for the T), or milliseconds since 1970.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.len() > 8
        && let Ok(millis) = text.parse::<i64>()
    {
        return Some(millis);
    }
    let (year, rest) = number(text, 4)?;
    let (month, rest) = number(rest.strip_prefix('-')?, 2)?;
    let (day, rest) = number(rest.strip_prefix('-')?, 2)?;
    let days = days(year, month, day)?;
    let of_day = if rest.is_empty() {
        0
    } else {
        time_of_day(rest.strip_prefix(['T', 't', ' '])?)?
    };
    days.checked_mul(DAY)?.checked_add(of_day)
}

fn number(text: &str, digits: usize) -> Option<(i64, &str)> {
    let (head, rest) = text.split_at_checked(digits)?;
    let ok = head.bytes().all(|b| b.is_ascii_digit());
    ok.then(|| head.parse().ok().map(|value| (value, rest)))
        .flatten()
}

fn time_of_day(text: &str) -> Option<i64> {
    let (hour, rest) = number(text, 2)?;
    let (minute, mut rest) = number(rest.strip_prefix(':')?, 2)?;
    let (mut second, mut milli) = (0, 0);
    if let Some(after) = rest.strip_prefix(':') {
        (second, rest) = number(after, 2)?;
        if let Some(after) = rest.strip_prefix('.') {
            let end = after
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(after.len());
            let (digits, after) = after.split_at_checked(end)?;
            milli = format!("{digits:0<3}").get(..3)?.parse().ok()?;
            rest = after;
        }
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let offset = match rest.trim_start() {
        "" | "Z" | "z" => 0,
        zone => {
            let ahead = zone.starts_with('+');
            let (hours, rest) = number(zone.strip_prefix(['+', '-'])?, 2)?;
            let (minutes, _) = number(rest.strip_prefix(':').unwrap_or(rest), 2)?;
            let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
            if ahead {
                minutes
            } else {
                minutes.checked_neg()?
            }
        }
    };
    let minutes = hour * 60 + minute - offset;
    Some(minutes * 60_000 + second * 1000 + milli)
}

/// Days since 1970 of a date of the proleptic Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms").
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let most = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=most).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// The inverse of [`days`], from the same source.
fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days.saturating_add(719_468);
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_times_are_written_and_read() {
        assert_eq!(format(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(format(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(parse("2000-02-29"), Some(951_782_400_000));
        assert_eq!(parse("2000-02-29T01:30+01:30"), Some(951_782_400_000));
        assert_eq!(parse("2000-02-28 19:00:00.5 -05:00"), Some(951_782_400_500));
        assert_eq!(parse("951782400000"), Some(951_782_400_000));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "soon",
            "2001-02-29",
            "2000-13-01",
            "2000-01-00",
            "2000-01-01T25:00",
            "2000-01-01x",
            "é000-01-01",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_time_survives_its_text(millis in -62_167_219_200_000i64..253_402_300_799_999) {
            prop_assert_eq!(parse(&format(millis)), Some(millis));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9TZ:+. -]{0,30}", other in any::<String>()) {
            let _ = (parse(&text), parse(&other));
        }
    }
}
