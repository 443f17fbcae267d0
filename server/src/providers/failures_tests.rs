//! Tests of how a provider's refusals are classed. Not of what is done about them.

use super::*;
use serde_json::json;

fn refused(status: u16, body: &Value) -> Failure {
    of_status(status, body.to_string().as_bytes())
}

#[test]
fn every_providers_refusal_has_its_class_and_its_code() {
    use FailureClass as Class;
    let openai = |kind: &str, code: &str| json!({"error": {"message": "m", "type": kind, "param": null, "code": code}});
    let anthropic = |kind: &str| json!({"type": "error", "error": {"type": kind, "message": "m"}});
    let gemini = |code: u16, status: &str| json!({"error": {"code": code, "message": "m", "status": status}});
    for (status, body, class, code) in [
        (
            401,
            openai("invalid_request_error", "invalid_api_key"),
            Class::Auth,
            "invalid_api_key",
        ),
        (
            429,
            openai("insufficient_quota", "insufficient_quota"),
            Class::Money,
            "insufficient_quota",
        ),
        (
            429,
            openai("requests", "rate_limit_exceeded"),
            Class::RateLimited,
            "rate_limit_exceeded",
        ),
        (
            400,
            openai("invalid_request_error", "context_length_exceeded"),
            Class::InvalidRequest,
            "context_length_exceeded",
        ),
        (
            400,
            openai("invalid_request_error", "content_policy_violation"),
            Class::Blocked,
            "content_policy_violation",
        ),
        (
            404,
            openai("invalid_request_error", "model_not_found"),
            Class::InvalidRequest,
            "model_not_found",
        ),
        (
            500,
            openai("server_error", "internal"),
            Class::ProviderError,
            "internal",
        ),
        (
            401,
            anthropic("authentication_error"),
            Class::Auth,
            "authentication_error",
        ),
        (
            403,
            anthropic("permission_error"),
            Class::Auth,
            "permission_error",
        ),
        (
            402,
            anthropic("billing_error"),
            Class::Money,
            "billing_error",
        ),
        (
            413,
            anthropic("request_too_large"),
            Class::InvalidRequest,
            "request_too_large",
        ),
        (
            429,
            anthropic("rate_limit_error"),
            Class::RateLimited,
            "rate_limit_error",
        ),
        (
            529,
            anthropic("overloaded_error"),
            Class::Overloaded,
            "overloaded_error",
        ),
        (
            504,
            anthropic("timeout_error"),
            Class::Timeout,
            "timeout_error",
        ),
        (
            429,
            gemini(429, "RESOURCE_EXHAUSTED"),
            Class::RateLimited,
            "RESOURCE_EXHAUSTED",
        ),
        (
            503,
            gemini(503, "UNAVAILABLE"),
            Class::Overloaded,
            "UNAVAILABLE",
        ),
        (
            403,
            gemini(403, "PERMISSION_DENIED"),
            Class::Auth,
            "PERMISSION_DENIED",
        ),
        (
            400,
            gemini(400, "INVALID_ARGUMENT"),
            Class::InvalidRequest,
            "INVALID_ARGUMENT",
        ),
        (
            498,
            openai("capacity", "capacity_exceeded"),
            Class::Overloaded,
            "capacity_exceeded",
        ),
        (
            422,
            json!({"error": {"message": "m", "code": 422}}),
            Class::InvalidRequest,
            "422",
        ),
        (
            402,
            json!({"message": "m", "type": "payment_required_error", "param": "quota", "code": "payment_required"}),
            Class::Money,
            "payment_required",
        ),
        (
            402,
            json!({"error": {"code": 402, "message": "m"}}),
            Class::Money,
            "402",
        ),
        (
            409,
            openai("conflict", "conflict"),
            Class::ProviderError,
            "conflict",
        ),
    ] {
        let failure = refused(status, &body);
        assert_eq!(failure.class, class, "{status} {body}");
        assert_eq!(failure.code.as_deref(), Some(code), "{body}");
        assert_eq!(
            (failure.status, failure.message.as_str()),
            (Some(status), "m"),
            "{body}"
        );
    }
}

#[test]
fn a_credit_that_ran_out_is_money_though_it_comes_as_an_invalid_request() {
    let body = json!({"type": "error", "error": {"type": "invalid_request_error", "message": "Your credit balance is too low to access the API."}});
    assert_eq!(refused(400, &body).class, FailureClass::Money);
}

#[test]
fn a_wrong_key_of_gemini_comes_as_an_invalid_argument() {
    let body = json!({"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]}});
    assert_eq!(refused(400, &body).class, FailureClass::Auth);
}

#[test]
fn a_moderated_input_of_openrouter_is_blocked_and_not_a_wrong_key() {
    let body = json!({"error": {"code": 403, "message": "flagged", "metadata": {"reasons": ["violence"]}}});
    assert_eq!(refused(403, &body).class, FailureClass::Blocked);
}

#[test]
fn the_delay_of_gemini_is_read_from_its_details() {
    let body = json!([{"error": {"code": 429, "message": "m", "status": "RESOURCE_EXHAUSTED", "details": [{"@type": "x"}, {"retryDelay": "34s"}]}}]);
    let failure = refused(429, &body);
    assert_eq!(failure.retry_after_ms, Some(34_000));
    assert_eq!(failure.code.as_deref(), Some("RESOURCE_EXHAUSTED"));
}

#[test]
fn messages_are_found_in_every_shape() {
    for (body, message) in [
        (
            json!({"error": "model 'x' not found"}),
            "model 'x' not found",
        ),
        (json!({"detail": "Not Found"}), "Not Found"),
        (
            json!({"object": "error", "message": "bad", "type": "x", "code": 3000}),
            "bad",
        ),
        (
            json!({"detail": [{"loc": ["body"], "msg": "field required"}, {"msg": "extra"}]}),
            "field required; extra",
        ),
        (
            json!({"message": {"detail": [{"msg": "field required"}]}}),
            "field required",
        ),
    ] {
        assert_eq!(refused(422, &body).message, message, "{body}");
    }
    assert_eq!(of_status(500, b"upstream down\n").message, "upstream down");
    for nothing in [&b"<html>bad</html>"[..], b"", b"{}", b"[]\n"] {
        let message = of_status(502, nothing).message;
        assert!(message.contains("status 502"), "{message}");
    }
    assert!(of_status(301, b"").message.contains("redirect"));
}

#[test]
fn errors_in_the_middle_have_no_status_and_their_class_by_their_words() {
    use FailureClass as Class;
    for (error, class) in [
        (
            json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
            Class::Overloaded,
        ),
        (
            json!({"error": {"code": 429, "message": "slow"}}),
            Class::RateLimited,
        ),
        (
            json!({"error": {"code": "502", "message": "bad"}}),
            Class::ProviderError,
        ),
        (
            json!({"error": {"type": "server_error", "message": "x"}}),
            Class::ProviderError,
        ),
        (
            json!({"error": {"message": "x", "code": "rate_limit_exceeded"}}),
            Class::RateLimited,
        ),
        (json!("something broke"), Class::ProviderError),
        (
            json!({"error": {"code": "insufficient_quota", "message": ""}}),
            Class::Money,
        ),
    ] {
        let failure = of_event(&error);
        assert_eq!((failure.class, failure.status), (class, None), "{error}");
        assert!(!failure.message.is_empty(), "{error}");
    }
}

#[test]
fn a_long_message_is_cut_at_a_character() {
    let body = json!({"error": {"message": "ż\n".repeat(600)}});
    let message = refused(400, &body).message;
    assert_eq!(message.chars().count(), 500);
    assert!(!message.contains('\n'));
}
