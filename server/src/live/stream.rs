//! One listener's stream: hints, a comment now and then, and its end with the access. Not the events' origin.

use super::hub::Seat;
use crate::app::AppState;
use crate::store::{Conn, DatabaseUrl, Event, StoreError, members, sync};
use crate::web::Actor;
use actix_web::web::{Bytes, Data};
use futures_util::stream;
use krowoc_shared::ids::SpaceId;
use krowoc_shared::sync::wire::Hint;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Interval, MissedTickBehavior};

/// How soon a stream notices that it must end.
const TICK: Duration = Duration::from_secs(1);
/// Ticks between two comments.
const COMMENT: u32 = 15;

/// Who listens, and to what.
pub(super) struct Listener {
    pub actor: Actor,
    pub spaces: Vec<SpaceId>,
    /// The spaces may be others when the caller's place in a team changes.
    pub moves: bool,
    pub seat: Seat,
}

/// A stream under way.
pub(super) struct Stream {
    state: Data<AppState>,
    actor: Actor,
    spaces: Vec<SpaceId>,
    moves: bool,
    _seat: Seat,
    events: Receiver<Event>,
    elsewhere: Receiver<Hint>,
    first: Vec<(SpaceId, u64)>,
    tick: Interval,
    ticks: u32,
    opened: bool,
}

enum Next {
    Send(Bytes),
    Nothing,
    End,
}

impl Stream {
    pub(super) fn new(
        state: Data<AppState>,
        listener: Listener,
        events: Receiver<Event>,
        elsewhere: Receiver<Hint>,
        first: Vec<(SpaceId, u64)>,
    ) -> Self {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let Listener {
            actor,
            spaces,
            moves,
            seat,
        } = listener;
        Self {
            state,
            moves,
            actor,
            spaces,
            _seat: seat,
            events,
            elsewhere,
            first,
            tick,
            ticks: 0,
            opened: false,
        }
    }

    /// Its bytes.
    pub(super) fn bytes(self) -> impl stream::Stream<Item = Result<Bytes, Infallible>> {
        stream::unfold(self, |mut stream| async move {
            loop {
                match stream.next().await {
                    Next::Send(bytes) => return Some((Ok(bytes), stream)),
                    Next::Nothing => {}
                    Next::End => return None,
                }
            }
        })
    }

    async fn next(&mut self) -> Next {
        if !self.opened {
            self.opened = true;
            let hints = self.first.iter().map(|(space, seq)| Hint {
                space: *space,
                seq: *seq,
            });
            return Next::Send(hints.map(|hint| text(&hint)).collect::<String>().into());
        }
        tokio::select! {
            event = self.events.recv() => match event {
                Ok(Event::Hint(hint)) => self.hint(&hint),
                Ok(Event::Budget(user, notice)) if user == self.actor.user => {
                    Next::Send(named("budget", &notice).into())
                }
                Ok(Event::Revoked(id)) if id == *self.actor.holder.family() => Next::End,
                // It goes on with the spaces that the client is in now.
                Ok(Event::Membership(user)) if self.moves && user == self.actor.user => Next::End,
                Ok(_) => Next::Nothing,
                // What was lost may have been the end of this access, or a hint: the client begins anew.
                Err(RecvError::Lagged(_) | RecvError::Closed) => Next::End,
            },
            hint = self.elsewhere.recv() => match hint {
                Ok(hint) => self.hint(&hint),
                Err(_) => Next::End,
            },
            () = self.state.stopping() => Next::End,
            _ = self.tick.tick() => self.ticked().await,
        }
    }

    fn hint(&self, hint: &Hint) -> Next {
        if self.spaces.contains(&hint.space) {
            Next::Send(text(hint).into())
        } else {
            Next::Nothing
        }
    }

    async fn ticked(&mut self) -> Next {
        if self.state.now() >= self.actor.expires_at {
            return Next::End;
        }
        if matches!(self.state.store.url(), DatabaseUrl::Postgres(_))
            && let Some(spaces) = self.state.live.due()
        {
            let read = self
                .state
                .store
                .read(move |conn: &mut Conn| -> Result<_, StoreError> {
                    sync::seqs(conn, &spaces)
                });
            match read.await {
                Ok(seqs) => self.state.live.saw(&seqs),
                Err(error) => {
                    tracing::warn!(%error, "other processes' commits were not looked for")
                }
            }
        }
        self.ticks = self.ticks.saturating_add(1);
        if self.ticks < COMMENT {
            return Next::Nothing;
        }
        self.ticks = 0;
        if self.moved().await {
            return Next::End;
        }
        Next::Send(Bytes::from_static(b":\n\n"))
    }
}

impl Stream {
    /// Whether another process has changed which spaces the caller is in.
    async fn moved(&self) -> bool {
        if !self.moves || !matches!(self.state.store.url(), DatabaseUrl::Postgres(_)) {
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

fn text(hint: &Hint) -> String {
    named("hint", hint)
}

fn named(name: &str, data: &impl serde::Serialize) -> String {
    let data = serde_json::to_string(data).unwrap_or_default();
    format!("event: {name}\ndata: {data}\n\n")
}
