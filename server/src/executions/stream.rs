//! A reader's stream of a run: what is new since a position, as server-sent events. Not a log: whoever was away, is slow, or asks
//! another server gets the same text in larger pieces; and not the end of the reader's access: that is `web::lasting`.
//!
//! An event's id is where each execution of the group stands after it: bytes of text, bytes of reasoning, and how many attempts began
//! and ended. An execution of this process is read from memory, any other from the store once a second.

use super::board::{Cell, Live, Seat};
use super::place::{CHUNK, ENDED, Place, rank, rest, steps};
use super::service::Handle;
use crate::app::AppState;
use crate::store::execution_rows::Whole;
use crate::store::{Conn, executions};
use crate::web::lasting::{Due, LIVES, Lasting};
use crate::web::{Actor, Reply};
use actix_web::web::{Bytes, Data};
use futures_util::stream;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::wire::{ExecutionView, Started};
use krowoc_shared::ids::{ExecutionId, GroupId, UserId};
use serde::Serialize;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How often the store is asked for executions of other processes.
const POLL: Duration = Duration::from_secs(1);
/// How long pieces of text gather after some were sent: a screen draws no faster than this.
const GATHER: Duration = Duration::from_millis(15);

/// An execution as it is read.
enum Source {
    /// Carried out here.
    Here(Arc<Cell>),
    /// Anywhere else, or ended: as the store has it.
    Stored(Box<Live>),
}

struct Track {
    id: ExecutionId,
    source: Source,
    place: Place,
}

impl Track {
    /// Its task ended here without its end: parked, taken over, or fallen over.
    fn is_left(&self) -> bool {
        let gone = |source: &Source| matches!(source, Source::Here(cell) if cell.is_gone());
        self.place.rank != ENDED && gone(&self.source)
    }

    /// There is more than another piece of text: its first one, another attempt, or the end.
    fn is_urgent(&self) -> bool {
        let Source::Here(cell) = &self.source else {
            return false;
        };
        let live = cell.live();
        let first = self.place.text == 0 && self.place.reasoning == 0 && live.is_seen();
        self.place.rank != ENDED && (first || rank(&live.view) != self.place.rank)
    }
}

/// What a stream wakes up for.
enum Woken {
    /// Something may be new.
    News,
    /// It says that it lives.
    Comment,
    /// The reader's access has ended. The run goes on.
    End,
}

/// A stream under way.
pub struct Reader {
    lasting: Lasting,
    group: GroupId,
    tracks: Vec<Track>,
    changes: Option<watch::Receiver<u64>>,
    first: Option<Started>,
    /// When something was last sent.
    sent: Option<Instant>,
    ended: bool,
    _seat: Seat,
}

fn live(whole: Whole) -> Live {
    Live {
        view: whole.view,
        output: whole.output,
        reasoning: whole.reasoning,
        tools: whole.tool_calls,
        raw_usage: whole.raw_usage,
    }
}

async fn stored(state: &AppState, user: UserId, group: GroupId) -> Reply<Vec<Live>> {
    let found = state
        .store
        .read(move |conn: &mut Conn| executions::group(conn, user, group))
        .await?;
    Ok(found.into_iter().map(live).collect())
}

/// What is carried out here, and what tells of its changes.
fn here(
    state: &AppState,
    user: UserId,
    group: GroupId,
) -> (Vec<Arc<Cell>>, Option<watch::Receiver<u64>>) {
    match state.executions.group(user, group) {
        Some((cells, changes)) => (cells, Some(changes)),
        None => (Vec::new(), None),
    }
}

impl Reader {
    /// Opens a stream of a group after some places.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], or the store's.
    pub async fn open(
        state: &Data<AppState>,
        actor: Actor,
        seat: Seat,
        group: GroupId,
        after: &[Place],
    ) -> Reply<Self> {
        let user = actor.user;
        let lasting = Lasting::to_its_end(state.clone(), actor);
        // Before the store: what ends in between is found ended there.
        let (cells, changes) = here(state, user, group);
        let rows = stored(state, user, group).await?;
        if rows.is_empty() {
            return Err(ErrorCode::NotFound.into());
        }
        let source = |row: Live| match cells.iter().find(|cell| cell.id == row.view.id) {
            Some(cell) => Source::Here(Arc::clone(cell)),
            None => Source::Stored(Box::new(row)),
        };
        let sources = rows.into_iter().map(|row| (row.view.id, source(row)));
        let sources = sources.collect();
        Ok(Self::of(lasting, seat, group, sources, changes, after))
    }

    /// Opens a stream of a run that was just started, without asking the store; `None` when a part of it has ended already.
    #[must_use]
    pub fn started(
        state: &Data<AppState>,
        actor: &Actor,
        seat: Seat,
        run: &Handle,
    ) -> Option<Self> {
        let (cells, changes) = here(state, actor.user, run.group);
        let source = |view: &ExecutionView| {
            let cell = cells.iter().find(|cell| cell.id == view.id)?;
            Some((view.id, Source::Here(Arc::clone(cell))))
        };
        let sources: Option<Vec<_>> = run.executions.iter().map(source).collect();
        let sources = sources?;
        let lasting = Lasting::to_its_end(state.clone(), actor.clone());
        let mut reader = Self::of(lasting, seat, run.group, sources, changes, &[]);
        // The first event is how they began, however far they are by now: the rest follows it.
        for (track, view) in reader.tracks.iter_mut().zip(&run.executions) {
            track.place.rank = steps(view);
        }
        reader.first = Some(Started {
            group: run.group,
            executions: run.executions.clone(),
        });
        Some(reader)
    }

    fn of(
        lasting: Lasting,
        seat: Seat,
        group: GroupId,
        sources: Vec<(ExecutionId, Source)>,
        changes: Option<watch::Receiver<u64>>,
        after: &[Place],
    ) -> Self {
        let mut views = Vec::with_capacity(sources.len());
        let mut tracks = Vec::with_capacity(sources.len());
        for (at, (id, source)) in sources.into_iter().enumerate() {
            let view = match &source {
                Source::Here(cell) => cell.live().view.clone(),
                Source::Stored(live) => live.view.clone(),
            };
            let place = match after.get(at) {
                Some(place) => *place,
                // The first event shows how far it is.
                None => Place {
                    rank: steps(&view),
                    ..Place::default()
                },
            };
            views.push(view);
            tracks.push(Track { id, source, place });
        }
        Self {
            lasting,
            group,
            tracks,
            changes,
            first: after.is_empty().then_some(Started {
                group,
                executions: views,
            }),
            sent: None,
            ended: false,
            _seat: seat,
        }
    }

    /// Its bytes.
    pub fn bytes(self) -> impl stream::Stream<Item = Result<Bytes, Infallible>> {
        stream::unfold(self, |mut reader| async move {
            let bytes = reader.next().await?;
            Some((Ok(bytes), reader))
        })
    }

    async fn next(&mut self) -> Option<Bytes> {
        if self.ended {
            return None;
        }
        let mut out = String::new();
        if let Some(started) = self.first.take() {
            self.event(&mut out, "started", &started);
            return Some(out.into());
        }
        if self.lasting.is_over().await {
            return None;
        }
        let changed = |changes: &watch::Receiver<u64>| changes.has_changed().unwrap_or(false);
        let mut woken = self.changes.as_ref().is_some_and(changed);
        loop {
            if woken {
                self.gather().await;
            }
            if let Some(changes) = &mut self.changes {
                changes.mark_unchanged();
            }
            for at in 0..self.tracks.len() {
                self.news(at, &mut out);
            }
            if self.tracks.iter().all(|track| track.place.rank == ENDED) && out.len() < CHUNK {
                self.ended = true;
                self.event(&mut out, "end", &serde_json::json!({}));
            }
            if !out.is_empty() {
                self.sent = Some(Instant::now());
                return Some(out.into());
            }
            if self.is_left() {
                return None;
            }
            if self.tracks.iter().any(Track::is_left) {
                // A store that is away is asked again for as long as the access holds.
                if !self.look().await && self.lasting.is_over().await {
                    return None;
                }
                continue;
            }
            match self.wait().await {
                Woken::News => woken = true,
                Woken::Comment => return Some(Bytes::from_static(LIVES)),
                Woken::End => return None,
            }
        }
    }

    /// Lets text gather for a moment after the last was sent. What is more than text is told at once.
    async fn gather(&mut self) {
        let (Some(sent), Some(changes)) = (self.sent, &mut self.changes) else {
            return;
        };
        let until = sent + GATHER;
        while Instant::now() < until && !self.tracks.iter().any(Track::is_urgent) {
            match tokio::time::timeout_at(until, changes.changed()).await {
                Ok(Ok(())) => {}
                // The last cell went away, or the moment is over.
                Ok(Err(_)) | Err(_) => return,
            }
        }
    }

    /// The server stops, and what has not ended is not carried out here: another one will have it.
    fn is_left(&self) -> bool {
        let here = |track: &Track| {
            let carried = |source: &Source| matches!(source, Source::Here(cell) if !cell.is_gone());
            track.place.rank != ENDED && carried(&track.source)
        };
        self.lasting.state().is_stopping() && !self.tracks.iter().any(here)
    }

    /// Waits until something may be new, or is due.
    async fn wait(&mut self) -> Woken {
        let elsewhere = self.tracks.iter().any(
            |track| matches!(&track.source, Source::Stored(live) if !live.view.state.is_final()),
        );
        let poll = tokio::time::sleep(POLL);
        tokio::pin!(poll);
        let mut silent = false;
        loop {
            let changed = async {
                match &mut self.changes {
                    // An error is the end of the last cell; its last change was seen or is still to be.
                    Some(changes) => changes.changed().await.is_ok(),
                    None => false,
                }
            };
            let beat = tokio::select! {
                news = changed, if !silent => match news {
                    true => return Woken::News,
                    false if elsewhere => {
                        silent = true;
                        continue;
                    }
                    false => {
                        self.look().await;
                        return Woken::News;
                    }
                },
                () = &mut poll, if elsewhere => {
                    self.look().await;
                    return Woken::News;
                }
                beat = self.lasting.next() => beat,
            };
            match self.lasting.due(beat).await {
                Due::Nothing => {}
                Due::Comment => return Woken::Comment,
                Due::End => return Woken::End,
            }
        }
    }

    /// Looks for executions that are not carried out here: in the store, and whether they are by now. False when the store is away.
    async fn look(&mut self) -> bool {
        let (state, user) = (self.lasting.state(), self.lasting.actor().user);
        let (cells, changes) = here(state, user, self.group);
        let Ok(mut rows) = stored(state, user, self.group).await else {
            tokio::time::sleep(POLL).await;
            return false;
        };
        for track in &mut self.tracks {
            if track.place.rank == ENDED {
                continue;
            }
            if let Some(cell) = cells.iter().find(|cell| cell.id == track.id) {
                track.source = Source::Here(Arc::clone(cell));
            } else if let Some(at) = rows.iter().position(|row| row.view.id == track.id) {
                track.source = Source::Stored(Box::new(rows.swap_remove(at)));
            } else {
                // Taken away with its account: nothing more will come.
                track.place.rank = ENDED;
            }
        }
        self.changes = changes;
        true
    }

    /// Writes what is new of an execution.
    fn news(&mut self, at: usize, out: &mut String) {
        let Some(track) = self.tracks.get_mut(at) else {
            return;
        };
        if track.place.rank == ENDED || out.len() >= CHUNK {
            return;
        }
        let (id, mut place) = (track.id, track.place);
        let mut events: Vec<(&'static str, String, Place)> = Vec::new();
        let mut read = |live: &Live| {
            let (now, before) = (rank(&live.view), place.rank);
            if place.is_ahead_of(&live.view) {
                return;
            }
            let anew = place.is_of_another(&live.view);
            if anew {
                (place.text, place.reasoning) = (0, 0);
            }
            place.settle(live);
            place.rank = steps(&live.view);
            if anew || (now != ENDED && now != before) {
                let data = Changed {
                    execution: &live.view,
                };
                events.push(("changed", json(&data), place));
            }
            if let Some(piece) = rest(&live.reasoning, &mut place.reasoning) {
                events.push(("reasoning", json(&Piece::of(id, piece)), place));
            }
            if let Some(piece) = rest(&live.output, &mut place.text) {
                events.push(("text", json(&Piece::of(id, piece)), place));
            }
            if now == ENDED
                && place.text == live.output.len()
                && place.reasoning == live.reasoning.len()
            {
                place.rank = ENDED;
                let data = Changed {
                    execution: &live.view,
                };
                events.push(("done", json(&data), place));
            }
        };
        match &track.source {
            Source::Here(cell) => read(&cell.live()),
            Source::Stored(live) => read(live),
        }
        for (name, data, place) in events {
            if let Some(track) = self.tracks.get_mut(at) {
                track.place = place;
            }
            self.write(out, name, &data);
        }
    }

    fn event(&self, out: &mut String, name: &str, data: &impl Serialize) {
        self.write(out, name, &json(data));
    }

    fn write(&self, out: &mut String, name: &str, data: &str) {
        use std::fmt::Write;
        out.push_str("id: ");
        for (at, track) in self.tracks.iter().enumerate() {
            let Place {
                text,
                reasoning,
                rank,
            } = track.place;
            let dash = if at == 0 { "" } else { "-" };
            let _ = write!(out, "{dash}{text}.{reasoning}.{rank}");
        }
        let _ = write!(out, "\nevent: {name}\ndata: {data}\n\n");
    }
}

fn json(data: &impl Serialize) -> String {
    serde_json::to_string(data).unwrap_or_default()
}

#[derive(Serialize)]
struct Changed<'a> {
    execution: &'a ExecutionView,
}

#[derive(Serialize)]
struct Piece<'a> {
    execution: ExecutionId,
    text: &'a str,
}

impl<'a> Piece<'a> {
    fn of(execution: ExecutionId, text: &'a str) -> Self {
        Self { execution, text }
    }
}
