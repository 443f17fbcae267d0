//! The real way to models: keys of the store, opened by the vault, called over HTTP. Not the formats, and not the sealing.

use super::gateway::{Answer, Gateway, Price, Route};
use crate::providers::{Providers, Target};
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

/// Keys and providers of this server.
pub struct Direct {
    /// What models there are, and what they cost.
    pub models: Models,
    /// Opens keys.
    pub vault: Arc<Vault>,
    /// Calls providers.
    pub providers: Providers,
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
        Ok(Route {
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
            inner: Arc::new(key),
        })
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
            let key = route.inner.downcast::<StoredKey>().map_err(|_| broken())?;
            let opened = vault.open(&key).await.map_err(|error| {
                tracing::error!(%error, "a key was not opened");
                if error.may_pass() { away() } else { broken() }
            })?;
            let base_url = Url::parse(&key.base_url).map_err(|_| broken())?;
            let target = Target {
                provider: route.model.provider,
                base_url,
                key: opened,
                timeout,
            };
            let answer = providers.call(&target, &request, streaming).await?;
            Ok(Answer {
                request_id: answer.request_id,
                events: answer.events,
            })
        }
        .boxed()
    }
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
