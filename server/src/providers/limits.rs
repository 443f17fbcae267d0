//! What a key has left, as providers say it in headers. Not what it may spend: that is a budget.

use krowoc_shared::exchange::time;
use krowoc_shared::ids::Millis;
use reqwest::header::HeaderMap;

/// One limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limit {
    /// How much in its period.
    pub limit: Option<u64>,
    /// How much of it is left.
    pub remaining: Option<u64>,
    /// Milliseconds until it is whole again.
    pub reset_ms: Option<Millis>,
}

/// What a provider said about its limits; empty when it said nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Of requests.
    pub requests: Option<Limit>,
    /// Of tokens.
    pub tokens: Option<Limit>,
}

/// The limits in an answer's headers, in the forms of OpenAI, Groq, Cerebras (`-day`, `-minute`) and Anthropic.
pub(super) fn limits(headers: &HeaderMap, now: Millis) -> Limits {
    Limits {
        requests: limit(headers, "requests", &["", "-day"], now),
        tokens: limit(headers, "tokens", &["", "-minute"], now),
    }
}

fn limit(headers: &HeaderMap, what: &str, periods: &[&str], now: Millis) -> Option<Limit> {
    let text = |name: String| headers.get(name)?.to_str().ok();
    let openai = |part: &str| {
        let mut found = periods.iter();
        found.find_map(|period| text(format!("x-ratelimit-{part}-{what}{period}")))
    };
    let anthropic = |part: &str| text(format!("anthropic-ratelimit-{what}-{part}"));
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let limit = Limit {
        limit: openai("limit")
            .or_else(|| anthropic("limit"))
            .and_then(number),
        remaining: openai("remaining")
            .or_else(|| anthropic("remaining"))
            .and_then(number),
        reset_ms: openai("reset").and_then(duration).or_else(|| {
            let at = time::parse(anthropic("reset")?)?;
            Some(at.saturating_sub(now).max(0))
        }),
    };
    (limit != Limit::default()).then_some(limit)
}

/// `6m0s`, `1h2m3.5s`, `120ms`, or seconds as a bare number, as milliseconds.
pub(super) fn duration(text: &str) -> Option<Millis> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return millis(seconds, 1000.0);
    }
    let mut rest = text;
    let mut sum: Millis = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let (number, after) = rest.split_at_checked(digits)?;
        let letters = after
            .find(|c: char| !c.is_ascii_lowercase())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(letters)?;
        let factor = match unit {
            "d" => 86_400_000.0,
            "h" => 3_600_000.0,
            "m" => 60_000.0,
            "s" => 1000.0,
            "ms" => 1.0,
            "us" | "ns" => 0.0,
            _ => return None,
        };
        sum = sum.checked_add(millis(number.parse().ok()?, factor)?)?;
        rest = after;
    }
    (!text.is_empty()).then_some(sum)
}

fn millis(number: f64, factor: f64) -> Option<Millis> {
    let product = (number * factor).ceil();
    (product.is_finite() && (0.0..=1e15).contains(&product)).then_some(product as Millis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    fn read(pairs: &[(&'static str, &'static str)]) -> Limits {
        let pairs = pairs.iter().map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        });
        limits(&pairs.collect(), 1_795_219_200_000)
    }

    #[test]
    fn the_forms_of_openai_cerebras_and_anthropic_are_read() {
        let openai = read(&[
            ("x-ratelimit-limit-requests", "60"),
            ("x-ratelimit-remaining-requests", "59"),
            ("x-ratelimit-reset-requests", "6m0s"),
            ("x-ratelimit-remaining-tokens", "149984"),
        ]);
        assert_eq!(
            openai.requests,
            Some(Limit {
                limit: Some(60),
                remaining: Some(59),
                reset_ms: Some(360_000)
            })
        );
        assert_eq!(openai.tokens.and_then(|it| it.remaining), Some(149_984));
        let cerebras = read(&[
            ("x-ratelimit-limit-requests-day", "14400"),
            ("x-ratelimit-reset-tokens-minute", "11.38"),
        ]);
        assert_eq!(cerebras.requests.and_then(|it| it.limit), Some(14_400));
        assert_eq!(cerebras.tokens.and_then(|it| it.reset_ms), Some(11_380));
        let anthropic = read(&[
            ("anthropic-ratelimit-requests-limit", "50"),
            ("anthropic-ratelimit-requests-reset", "2026-11-21T00:00:30Z"),
        ]);
        assert_eq!(
            anthropic.requests,
            Some(Limit {
                limit: Some(50),
                remaining: None,
                reset_ms: Some(30_000)
            })
        );
        assert_eq!(read(&[]), Limits::default());
    }

    #[test]
    fn durations_are_read_in_every_form_and_nonsense_is_not() {
        for (text, ms) in [
            ("6m0s", 360_000),
            ("1h2m3.5s", 3_723_500),
            ("120ms", 120),
            ("1s", 1000),
            ("34s", 34_000),
            ("0", 0),
            ("2.5", 2500),
            ("1d", 86_400_000),
        ] {
            assert_eq!(duration(text), Some(ms), "{text}");
        }
        for bad in ["", "s", "m1", "1w", "-1s", "NaN", "1.2.3s", "ż"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }
}
