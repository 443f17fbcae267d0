//! The OpenAPI 3.1 document, collected from the annotated handlers as they are registered. Not the handlers.

use super::problem::{Fault, Reply};
use super::routes::Routes;
use super::schemas::{MEDIA_TYPE, Schemas};
use actix_web::dev::ResourceDef;
use actix_web::web::{Data, Path, ServiceConfig};
use actix_web::{HttpResponse, get};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::library::wire::Sort;
use std::sync::OnceLock;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};

/// Routes under a prefix.
pub type Rooted = (&'static str, fn(&mut Routes<'_>));

/// The document of the API: made when it is first asked for, once for all workers.
pub struct Contract {
    rooted: &'static [Rooted],
    made: OnceLock<Made>,
}

/// The document, ready to send, and the addresses in it.
struct Made {
    json: String,
    page: String,
    schemas: Schemas,
    paths: Vec<(ResourceDef, String)>,
}

/// The document before routes are added.
fn base() -> OpenApi {
    // Shapes that only a query refers to are not collected with the handlers.
    let mut components = ComponentsBuilder::new().schema_from::<Sort>().build();
    components.add_security_scheme(
        "session",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
            super::actor::ACCESS_COOKIE,
            "Set by signing in. Requests that change something also need the header x-csrf-token.",
        ))),
    );
    components.add_security_scheme(
        "device",
        SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some("The access token of a connected device."))
                .build(),
        ),
    );
    components.add_security_scheme(
        "token",
        SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some(
                    "A personal access token, `krw_…`, with the named scope. `library:write` includes `library:read`.",
                ))
                .build(),
        ),
    );
    let info = InfoBuilder::new()
        .title("Krowoc")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Errors are application/problem+json with a stable `code`. Every answer carries `x-correlation-id`. \
             Times are milliseconds since 1970 UTC, ids are UUIDs.",
        ))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .components(Some(components))
        .build()
}

impl Made {
    fn of(document: &OpenApi) -> Self {
        let mut value = serde_json::to_value(document).unwrap_or_default();
        super::usual::add(&mut value);
        let paths = value.get("paths").and_then(serde_json::Value::as_object);
        let paths = paths.into_iter().flatten().map(|(path, item)| {
            let methods: Vec<String> = item
                .as_object()
                .into_iter()
                .flat_map(|item| item.keys())
                .map(|method| method.to_uppercase())
                .collect();
            (ResourceDef::new(path.as_str()), methods.join(", "))
        });
        Self {
            paths: paths.collect(),
            json: serde_json::to_string_pretty(&value).unwrap_or_default(),
            page: super::docs::page(&value),
            schemas: Schemas::of(&value),
        }
    }
}

impl Contract {
    /// The document of these routes.
    #[must_use]
    pub fn new(rooted: &'static [Rooted]) -> Self {
        Self {
            rooted,
            made: OnceLock::new(),
        }
    }

    fn made(&self) -> &Made {
        self.made.get_or_init(|| {
            let mut document = base();
            for (prefix, routes) in self.rooted {
                Routes::document(&mut document, prefix, routes);
            }
            Made::of(&document)
        })
    }

    /// The document, as it is sent.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.made().json
    }

    /// The methods of an address, when it is a known one.
    #[must_use]
    pub fn methods(&self, path: &str) -> Option<String> {
        let mut paths = self.made().paths.iter();
        let found = paths.find(|(known, _)| known.is_match(path));
        found.map(|(_, methods)| methods.clone())
    }
}

/// Its routes.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(openapi_document)
        .service(schema_index)
        .service(schema)
        .service(docs_page)
        .service(docs_style);
}

#[get("/api/v1/openapi.json")]
async fn openapi_document(contract: Data<Contract>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(contract.made().json.clone())
}

#[get("/api/v1/schemas")]
async fn schema_index(contract: Data<Contract>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(contract.made().schemas.index().to_owned())
}

#[get("/api/v1/schemas/{name}.json")]
async fn schema(contract: Data<Contract>, name: Path<String>) -> Reply<HttpResponse> {
    let schema = contract.made().schemas.get(&name).ok_or_else(|| {
        let detail = "No shape of the API has that name; /api/v1/schemas lists them.";
        Fault::new(ErrorCode::NotFound).detail(detail)
    })?;
    Ok(HttpResponse::Ok()
        .content_type(MEDIA_TYPE)
        .body(schema.to_owned()))
}

#[get("/api/docs")]
async fn docs_page(contract: Data<Contract>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(contract.made().page.clone())
}

#[get("/api/docs.css")]
async fn docs_style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .body(include_str!("docs.css"))
}
