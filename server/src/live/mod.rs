//! Live hints as server-sent events: "this space stands at that number". Not the changes, and nothing depends on a hint arriving.
//!
//! Commits of this process are told at once. Those of other processes on the same PostgreSQL are found by asking once a second for the
//! numbers of the spaces that somebody listens to; whichever stream ticks first asks for all of the process.

mod hub;
mod stream;

pub use hub::Hub;

use crate::app::AppState;
use crate::store::{Conn, StoreError, sync};
use crate::web::actor::LibraryRead;
use crate::web::routes::Routes;
use crate::web::{Fault, May, Reply};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::sync::wire::Hint;

/// Its route.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(live);
}

/// Live hints: an event `hint` with a space and its sequence number whenever a document of the caller changed, and one at the start.
///
/// A comment follows every 15 seconds. The stream ends with the access token; connect again with the next one.
#[utoipa::path(
    tag = "sync",
    security(("session" = []), ("device" = []), ("token" = ["library:read"])),
    responses(
        (status = 200, description = "Events.", body = Hint, content_type = "text/event-stream"),
        (status = 429, description = "rate_limited: too many streams of one account", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/live")]
async fn live(state: Data<AppState>, actor: May<LibraryRead>) -> Reply<HttpResponse> {
    let Some(seat) = state.live.join(actor.user, &actor.spaces) else {
        let detail = "Too many pages and devices of this account listen at once; close some.";
        return Err(Fault::new(ErrorCode::RateLimited)
            .detail(detail)
            .retry_after(30));
    };
    // Subscribed before the numbers are read: what commits in between is told twice rather than never.
    let events = state.store.events();
    let elsewhere = state.live.hints();
    let spaces = actor.spaces.clone();
    let now = state
        .store
        .read(move |conn: &mut Conn| -> Result<_, StoreError> { sync::seqs(conn, &spaces) })
        .await?;
    state.live.saw(&now);
    let stream = stream::Stream::new(state, actor.actor(), seat, events, elsewhere, now);
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(("cache-control", "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        // Compression would hold events back until its window is full.
        .insert_header(("content-encoding", "identity"))
        .streaming(stream.bytes()))
}
