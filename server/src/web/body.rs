//! Bodies, queries and path parameters as values, with errors that name the place and never repeat the content.

use super::problem::{Fault, Reply};
use actix_web::dev::Payload;
use actix_web::error::{PathError, QueryPayloadError};
use actix_web::http::header;
use actix_web::web::{PathConfig, QueryConfig};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use krowoc_shared::error::ErrorCode;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

/// Largest body of an ordinary route, in bytes.
pub const ORDINARY: usize = 256 * 1024;

/// A JSON body of at most `MAX` bytes.
#[derive(Clone, Debug)]
pub struct Body<T, const MAX: usize = ORDINARY>(pub T);

impl<T: DeserializeOwned + 'static, const MAX: usize> FromRequest for Body<T, MAX> {
    type Error = Fault;
    type Future = LocalBoxFuture<'static, Reply<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let checked = check_headers(request, MAX, "application/json");
        let payload = payload.take();
        Box::pin(async move {
            checked?;
            parse(&whole(payload, MAX).await?).map(Self)
        })
    }
}

async fn whole(mut payload: Payload, max: usize) -> Reply<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk
            .map_err(|_| Fault::new(ErrorCode::InvalidRequest).detail("The body ended early."))?;
        if bytes.len().saturating_add(chunk.len()) > max {
            return Err(too_large(max));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The bytes of a file of at most `MAX` bytes. What it is, they say themselves: a media type that may stand before them is not believed.
pub struct Raw<const MAX: usize>(pub Vec<u8>);

impl<const MAX: usize> FromRequest for Raw<MAX> {
    type Error = Fault;
    type Future = LocalBoxFuture<'static, Reply<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let said = request.content_type().to_owned();
        let media = match said.starts_with("image/") {
            true => said.as_str(),
            false => "application/octet-stream",
        };
        let wrong = |fault: Fault| match fault.code {
            ErrorCode::UnsupportedMediaType => fault.detail("Send the file as it is."),
            _ => fault,
        };
        let checked = check_headers(request, MAX, media).map_err(wrong);
        let payload = payload.take();
        Box::pin(async move {
            checked?;
            whole(payload, MAX).await.map(Self)
        })
    }
}

/// The media type of a form.
const FORM: &str = "application/x-www-form-urlencoded";
/// Largest form, in bytes.
const FORM_MAX: usize = 16 * 1024;

/// The fields of a form, as OAuth sends them. Never shown: they are tokens.
pub struct Form(Vec<(String, String)>);

impl Form {
    /// The value of a field that must be there once.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`] with the field.
    pub fn once(&self, name: &str) -> Reply<&str> {
        let mut found = self.0.iter().filter(|(field, _)| field == name);
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Ok(value),
            _ => Err(Fault::new(ErrorCode::InvalidRequest)
                .field(format!("/{name}"))
                .detail(format!("Send the field `{name}` once."))),
        }
    }
}

impl FromRequest for Form {
    type Error = Fault;
    type Future = LocalBoxFuture<'static, Reply<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let wrong = |fault: Fault| match fault.code {
            ErrorCode::UnsupportedMediaType => fault.detail(format!("Send {FORM}.")),
            _ => fault,
        };
        let checked = check_headers(request, FORM_MAX, FORM).map_err(wrong);
        let payload = payload.take();
        Box::pin(async move {
            checked?;
            let bytes = whole(payload, FORM_MAX).await?;
            let fields = url::form_urlencoded::parse(&bytes).into_owned();
            Ok(Self(fields.collect()))
        })
    }
}

fn check_headers(request: &HttpRequest, max: usize, media: &str) -> Reply<()> {
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > max) {
        return Err(too_large(max));
    }
    let right = request.content_type().eq_ignore_ascii_case(media);
    let plain = request
        .headers()
        .get(header::CONTENT_ENCODING)
        .is_none_or(|value| value == "identity");
    if !right || !plain {
        return Err(ErrorCode::UnsupportedMediaType.into());
    }
    Ok(())
}

fn too_large(max: usize) -> Fault {
    Fault::new(ErrorCode::TooLarge).detail(format!("Send at most {} kB.", max / 1024))
}

/// Reads JSON.
///
/// # Errors
/// [`ErrorCode::InvalidJson`] or [`ErrorCode::InvalidRequest`], with line and column.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Reply<T> {
    if let Err(error) = std::str::from_utf8(bytes) {
        return Err(Fault::new(ErrorCode::InvalidJson).detail(format!(
            "The body is not UTF-8: the byte at offset {} is not valid.",
            error.valid_up_to()
        )));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        match error.classify() {
            Category::Eof => Fault::new(ErrorCode::InvalidJson)
                .detail(format!("The JSON ends early, at {place}.")),
            Category::Syntax | Category::Io => Fault::new(ErrorCode::InvalidJson)
                .detail(format!("The JSON has an error at {place}.")),
            Category::Data => {
                Fault::new(ErrorCode::InvalidRequest).detail(match safe(&error.to_string()) {
                    Some(what) => format!("{what}, at {place}."),
                    None => format!("The value at {place} is not of the expected type."),
                })
            }
        }
    })
}

/// The part of serde's message that holds names of ours only; its other messages quote what was sent.
fn safe(message: &str) -> Option<String> {
    let name = message.strip_prefix("missing field `")?.split('`').next()?;
    Some(format!("The field `{name}` is missing"))
}

/// How wrong queries are told.
#[must_use]
pub fn query_config() -> QueryConfig {
    QueryConfig::default().error_handler(|error, _| {
        let detail = match &error {
            QueryPayloadError::Deserialize(inner) => safe(&inner.to_string()),
            _ => None,
        };
        Fault::new(ErrorCode::InvalidRequest)
            .detail(
                detail.unwrap_or_else(|| {
                    "A query parameter has a value that is not allowed".to_owned()
                }),
            )
            .into()
    })
}

/// How wrong path parameters are told: an id that is none is the id of nothing.
#[must_use]
pub fn path_config() -> PathConfig {
    PathConfig::default().error_handler(|_: PathError, _| Fault::new(ErrorCode::NotFound).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::accounts::wire::Credentials;

    fn detail(bytes: &[u8]) -> (ErrorCode, String) {
        let fault = parse::<Credentials>(bytes).unwrap_err();
        (fault.code, fault.detail.unwrap())
    }

    #[test]
    fn an_error_names_the_place_and_never_the_content() {
        let (code, text) = detail(b"{\"email\": \"a@example.org\",\n \"password\": ");
        assert_eq!(code, ErrorCode::InvalidJson);
        assert!(text.contains("line 2"), "{text}");
        let (code, text) = detail(b"{\"email\": {\"hunter2\": 1}, \"password\": 3}");
        assert_eq!(code, ErrorCode::InvalidRequest);
        assert!(!text.contains("hunter2"), "{text}");
        let (_, text) = detail(b"{\"email\": \"a@example.org\"}");
        assert!(text.contains("`password` is missing"), "{text}");
        let (code, text) = detail(b"{\"email\": \"\xff\"}");
        assert_eq!(code, ErrorCode::InvalidJson);
        assert!(text.contains("offset 11"), "{text}");
    }
}
