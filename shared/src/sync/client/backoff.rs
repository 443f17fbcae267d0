//! What a failure means for the next attempt. Not the attempt itself.

use super::state::Backoff;
use super::step::{Env, Failure};
use crate::error::ErrorCode;
use crate::ids::Millis;

/// First pause, in milliseconds; it doubles with each failure.
const FIRST_PAUSE: Millis = 1_000;
/// Longest pause, in milliseconds.
const LONGEST_PAUSE: Millis = 5 * 60_000;
/// A server's `Retry-After` is believed up to an hour.
const LONGEST_RETRY_AFTER: u32 = 3_600;

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Goes away by itself.
    Transient,
    /// The server failed while working on the request; perhaps because of what is in it.
    Fault,
    /// The space was restored from a backup, or is not the one we knew.
    StartOver,
    /// Nothing is sent until a person acts.
    Halt(ErrorCode),
    /// The request as it is will never be taken.
    Refused(ErrorCode),
}

pub(super) fn classify(failure: &Failure) -> Class {
    let Failure::Status { status, code, .. } = failure else {
        return Class::Transient;
    };
    match (status, code) {
        (_, Some(ErrorCode::EpochMismatch | ErrorCode::ResyncRequired)) | (404, _) => {
            Class::StartOver
        }
        (_, Some(ErrorCode::TokenExpired)) | (408 | 425 | 429 | 502..=504, _) => Class::Transient,
        (401, code) => Class::Halt(code.unwrap_or(ErrorCode::Unauthenticated)),
        (403, code) => Class::Halt(code.unwrap_or(ErrorCode::Forbidden)),
        (500.., _) => Class::Fault,
        (413, code) => Class::Refused(code.unwrap_or(ErrorCode::TooLarge)),
        (400..=499, code) => Class::Refused(code.unwrap_or(ErrorCode::InvalidRequest)),
        _ => Class::Transient,
    }
}

/// One short sentence for the outbox row.
pub(super) fn describe(failure: &Failure) -> String {
    match failure {
        Failure::Network => "The server did not answer".to_owned(),
        Failure::Status {
            code: Some(code), ..
        } => code.title().to_owned(),
        Failure::Status { status, .. } => format!("The server answered with status {status}"),
    }
}

/// The state after one more failure: twice the pause, with jitter so that many clients do not return together.
pub(super) fn after(before: Backoff, failure: &Failure, env: &mut Env<'_>) -> Backoff {
    let failures = before.failures.saturating_add(1);
    let doubled = FIRST_PAUSE.saturating_mul(1 << before.failures.min(16));
    let pause = doubled.min(LONGEST_PAUSE);
    let [high, low, ..] = (env.random)();
    let fraction = Millis::from(u16::from_be_bytes([high, low]));
    let jittered = pause / 2 + (pause / 2).saturating_mul(fraction) / 65_536;
    let asked = match failure {
        Failure::Status {
            retry_after: Some(seconds),
            ..
        } => Millis::from((*seconds).min(LONGEST_RETRY_AFTER)).saturating_mul(1_000),
        _ => 0,
    };
    Backoff {
        failures,
        retry_at: env.now.saturating_add(jittered.max(asked)),
    }
}

/// The state after being told to start over: once at once; a server that says so again and again is not asked in a loop.
pub(super) fn at_once_then_later(before: Backoff, failure: &Failure, env: &mut Env<'_>) -> Backoff {
    if before.failures > 0 {
        return after(before, failure, env);
    }
    Backoff {
        failures: 1,
        retry_at: env.now,
    }
}
