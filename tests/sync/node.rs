//! One library in a simulated browser: the driver around the real client machine. Not the machine, and not the network: it says what to send.

use crate::bug::Bug;
use crate::disk::{Disk, QuotaExceeded};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::hlc::Hlc;
use krowoc_shared::ids::{DocId, Millis, SpaceId};
use krowoc_shared::sync::client::{
    self, ClientState, Commit, Edit, Env, Failure, Local, OutboxRow, Phase, RowState, Step, view_of,
};
use krowoc_shared::sync::wire::{PullReply, PullRequest, PushReply, PushRequest, SpaceState};
use krowoc_tests::rng::Rng;

/// What goes to the server.
#[derive(Clone, Debug)]
pub enum Request {
    /// Where the space stands.
    Spaces,
    /// Edits.
    Push(PushRequest),
    /// A page of changes.
    Pull(PullRequest),
}

/// What comes back.
#[derive(Clone, Debug)]
pub enum Reply {
    /// To `Spaces`.
    Spaces(Result<Vec<SpaceState>, Failure>),
    /// To `Push`.
    Push(Result<PushReply, Failure>),
    /// To `Pull`.
    Pull(Result<PullReply, Failure>),
}

impl Request {
    /// The answer of this request's kind that is a failure.
    pub fn failed(&self, failure: Failure) -> Reply {
        match self {
            Self::Spaces => Reply::Spaces(Err(failure)),
            Self::Push(_) => Reply::Push(Err(failure)),
            Self::Pull(_) => Reply::Pull(Err(failure)),
        }
    }
}

/// What the driver wants after a step.
pub enum Next {
    /// Send this, then wait for the answer.
    Send(Request),
    /// Look again at once.
    Again,
    /// Look again at this wall time.
    Until(Millis),
    /// Power was lost in the middle of a step.
    Crash,
}

/// A text that a person has open in an editor.
#[derive(Clone)]
pub struct Editor {
    /// Its document.
    pub id: DocId,
    /// The text that was shown when it was opened.
    pub seen: String,
    /// The body revision that was shown.
    pub rev: u64,
}

/// One library in one browser.
pub struct Node {
    /// Its number.
    pub number: usize,
    /// The browser: libraries in the same one share its clock, its network and its power.
    pub browser: usize,
    /// Which library, by the number of its shelf.
    pub shelf: usize,
    /// The database is there: of a team's library, once the browser was told of the team.
    pub open: bool,
    /// Its disk.
    pub disk: Disk,
    /// Wall clock minus true time, in milliseconds.
    pub offset: Millis,
    /// False while the network is away.
    pub online: bool,
    /// Counts restarts: an answer to a process that died reaches nobody.
    pub life: u32,
    /// Number of the request that is being waited for.
    pub flight: Option<u64>,
    /// A text that somebody is editing.
    pub editor: Option<Editor>,
    /// Percent of durable steps after which power is lost.
    pub crashes: u64,
    bug: Option<Bug>,
}

impl Node {
    /// A library with an empty disk, connected to the server. `team`: it is a team's, and not there yet.
    pub fn new(
        number: usize,
        (browser, shelf): (usize, usize),
        team: bool,
        bug: Option<Bug>,
    ) -> Self {
        let mut state = ClientState::new(u32::try_from(number).unwrap_or(0) + 1);
        state.connect(None);
        Self {
            number,
            browser,
            shelf,
            open: !team,
            disk: Disk::new(state),
            offset: 0,
            online: true,
            life: 0,
            flight: None,
            editor: None,
            crashes: 0,
            bug,
        }
    }

    /// The browser was told which spaces its person is in; this library is not the one that asked.
    pub fn told(&mut self, space: SpaceId, spaces: &[SpaceState]) -> Result<(), QuotaExceeded> {
        let listed = spaces.iter().find(|it| it.team && it.space == space);
        match (self.open, listed) {
            (false, Some(listed)) => {
                let node = u32::try_from(self.number).unwrap_or(0) + 1;
                let mut state = ClientState::of_team(node, space, listed.role);
                state.connect(None);
                self.disk.write(Commit::of(state))?;
                self.open = true;
                Ok(())
            }
            (false, None) => Ok(()),
            (true, _) => {
                let commit = client::on_membership(self.disk.state(), spaces);
                self.disk.write(commit)
            }
        }
    }

    /// A person sends again what their role did not allow; gives the document.
    pub fn retry(&mut self, now: Millis, rng: &mut Rng) -> Option<DocId> {
        let rows: Vec<&OutboxRow> = self
            .disk
            .rows()
            .values()
            .filter(|row| of_role(row))
            .collect();
        let row = *rng.pick(&rows)?;
        let (seq, id) = (row.seq, row.op.doc_id);
        let mut random = || rng.bytes();
        let mut env = Env {
            now: self.wall(now),
            random: &mut random,
        };
        let loaded = self.disk.load(&[id]);
        let commit = client::retry(self.disk.state(), loaded, seq, None, &mut env).ok()?;
        self.disk.write(commit).ok()?;
        Some(id)
    }

    /// The wall clock.
    pub fn wall(&self, now: Millis) -> Millis {
        now + self.offset
    }

    /// Records an edit; true when the person is told "Saved".
    pub fn record(&mut self, edit: Edit, now: Millis) -> Result<bool, QuotaExceeded> {
        let id = edit.op.doc_id;
        let wall = self.wall(now);
        let Ok(mut commit) = client::record(self.disk.state(), self.disk.load(&[id]), edit, wall)
        else {
            return Ok(false);
        };
        match self.bug {
            Some(Bug::WallClock) => {
                restamp(&mut commit, wall);
                self.show(&mut commit);
            }
            Some(Bug::RowLww) => {
                carry_row(&mut commit);
                self.show(&mut commit);
            }
            _ => {}
        }
        if self.bug == Some(Bug::RelaxedOutbox) {
            self.disk.write_relaxed(commit)?;
        } else {
            self.disk.write(commit)?;
        }
        Ok(true)
    }

    /// Makes the views of a commit fit its rows again, after a planted mistake changed those.
    fn show(&self, commit: &mut Commit) {
        for local in &mut commit.put_locals {
            let mut rows: Vec<OutboxRow> = self.disk.load(&[local.view.id]).rows;
            rows.retain(|row| !commit.drop_rows.contains(&row.seq));
            rows.retain(|row| commit.put_rows.iter().all(|new| new.seq != row.seq));
            let id = local.view.id;
            rows.extend(
                commit
                    .put_rows
                    .iter()
                    .filter(|row| row.op.doc_id == id)
                    .cloned(),
            );
            rows.sort_by_key(|row| row.seq);
            let rows: Vec<&OutboxRow> = rows.iter().collect();
            let base = local.shadow().cloned();
            if let Some(view) = view_of(base.as_ref(), &rows) {
                local.view = view;
            }
            local.dirty = !rows.is_empty();
            local.base = base.filter(|_| local.dirty);
        }
    }

    /// One step of the machine.
    pub fn step(&mut self, now: Millis, rng: &mut Rng) -> Result<Next, QuotaExceeded> {
        let wall = self.wall(now);
        match client::plan(self.disk.state(), &self.disk.waiting(), wall) {
            Step::Spaces => Ok(Next::Send(Request::Spaces)),
            Step::Pull(request) => Ok(Next::Send(Request::Pull(request))),
            Step::Push { mark, request } => {
                self.disk.write(mark)?;
                if self.bug == Some(Bug::DropOnSend) {
                    self.drop_sent(&request)?;
                }
                if rng.chance(self.crashes) {
                    return Ok(Next::Crash);
                }
                Ok(Next::Send(Request::Push(request)))
            }
            Step::Sweep { before, limit } => {
                let unmet = self
                    .disk
                    .locals()
                    .values()
                    .filter(|local| local.read < before);
                let ids: Vec<DocId> = unmet.take(limit).map(|local| local.view.id).collect();
                let mut random = || rng.bytes();
                let mut env = Env {
                    now: wall,
                    random: &mut random,
                };
                let commit = client::on_sweep(self.disk.state(), self.disk.load(&ids), &mut env);
                self.disk.write(commit)?;
                Ok(if rng.chance(self.crashes) {
                    Next::Crash
                } else {
                    Next::Again
                })
            }
            Step::Leave => {
                let ids: Vec<DocId> = self.disk.locals().keys().copied().collect();
                let edited: Vec<DocId> =
                    self.disk.rows().values().map(|row| row.op.doc_id).collect();
                let mut commit = client::on_leave(self.disk.state(), &ids, self.disk.load(&edited));
                match self.bug {
                    Some(Bug::KeepTeam) => commit.drop_locals.clear(),
                    Some(Bug::DropUntaken) => {
                        commit = Commit::of(commit.state);
                        commit.drop_rows = self.disk.rows().keys().copied().collect();
                        commit.drop_locals = ids;
                    }
                    _ => {}
                }
                self.disk.write(commit)?;
                Ok(if rng.chance(self.crashes) {
                    Next::Crash
                } else {
                    Next::Again
                })
            }
            Step::WaitUntil(at) => Ok(Next::Until(at)),
            Step::Idle if self.disk.state().phase == Phase::Gone => Ok(Next::Until(wall + 60_000)),
            step @ (Step::Halted(_) | Step::Idle) => panic!("a connected client stops: {step:?}"),
        }
    }

    /// Takes an answer; `Again` or `Crash`.
    pub fn take(
        &mut self,
        request: &Request,
        reply: Reply,
        now: Millis,
        rng: &mut Rng,
    ) -> Result<Next, QuotaExceeded> {
        let mut dice = rng.clone();
        let mut random = || rng.bytes();
        let mut env = Env {
            now: self.wall(now),
            random: &mut random,
        };
        let state = self.disk.state();
        let mut commit = match (request, reply) {
            (Request::Spaces, Reply::Spaces(reply)) => client::on_spaces(state, reply, &mut env),
            (Request::Push(request), Reply::Push(reply)) => {
                let loaded = self.disk.load(&client::needed_by_push(request, &reply));
                client::on_push(state, request, loaded, reply, &mut env)
            }
            (Request::Pull(request), Reply::Pull(reply)) => {
                let loaded = self.disk.load(&client::needed_by_pull(&reply));
                client::on_pull(state, request, loaded, reply, &mut env)
            }
            _ => panic!("an answer of another kind"),
        };
        let pulled = matches!(request, Request::Pull(_));
        if pulled && self.bug == Some(Bug::ClobberDirty) {
            self.clobber(&mut commit);
        }
        if pulled && self.bug == Some(Bug::CursorFirst) {
            self.disk.write(Commit::of(commit.state.clone()))?;
            if dice.chance(self.crashes) {
                return Ok(Next::Crash);
            }
        }
        self.disk.write(commit)?;
        Ok(if rng.chance(self.crashes) {
            Next::Crash
        } else {
            Next::Again
        })
    }

    /// A live hint.
    pub fn hint(&mut self, seq: u64) -> Result<(), QuotaExceeded> {
        let mut state = self.disk.state().clone();
        state.hint(seq);
        self.disk.write(Commit::of(state))
    }

    /// An alarm, a page that is opened, the network that is back.
    pub fn wake(&mut self, now: Millis) -> Result<(), QuotaExceeded> {
        let mut state = self.disk.state().clone();
        state.wake(self.wall(now));
        self.disk.write(Commit::of(state))
    }

    /// Power is lost: the process and everything in memory is gone.
    pub fn lose_power(&mut self) {
        self.disk.lose_power();
        self.life += 1;
        self.flight = None;
        self.editor = None;
    }

    /// The planted deletion on sending: nothing is known of the edits any more but what is shown.
    fn drop_sent(&mut self, request: &PushRequest) -> Result<(), QuotaExceeded> {
        let sent = |row: &&OutboxRow| request.ops.iter().any(|op| op.op_id == row.op.op_id);
        let rows: Vec<OutboxRow> = self.disk.rows().values().filter(sent).cloned().collect();
        let mut commit = Commit::of(self.disk.state().clone());
        commit.drop_rows = rows.iter().map(|row| row.seq).collect();
        for op in &request.ops {
            if let Some(local) = self.disk.locals().get(&op.doc_id) {
                let base = Some(local.view.clone());
                let dirty = true;
                commit.put_locals.push(Local {
                    base,
                    dirty,
                    ..local.clone()
                });
            }
        }
        self.show(&mut commit);
        self.disk.write(commit)
    }

    /// The planted overwriting: what a page brings replaces what waits.
    fn clobber(&self, commit: &mut Commit) {
        for local in &mut commit.put_locals {
            if let (true, Some(base)) = (local.dirty, local.base.take()) {
                local.view = base;
                local.dirty = false;
                let id = local.view.id;
                let rows = self.disk.load(&[id]).rows;
                commit.drop_rows.extend(rows.iter().map(|row| row.seq));
                commit.put_rows.retain(|row| row.op.doc_id != id);
            }
        }
    }
}

/// Refused because of the role, or of none.
pub fn of_role(row: &OutboxRow) -> bool {
    matches!(&row.state, RowState::Rejected(violation) if violation.code == ErrorCode::RoleTooLow)
}

fn restamp(commit: &mut Commit, wall: Millis) {
    for row in &mut commit.put_rows {
        row.op.hlc = Hlc {
            at: wall,
            count: 0,
            node: row.op.hlc.node,
        };
    }
}

/// The planted whole-row edit: every field that is shown goes along under the new stamp.
fn carry_row(commit: &mut Commit) {
    for row in &mut commit.put_rows {
        let view = commit
            .put_locals
            .iter()
            .find(|local| local.view.id == row.op.doc_id);
        let Some(view) = view.map(|local| &local.view) else {
            continue;
        };
        for (field, register) in &view.fields {
            row.op
                .set
                .entry(*field)
                .or_insert_with(|| register.value.clone());
        }
    }
}
