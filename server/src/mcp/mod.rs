//! The door of the Model Context Protocol: agents list, search and render the caller's prompts. Not another library: names, searches and
//! rendering are those of the API, and it changes nothing. `docs/mcp.md` says how to connect an agent.

mod batch;
mod desk;
mod message;
mod prompts;
mod tools;

use crate::app::AppState;
use crate::store::Conn;
use crate::web::actor::{Grant, LibraryRead};
use crate::web::client::same_origin;
use crate::web::{Body, May, Reply};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};
use desk::Desk;
use krowoc_shared::error::ErrorCode;
use message::{Call, Era, LEGACY, MODERN, Message, Read, RpcError};
use serde_json::{Map, Value, json};

/// Largest message, in bytes.
const LARGEST: usize = 1024 * 1024;
/// How long a client may keep what is the same for everybody, in milliseconds.
const KEEP_PUBLIC_MS: u64 = 3_600_000;

/// Its route, outside the API: the protocol is not ours.
pub fn configure(cfg: &mut ServiceConfig) {
    let resource = web::resource("/mcp")
        .route(web::post().to(answer))
        .default_service(web::to(no_method));
    cfg.service(resource);
}

/// Streams from the server and sessions to delete: this server has neither.
async fn no_method() -> HttpResponse {
    HttpResponse::MethodNotAllowed()
        .insert_header((header::ALLOW, "POST"))
        .finish()
}

async fn answer(request: HttpRequest, payload: web::Payload) -> HttpResponse {
    match receive(&request, payload.into_inner()).await {
        Ok(response) => response,
        Err(fault) => {
            let mut response = fault.error_response();
            if fault.code == ErrorCode::Unauthenticated {
                let bearer = header::HeaderValue::from_static("Bearer");
                response
                    .headers_mut()
                    .insert(header::WWW_AUTHENTICATE, bearer);
            }
            response
        }
    }
}

async fn receive(request: &HttpRequest, mut payload: Payload) -> Reply<HttpResponse> {
    // A page of somebody else must not reach this server through a name that it made to point here.
    same_origin(request)?;
    let state = request.app_data::<Data<AppState>>().cloned();
    let state = state.ok_or(ErrorCode::Internal)?;
    let actor = May::<LibraryRead>::from_request(request, &mut Payload::None).await?;
    actor.program(LibraryRead::SCOPE)?;
    let body = match Body::<Value, LARGEST>::from_request(request, &mut payload).await {
        Ok(Body(value)) => value,
        Err(fault)
            if matches!(
                fault.code,
                ErrorCode::InvalidJson | ErrorCode::InvalidRequest
            ) =>
        {
            let why = fault.problem().detail.unwrap_or_default();
            return Ok(RpcError::parse(why).response(None));
        }
        Err(fault) => return Err(fault),
    };
    let desk = Desk {
        spaces: actor.space_ids(),
        slugs: state.slugs.clone(),
    };
    let headers = request.headers();
    let body = match body {
        Value::Array(all) => {
            return Ok(match batch::read(headers, all) {
                Ok(messages) => answer_all(&state, &desk, messages).await,
                Err(error) => error.response(None),
            });
        }
        one => one,
    };
    let call = match message::read(headers, body) {
        Ok(Message::Call(call)) => call,
        Ok(Message::Note) => return Ok(HttpResponse::Accepted().finish()),
        Err((error, id)) => return Ok(error.response(id.as_ref())),
    };
    Ok(match reply(&state, desk, call).await {
        Ok(answer) => HttpResponse::Ok().json(answer),
        Err((error, id)) => error.response(Some(&id)),
    })
}

/// Answers the messages of a batch one after another: those that want an answer, in their order.
async fn answer_all(state: &AppState, desk: &Desk, messages: Vec<Read>) -> HttpResponse {
    let mut answers = Vec::new();
    for message in messages {
        match message {
            Ok(Message::Note) => {}
            Ok(Message::Call(call)) => answers.push(match reply(state, desk.clone(), call).await {
                Ok(answer) => answer,
                Err((error, id)) => error.body(Some(&id)),
            }),
            Err((error, id)) => answers.push(error.body(id.as_ref())),
        }
    }
    match answers.is_empty() {
        true => HttpResponse::Accepted().finish(),
        false => HttpResponse::Ok().json(answers),
    }
}

/// The answer to a request; what went wrong, with its id.
async fn reply(state: &AppState, desk: Desk, call: Call) -> Result<Value, (RpcError, Value)> {
    let (id, era) = (call.id.clone(), call.era);
    match dispatch(state, desk, call).await {
        Ok(result) => {
            let result = finished(result, era);
            Ok(json!({"jsonrpc": "2.0", "id": id, "result": result}))
        }
        Err(error) => Err((error, id)),
    }
}

async fn dispatch(state: &AppState, desk: Desk, call: Call) -> Result<Value, RpcError> {
    let params = &call.params;
    match (call.method.as_str(), call.era) {
        ("initialize", Era::Legacy) => Ok(initialized(params)),
        ("ping", Era::Legacy) => Ok(json!({})),
        ("server/discover", Era::Modern) => Ok(discovered()),
        ("tools/list", _) => Ok(tools::list()),
        ("tools/call", _) => tools::call(&state.store, desk, params).await,
        ("prompts/list" | "prompts/get" | "completion/complete", _) => {
            let read = move |conn: &mut Conn| library(conn, &desk, &call);
            state.store.read(read).await
        }
        _ => Err(RpcError::no_method(&call)),
    }
}

fn library(conn: &mut Conn, desk: &Desk, call: &Call) -> Result<Value, RpcError> {
    match call.method.as_str() {
        "prompts/list" => prompts::list(conn, desk, &call.params),
        "prompts/get" => prompts::get(conn, desk, &call.params),
        _ => prompts::complete(conn, desk, &call.params),
    }
}

/// What every modern answer says besides its content, and no legacy one.
fn finished(mut result: Value, era: Era) -> Value {
    let Value::Object(fields) = &mut result else {
        return result;
    };
    match era {
        Era::Modern => {
            fields.insert("resultType".to_owned(), json!("complete"));
            let meta = json!({"io.modelcontextprotocol/serverInfo": server_info()});
            fields.insert("_meta".to_owned(), meta);
        }
        Era::Legacy => {
            fields.remove("ttlMs");
            fields.remove("cacheScope");
        }
    }
    result
}

fn server_info() -> Value {
    json!({"name": "krowoc", "title": "Krowoc", "version": env!("CARGO_PKG_VERSION")})
}

fn capabilities() -> Value {
    json!({"prompts": {}, "tools": {}, "completions": {}})
}

const INSTRUCTIONS: &str = "The person's own library of prompts. Search it before you write a prompt from nothing; \
     render_prompt gives the text with the variables filled in.";

fn discovered() -> Value {
    let versions: Vec<&str> = std::iter::once(MODERN).chain(LEGACY).collect();
    json!({
        "supportedVersions": versions,
        "capabilities": capabilities(),
        "serverInfo": server_info(),
        "instructions": INSTRUCTIONS,
        "ttlMs": KEEP_PUBLIC_MS,
        "cacheScope": "public",
    })
}

/// The version asked for when it is spoken here, else the newest with a handshake: the client decides whether it will do.
fn initialized(params: &Map<String, Value>) -> Value {
    let asked = params.get("protocolVersion").and_then(Value::as_str);
    let [newest, ..] = LEGACY;
    let version = LEGACY.into_iter().find(|it| asked == Some(it));
    json!({
        "protocolVersion": version.unwrap_or(newest),
        "capabilities": capabilities(),
        "serverInfo": server_info(),
        "instructions": INSTRUCTIONS,
    })
}
