//! The dashboard's files, embedded in the binary: encodings, caching, and the fallback to its page. Not the dashboard.

use super::problem::{Fault, Reply};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use krowoc_shared::error::ErrorCode;
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../dist/dashboard"]
#[allow_missing = true]
struct Dashboard;

/// What a person sees who opens a server without a dashboard.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Krowoc</title>\
<h1>The dashboard is not part of this build</h1><p>Start the server with <code>cargo xtask run</code>: it builds the dashboard first. \
The API is here: <a href=\"/api/docs\">reference</a>.</p></html>";

/// Answers a path outside the API: a file, or the page that draws every address of the dashboard.
///
/// # Errors
/// [`ErrorCode::NotFound`] for a file that does not exist.
pub fn serve(request: &HttpRequest) -> Reply<HttpResponse> {
    let path = request.path().trim_start_matches('/');
    let is_file = path
        .rsplit('/')
        .next()
        .is_some_and(|name| name.contains('.'));
    let path = if is_file { path } else { "index.html" };
    let traversal = path
        .split('/')
        .any(|part| part == ".." || part.contains('\\'));
    let encoded = path.ends_with(".br") || path.ends_with(".gz");
    if traversal || encoded {
        return Err(ErrorCode::NotFound.into());
    }
    match find(path, request.headers()) {
        Some((file, encoding)) => Ok(respond(request, path, &file, encoding)),
        None if path == "index.html" => Ok(HttpResponse::ServiceUnavailable()
            .content_type("text/html; charset=utf-8")
            .body(NOT_BUILT)),
        None => Err(Fault::new(ErrorCode::NotFound)),
    }
}

/// The smallest form that the client takes.
fn find(path: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let takes = |coding: &str| {
        accepted.split(',').any(|item| {
            let mut parts = item.split(';').map(str::trim);
            let named = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case(coding));
            named && !parts.any(|it| matches!(it, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
    };
    for (coding, suffix) in [("br", "br"), ("gzip", "gz")] {
        if takes(coding)
            && let Some(file) = Dashboard::get(&format!("{path}.{suffix}"))
        {
            return Some((file, Some(coding)));
        }
    }
    Dashboard::get(path).map(|file| (file, None))
}

fn respond(
    request: &HttpRequest,
    path: &str,
    file: &EmbeddedFile,
    encoding: Option<&'static str>,
) -> HttpResponse {
    let hash = super::token::encode(&file.metadata.sha256_hash());
    let tag = format!("\"{hash}\"");
    let cache = if is_hashed(path) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|sent| {
            sent.split(',')
                .any(|one| one.trim().trim_start_matches("W/") == tag)
        });
    let mut response = if known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::VARY, "accept-encoding"))
        .content_type(media_type(path));
    // Said also for the plain form: what is embedded is compressed at build time or not at all.
    let coding = HeaderValue::from_static(encoding.unwrap_or("identity"));
    response.insert_header((header::CONTENT_ENCODING, coding));
    if known {
        response.finish()
    } else {
        response.body(file.data.clone().into_owned())
    }
}

/// True for a name with a hash of its content in it, such as `app-1f2e3d4c5b6a.js`.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split(['-', '.', '_'])
        .any(|part| part.len() >= 8 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_are_kept_forever() {
        assert!(is_hashed("app-1f2e3d4c5b6a7988.js"));
        assert!(is_hashed("assets/app-1f2e3d4c5b6a7988_bg.wasm"));
        assert!(!is_hashed("index.html"));
        assert!(!is_hashed("dashboard.css"));
    }
}
