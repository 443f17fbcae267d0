//! One listener's stream: hints, a comment now and then. Not the events' origin, and not its end: that is `web::lasting`.

use super::hub::Seat;
use crate::store::{Conn, Event, StoreError, sync};
use crate::web::lasting::{Beat, Due, LIVES, Lasting};
use actix_web::web::Bytes;
use futures_util::stream;
use krowoc_shared::ids::SpaceId;
use krowoc_shared::sync::wire::Hint;
use std::convert::Infallible;
use tokio::sync::broadcast::Receiver;

/// A stream under way.
pub(super) struct Stream {
    lasting: Lasting,
    spaces: Vec<SpaceId>,
    _seat: Seat,
    elsewhere: Receiver<Hint>,
    first: Vec<(SpaceId, u64)>,
    opened: bool,
}

enum Next {
    Send(Bytes),
    Nothing,
    End,
}

impl Stream {
    pub(super) fn new(
        lasting: Lasting,
        (spaces, seat): (Vec<SpaceId>, Seat),
        elsewhere: Receiver<Hint>,
        first: Vec<(SpaceId, u64)>,
    ) -> Self {
        Self {
            lasting,
            spaces,
            _seat: seat,
            elsewhere,
            first,
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
            beat = self.lasting.next() => match beat {
                Beat::Event(Event::Hint(hint)) => self.hint(&hint),
                Beat::Event(Event::Budget(user, notice)) if user == self.lasting.actor().user => {
                    Next::Send(named("budget", &notice).into())
                }
                Beat::Event(_) => Next::Nothing,
                Beat::Tick => self.ticked().await,
                // What was lost may have been a hint: the client begins anew.
                Beat::Lost | Beat::End => Next::End,
            },
            hint = self.elsewhere.recv() => match hint {
                Ok(hint) => self.hint(&hint),
                Err(_) => Next::End,
            },
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
        let due = self.lasting.ticked().await;
        if due == Due::End {
            return Next::End;
        }
        self.look().await;
        match due {
            Due::Comment => Next::Send(Bytes::from_static(LIVES)),
            Due::Nothing | Due::End => Next::Nothing,
        }
    }

    /// Looks for what other processes committed, when nobody here did within a second.
    async fn look(&self) {
        let state = self.lasting.state();
        if !self.lasting.is_shared() {
            return;
        }
        let Some(spaces) = state.live.due() else {
            return;
        };
        let read = state
            .store
            .read(move |conn: &mut Conn| -> Result<_, StoreError> { sync::seqs(conn, &spaces) });
        match read.await {
            Ok(seqs) => state.live.saw(&seqs),
            Err(error) => {
                tracing::warn!(%error, "other processes' commits were not looked for");
            }
        }
    }
}

fn text(hint: &Hint) -> String {
    named("hint", hint)
}

fn named(name: &str, data: &impl serde::Serialize) -> String {
    let data = serde_json::to_string(data).unwrap_or_default();
    format!("event: {name}\ndata: {data}\n\n")
}
