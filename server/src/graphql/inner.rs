//! The API inside this process: the same routes with the same guards, services and throttles as over HTTP, called without a connection.
//! This is all of the door that knows requests. Not what is asked for: that is the schema's.
//!
//! Routes belong to one worker and its thread, resolvers to none: a resolver sends its call through a channel, and whoever answers the
//! request of the door serves the calls meanwhile.

use super::operation::Asked;
use super::sse::Events;
use crate::app::AppState;
use crate::web::body;
use crate::web::problem::{CORRELATION, Fault, Reply};
use crate::web::proven::Proven;
use crate::web::routes::Routes;
use actix_http::Request;
use actix_service::boxed::{self, BoxService};
use actix_service::{IntoServiceFactory, Service, ServiceFactory};
use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{AppConfig, Payload, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{StatusCode, Uri};
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use krowoc_shared::error::{ErrorCode, Problem};
use serde_json::Value;
use std::cell::RefCell;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::{Notify, OnceCell, mpsc, oneshot};

type Inside = BoxService<Request, ServiceResponse<BoxBody>, actix_web::Error>;

/// Headers of the caller that every call carries: who it is, and from where.
const CARRIED: [HeaderName; 6] = [
    header::AUTHORIZATION,
    header::COOKIE,
    header::HOST,
    header::ORIGIN,
    header::USER_AGENT,
    HeaderName::from_static("x-forwarded-for"),
];

/// Events of a stream that wait for a slow reader.
const WAITING: usize = 64;

/// What an operation answered.
pub type Answered<T> = Result<T, Box<Problem>>;

/// An event of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// Its id; empty when it has none.
    pub id: String,
    /// What it holds.
    pub data: Value,
}

enum Wanted {
    Whole(oneshot::Sender<Answered<Value>>),
    Events(mpsc::Sender<Answered<Event>>),
}

/// A call under way.
pub struct Call {
    asked: Asked,
    wanted: Wanted,
}

/// Where resolvers ask.
#[derive(Clone)]
pub struct Desk(mpsc::UnboundedSender<Call>);

impl Desk {
    /// A desk, and where its calls come out.
    #[must_use]
    pub fn open() -> (Self, mpsc::UnboundedReceiver<Call>) {
        let (calls, served) = mpsc::unbounded_channel();
        (Self(calls), served)
    }

    /// Asks for a value; null for an operation that answers nothing.
    ///
    /// # Errors
    /// The operation's.
    pub async fn ask(&self, asked: Asked) -> Answered<Value> {
        let (wanted, answer) = oneshot::channel();
        let wanted = Wanted::Whole(wanted);
        // When nobody serves any more, nobody reads this answer either.
        let _ = self.0.send(Call { asked, wanted });
        answer.await.unwrap_or_else(|_| Err(internal()))
    }

    /// Asks for events. They end with the operation's stream.
    #[must_use]
    pub fn listen(&self, asked: Asked) -> mpsc::Receiver<Answered<Event>> {
        let (wanted, events) = mpsc::channel(WAITING);
        let wanted = Wanted::Events(wanted);
        let _ = self.0.send(Call { asked, wanted });
        events
    }
}

fn internal() -> Box<Problem> {
    Box::new(Fault::new(ErrorCode::Internal).problem())
}

/// Who asks, as the requests of all calls say it.
#[derive(Clone)]
pub struct Caller {
    headers: Vec<(HeaderName, HeaderValue)>,
    peer: Option<SocketAddr>,
    proven: Option<Proven>,
}

impl Caller {
    /// Of a request of the door. What is proven of it is not proven again by each call.
    #[must_use]
    pub fn of(request: &HttpRequest, proven: Option<Proven>) -> Self {
        let csrf = HeaderName::from_static(crate::web::actor::CSRF_HEADER);
        let names = CARRIED.into_iter().chain([csrf]);
        let all = names.flat_map(|name| {
            let values = request.headers().get_all(&name);
            let values: Vec<_> = values.map(|it| (name.clone(), it.clone())).collect();
            values
        });
        Self {
            headers: all.collect(),
            peer: request.peer_addr(),
            proven,
        }
    }
}

/// What calls say beside their answers. Clones share it.
#[derive(Clone, Default)]
pub struct Aside {
    /// Cookies that they set.
    pub cookies: Rc<RefCell<Vec<HeaderValue>>>,
    /// Told when a stream of events began: what happens from then on is in it.
    pub begun: Rc<Notify>,
}

/// Counts a call: the request of the door is one, and fine, whatever its calls answer.
fn count(operation: &str, refused: Option<&Problem>) {
    let code = refused.map_or("ok", |problem| problem.code.as_str());
    let labels = [
        ("operation", operation.to_owned()),
        ("code", code.to_owned()),
    ];
    metrics::counter!("krowoc_graphql_operations_total", &labels).increment(1);
}

/// The API of one worker. Clones share it.
#[derive(Clone)]
pub struct Inner {
    state: Data<AppState>,
    prefix: &'static str,
    routes: fn(&mut Routes<'_>),
    made: Rc<OnceCell<Inside>>,
}

impl Inner {
    /// Of these routes under this prefix. They are made when the first call comes.
    #[must_use]
    pub fn new(state: Data<AppState>, prefix: &'static str, routes: fn(&mut Routes<'_>)) -> Self {
        Self {
            state,
            prefix,
            routes,
            made: Rc::default(),
        }
    }

    async fn make(&self) -> Reply<Inside> {
        let routes = self.routes;
        let scope = web::scope(self.prefix).configure(|cfg| routes(&mut Routes::of_worker(cfg)));
        let app = App::new()
            .app_data(self.state.clone())
            .app_data(body::query_config())
            .app_data(body::path_config())
            .service(scope)
            .default_service(web::to(HttpResponse::NotFound));
        let made = app.into_factory().new_service(AppConfig::default()).await;
        let made = made.map_err(|()| ErrorCode::Internal)?;
        Ok(boxed::service(made))
    }

    /// Serves calls for as long as it is polled. What they say beside their answers is put into `aside`.
    pub async fn serve(
        self,
        caller: Caller,
        mut calls: mpsc::UnboundedReceiver<Call>,
        aside: Aside,
    ) {
        let mut open = FuturesUnordered::new();
        loop {
            tokio::select! {
                Some(call) = calls.recv() => open.push(self.answer(&caller, call, &aside)),
                Some(()) = open.next() => {}
                else => std::future::pending().await,
            }
        }
    }

    async fn answer(&self, caller: &Caller, call: Call, aside: &Aside) {
        let operation = Arc::clone(&call.asked.operation);
        let answered = self.call(caller, call.asked).await;
        if let Ok(response) = &answered {
            let set = response.headers().get_all(header::SET_COOKIE);
            aside.cookies.borrow_mut().extend(set.cloned());
        }
        match call.wanted {
            Wanted::Whole(wanted) => {
                let value = match answered {
                    Ok(response) => whole(response).await,
                    Err(fault) => Err(Box::new(fault.problem())),
                };
                count(&operation, value.as_ref().err().map(AsRef::as_ref));
                let _ = wanted.send(value);
            }
            Wanted::Events(wanted) => {
                let refused = match answered {
                    Ok(response) if response.status().is_success() => {
                        count(&operation, None);
                        aside.begun.notify_one();
                        return pass(response, wanted).await;
                    }
                    Ok(response) => whole(response).await.err().unwrap_or_else(internal),
                    Err(fault) => Box::new(fault.problem()),
                };
                count(&operation, Some(refused.as_ref()));
                let _ = wanted.send(Err(refused)).await;
            }
        }
    }

    async fn call(&self, caller: &Caller, asked: Asked) -> Reply<HttpResponse> {
        let inside = self.made.get_or_try_init(|| self.make()).await?;
        let request = request(caller, asked)?;
        match inside.call(request).await {
            Ok(response) => Ok(response.into_parts().1),
            Err(error) => Ok(error.error_response()),
        }
    }
}

fn request(caller: &Caller, asked: Asked) -> Reply<Request> {
    let body = asked.body;
    let (length, typed) = (body.as_ref().map_or(0, Vec::len), body.is_some());
    let payload = body.map_or(Payload::None, |body| Payload::from(Bytes::from(body)));
    let mut request = Request::with_payload(payload);
    if let Some(proven) = &caller.proven {
        proven.clone().beside(&mut request);
    }
    let head = request.head_mut();
    head.method = asked.method;
    head.uri = Uri::try_from(asked.address).map_err(|_| ErrorCode::InvalidRequest)?;
    head.peer_addr = caller.peer;
    let headers: &mut HeaderMap = head.headers_mut();
    for (name, value) in &caller.headers {
        headers.append(name.clone(), value.clone());
    }
    for (name, value) in asked.headers {
        let name = HeaderName::try_from(name).map_err(|_| ErrorCode::Internal)?;
        let value = HeaderValue::try_from(value).map_err(|_| ErrorCode::InvalidRequest)?;
        headers.insert(name, value);
    }
    if typed {
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
        headers.insert(header::CONTENT_LENGTH, length.into());
    }
    Ok(request)
}

/// The value that a response holds, or the problem.
async fn whole(response: HttpResponse) -> Answered<Value> {
    let status = response.status();
    let read = to_bytes(response.into_body()).await;
    let bytes = read.map_err(|_| internal())?;
    if status.is_success() {
        return match bytes.is_empty() {
            true => Ok(Value::Null),
            false => serde_json::from_slice(&bytes).map_err(|_| internal()),
        };
    }
    let told = serde_json::from_slice::<Problem>(&bytes);
    Err(told.map_or_else(|_| untold(status), Box::new))
}

/// What no route said in its own words.
fn untold(status: StatusCode) -> Box<Problem> {
    let code = match status {
        StatusCode::NOT_FOUND => ErrorCode::NotFound,
        StatusCode::BAD_REQUEST => ErrorCode::InvalidRequest,
        _ => ErrorCode::Internal,
    };
    Box::new(Fault::new(code).problem())
}

/// Passes the events of a stream on until it ends or nobody reads it.
async fn pass(response: HttpResponse, wanted: mpsc::Sender<Answered<Event>>) {
    let mut body = response.into_body();
    let mut events = Events::default();
    loop {
        let chunk = std::future::poll_fn(|cx| Pin::new(&mut body).poll_next(cx));
        let chunk = tokio::select! {
            () = wanted.closed() => return,
            chunk = chunk => chunk,
        };
        let Some(Ok(bytes)) = chunk else { return };
        for event in events.read(&bytes) {
            if wanted.send(Ok(event)).await.is_err() {
                return;
            }
        }
    }
}

/// The correlation id of the request that this task answers.
#[must_use]
pub fn correlation() -> String {
    CORRELATION.try_with(Clone::clone).unwrap_or_default()
}
