//! The way to a model: which key and price it is called with, and the call. Not the wire formats, and not what is done with an answer.

use crate::store::Conn;
use crate::web::Reply;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use krowoc_shared::execution::event::Event;
use krowoc_shared::execution::failure::Failure;
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::request::{ModelRef, ModelRequest};
use krowoc_shared::execution::usage::Usage;
use krowoc_shared::ids::{KeyId, Millis, UserId};
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

/// The cost of some usage.
pub type CostOf = dyn Fn(&Usage) -> Option<NanoUsd> + Send + Sync;

/// A price in force.
#[derive(Clone)]
pub struct Price {
    /// Its revision.
    pub revision: String,
    /// What some usage costs; `None` when a part of it has no price.
    pub of: Arc<CostOf>,
}

/// What a model is called with.
#[derive(Clone)]
pub struct Route {
    /// The model.
    pub model: ModelRef,
    /// The key; absent for a provider that needs none.
    pub key: Option<KeyId>,
    /// Whether the operator pays.
    pub server_held: bool,
    /// Most output tokens of the model; absent when unknown.
    pub max_output: Option<u64>,
    /// What it costs; absent = unpriced.
    pub price: Option<Price>,
    /// Whether the key's last use is so long ago that this one is noted.
    pub noted: bool,
    /// What the gateway needs to call it.
    pub inner: Arc<dyn Any + Send + Sync>,
}

/// An answer under way.
pub struct Answer {
    /// The provider's id of the request.
    pub request_id: Option<String>,
    /// Its events; they end with exactly one `End` or `Error`.
    pub events: BoxStream<'static, Event>,
}

/// Finds and calls models.
pub trait Gateway: Send + Sync + 'static {
    /// What a model is called with by an account: with a certain key, or with the one it prefers.
    ///
    /// # Errors
    /// No key, no such model, or the store's.
    fn route(
        &self,
        conn: &mut Conn,
        user: UserId,
        model: &ModelRef,
        key: Option<KeyId>,
        now: Millis,
    ) -> Reply<Route>;

    /// Calls it. Dropping the answer stops the call.
    fn call(
        &self,
        route: Route,
        request: ModelRequest,
        timeout: Duration,
        streaming: bool,
    ) -> BoxFuture<'static, Result<Answer, Failure>>;
}
