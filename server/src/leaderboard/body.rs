//! An answer that many get: its bytes in every encoding, made once, with the tag by which it is known. Not what is in it.

use crate::web::token;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};
use std::io::Write;

/// Quality of the Brotli form: a page is made anew every few seconds.
const BROTLI: u32 = 5;
/// A body of fewer bytes is not worth an encoding.
const SMALL: usize = 512;

/// An answer, ready to be sent.
#[derive(Clone, Debug)]
pub(super) struct Body {
    kind: &'static str,
    tag: String,
    plain: Bytes,
    gzip: Option<Bytes>,
    brotli: Option<Bytes>,
}

impl Body {
    /// Of a text of this media type.
    pub(super) fn new(kind: &'static str, bytes: Vec<u8>) -> Self {
        let large = bytes.len() >= SMALL;
        let encoded = |make: fn(&[u8]) -> std::io::Result<Vec<u8>>| {
            large.then(|| make(&bytes).ok()).flatten().map(Bytes::from)
        };
        Self {
            kind,
            tag: tag(&bytes),
            gzip: encoded(gzip),
            brotli: encoded(brotli),
            plain: Bytes::from(bytes),
        }
    }

    /// Of bytes that are compressed already, known by a tag of the caller's.
    pub(super) fn packed(kind: &'static str, tag: String, bytes: Vec<u8>) -> Self {
        Self {
            kind,
            tag,
            gzip: None,
            brotli: None,
            plain: Bytes::from(bytes),
        }
    }

    /// Bytes of the plain form.
    pub(super) fn size(&self) -> usize {
        self.plain.len()
    }

    /// Whether the client says that it has what this tag is of.
    pub(super) fn is_known(&self, request: &HttpRequest) -> bool {
        let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let own = strong(&self.tag);
        sent(request, header::IF_NONE_MATCH)
            .split(',')
            .any(|one| strong(one) == own)
    }

    /// The answer to a request: this body in the form that the client takes, or that it has it already.
    pub(super) fn answer(&self, request: &HttpRequest, cache: &'static str) -> HttpResponse {
        let known = self.is_known(request);
        let mut response = if known {
            HttpResponse::NotModified()
        } else {
            HttpResponse::Ok()
        };
        let accepted = sent(request, header::ACCEPT_ENCODING);
        let (coding, bytes) = self.form(accepted);
        response
            .insert_header((header::ETAG, self.tag.as_str()))
            .insert_header((header::CACHE_CONTROL, cache))
            .insert_header((header::VARY, "accept-encoding"))
            // Said also for the plain form: it is not encoded once more on its way.
            .insert_header((header::CONTENT_ENCODING, HeaderValue::from_static(coding)))
            .content_type(self.kind);
        if known {
            response.finish()
        } else {
            response.body(bytes.clone())
        }
    }

    fn form(&self, accepted: &str) -> (&'static str, &Bytes) {
        match (&self.brotli, &self.gzip) {
            (Some(bytes), _) if takes(accepted, "br") => ("br", bytes),
            (_, Some(bytes)) if takes(accepted, "gzip") => ("gzip", bytes),
            _ => ("identity", &self.plain),
        }
    }
}

/// A header of a request; empty when it has none that is text.
fn sent(request: &HttpRequest, name: header::HeaderName) -> &str {
    let value = request.headers().get(name);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// The tag by which bytes are known.
fn tag(bytes: &[u8]) -> String {
    format!("\"{}\"", token::encode(&Sha256::digest(bytes)))
}

fn takes(accepted: &str, coding: &str) -> bool {
    accepted.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case(coding));
        named && !parts.any(|it| matches!(it, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn brotli(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut encoder = brotli::CompressorWriter::new(&mut out, 4096, BROTLI, 20);
    encoder.write_all(bytes)?;
    drop(encoder);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::to_bytes;
    use actix_web::http::StatusCode;
    use actix_web::test::TestRequest;

    fn ask(body: &Body, headers: &[(&str, &str)]) -> HttpResponse {
        let mut request = TestRequest::default();
        for header in headers {
            request = request.insert_header(*header);
        }
        body.answer(&request.to_http_request(), "no-cache")
    }

    fn header_of(response: &HttpResponse, name: &str) -> String {
        let value = response.headers().get(name);
        value
            .map(|it| it.to_str().unwrap().to_owned())
            .unwrap_or_default()
    }

    #[actix_web::test]
    async fn the_form_that_the_client_takes_is_sent_and_none_when_it_has_it() {
        let body = Body::new("text/html", "word ".repeat(400).into_bytes());
        for (accepted, coding) in [
            ("gzip, br", "br"),
            ("gzip", "gzip"),
            ("br;q=0, gzip", "gzip"),
            ("", "identity"),
        ] {
            let response = ask(&body, &[("accept-encoding", accepted)]);
            assert_eq!(
                header_of(&response, "content-encoding"),
                coding,
                "{accepted}"
            );
            let sent = to_bytes(response.into_body()).await.unwrap();
            assert_eq!(sent.len() < 2_000, coding != "identity");
        }
        let tag = header_of(&ask(&body, &[]), "etag");
        let again = ask(&body, &[("if-none-match", &format!("W/{tag}, \"other\""))]);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert!(to_bytes(again.into_body()).await.unwrap().is_empty());
        let other = Body::new("text/html", "word".repeat(400).into_bytes());
        assert_ne!(header_of(&ask(&other, &[]), "etag"), tag);
    }

    #[actix_web::test]
    async fn a_weak_tag_of_the_callers_own_is_known_again() {
        let body = Body::packed("image/png", "W/\"look\"".to_owned(), b"few".to_vec());
        assert_eq!(header_of(&ask(&body, &[]), "etag"), "W/\"look\"");
        for sent in ["W/\"look\"", "\"look\"", "\"other\", W/\"look\""] {
            let again = ask(&body, &[("if-none-match", sent)]);
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{sent}");
        }
        let other = ask(&body, &[("if-none-match", "W/\"looks\"")]);
        assert_eq!(other.status(), StatusCode::OK);
    }

    #[actix_web::test]
    async fn a_small_body_is_sent_as_it_is() {
        let response = ask(
            &Body::new("text/plain", b"few".to_vec()),
            &[("accept-encoding", "br")],
        );
        assert_eq!(header_of(&response, "content-encoding"), "identity");
        assert_eq!(to_bytes(response.into_body()).await.unwrap(), "few");
    }
}
