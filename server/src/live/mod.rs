//! Live hints as server-sent events: "this space stands at that number". Not the changes, and nothing depends on a hint arriving.
//!
//! Commits of this process are told at once. Those of other processes on the same PostgreSQL are found by asking once a second for the
//! numbers of the spaces that somebody listens to; whichever stream ticks first asks for all of the process.

mod hub;
mod stream;

pub use hub::Hub;

use crate::app::AppState;
use crate::store::{Conn, StoreError, sync};
use crate::web::guard::{ReadLibrary, SpaceQuery};
use crate::web::lasting::{self, Lasting};
use crate::web::routes::Routes;
use crate::web::{In, Reply};
use actix_web::web::{Data, Query};
use actix_web::{HttpResponse, get};
use krowoc_shared::error::Problem;
use krowoc_shared::sync::wire::Hint;
use serde::Deserialize;

/// Its route.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(live);
}

/// Which spaces.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::IntoParams)]
struct LiveQuery {
    /// Every space of the caller instead of one.
    all: Option<bool>,
}

/// Live hints: an event `hint` with a space and its sequence number whenever a document of it changed, and one at the start.
///
/// A comment follows every 15 seconds. The stream ends with the access token, and when the caller's place in a team changes; connect again.
#[utoipa::path(
    tag = "sync",
    security(("session" = []), ("device" = []), ("token" = ["library:read"])),
    params(SpaceQuery, LiveQuery),
    responses(
        (status = 200, description = "Events.", body = Hint, content_type = "text/event-stream"),
        (status = 404, description = "not_found: the space is not the caller's", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited: too many streams of one account", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/live")]
async fn live(
    state: Data<AppState>,
    actor: In<ReadLibrary>,
    query: Query<LiveQuery>,
) -> Reply<HttpResponse> {
    let all = query.all == Some(true);
    let moves = all || actor.membership().team;
    let spaces = match all {
        true => actor.space_ids(),
        false => vec![actor.space()],
    };
    let seat = state.live.join(actor.user, &spaces);
    let seat = seat.ok_or_else(lasting::too_many)?;
    // Subscribed before the numbers are read: what commits in between is told twice rather than never.
    let events = state.store.events();
    let elsewhere = state.live.hints();
    let asked = spaces.clone();
    let now = state
        .store
        .read(move |conn: &mut Conn| -> Result<_, StoreError> { sync::seqs(conn, &asked) })
        .await?;
    state.live.saw(&now);
    let lasting = Lasting::new(state, actor.actor(), moves, events);
    let stream = stream::Stream::new(lasting, (spaces, seat), elsewhere, now);
    Ok(lasting::events().streaming(stream.bytes()))
}
