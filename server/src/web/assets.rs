//! The dashboard's files, embedded in the binary: encodings, caching, and the fallback to its page. Not the dashboard.

use super::problem::{Fault, Reply};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use krowoc_shared::error::ErrorCode;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../dist/dashboard"]
#[allow_missing = true]
struct Dashboard;

/// What a person sees who opens a server without a dashboard.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Krowoc</title>\
<h1>The dashboard is not part of this build</h1><p>Start the server with <code>cargo xtask run</code>: it builds the dashboard first. \
The API is here: <a href=\"/api/docs\">reference</a>.</p></html>";

/// A file of the dashboard.
struct Asset {
    data: Vec<u8>,
    hash: [u8; 32],
}

fn embedded(path: &str) -> Option<Asset> {
    Dashboard::get(path).map(|file| Asset {
        hash: file.metadata.sha256_hash(),
        data: file.data.into_owned(),
    })
}

/// Answers a path outside the API: a file, or the page that draws every address of the dashboard.
///
/// # Errors
/// [`ErrorCode::NotFound`] for a file that does not exist.
pub fn serve(request: &HttpRequest) -> Reply<HttpResponse> {
    answer(request, embedded)
}

fn answer(request: &HttpRequest, files: impl Fn(&str) -> Option<Asset>) -> Reply<HttpResponse> {
    let path = request.path().trim_start_matches('/');
    let name = path.rsplit('/').next().unwrap_or(path);
    let path = if name.contains('.') {
        path
    } else {
        "index.html"
    };
    let traversal = path
        .split('/')
        .any(|part| part == ".." || part.contains('\\'));
    let encoded = path.ends_with(".br") || path.ends_with(".gz");
    if traversal || encoded {
        return Err(ErrorCode::NotFound.into());
    }
    match find(path, request.headers(), files) {
        Some((asset, encoding)) => Ok(respond(request, path, asset, encoding)),
        None if path == "index.html" => Ok(HttpResponse::ServiceUnavailable()
            .content_type("text/html; charset=utf-8")
            .body(NOT_BUILT)),
        None => Err(Fault::new(ErrorCode::NotFound)),
    }
}

/// The smallest form that the client takes.
fn find(
    path: &str,
    headers: &HeaderMap,
    files: impl Fn(&str) -> Option<Asset>,
) -> Option<(Asset, Option<&'static str>)> {
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
            && let Some(asset) = files(&format!("{path}.{suffix}"))
        {
            return Some((asset, Some(coding)));
        }
    }
    files(path).map(|asset| (asset, None))
}

fn respond(
    request: &HttpRequest,
    path: &str,
    asset: Asset,
    encoding: Option<&'static str>,
) -> HttpResponse {
    let tag = format!("\"{}\"", super::token::encode(&asset.hash));
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
    // Said also for the plain form: what is embedded is compressed at build time or not at all.
    let coding = HeaderValue::from_static(encoding.unwrap_or("identity"));
    response
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::VARY, "accept-encoding"))
        .insert_header((header::CONTENT_ENCODING, coding))
        .content_type(media_type(path));
    if known {
        response.finish()
    } else {
        response.body(asset.data)
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
    use actix_web::ResponseError;
    use actix_web::body::to_bytes;
    use actix_web::http::StatusCode;
    use actix_web::test::TestRequest;

    fn files(path: &str) -> Option<Asset> {
        let known = [
            "index.html",
            "app-1f2e3d4c5b6a7988.js",
            "app-1f2e3d4c5b6a7988.js.br",
        ];
        known.contains(&path).then(|| Asset {
            data: path.as_bytes().to_vec(),
            hash: [u8::try_from(path.len()).unwrap(); 32],
        })
    }

    async fn ask(path: &str, headers: &[(&str, &str)]) -> (HttpResponse, String) {
        let mut request = TestRequest::with_uri(path);
        for header in headers {
            request = request.insert_header(*header);
        }
        let request = request.to_http_request();
        let response = answer(&request, files).unwrap_or_else(|fault| fault.error_response());
        let (response, body) = response.into_parts();
        let body = to_bytes(body).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        (response.set_body(()).map_into_boxed_body(), text)
    }

    fn header_of(response: &HttpResponse, name: &str) -> String {
        let value = response.headers().get(name);
        value
            .map(|it| it.to_str().unwrap().to_owned())
            .unwrap_or_default()
    }

    #[actix_web::test]
    async fn every_address_of_the_dashboard_is_its_page() {
        for path in [
            "/",
            "/library/prompts",
            "/connect/done",
            "/settings/devices",
        ] {
            let (response, body) = ask(path, &[]).await;
            assert_eq!(
                (response.status(), body.as_str()),
                (StatusCode::OK, "index.html")
            );
            assert_eq!(header_of(&response, "cache-control"), "no-cache");
            assert!(header_of(&response, "content-type").starts_with("text/html"));
        }
    }

    #[actix_web::test]
    async fn the_smallest_accepted_form_is_sent_and_kept_forever() {
        let path = "/app-1f2e3d4c5b6a7988.js";
        let (response, body) = ask(path, &[("accept-encoding", "gzip, br;q=1.0")]).await;
        assert!(body.ends_with(".br"));
        assert_eq!(header_of(&response, "content-encoding"), "br");
        assert_eq!(
            header_of(&response, "content-type"),
            "text/javascript; charset=utf-8"
        );
        assert!(header_of(&response, "cache-control").ends_with("immutable"));
        for refused in ["gzip", "br;q=0", ""] {
            let (response, body) = ask(path, &[("accept-encoding", refused)]).await;
            assert!(body.ends_with(".js"), "{refused}");
            assert_eq!(header_of(&response, "content-encoding"), "identity");
        }
    }

    #[actix_web::test]
    async fn a_known_file_is_not_sent_again() {
        let (response, _) = ask("/", &[]).await;
        let tag = header_of(&response, "etag");
        let (response, body) = ask("/", &[("if-none-match", &format!("\"other\", W/{tag}"))]).await;
        assert_eq!(
            (response.status(), body.as_str()),
            (StatusCode::NOT_MODIFIED, "")
        );
        let (response, _) = ask("/", &[("if-none-match", "\"other\"")]).await;
        assert_eq!(response.status(), StatusCode::OK);
    }

    #[actix_web::test]
    async fn what_is_no_file_of_the_dashboard_is_not_found() {
        for path in [
            "/missing.js",
            "/../Cargo.toml",
            "/a/..%2f..\\x.js",
            "/app-1f2e3d4c5b6a7988.js.br",
        ] {
            let path = path.replace('\\', "%5C");
            assert_eq!(
                ask(&path, &[]).await.0.status(),
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
    }

    #[test]
    fn only_names_with_a_hash_are_kept_forever() {
        assert!(is_hashed("app-1f2e3d4c5b6a7988.js"));
        assert!(is_hashed("assets/app-1f2e3d4c5b6a7988_bg.wasm"));
        assert!(!is_hashed("index.html"));
        assert!(!is_hashed("dashboard.css"));
    }
}
