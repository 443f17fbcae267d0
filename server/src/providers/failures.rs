//! What providers say when they refuse, in all their shapes, as one failure with its class. Not whether to try again.

use super::limits::duration;
use krowoc_shared::execution::{Failure, FailureClass};
use serde_json::Value;

/// Characters of a provider's sentence that are kept.
const LONGEST_MESSAGE: usize = 500;

/// A refusal with an HTTP status.
pub(super) fn of_status(status: u16, body: &[u8]) -> Failure {
    let value = serde_json::from_slice::<Value>(body).unwrap_or(Value::Null);
    let found = find(&value);
    let mut failure = match found {
        Some(error) => describe(error, Some(status)),
        None => Failure {
            status: Some(status),
            ..Failure::new(classify(Some(status), &[], ""), "")
        },
    };
    if failure.message.is_empty() {
        failure.message = of_nobody(status, body);
    }
    failure
}

/// A sentence for an answer that is none of a provider's forms: a page of a proxy, nothing at all, a redirect.
fn of_nobody(status: u16, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if (300..400).contains(&status) {
        return format!(
            "The address answered with a redirect ({status}), which is not followed; check the base URL."
        );
    }
    // A page is for browsers, and brackets alone are for nobody.
    if text.starts_with('<') || !text.contains(char::is_alphanumeric) {
        format!("The provider answered with status {status} and no reason.")
    } else {
        cut(text)
    }
}

/// An error inside an answer that began well; `error` is the object, the string or what holds either.
pub(super) fn of_event(error: &Value) -> Failure {
    let mut failure = describe(find(error).unwrap_or(error), None);
    if failure.message.is_empty() {
        "The provider failed in the middle of its answer.".clone_into(&mut failure.message);
    }
    failure
}

/// The part of a value that tells of an error: `{"error": …}`, the first of a list, or a flat one.
fn find(value: &Value) -> Option<&Value> {
    match value {
        Value::Array(items) => items.iter().find_map(find),
        Value::String(_) => Some(value),
        Value::Object(object) => {
            let inner = object.get("error").filter(|error| !error.is_null());
            let flat = ["message", "detail", "code"]
                .iter()
                .any(|name| object.contains_key(*name));
            inner.or_else(|| flat.then_some(value))
        }
        _ => None,
    }
}

fn describe(error: &Value, status: Option<u16>) -> Failure {
    let text = |name: &str| error.get(name).and_then(Value::as_str);
    // Groq, OpenAI and others: a text or a number; Gemini: a number, and the name in `status`.
    let number = error.get("code").and_then(number_of);
    let code = text("code").filter(|code| code.parse::<u16>().is_err());
    let details = error.get("details").and_then(Value::as_array);
    let details = || details.into_iter().flatten();
    let reason = details().find_map(|detail| detail.get("reason")?.as_str());
    let words = [code, text("type"), text("status"), reason];
    let words: Vec<String> = words
        .iter()
        .flatten()
        .map(|word| word.to_lowercase())
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let message = message(error);
    let mut class = classify(status.or(number), &words, &message);
    let flagged = error.pointer("/metadata/reasons").is_some();
    if class == FailureClass::Auth && flagged {
        class = FailureClass::Blocked;
    }
    let retry = details().find_map(|detail| duration(detail.get("retryDelay")?.as_str()?));
    Failure {
        status,
        code: code
            .or(text("status"))
            .or(text("type"))
            .map(cut)
            .or_else(|| number.map(|number| number.to_string())),
        retry_after_ms: retry,
        ..Failure::new(class, cut(&message))
    }
}

fn number_of(code: &Value) -> Option<u16> {
    match code {
        Value::Number(number) => u16::try_from(number.as_u64()?).ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// A sentence wherever it stands: a text, `message`, `detail`, or FastAPI's list of what is wrong.
fn message(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let parts = items.iter().map(message).filter(|part| !part.is_empty());
            parts.collect::<Vec<_>>().join("; ")
        }
        Value::Object(object) => ["message", "msg", "detail"]
            .iter()
            .find_map(|name| object.get(*name))
            .map(message)
            .unwrap_or_default(),
        _ => String::new(),
    }
}

/// The class of a status and of the provider's own words; words that name what a person must mend win over the status.
fn classify(status: Option<u16>, words: &[&str], message: &str) -> FailureClass {
    use FailureClass as Class;
    let says = |names: &[&str]| words.iter().any(|word| names.contains(word));
    let told = |parts: &[&str]| parts.iter().any(|part| message.contains(part));
    const MONEY: &[&str] = &[
        "insufficient_quota",
        "billing_error",
        "billing_not_active",
        "billing_hard_limit_reached",
        "insufficient_credits",
        "insufficient_balance",
        "payment_required",
        "payment_required_error",
    ];
    const BLOCKED: &[&str] = &[
        "content_filter",
        "content_policy_violation",
        "moderation_error",
        "moderation_blocked",
        "safety",
        "prohibited_content",
    ];
    const AUTH: &[&str] = &[
        "authentication_error",
        "invalid_authentication",
        "permission_error",
        "invalid_api_key",
        "api_key_invalid",
        "unauthenticated",
        "permission_denied",
        "wrong_api_key",
    ];
    const OVERLOADED: &[&str] = &[
        "overloaded_error",
        "engine_overloaded",
        "overloaded",
        "unavailable",
        "capacity_exceeded",
        "too_many_requests_error_queue_exceeded",
        "queue_exceeded",
    ];
    const LIMITED: &[&str] = &[
        "rate_limit_error",
        "rate_limit_exceeded",
        "rate_limited",
        "resource_exhausted",
        "too_many_requests",
        "too_many_requests_error",
    ];
    const LATE: &[&str] = &[
        "timeout",
        "timeout_error",
        "request_timeout",
        "deadline_exceeded",
    ];
    const WRONG: &[&str] = &[
        "invalid_request_error",
        "not_found_error",
        "not_found",
        "invalid_argument",
        "model_not_found",
        "request_too_large",
        "context_length_exceeded",
        "json_validate_failed",
    ];
    let poor = told(&[
        "credit balance",
        "Insufficient credits",
        "insufficient balance",
    ]);
    match status {
        _ if status == Some(402) || says(MONEY) || poor => Class::Money,
        _ if says(BLOCKED) => Class::Blocked,
        Some(401 | 403) => Class::Auth,
        _ if says(AUTH) => Class::Auth,
        Some(498 | 503 | 529) => Class::Overloaded,
        _ if says(OVERLOADED) => Class::Overloaded,
        Some(429) => Class::RateLimited,
        Some(408 | 504) => Class::Timeout,
        Some(409) => Class::ProviderError,
        Some(400..=499) => Class::InvalidRequest,
        Some(500..) => Class::ProviderError,
        _ if says(LIMITED) => Class::RateLimited,
        _ if says(LATE) => Class::Timeout,
        _ if says(WRONG) => Class::InvalidRequest,
        _ => Class::ProviderError,
    }
}

/// At most 500 characters, on one line.
pub(super) fn cut(text: &str) -> String {
    let one_line = text
        .trim()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c });
    one_line.take(LONGEST_MESSAGE).collect()
}

#[cfg(test)]
#[path = "failures_tests.rs"]
mod tests;
