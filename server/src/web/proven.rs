//! Who asks, proven once for the requests that this process makes itself to answer another. Not the proof: that is `actor`'s.

use super::actor::{Actor, Anyone};
use actix_http::Request;
use actix_web::{HttpMessage, HttpRequest};
use krowoc_shared::ids::Millis;

/// Who asks, proven already by the request on whose behalf this process makes another. It lies beside a request in memory: nothing that
/// is sent can put it there.
#[derive(Clone, Debug)]
pub struct Proven(Actor);

impl Anyone {
    /// For requests that this process makes itself to answer the one that proved it.
    #[must_use]
    pub fn proven(self) -> Proven {
        Proven(self.0)
    }
}

impl Proven {
    /// Lays it beside a request, which is then believed without a proof of its own.
    pub fn beside(self, request: &mut Request) {
        request.extensions_mut().insert(self);
    }

    /// Who asks by what lies beside a request, while the access lasts.
    pub(super) fn of(request: &HttpRequest, now: Millis) -> Option<Actor> {
        let beside = request.extensions();
        let Self(actor) = beside.get::<Self>()?;
        (now < actor.expires_at).then(|| actor.clone())
    }
}
