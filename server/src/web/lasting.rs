//! Answers that last: how a stream of events begins, and when one that would go on for ever must end. Not what is in it.

use super::{Actor, Fault};
use crate::app::AppState;
use crate::store::{Conn, DatabaseUrl, Event, StoreError, members, sessions};
use actix_web::web::Data;
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures_util::FutureExt;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::Millis;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Interval, MissedTickBehavior};

/// The media type of events.
pub const EVENTS: &str = "text/event-stream";
/// What says that a stream lives: a comment.
pub const LIVES: &[u8] = b":\n\n";
/// How soon a stream notices that it must end.
const TICK: Duration = Duration::from_secs(1);
/// Ticks between two comments.
const COMMENT: u32 = 15;
/// How long an access that ended in another process is believed at most.
const BELIEVED: Millis = 15_000;

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
/// the server unless it comes to an end by itself.
///
/// What this process commits ends it at once. What another one does, or what came before it listened, is in the database: it is looked for
/// with every comment.
pub struct Lasting {
    state: Data<AppState>,
    actor: Actor,
    /// What is in the stream may be other things when the caller's place in a team changes.
    moves: bool,
    /// A server that stops does not wait for it.
    stops: bool,
    events: Receiver<Event>,
    tick: Interval,
    ticks: u32,
    /// When the access was last known to hold.
    held_at: Millis,
}

/// What a stream wakes up for.
pub enum Beat {
    /// Something was committed in this process.
    Event(Event),
    /// Too much was committed since it last looked: some of it is not told.
    Lost,
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
    /// The life of a stream that begins now and would go on for ever. `events` were listened to before what it begins with was read.
    #[must_use]
    pub fn new(state: Data<AppState>, actor: Actor, moves: bool, events: Receiver<Event>) -> Self {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            held_at: state.now(),
            state,
            actor,
            moves,
            stops: true,
            events,
            tick,
            ticks: 0,
        }
    }

    /// The life of a stream of the caller's own that begins now and comes to an end by itself: a server that stops lets it.
    #[must_use]
    pub fn to_its_end(state: Data<AppState>, actor: Actor) -> Self {
        let events = state.store.events();
        Self {
            stops: false,
            ..Self::new(state, actor, false, events)
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
                Err(RecvError::Lagged(_)) => Beat::Lost,
                Err(RecvError::Closed) => Beat::End,
            },
            () = self.state.stopping(), if self.stops => Beat::End,
            _ = self.tick.tick() => Beat::Tick,
        }
    }

    /// What is due after a tick. It may ask the database, and must be waited for.
    pub async fn ticked(&mut self) -> Due {
        let now = self.state.now();
        if now >= self.actor.expires_at {
            return Due::End;
        }
        self.ticks = self.ticks.saturating_add(1);
        // By the clock as well: a machine that slept had no ticks.
        let believed = now.saturating_sub(self.held_at) < BELIEVED;
        if self.ticks < COMMENT && believed {
            return Due::Nothing;
        }
        match self.holds().await {
            true => Due::Comment,
            false => Due::End,
        }
    }

    /// What is due after a beat, for a stream that no events are read for. As [`Self::ticked`], it must be waited for.
    pub async fn due(&mut self, beat: Beat) -> Due {
        match beat {
            Beat::Event(_) => Due::Nothing,
            Beat::Tick => self.ticked().await,
            // What was lost may have been the end of this access.
            Beat::Lost if self.holds().await => Due::Nothing,
            Beat::Lost | Beat::End => Due::End,
        }
    }

    /// Whether it must end already, for a stream that no events are read for: one that always has something to say waits for nothing.
    pub async fn is_over(&mut self) -> bool {
        while let Some(beat) = self.next().now_or_never() {
            if self.due(beat).await == Due::End {
                return true;
            }
        }
        false
    }

    /// Whether the access holds still and the caller's spaces are the same, whoever changed them.
    async fn holds(&mut self) -> bool {
        self.ticks = 0;
        self.held_at = self.state.now();
        let (user, holder, moves) = (self.actor.user, self.actor.holder, self.moves);
        let read = self
            .state
            .store
            .read(move |conn: &mut Conn| -> Result<_, StoreError> {
                let stands = sessions::stands(conn, user, holder)?;
                let spaces = moves.then(|| members::of(conn, user)).transpose()?;
                Ok((stands, spaces))
            });
        match read.await {
            Ok((stands, spaces)) => {
                stands && spaces.is_none_or(|spaces| spaces == self.actor.spaces)
            }
            Err(error) => {
                // It is asked again with the next comment: a database that is away for a moment ends no stream.
                tracing::warn!(%error, "whether the access of a stream holds was not looked for");
                true
            }
        }
    }
}
