//! Refusals as each provider writes them. Not when.

use super::script::Script;
use super::wire::Wire;
use krowoc_shared::execution::Provider;
use serde_json::{Value, json};

/// Status, extra headers and body.
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Beside the usual ones.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: Value,
}

/// The refusal of a script; `None` when it has none.
#[must_use]
pub fn refusal(wire: Wire, script: &Script) -> Option<Refusal> {
    let status = if script.quota {
        match wire {
            // Where money is an error of its own.
            Wire::Anthropic | Wire::Chat(Provider::Openrouter | Provider::Cerebras) => 402,
            _ => 429,
        }
    } else {
        script.status?
    };
    let retry = script
        .retry
        .map(|seconds| ("retry-after", seconds.to_string()));
    Some(Refusal {
        status,
        headers: retry.into_iter().collect(),
        body: body(wire, status, script),
    })
}

fn body(wire: Wire, status: u16, script: &Script) -> Value {
    match wire {
        Wire::Anthropic => {
            let kind = match status {
                401 => "authentication_error",
                402 => "billing_error",
                403 => "permission_error",
                404 => "not_found_error",
                413 => "request_too_large",
                429 => "rate_limit_error",
                529 => "overloaded_error",
                400..=499 => "invalid_request_error",
                _ => "api_error",
            };
            json!({"type": "error", "error": {"type": kind, "message": format!("status {status}")}, "request_id": "req_1"})
        }
        Wire::Gemini => gemini(status, script),
        Wire::Ollama => json!({"error": format!("status {status}")}),
        Wire::Chat(Provider::Cerebras) => {
            json!({"message": format!("status {status}"), "type": kind(status, script), "param": null, "code": code(status, script)})
        }
        Wire::Chat(Provider::Openrouter) => {
            json!({"error": {"code": status, "message": format!("status {status}")}, "user_id": "u"})
        }
        Wire::Chat(Provider::Mistral) if status != 429 => {
            json!({"object": "error", "message": format!("status {status}"), "type": kind(status, script), "param": null, "code": code(status, script)})
        }
        Wire::Chat(_) | Wire::Responses => {
            json!({"error": {"message": format!("status {status}"), "type": kind(status, script), "param": null, "code": code(status, script)}})
        }
    }
}

fn gemini(status: u16, script: &Script) -> Value {
    let name = match status {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        429 => "RESOURCE_EXHAUSTED",
        503 => "UNAVAILABLE",
        400..=499 => "INVALID_ARGUMENT",
        _ => "INTERNAL",
    };
    let retry = script.retry.map(|seconds| {
        json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{seconds}s")})
    });
    let reason = script.quota.then(|| {
        json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "BILLING_NOT_ACTIVE"})
    });
    let details: Vec<Value> = retry.into_iter().chain(reason).collect();
    json!({"error": {"code": status, "message": format!("status {status}"), "status": name, "details": details}})
}

fn kind(status: u16, script: &Script) -> &'static str {
    match status {
        _ if script.quota => "insufficient_quota",
        429 => "requests",
        400..=499 => "invalid_request_error",
        _ => "server_error",
    }
}

fn code(status: u16, script: &Script) -> Value {
    match status {
        _ if script.quota => json!("insufficient_quota"),
        401 => json!("invalid_api_key"),
        404 => json!("model_not_found"),
        429 => json!("rate_limit_exceeded"),
        _ => Value::Null,
    }
}
