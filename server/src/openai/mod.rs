//! The door that OpenAI's clients know: chat completions and models, with personal access tokens. Not another way to run: it is the one
//! service, with the same records, budgets and retries. `docs/openai.md` says what it takes.

mod answer;
mod chat;
mod error;
mod request;
mod route;

use crate::app::AppState;
use crate::store::models::Listed;
use crate::store::{Conn, StoreError, provider_keys};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use error::ApiError;
use krowoc_shared::error::ErrorCode;
use serde_json::{Value, json};

/// Its routes, outside the API: they are OpenAI's.
pub fn configure(cfg: &mut ServiceConfig) {
    let scope = web::scope("/v1")
        .route("/chat/completions", web::post().to(chat::chat_completions))
        .route("/models", web::get().to(list_models))
        .route("/models/{model:.*}", web::get().to(one_model))
        .default_service(web::to(nothing));
    cfg.service(scope);
}

async fn nothing(request: HttpRequest) -> HttpResponse {
    ApiError::no_route(request.method().as_str(), request.path()).response()
}

/// Whose prompts are, as a client reads it.
const LIBRARY: &str = "krowoc";

fn entry(id: &str, owner: &str) -> Value {
    json!({"id": id, "object": "model", "created": 0, "owned_by": owner})
}

/// What the caller can name as a model: the models that they have a key for, then the prompts of the libraries that they may run.
async fn usable(request: &HttpRequest) -> Result<Vec<Value>, ApiError> {
    let state = request.app_data::<Data<AppState>>().cloned();
    let state = state.ok_or(ErrorCode::Internal)?;
    let actor = chat::caller(request).await?;
    let (user, spaces) = (actor.user, actor.space_ids());
    let (models, slugs) = (state.models.clone(), state.slugs.clone());
    let found = state
        .store
        .read(move |conn: &mut Conn| -> Result<_, StoreError> {
            let own = provider_keys::providers(conn, user)?;
            let known = models.at(conn)?;
            let usable = |it: &&Listed| it.active && own.contains(&it.model.provider);
            let listed = known.listed.iter().filter(usable);
            let models = listed.map(|it| entry(&it.model.to_string(), it.model.provider.as_str()));
            let prompts = slugs.offered(conn, &spaces)?;
            let prompts = prompts
                .keys()
                .map(|name| entry(&format!("{}{name}", route::PROMPT), LIBRARY));
            Ok(models.chain(prompts).collect())
        });
    found.await.map_err(ApiError::from)
}

async fn list_models(request: HttpRequest) -> HttpResponse {
    match usable(&request).await {
        Ok(data) => HttpResponse::Ok()
            .insert_header(("x-request-id", error::request_id()))
            .json(json!({"object": "list", "data": data})),
        Err(error) => error.response(),
    }
}

async fn one_model(request: HttpRequest) -> HttpResponse {
    let named = request.match_info().query("model");
    let named = percent_encoding::percent_decode_str(named).decode_utf8_lossy();
    let listed = match usable(&request).await {
        Ok(listed) => listed,
        Err(error) => return error.response(),
    };
    let mut listed = listed.into_iter();
    match listed.find(|it| it.get("id").and_then(Value::as_str) == Some(&*named)) {
        Some(one) => HttpResponse::Ok()
            .insert_header(("x-request-id", error::request_id()))
            .json(one),
        None => {
            let message = format!("There is no model {named}, or no key for its provider.");
            ApiError::no_model(message).response()
        }
    }
}
