//! The way to a model: which key and price it is called with, and the call. Not the wire formats, and not what is done with an answer.

use crate::store::{Conn, Failure as _};
use crate::web::{Fault, Reply};
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::estimate::Known;
use krowoc_shared::execution::event::Event;
use krowoc_shared::execution::failure::Failure;
use krowoc_shared::execution::price::PriceSet;
use krowoc_shared::execution::request::{ModelRef, ModelRequest};
use krowoc_shared::ids::{KeyId, Millis, UserId};
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

/// A price in force: one for text, sent and answered. Anything else is no price for a run.
#[derive(Clone, Debug)]
pub struct Price {
    /// Its revision.
    pub revision: String,
    /// The prices.
    pub set: Arc<PriceSet>,
}

impl Price {
    /// The price of a set; `None` when text has none in it.
    #[must_use]
    pub fn of(set: &PriceSet) -> Option<Self> {
        Self::revised(set, &set.revision())
    }

    /// As [`Price::of`], of a set whose revision is known.
    #[must_use]
    pub fn revised(set: &PriceSet, revision: &str) -> Option<Self> {
        set.covers_text().then(|| Self {
            revision: revision.to_owned(),
            set: Arc::new(set.clone()),
        })
    }
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
    /// Largest number of tokens of input and output together; absent when unknown.
    pub context: Option<u64>,
    /// Most output tokens of the model; absent when unknown.
    pub max_output: Option<u64>,
    /// What it costs; absent = unpriced.
    pub price: Option<Price>,
    /// Whether the key's last use is so long ago that this one is noted.
    pub noted: bool,
    /// What the gateway needs to call it.
    pub inner: Arc<dyn Any + Send + Sync>,
}

impl Route {
    /// What is known about its model, for an estimate.
    #[must_use]
    pub fn known(&self) -> Known<'_> {
        Known {
            model: &self.model,
            context: self.context,
            max_output: self.max_output,
            prices: self.price.as_ref().map(|price| price.set.as_ref()),
        }
    }
}

/// Whether a fault is the store's own: it passes, and says nothing about what was asked for.
#[must_use]
pub fn is_of_the_store(fault: &Fault) -> bool {
    let code = matches!(
        fault.code,
        ErrorCode::Unavailable | ErrorCode::Internal | ErrorCode::Timeout
    );
    code || fault.is_transient()
}

/// An answer under way.
pub struct Answer {
    /// The provider's id of the request.
    pub request_id: Option<String>,
    /// Its events; they end with exactly one `End` or `Error`.
    pub events: BoxStream<'static, Event>,
}

/// A call that is written and not yet sent.
pub struct Ready {
    /// What it would be called with.
    pub route: Route,
    /// Sends it.
    pub send: Box<dyn FnOnce() -> BoxFuture<'static, Result<Answer, Failure>> + Send>,
}

impl Ready {
    /// Whether it is the call that a route would be called with: the same model and key, and the same limits, from which the longest
    /// answer follows.
    #[must_use]
    pub fn is_of(&self, route: &Route) -> bool {
        let of = |route: &Route| (route.key, route.context, route.max_output);
        self.route.model == route.model
            && of(&self.route) == of(route)
            && Arc::ptr_eq(&self.route.inner, &route.inner)
    }
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

    /// What a model costs that may no longer be called: by the prices of a revision, or by those in force at `at` where its provider
    /// usually listens. `None` when it has no price.
    ///
    /// # Errors
    /// The store's.
    fn price(
        &self,
        conn: &mut Conn,
        model: &ModelRef,
        revision: Option<&str>,
        at: Millis,
    ) -> Reply<Option<Price>>;

    /// Calls it. Dropping the answer stops the call.
    fn call(
        &self,
        route: Route,
        request: ModelRequest,
        timeout: Duration,
        streaming: bool,
    ) -> BoxFuture<'static, Result<Answer, Failure>>;

    /// The route that was found last for the same question: what is likely, never what holds. `None` when nothing is remembered.
    fn likely(&self, _: UserId, _: &ModelRef, _: Option<KeyId>) -> Option<Route> {
        None
    }

    /// Writes the call that [`Gateway::call`] would make. `None` when something is missing that must be waited for.
    fn written(&self, _: Route, _: &ModelRequest, _: Duration, _: bool) -> Option<Ready> {
        None
    }
}
