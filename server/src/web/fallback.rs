//! Answers what no route takes: 405 with the methods of a known address, 404 under the API, the dashboard elsewhere.

use super::assets;
use super::contract::Contract;
use super::problem::{Fault, Reply};
use actix_web::http::{Method, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use krowoc_shared::error::ErrorCode;

/// The default service.
///
/// # Errors
/// [`ErrorCode::NotFound`].
pub async fn fallback(request: HttpRequest, contract: Data<Contract>) -> Reply<HttpResponse> {
    let path = request.path();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let of_dashboard = !["/api", "/health", "/metrics"].iter().any(|prefix| {
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    if of_dashboard && reads {
        return assets::serve(&request);
    }
    let allowed = if of_dashboard {
        Some("GET, HEAD".to_owned())
    } else {
        contract.methods(path)
    };
    match allowed {
        Some(methods) => {
            let fault = Fault::new(ErrorCode::MethodNotAllowed).detail(format!("Use {methods}."));
            let mut response = fault.error_response();
            if let Ok(value) = header::HeaderValue::from_str(&methods) {
                response.headers_mut().insert(header::ALLOW, value);
            }
            Ok(response)
        }
        None => Err(ErrorCode::NotFound.into()),
    }
}
