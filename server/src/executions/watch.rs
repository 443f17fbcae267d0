//! Executions as such, as server-sent events: that they begin, and that they have ended. Not what they answer: that is the stream of a run;
//! and not the stream's own end: that is `web::lasting`.
//!
//! Those of this process are told at once. Those of other processes on the same PostgreSQL are looked for: once a second while one is under
//! way, else every five.

use super::board::Seat;
use super::news::Told;
use crate::app::AppState;
use crate::store::execution_news::{self, Whose};
use crate::store::{Conn, StoreError};
use crate::web::actor::Executions;
use crate::web::guard::{self, SpaceQuery};
use crate::web::lasting::{self, Beat, Due, LIVES, Lasting};
use crate::web::routes::Routes;
use crate::web::{May, Reply};
use actix_web::web::{Bytes, Data, Query};
use actix_web::{HttpResponse, get};
use futures_util::stream;
use krowoc_shared::access::Action;
use krowoc_shared::error::Problem;
use krowoc_shared::execution::wire::ExecutionView;
use krowoc_shared::ids::{ExecutionId, Millis};
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// Ticks between two looks for what happens elsewhere while nothing is under way.
const QUIET: u32 = 5;
/// How far the clocks of two servers may differ: what began so long ago is still looked for.
const SKEW: Millis = 60_000;

/// Its route.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(execution_events);
}

/// Executions as they begin and as they have ended: an event `execution` with each, whose state says which. One's own, whatever they run; with
/// `space`, those of the prompts of a team, for who may see its figures.
///
/// One that begins and ends on another server within five seconds may be told once, when it has ended. A comment follows every 15 seconds. The
/// stream ends with the access token, and when the caller's place in the team changes; connect again, and read the history for what was missed.
#[utoipa::path(
    tag = "executions",
    security(("session" = []), ("device" = []), ("token" = ["executions"])),
    params(SpaceQuery),
    responses(
        (status = 200, description = "Events.", body = ExecutionView, content_type = "text/event-stream"),
        (status = 403, description = "role_too_low: of a team; missing_scope, or forbidden for a program", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited: too many streams of one account", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/executions/events")]
async fn execution_events(
    state: Data<AppState>,
    actor: May<Executions>,
    query: Query<SpaceQuery>,
) -> Reply<HttpResponse> {
    let membership = actor.membership(query.space)?;
    let whose = match membership.team {
        true => {
            // As the figures are: for people.
            actor.session()?;
            guard::check(membership.role, Action::SeeFigures)?;
            Whose::Team(membership.space)
        }
        false => Whose::Own(actor.user),
    };
    let seat = state.executions.watch(actor.user);
    let seat = seat.ok_or_else(lasting::too_many)?;
    // Before what is there is read: what begins in between is known twice rather than never.
    let (news, events) = (state.executions.news().listen(), state.store.events());
    let lasting = Lasting::new(state, actor.actor(), membership.team, events);
    let mut stream = Stream::new(lasting, whose, seat, news);
    for view in stream.recent().await? {
        stream.known.insert(view.id, view.state.is_final());
    }
    Ok(lasting::events().streaming(stream.bytes()))
}

/// A stream under way.
struct Stream {
    lasting: Lasting,
    whose: Whose,
    _seat: Seat,
    news: Receiver<Told>,
    /// What was told, or was there before, and whether it had ended.
    known: BTreeMap<ExecutionId, bool>,
    waiting: VecDeque<Bytes>,
    /// Ticks since it looked for what happens elsewhere.
    unseen: u32,
}

enum Next {
    Look,
    Nothing,
    End,
}

impl Stream {
    fn new(lasting: Lasting, whose: Whose, seat: Seat, news: Receiver<Told>) -> Self {
        Self {
            lasting,
            whose,
            _seat: seat,
            news,
            known: BTreeMap::new(),
            // It is heard from now on.
            waiting: VecDeque::from([Bytes::from_static(LIVES)]),
            unseen: 0,
        }
    }

    fn bytes(self) -> impl stream::Stream<Item = Result<Bytes, Infallible>> {
        stream::unfold(self, |mut stream| async move {
            loop {
                if let Some(bytes) = stream.waiting.pop_front() {
                    return Some((Ok(bytes), stream));
                }
                match stream.next().await {
                    Next::Nothing => {}
                    Next::Look => stream.look().await,
                    Next::End => return None,
                }
            }
        })
    }

    async fn next(&mut self) -> Next {
        tokio::select! {
            told = self.news.recv() => match told {
                Ok(told) => {
                    if self.concerns(&told) {
                        self.tell(&told.view);
                    }
                    Next::Nothing
                }
                // What was lost is in the history: the client begins anew.
                Err(RecvError::Lagged(_) | RecvError::Closed) => Next::End,
            },
            beat = self.lasting.next() => match beat {
                Beat::Event(_) => Next::Nothing,
                Beat::Tick => self.ticked().await,
                // It reads no events: what was lost may have been the end of its access.
                Beat::Lost => match self.lasting.due(Beat::Lost).await {
                    Due::End => Next::End,
                    Due::Nothing | Due::Comment => Next::Nothing,
                },
                Beat::End => Next::End,
            },
        }
    }

    fn concerns(&self, told: &Told) -> bool {
        match self.whose {
            Whose::Own(user) => told.user == user,
            Whose::Team(space) => told.view.team == Some(space),
        }
    }

    /// Tells of an execution, unless as much was told of it.
    fn tell(&mut self, view: &ExecutionView) {
        let ended = view.state.is_final();
        match self.known.insert(view.id, ended) {
            // Its end may be told by another task than its beginning, and before it.
            Some(true) => {
                self.known.insert(view.id, true);
            }
            Some(false) if !ended => {}
            _ => {
                let data = serde_json::to_string(view).unwrap_or_default();
                let text = format!("event: execution\ndata: {data}\n\n");
                self.waiting.push_back(text.into());
            }
        }
    }

    /// The first id that is not long ago.
    fn edge(&self) -> ExecutionId {
        ExecutionId::mint(self.lasting.state().now().saturating_sub(SKEW), [0; 10])
    }

    async fn recent(&self) -> Result<Vec<ExecutionView>, StoreError> {
        let (whose, edge) = (self.whose, self.edge());
        let store = &self.lasting.state().store;
        store
            .read(move |conn: &mut Conn| execution_news::since(conn, whose, edge))
            .await
    }

    async fn ticked(&mut self) -> Next {
        match self.lasting.ticked().await {
            Due::End => return Next::End,
            Due::Comment => {
                self.waiting.push_back(Bytes::from_static(LIVES));
                let edge = self.edge();
                self.known.retain(|id, ended| !*ended || *id > edge);
            }
            Due::Nothing => {}
        }
        match self.is_due() {
            true => Next::Look,
            false => Next::Nothing,
        }
    }

    /// Whether to look for what happens elsewhere.
    fn is_due(&mut self) -> bool {
        self.unseen = self.unseen.saturating_add(1);
        let is_quiet = self.known.values().all(|ended| *ended);
        let due = self.lasting.is_shared() && (!is_quiet || self.unseen >= QUIET);
        if due {
            self.unseen = 0;
        }
        due
    }

    /// Looks for what other processes began and ended.
    async fn look(&mut self) {
        let open = self.known.iter().filter(|(_, ended)| !**ended);
        let open: Vec<ExecutionId> = open.map(|(id, _)| *id).collect();
        let (whose, edge) = (self.whose, self.edge());
        let store = &self.lasting.state().store;
        let read = store.read(move |conn: &mut Conn| -> Result<_, StoreError> {
            let recent = execution_news::since(conn, whose, edge)?;
            let ended = execution_news::ended(conn, whose, &open)?;
            Ok((recent, ended))
        });
        match read.await {
            Ok((recent, ended)) => {
                // The oldest first, as they began.
                recent
                    .iter()
                    .rev()
                    .chain(&ended)
                    .for_each(|view| self.tell(view));
            }
            Err(error) => {
                tracing::warn!(%error, "other processes' executions were not looked for");
            }
        }
    }
}
