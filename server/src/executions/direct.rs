//! The real way to models: keys of the store, opened by the vault, called over HTTP. Not the formats, and not the sealing.

use super::gateway::{Answer, Gateway, Price, Ready, Route};
use crate::providers::{self, Providers, Target};
use crate::store::Conn;
use crate::store::models::{self, Models};
use crate::store::provider_keys::{self, StoredKey};
use crate::vault::Vault;
use crate::web::{Fault, Reply};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::failure::{Failure, FailureClass};
use krowoc_shared::execution::request::{ModelRef, ModelRequest};
use krowoc_shared::ids::{KeyId, Millis, UserId};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// How exact the last use of a key is.
const NOTED_EVERY: Millis = 60_000;

/// How long a route is remembered that nobody asks for, and how many are.
const IDLE: Duration = Duration::from_secs(600);
const MOST: u64 = 4_096;

/// Who asks for which model, with which key.
type Question = (UserId, ModelRef, Option<KeyId>);

/// Keys and providers of this server.
pub struct Direct {
    /// What models there are, and what they cost.
    pub models: Models,
    /// Opens keys.
    pub vault: Arc<Vault>,
    /// Calls providers.
    pub providers: Providers,
    /// What was found last; keys are sealed in it.
    found: moka::sync::Cache<Question, Route>,
}

impl Direct {
    /// With the models, the vault and the providers of a server.
    #[must_use]
    pub fn new(models: Models, vault: Arc<Vault>, providers: Providers) -> Self {
        let found = moka::sync::Cache::builder();
        Self {
            models,
            vault,
            providers,
            found: found.max_capacity(MOST).time_to_idle(IDLE).build(),
        }
    }

    /// Remembers a route. As long as its key is the one that is remembered, both share it: that is how a call that was written for the
    /// one is known to be of the other.
    fn remembered(&self, question: Question, mut route: Route, key: StoredKey) -> Route {
        let same = |known: &Route| {
            let inner = Arc::clone(&known.inner).downcast::<StoredKey>();
            inner.is_ok_and(|known| {
                known.id == key.id && known.base_url == key.base_url && known.sealed == key.sealed
            })
        };
        let limits = |route: &Route| (route.context, route.max_output);
        match self.found.get(&question) {
            Some(known) if same(&known) && limits(&known) == limits(&route) => {
                route.inner = known.inner;
            }
            _ => {
                route.inner = Arc::new(key);
                self.found.insert(question, route.clone());
            }
        }
        route
    }
}

impl Gateway for Direct {
    fn route(
        &self,
        conn: &mut Conn,
        user: UserId,
        model: &ModelRef,
        named: Option<KeyId>,
        now: Millis,
    ) -> Reply<Route> {
        let found = provider_keys::resolve(conn, user, model.provider, named)?;
        let key = found.ok_or_else(|| {
            let title = model.provider.title();
            let (field, detail) = match named {
                Some(_) => ("/key", format!("There is no such key for {title}.")),
                None => (
                    "/models",
                    format!("There is no key for {title}; add one in Settings."),
                ),
            };
            Fault::new(ErrorCode::NoProviderKey)
                .field(field)
                .detail(detail)
        })?;
        let facts = self.models.at(conn)?.facts(model, &key.base_url);
        if !facts.callable(model.provider) {
            let detail = format!(
                "The catalogue has no active model {model}. Choose one of the list of models."
            );
            return Err(Fault::new(ErrorCode::UnknownModel)
                .field("/models")
                .detail(detail));
        }
        let route = Route {
            model: model.clone(),
            key: Some(key.id),
            server_held: key.is_server_held(),
            context: facts.context,
            max_output: facts.max_output,
            price: facts
                .price_at(now)
                .and_then(|(set, revision)| Price::revised(set, revision)),
            noted: key
                .used_at
                .is_none_or(|at| now.saturating_sub(at) >= NOTED_EVERY),
            inner: Arc::new(()),
        };
        Ok(self.remembered((user, model.clone(), named), route, key))
    }

    fn price(
        &self,
        conn: &mut Conn,
        model: &ModelRef,
        revision: Option<&str>,
        at: Millis,
    ) -> Reply<Option<Price>> {
        let known = self.models.at(conn)?;
        let Some(revision) = revision else {
            let facts = known.facts(model, model.provider.base_url().unwrap_or_default());
            let prices = facts.prices.as_ref();
            return Ok(prices.and_then(|prices| Price::of(prices.at(at))));
        };
        let set = match known.prices_of(revision) {
            Some(set) => Some(set.clone()),
            None => models::past_prices(conn, model.provider, revision)?,
        };
        Ok(set.as_ref().and_then(Price::of))
    }

    fn call(
        &self,
        route: Route,
        request: ModelRequest,
        timeout: Duration,
        streaming: bool,
    ) -> BoxFuture<'static, Result<Answer, Failure>> {
        let (vault, providers) = (Arc::clone(&self.vault), self.providers.clone());
        async move {
            let target = target(&vault, &route, timeout).await?;
            let call = providers.write(&target, &request, streaming)?;
            answered(providers.send(call).await)
        }
        .boxed()
    }

    fn likely(&self, user: UserId, model: &ModelRef, key: Option<KeyId>) -> Option<Route> {
        self.found.get(&(user, model.clone(), key))
    }

    fn written(
        &self,
        route: Route,
        request: &ModelRequest,
        timeout: Duration,
        streaming: bool,
    ) -> Option<Ready> {
        // A key that must be fetched from elsewhere is not fetched for a guess.
        let target = target(&self.vault, &route, timeout).now_or_never()?.ok()?;
        let call = self.providers.write(&target, request, streaming).ok()?;
        let providers = self.providers.clone();
        let send = move || async move { answered(providers.send(call).await) }.boxed();
        Some(Ready {
            route,
            send: Box::new(send),
        })
    }
}

async fn target(vault: &Vault, route: &Route, timeout: Duration) -> Result<Target, Failure> {
    let key = Arc::clone(&route.inner).downcast::<StoredKey>();
    let key = key.map_err(|_| broken())?;
    let opened = vault.open(&key).await.map_err(|error| {
        tracing::error!(%error, "a key was not opened");
        if error.may_pass() { away() } else { broken() }
    })?;
    Ok(Target {
        provider: route.model.provider,
        base_url: Url::parse(&key.base_url).map_err(|_| broken())?,
        key: opened,
        timeout,
    })
}

fn answered(answer: Result<providers::Answer, Failure>) -> Result<Answer, Failure> {
    let answer = answer?;
    Ok(Answer {
        request_id: answer.request_id,
        events: answer.events,
    })
}

fn broken() -> Failure {
    let why = "The server cannot open the key; the operator finds the reason in the log.";
    Failure::new(FailureClass::Auth, why)
}

fn away() -> Failure {
    let why =
        "The server cannot reach what opens its keys; the operator finds the reason in the log.";
    Failure::new(FailureClass::Network, why)
}
