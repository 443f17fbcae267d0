//! `POST /api/graphql`: one operation a request, answered whole or as events. Not what its fields do.

use super::inner::{Aside, Caller, Desk, Inner};
use super::limits::Judged;
use super::readable::readable;
use super::room::Room;
use super::schema::Made;
use super::{refusal, sse};
use crate::app::AppState;
use crate::web::Reply;
use crate::web::actor::{ACCESS_COOKIE, Anyone};
use crate::web::body::Body;
use crate::web::client::same_origin;
use crate::web::contract::Contract;
use crate::web::lasting::{EVENTS, events};
use crate::web::proven::Proven;
use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse, post};
use async_graphql::parser::parse_query;
use async_graphql::{Request, Response, Variables};
use futures_util::StreamExt;
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::library::limits::REQUEST_BYTES;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::rc::Rc;

/// The media type of answers.
const MEDIA_TYPE: &str = "application/graphql-response+json";
/// The media type of answers before there was one of their own.
const LEGACY: &str = "application/json";

/// Largest request of somebody who is not signed in, in bytes. Nothing that everybody may read needs more.
const ANONYMOUS_BYTES: usize = 128 * 1024;

/// A request in GraphQL.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
pub(super) struct GraphqlRequest {
    /// The query, at most 64 kB; one operation of it is executed.
    query: String,
    /// Which one, when there are several.
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    /// Values of its variables.
    variables: Option<Map<String, Value>>,
    /// For extensions of the protocol: none is known here.
    #[serde(rename = "extensions")]
    _extensions: Option<Map<String, Value>>,
}

/// An answer in GraphQL. It is described here and written by the executor.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct GraphqlResponse {
    /// What was asked for; a field that failed is null.
    data: Option<Map<String, Value>>,
    /// What failed, with the code of the API in `extensions`.
    errors: Option<Vec<GraphqlError>>,
}

/// A failure in an answer.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct GraphqlError {
    /// What happened, with the fix.
    message: String,
    /// Where in the query.
    locations: Option<Vec<Value>>,
    /// Of which field.
    path: Option<Vec<Value>>,
    /// `code`, `title`, `correlationId`, and `field` and `retryAfter` where there are any.
    extensions: Map<String, Value>,
}

/// Executes a query, a mutation or a subscription.
///
/// What each field takes and gives is in `/api/schema.graphql`; what it may do is as in the operation of this reference that it calls.
/// A subscription is asked for with `Accept: text/event-stream`.
#[utoipa::path(
    tag = "graphql",
    security((), ("session" = []), ("device" = []), ("token" = [])),
    request_body = GraphqlRequest,
    responses(
        (status = 200, description = "What was asked for, with what failed of it.", content(
            (GraphqlResponse = "application/graphql-response+json"),
            (GraphqlResponse = "application/json"),
            (GraphqlResponse = "text/event-stream"),
        )),
        (status = 400, description = "The query is none, does not fit the schema, or is over a limit; nothing was executed.", content(
            (GraphqlResponse = "application/graphql-response+json"),
            (Problem = "application/problem+json"),
        )),
    )
)]
#[post("/graphql")]
pub(super) async fn graphql(
    request: HttpRequest,
    state: Data<AppState>,
    contract: Data<Contract>,
    payload: actix_web::web::Payload,
) -> Reply<HttpResponse> {
    same_origin(&request)?;
    // How much may be sent, before it is.
    let signed_in = proven(&request).await?.is_some();
    let wanted = wanted(&request, payload.into_inner(), signed_in).await?;
    let inner = request.app_data::<Inner>().cloned();
    let inner = inner.ok_or(ErrorCode::Internal)?;
    let made = state.graphql.made(&contract)?;
    let accepted = Accepted::of(&request);
    let (desk, calls) = Desk::open();
    let room = Room::default();
    let (asked, judged) = match prepare(made, wanted, signed_in) {
        Ok((asked, judged)) => (asked.data(desk).data(room.clone()), judged),
        Err(refused) => return Ok(answer(*refused, accepted)),
    };
    let aside = Aside::default();
    // Fields of a mutation follow one another, and one may end the access that the next would need; a stream must begin with an access that
    // holds when it is listened to. Both prove it in each call. All fields of a query believe one proof, and it is as new as theirs: whoever
    // sends a body slowly must not read with an access that has ended meanwhile.
    let proven = match judged.is_query {
        true => proven(&request).await?,
        false => None,
    };
    let serving = inner.serve(Caller::of(&request, proven), calls, aside.clone());
    if judged.is_subscription && accepted == Accepted::Events {
        let responses = made.schema.execute_stream(asked);
        let responses = responses.map(move |response| room.kept(response));
        let responses = responses.boxed();
        let begun = Rc::clone(&aside.begun);
        let bytes = sse::bytes(responses, Box::pin(serving), begun);
        return Ok(events().streaming(bytes));
    }
    if judged.is_subscription {
        let why = "A subscription is read as events: send `Accept: text/event-stream`.";
        let refused = refusal::request(ErrorCode::InvalidRequest, why);
        return Ok(answer(refused, accepted));
    }
    let response = tokio::select! {
        response = made.schema.execute(asked) => response,
        () = serving => return Err(ErrorCode::Internal.into()),
    };
    let of_request = refusal::is_of_request(&response);
    let response = room.kept(response);
    let mut response = match accepted {
        // Only what lasts is executed while it is read: the rest is done, guarded and in time as everything, before it is answered.
        Accepted::Events => events().body(sse::only(response)),
        Accepted::Usual | Accepted::Legacy => told(response, accepted, of_request),
    };
    for cookie in aside.cookies.take() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Who proves who they are. A proof that does not hold is refused, as everywhere; without one, what is public is answered.
async fn proven(request: &HttpRequest) -> Reply<Option<Proven>> {
    let bearer = request.headers().contains_key(header::AUTHORIZATION);
    if !bearer && request.cookie(ACCESS_COOKIE).is_none() {
        return Ok(None);
    }
    // This request is no GET: with a cookie, it needs the CSRF token whatever is asked for.
    let anyone = Anyone::from_request(request, &mut Payload::None).await?;
    Ok(Some(anyone.proven()))
}

/// What is asked for. Who is not signed in may send less.
async fn wanted(
    request: &HttpRequest,
    mut payload: Payload,
    signed_in: bool,
) -> Reply<GraphqlRequest> {
    if signed_in {
        let body = Body::<_, REQUEST_BYTES>::from_request(request, &mut payload).await?;
        return Ok(body.0);
    }
    let body = Body::<_, ANONYMOUS_BYTES>::from_request(request, &mut payload).await?;
    Ok(body.0)
}

/// How the caller wants to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Accepted {
    Usual,
    Legacy,
    Events,
}

impl Accepted {
    fn of(request: &HttpRequest) -> Self {
        let accept = request.headers().get(header::ACCEPT);
        let accept = accept
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let takes = |kind: &str| {
            let mut kinds = accept.split(',');
            kinds.any(|it| it.split(';').next().unwrap_or_default().trim() == kind)
        };
        match () {
            () if takes(EVENTS) => Self::Events,
            () if takes(LEGACY) && !takes(MEDIA_TYPE) => Self::Legacy,
            () => Self::Usual,
        }
    }
}

/// What is to be executed, within the limits.
fn prepare(
    made: &Made,
    wanted: GraphqlRequest,
    signed_in: bool,
) -> Result<(Request, Judged), Box<Response>> {
    let refused = |why: String| Box::new(refusal::request(ErrorCode::InvalidRequest, why));
    readable(&wanted.query).map_err(refused)?;
    let document = parse_query(&wanted.query);
    let document = document.map_err(|error| refused(error.to_string()))?;
    let variables = wanted.variables.map(Value::Object).unwrap_or_default();
    let variables = Variables::from_json(variables);
    let name = wanted.operation_name.as_deref();
    let judged = made.limits.judge(document, name, &variables);
    let (document, judged) = judged.map_err(refused)?;
    if judged.asks_schema && !signed_in {
        let why =
            "Sign in to ask for parts of the schema, or read it whole at /api/schema.graphql.";
        return Err(Box::new(refusal::request(ErrorCode::Unauthenticated, why)));
    }
    // The one operation that is left needs no name.
    let mut request = Request::new(wanted.query).variables(variables);
    request.set_parsed_query(document);
    Ok((request, judged))
}

fn answer(response: Response, accepted: Accepted) -> HttpResponse {
    let of_request = refusal::is_of_request(&response);
    told(response, accepted, of_request)
}

fn told(mut response: Response, accepted: Accepted, of_request: bool) -> HttpResponse {
    refusal::complete(&mut response);
    let (kind, status) = match (accepted, of_request) {
        (Accepted::Legacy, _) => (LEGACY, StatusCode::OK),
        (_, true) => (MEDIA_TYPE, StatusCode::BAD_REQUEST),
        (_, false) => (MEDIA_TYPE, StatusCode::OK),
    };
    let body = serde_json::to_vec(&response).unwrap_or_default();
    HttpResponse::build(status)
        .content_type(kind)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(body)
}
