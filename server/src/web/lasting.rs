//! Answers that last: how a stream of events begins, and when one that would go on for ever must end. Not what is in it.

use super::{Actor, Fault};
use crate::app::AppState;
use crate::store::{Conn, DatabaseUrl, Event, StoreError, members};
use actix_web::web::Data;
use actix_web::{HttpResponse, HttpResponseBuilder};
use krowoc_shared::error::ErrorCode;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::time::{Interval, MissedTickBehavior};

/// The media type of events.
pub const EVENTS: &str = "text/event-stream";
/// What says that a stream lives: a comment.
pub const LIVES: &[u8] = b":\n\n";
/// How soon a stream notices that it must end.
const TICK: Duration = Duration::from_secs(1);
/// Ticks between two comments.
const COMMENT: u32 = 15;

/// The beginning of an answer of server-sent events.
#[must_use]
pub fn events() -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .content_type(EVENTS)
        .insert_header(("cache-control", "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        // Compression would hold events back until its window is full.
        .insert_header(("content-encoding", "identity"));
    response
}

/// The refusal of one stream more than an account may have.
#[must_use]
pub fn too_many() -> Fault {
    let detail = "Too many pages and devices of this account listen at once; close some.";
    Fault::new(ErrorCode::RateLimited)
        .detail(detail)
        .retry_after(30)
}

/// The life of a stream: it ends with the access of who reads it, when their place in a team changes as far as that matters to it, and with
/// the server.
pub struct Lasting {
    state: Data<AppState>,
    actor: Actor,
    /// What is in the stream may be other things when the caller's place in a team changes.
    moves: bool,
    events: Receiver<Event>,
    tick: Interval,
    ticks: u32,
}

/// What a stream wakes up for.
pub enum Beat {
    /// Something was committed in this process.
    Event(Event),
    /// A second has gone by: [`Lasting::ticked`] tells what is due.
    Tick,
    /// It ends.
    End,
}

/// What is due after a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing.
    Nothing,
    /// A comment.
    Comment,
    /// The end.
    End,
}

impl Lasting {
    /// The life of a stream that begins now. `events` were listened to before what it begins with was read.
    #[must_use]
    pub fn new(state: Data<AppState>, actor: Actor, moves: bool, events: Receiver<Event>) -> Self {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            state,
            actor,
            moves,
            events,
            tick,
            ticks: 0,
        }
    }

    /// The server.
    #[must_use]
    pub fn state(&self) -> &Data<AppState> {
        &self.state
    }

    /// Who reads.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Whether other processes write to the same database.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        matches!(self.state.store.url(), DatabaseUrl::Postgres(_))
    }

    /// Waits for the next. Nothing is lost when it is no longer waited for.
    pub async fn next(&mut self) -> Beat {
        tokio::select! {
            event = self.events.recv() => match event {
                Ok(Event::Revoked(id)) if id == *self.actor.holder.family() => Beat::End,
                // It goes on with what the client may see now.
                Ok(Event::Membership(user)) if self.moves && user == self.actor.user => Beat::End,
                Ok(event) => Beat::Event(event),
                // What was lost may have been the end of this access, or what it is read for: the client begins anew.
                Err(_) => Beat::End,
            },
            () = self.state.stopping() => Beat::End,
            _ = self.tick.tick() => Beat::Tick,
        }
    }

    /// What is due after a tick. It may ask the database, and must be waited for.
    pub async fn ticked(&mut self) -> Due {
        if self.state.now() >= self.actor.expires_at {
            return Due::End;
        }
        self.ticks = self.ticks.saturating_add(1);
        if self.ticks < COMMENT {
            return Due::Nothing;
        }
        self.ticks = 0;
        match self.moved().await {
            true => Due::End,
            false => Due::Comment,
        }
    }

    /// Whether another process has changed which spaces the caller is in.
    async fn moved(&self) -> bool {
        if !self.moves || !self.is_shared() {
            return false;
        }
        let user = self.actor.user;
        let now = self
            .state
            .store
            .read(move |conn: &mut Conn| -> Result<_, StoreError> { members::of(conn, user) });
        now.await.is_ok_and(|now| now != self.actor.spaces)
    }
}
