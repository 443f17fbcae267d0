//! Security headers, by what is served: the API, its reference page, or the dashboard. Not caching of files.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// What is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// JSON for programs.
    Api,
    /// The reference page.
    Docs,
    /// The dashboard and its files.
    Dashboard,
}

impl Scope {
    /// By the path.
    #[must_use]
    pub fn of(path: &str) -> Self {
        if path.starts_with("/api/docs") {
            Self::Docs
        } else if ["/api/", "/v1/", "/mcp", "/health/", "/metrics"]
            .iter()
            .any(|prefix| path.starts_with(prefix))
        {
            Self::Api
        } else {
            Self::Dashboard
        }
    }

    fn policy(self) -> &'static str {
        match self {
            Self::Api => "default-src 'none'; frame-ancestors 'none'",
            Self::Docs => {
                "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'"
            }
            Self::Dashboard => {
                "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; \
                 font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
                 frame-ancestors 'none'"
            }
        }
    }
}

/// Who may show what is served.
pub const SHARED: &str = "cross-origin-resource-policy";

const FIXED: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    (SHARED, "same-origin"),
    (
        "permissions-policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Sets the headers of a response.
pub fn apply(headers: &mut HeaderMap, scope: Scope, https: bool) {
    // A picture that other sites show says so itself.
    let shared = headers.get(SHARED).cloned();
    for (name, value) in FIXED {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    if let Some(shared) = shared {
        headers.insert(HeaderName::from_static(SHARED), shared);
    }
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(scope.policy()),
    );
    if https {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    // Answers of the API are about one person at one moment.
    if scope == Scope::Api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
