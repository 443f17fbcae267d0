//! A run from its beginning to its end: started, followed through every break of the connection, stopped, come back to. Not what its
//! events mean: that is `model::run`.

use super::desk::{Desk, Load};
use crate::browser::{self, Opening, Stream};
use crate::messages::{Request, RunDoor};
use crate::model::run::{Kept, Reader, Run, kept_name, request, wait};
use crate::page::{ask, failure, mint_op, t};
use gloo_timers::future::TimeoutFuture;
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{DocId, GroupId};
use std::collections::BTreeMap;
use wasm_bindgen_futures::spawn_local;

/// Breaks in a row after which the page says that it cannot follow any more. The run itself goes on.
const BREAKS: u32 = 8;

/// How a run is begun: its request, and a key that makes a request which arrives twice one run.
struct Asked {
    body: String,
    key: String,
}

impl Desk {
    /// Runs it, when everything is filled in.
    pub(super) fn start(self) {
        let Load::Ready(form) = self.form.now() else {
            return;
        };
        if self.busy.now() || form.error.is_some() {
            return;
        }
        match self.filled.peek(|filled| request(&form, filled)) {
            Err(wrong) => self.refuse(&form, wrong),
            Ok(request) => {
                let Ok(body) = serde_json::to_string(&request) else {
                    return;
                };
                self.wrong.set(BTreeMap::new());
                self.saved.set(None);
                self.spoken.set(t("runBegun"));
                let key = mint_op().to_string();
                self.go(Run::default(), Some(Asked { body, key }));
            }
        }
    }

    /// Comes back to the run of a prompt that this page, or one before it, began: what it has said so far comes anew, then the rest.
    pub(super) async fn resume(self, doc: DocId) {
        let Ok(Some(text)) = browser::session::recall(&kept_name(doc)).await else {
            return;
        };
        let Ok(kept) = serde_json::from_str::<Kept>(&text) else {
            return;
        };
        let untouched = self.filled.peek(|filled| filled.values.is_empty());
        if self.doc.now() != Some(doc) || self.busy.now() || !untouched {
            return;
        }
        self.filled.set(kept.filled);
        self.go(Run::of(kept.group), None);
    }

    fn go(self, run: Run, asked: Option<Asked>) {
        self.let_go();
        self.run.set(run);
        self.busy.set(true);
        let turn = self.turn.now();
        spawn_local(async move { self.follow(turn, asked).await });
    }

    /// Stops the run on the server, the call to the provider with it.
    pub(super) fn stop(self) {
        self.stopping.set(true);
        if let Some(group) = self.run.peek(|run| run.group) {
            self.cancel(group);
        }
    }

    fn cancel(self, group: GroupId) {
        spawn_local(async move {
            if let Err(reason) = ask::<()>(&Request::RunCancel { group }).await {
                self.stopping.set(false);
                self.spoken.set(failure(&reason));
            }
        });
    }

    /// Lets go of the stream; the run on the server goes on.
    pub(super) fn let_go(self) {
        self.turn.update(|turn| *turn = turn.wrapping_add(1));
        if let Some(stream) = self.stream.now() {
            stream.close();
        }
        self.stream.set(None);
        self.busy.set(false);
        self.broken.set(false);
        self.stopping.set(false);
    }

    /// Follows a run to its end, through every break of the connection.
    async fn follow(self, turn: u32, asked: Option<Asked>) {
        let mut breaks = 0;
        while self.is(turn) && !self.ended() {
            match self.read_once(turn, asked.as_ref()).await {
                Ok(true) => breaks = 0,
                Ok(false) => breaks += 1,
                Err(problem) if self.is(turn) => {
                    // A run that is kept here and not on the server was another account's, or is gone: there is nothing to show.
                    if asked.is_none() && problem.code == ErrorCode::NotFound {
                        self.run.set(Run::default());
                        self.busy.set(false);
                        return;
                    }
                    self.give_up(*problem);
                }
                Err(_) => return,
            }
            if !self.is(turn) || self.ended() {
                break;
            }
            if self.stopping.now() && self.run.peek(|run| run.group.is_none()) {
                // The server was not reached: there is nothing to stop but the attempts.
                self.let_go();
                self.run.set(Run::default());
                break;
            }
            if breaks > BREAKS {
                self.give_up(*said(ErrorCode::Unavailable, &t("runLost")));
                break;
            }
            self.broken.set(true);
            TimeoutFuture::new(wait(breaks)).await;
        }
        if self.is(turn) {
            self.busy.set(false);
            self.broken.set(false);
            self.spoken.set(t("runEnded"));
        }
    }

    /// Whose prompt it is, as the address says it.
    fn whose(self) -> String {
        let space = self.form.peek(|form| match form {
            Load::Ready(form) => form.space,
            _ => None,
        });
        space.map_or_else(String::new, |space| format!("?space={space}"))
    }

    fn is(self, turn: u32) -> bool {
        self.turn.now() == turn
    }

    fn ended(self) -> bool {
        self.run.peek(|run| run.ended)
    }

    fn give_up(self, problem: Problem) {
        self.run.update(|run| {
            run.problem = Some(problem);
            run.ended = true;
        });
    }

    /// One stream; true when anything came. The problem when there is no sense in another.
    async fn read_once(self, turn: u32, asked: Option<&Asked>) -> Result<bool, Box<Problem>> {
        let door = match ask::<RunDoor>(&Request::RunDoor).await {
            Ok(door) => door,
            Err(reason) => return Err(said(ErrorCode::Unavailable, &failure(&reason))),
        };
        let (group, after) = self.run.peek(|run| (run.group, run.last_id.clone()));
        let url = match group {
            Some(group) => format!("{}/api/v1/executions/groups/{group}/events", door.server),
            None => format!("{}/api/v1/executions{}", door.server, self.whose()),
        };
        let asked = asked.filter(|_| group.is_none());
        let opening = Opening {
            url: &url,
            token: &door.token,
            after: &after,
            body: asked.map(|asked| asked.body.as_str()),
            key: asked.map_or("", |asked| &asked.key),
        };
        let stream = match opening.open().await {
            Ok(Ok(stream)) => stream,
            Ok(Err((status, text))) => return refused(status, &text),
            Err(_) => return Ok(false),
        };
        if !self.is(turn) {
            stream.close();
            return Ok(false);
        }
        self.stream.set(Some(stream.clone()));
        self.broken.set(false);
        let heard = self.listen(turn, &stream).await;
        stream.close();
        Ok(heard)
    }

    async fn listen(self, turn: u32, stream: &Stream) -> bool {
        let mut reader = Reader::default();
        let mut heard = false;
        while let Some(bytes) = stream.next().await {
            if !self.is(turn) {
                break;
            }
            heard = true;
            let mut followed = true;
            let before = self.run.peek(|run| run.group);
            self.run.update(|run| followed = reader.read(&bytes, run));
            if let (None, Some(group)) = (before, self.run.peek(|run| run.group)) {
                self.known(group);
            }
            if !followed || self.ended() {
                break;
            }
        }
        heard
    }

    /// The server has the run: it can be come back to, and stopped.
    fn known(self, group: GroupId) {
        if self.stopping.now() {
            self.cancel(group);
        }
        let Some(doc) = self.doc.now() else {
            return;
        };
        let kept = Kept {
            group,
            filled: self.filled.now(),
        };
        spawn_local(async move {
            if let Ok(text) = serde_json::to_string(&kept) {
                // Without it the answer is on the dashboard alone once this page is closed.
                let _ = browser::session::keep(&kept_name(doc), &text).await;
            }
        });
    }
}

fn said(code: ErrorCode, detail: &str) -> Box<Problem> {
    Box::new(Problem {
        detail: Some(detail.to_owned()),
        ..Problem::new(code)
    })
}

/// What a refusal means: another attempt, or the end with the server's own words.
fn refused(status: u16, text: &str) -> Result<bool, Box<Problem>> {
    // A token that ran out meanwhile is renewed by the next attempt; a server that is busy is asked again.
    if matches!(status, 401 | 502 | 503 | 504) {
        return Ok(false);
    }
    let problem = serde_json::from_str(text).ok();
    Err(problem
        .map(Box::new)
        .unwrap_or_else(|| said(ErrorCode::Internal, &format!("HTTP {status}"))))
}
