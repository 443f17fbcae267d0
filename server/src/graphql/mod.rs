//! The door that speaks GraphQL: what the API does, as one schema of queries, mutations and subscriptions. Not another API: each field is
//! an operation of the contract, called inside this process with its own guards, services and throttles. `docs/graphql.md` says how to use it.

mod inner;
mod judge;
mod limits;
mod model;
mod names;
mod operation;
mod readable;
mod refusal;
mod request;
mod room;
mod schema;
mod sse;
pub mod table;
mod values;

pub use inner::Inner;
pub use names::{camel, constant};

use crate::app::AppState;
use crate::web::contract::Contract;
use crate::web::routes::Routes;
use crate::web::{Fault, Reply};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use krowoc_shared::error::ErrorCode;
use schema::Made;
use std::sync::OnceLock;

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(request::graphql).service(schema_text);
}

/// The schema, made when it is first asked for, once for all workers.
#[derive(Default)]
pub struct Door(OnceLock<Option<Made>>);

impl Door {
    fn made(&self, contract: &Contract) -> Reply<&Made> {
        let make = || {
            let document = serde_json::from_str(contract.json()).ok()?;
            let made = schema::make(&document);
            made.inspect_err(|error| tracing::error!(%error, "there is no schema"))
                .ok()
        };
        let made = self.0.get_or_init(make).as_ref();
        made.ok_or_else(|| Fault::new(ErrorCode::Internal))
    }
}

/// The schema of `/api/graphql`, in the language of schemas.
#[utoipa::path(
    tag = "graphql",
    responses((status = 200, description = "The schema.", content_type = "text/plain"))
)]
#[get("/schema.graphql")]
async fn schema_text(state: Data<AppState>, contract: Data<Contract>) -> Reply<HttpResponse> {
    let made = state.graphql.made(&contract)?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(made.text.clone()))
}
