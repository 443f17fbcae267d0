//! Tests of when a failed attempt is made again, and after how long.

use super::*;
use proptest::prelude::*;

fn status(status: u16, class: FailureClass) -> Failure {
    Failure {
        status: Some(status),
        ..Failure::new(class, "x")
    }
}

fn after(retries: u32) -> Progress {
    Progress {
        retries,
        streamed: false,
    }
}

#[test]
fn two_retries_with_doubling_pauses_and_no_third() {
    let failure = status(500, FailureClass::ProviderError);
    assert_eq!(pause(&failure, after(0), 0.0), Some(500));
    assert_eq!(pause(&failure, after(1), 0.0), Some(1000));
    assert_eq!(pause(&failure, after(2), 0.0), None);
    assert_eq!(pause(&failure, after(1), 1.0), Some(750));
    assert_eq!(pause(&failure, after(1), f64::NAN), Some(1000));
}

#[test]
fn the_statuses_that_pass_are_repeated_and_the_others_are_not() {
    let repeated = |code, class| pause(&status(code, class), after(0), 0.0).is_some();
    for code in [408, 409, 429, 500, 502, 503, 504, 529] {
        assert!(repeated(code, FailureClass::ProviderError), "{code}");
    }
    for code in [400, 404, 413, 422] {
        assert!(!repeated(code, FailureClass::InvalidRequest), "{code}");
    }
    assert!(!repeated(401, FailureClass::Auth));
    let broken = Failure::new(FailureClass::Network, "reset");
    assert_eq!(pause(&broken, after(0), 0.0), Some(500));
}

#[test]
fn money_is_never_asked_for_twice_whatever_the_provider_says() {
    for code in [402, 403, 429, 500] {
        let failure = Failure {
            should_retry: Some(true),
            retry_after_ms: Some(1),
            ..status(code, FailureClass::Money)
        };
        assert_eq!(pause(&failure, after(0), 0.0), None, "{code}");
    }
    let unnamed = status(402, FailureClass::ProviderError);
    assert_eq!(pause(&unnamed, after(0), 0.0), None);
}

#[test]
fn what_a_reader_has_begun_to_read_is_not_restarted() {
    let failure = Failure::new(FailureClass::Truncated, "cut");
    let streamed = Progress {
        retries: 0,
        streamed: true,
    };
    assert_eq!(pause(&failure, streamed, 0.0), None);
    assert_eq!(pause(&failure, after(0), 0.0), Some(500));
}

#[test]
fn the_providers_word_wins_over_the_class() {
    let no = Failure {
        should_retry: Some(false),
        ..status(503, FailureClass::Overloaded)
    };
    assert_eq!(pause(&no, after(0), 0.0), None);
    let yes = Failure {
        should_retry: Some(true),
        ..status(400, FailureClass::InvalidRequest)
    };
    assert_eq!(pause(&yes, after(0), 0.0), Some(500));
}

#[test]
fn a_pause_that_the_provider_asks_for_is_kept_up_to_a_minute() {
    let asks = |ms| Failure {
        retry_after_ms: Some(ms),
        ..status(429, FailureClass::RateLimited)
    };
    assert_eq!(pause(&asks(34_000), after(0), 1.0), Some(34_000));
    assert_eq!(pause(&asks(60_000), after(0), 1.0), Some(60_000));
    assert_eq!(pause(&asks(60_001), after(0), 1.0), None);
    assert_eq!(pause(&asks(0), after(0), 1.0), Some(0));
}

#[test]
fn headers_are_read_in_their_order() {
    const NOW: Millis = 784_111_777_000;
    let read = |headers: &[(&str, &'static str)]| {
        let find = |name: &str| {
            let found = headers.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| *value)
        };
        (asked(find, NOW), should_retry(find))
    };
    assert_eq!(
        read(&[("retry-after-ms", "250"), ("retry-after", "9")]).0,
        Some(250)
    );
    assert_eq!(
        read(&[("retry-after-ms", "x"), ("retry-after", "9")]).0,
        Some(9000)
    );
    assert_eq!(read(&[("retry-after", "0.5")]).0, Some(500));
    let date = "Sun, 06 Nov 1994 08:49:47 GMT";
    assert_eq!(read(&[("retry-after", date)]).0, Some(10_000));
    let past = "Sun, 06 Nov 1994 08:49:07 GMT";
    assert_eq!(read(&[("retry-after", past)]).0, Some(0));
    for bad in [
        "",
        "-1",
        "NaN",
        "inf",
        "soon",
        "Sun, 06 Nov 1994",
        "Sun, 99 Nov 1994 08:49:07 GMT",
    ] {
        assert_eq!(read(&[("retry-after", bad)]).0, None, "{bad}");
    }
    assert_eq!(read(&[("x-should-retry", "false")]).1, Some(false));
    assert_eq!(read(&[("x-should-retry", "perhaps")]).1, None);
}

#[test]
fn dates_agree_with_the_calendar() {
    for (text, millis) in [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600_000),
        ("Sat, 21 Nov 2026 00:00:00 GMT", 1_795_219_200_000),
    ] {
        assert_eq!(http_date(text), Some(millis), "{text}");
    }
}

proptest! {
    #[test]
    fn no_pause_is_negative_or_longer_than_allowed(retries in 0_u32..5, jitter in any::<f64>(), asked in proptest::option::of(any::<i64>())) {
        let failure = Failure { retry_after_ms: asked, ..status(503, FailureClass::Overloaded) };
        if let Some(ms) = pause(&failure, after(retries), jitter) {
            prop_assert!((0..=LONGEST_ASKED).contains(&ms));
        }
    }

    #[test]
    fn no_header_brings_the_rule_down(text in ".{0,40}") {
        let _ = asked(|_| Some(text.as_str()), 0);
    }
}
