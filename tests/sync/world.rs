//! The world that everything runs in: one queue of events in the order of simulated time. Not real time, and no threads:
//! the same seed gives the same run.

use crate::bug::Bug;
use crate::node::{Next, Node, Reply, Request};
use crate::oracle::Broken;
use crate::people;
use crate::shelf::Shelf;
use krowoc_shared::access::Role;
use krowoc_shared::hlc::MAX_AHEAD;
use krowoc_shared::ids::{DocId, Millis, OpId};
use krowoc_shared::library::document::Kind;
use krowoc_shared::sync::client::Phase;
use krowoc_tests::rng::Rng;
use std::collections::BTreeMap;

mod net;
mod script;

const START: Millis = 1_700_000_000_000;
const DAY: Millis = 86_400_000;
const MINUTE: Millis = 60_000;
const TIMEOUT: Millis = 30_000;
/// More events than this without coming to rest means that it never will.
const MOST_EVENTS: u64 = 40_000;

/// Something that happens at a time.
#[derive(Clone, Debug)]
enum Event {
    Act(usize),
    Tick(usize),
    Arrive {
        client: usize,
        life: u32,
        flight: u64,
        request: Request,
    },
    Answer {
        client: usize,
        life: u32,
        flight: u64,
        request: Request,
        reply: Box<Reply>,
    },
    PowerLoss(usize),
    Link(usize, bool),
    Clock(usize, Millis),
    Quota(usize, bool),
    Server(bool),
    Hint(usize, u64),
    Backup(usize),
    Restore(usize),
    Purge(usize),
    Publish(usize),
    DropTombstones(usize),
    /// An account becomes something else in a team, or is taken out of it.
    Role(usize, usize, Option<Role>),
}

/// What a network and a server do to messages, in percent.
#[derive(Clone, Copy, Default)]
struct Faults {
    drop: u64,
    duplicate: u64,
    late: u64,
    error: u64,
    server_crash: u64,
}

/// How a run went.
pub struct Report {
    /// A hash over every event: equal for equal seeds.
    pub trace: u64,
    /// Events.
    pub events: u64,
    /// The first broken invariant.
    pub broken: Option<Broken>,
    /// Every event in words, when asked for.
    pub log: Vec<String>,
}

/// Runs one seed; `tell` keeps the events in words.
pub fn run(seed: u64, bug: Option<Bug>, tell: bool) -> Report {
    let mut world = World::new(seed, bug);
    world.tell = tell;
    let broken = world.play().err();
    Report {
        trace: world.trace,
        events: world.number,
        broken,
        log: world.log,
    }
}

struct World {
    now: Millis,
    end: Millis,
    queue: BTreeMap<(Millis, u64), Event>,
    number: u64,
    scheduled: u64,
    flights: u64,
    rng: Rng,
    shelves: Vec<Shelf>,
    /// The account of each browser.
    accounts: Vec<usize>,
    server_up: bool,
    nodes: Vec<Node>,
    ticks: Vec<Millis>,
    faults: Faults,
    poison: bool,
    bug: Option<Bug>,
    trace: u64,
    tell: bool,
    log: Vec<String>,
}

impl World {
    /// First everything goes wrong, then nothing does, and all must come to rest.
    fn play(&mut self) -> Result<(), Broken> {
        while self
            .queue
            .first_key_value()
            .is_some_and(|((time, _), _)| *time <= self.end)
        {
            if let Some(((time, _), event)) = self.queue.pop_first() {
                self.happen(time, event)?;
            }
        }
        self.calm();
        let limit = self.number + MOST_EVENTS;
        while !self.at_rest() {
            let Some(((time, _), event)) = self.queue.pop_first() else {
                return Err("nothing more happens, and the clients are not at rest".into());
            };
            self.happen(time, event)?;
            if self.number > limit {
                return Err(format!("no rest: {}", self.picture()));
            }
        }
        for (number, shelf) in self.shelves.iter().enumerate() {
            let here = self
                .nodes
                .iter()
                .filter(|node| node.shelf == number && node.open);
            let here: Vec<(&Node, bool)> = here.map(|node| (node, self.is_member(node))).collect();
            shelf.check(&here)?;
        }
        Ok(())
    }

    fn picture(&self) -> String {
        let of = |node: &Node| {
            let state = node.disk.state();
            let rows = node.disk.rows().values();
            let rows: Vec<_> = rows
                .map(|row| (row.seq, row.attempts, &row.state, &row.ack, &row.last_error))
                .collect();
            format!(
                "client {}: {:?} cursor {} of {}, mismatches {}, outbox {rows:?}",
                node.number,
                state.phase,
                state.cursor,
                self.shelves[node.shelf].store.rows.seq,
                state.mismatches
            )
        };
        self.nodes.iter().map(of).collect::<Vec<_>>().join("; ")
    }

    /// Every fault ends; late messages may still arrive.
    fn calm(&mut self) {
        self.faults = Faults::default();
        self.server_up = true;
        for client in 0..self.nodes.len() {
            let node = &mut self.nodes[client];
            node.online = true;
            node.crashes = 0;
            node.disk.full = false;
            node.editor = None;
            if node.open {
                let _ = node.wake(self.now);
            }
            self.tick(client, self.now + 1);
        }
        self.queue.retain(|_, event| {
            matches!(
                event,
                Event::Tick(_) | Event::Arrive { .. } | Event::Answer { .. } | Event::Hint(..)
            )
        });
    }

    fn at_rest(&self) -> bool {
        let messages = self
            .queue
            .values()
            .any(|event| !matches!(event, Event::Tick(_)));
        !messages
            && self.nodes.iter().all(|node| {
                let state = node.disk.state();
                if !self.is_member(node) {
                    return !node.open || state.phase == Phase::Gone;
                }
                let documents = self.shelves[node.shelf].store.rows.documents.values();
                let newest = documents.map(|document| document.rev).max().unwrap_or(0);
                let poisoned = |id| {
                    node.disk
                        .locals()
                        .get(id)
                        .is_some_and(|local| people::is_poison(&local.view))
                };
                let waits = node
                    .disk
                    .waiting()
                    .iter()
                    .any(|row| !(row.isolated && poisoned(&row.op.doc_id)));
                let acked = node.disk.rows().values().any(|row| row.ack.is_some());
                node.open
                    && !waits
                    && !acked
                    && state.phase == Phase::Steady
                    && state.cursor >= newest
                    && state.pull_at > node.wall(self.now)
                    && node.flight.is_none()
            })
    }

    fn is_member(&self, node: &Node) -> bool {
        let account = self.accounts[node.browser];
        self.shelves[node.shelf].roles.contains_key(&account)
    }

    /// What must hold of a library between any two steps.
    fn check(&self, client: usize) -> Result<(), Broken> {
        let node = &self.nodes[client];
        self.shelves[node.shelf].oracle.check_views(node)
    }

    /// Every library of a browser.
    fn of_browser(&self, browser: usize) -> Vec<usize> {
        let all = 0..self.nodes.len();
        all.filter(|number| self.nodes[*number].browser == browser)
            .collect()
    }

    fn happen(&mut self, time: Millis, event: Event) -> Result<(), Broken> {
        self.now = time;
        self.number += 1;
        self.note(time, &event);
        match event {
            Event::Act(client) => return self.act(client),
            Event::Tick(client) => return self.step(client),
            Event::Arrive {
                client,
                life,
                flight,
                request,
            } => self.arrive(client, life, flight, request),
            Event::Answer {
                client,
                life,
                flight,
                request,
                reply,
            } => return self.answer(client, life, flight, &request, *reply),
            Event::PowerLoss(browser) => self.lose_power(browser),
            Event::Link(browser, up) => {
                for client in self.of_browser(browser) {
                    self.nodes[client].online = up;
                    if self.nodes[client].open {
                        let _ = self.nodes[client].wake(self.now);
                    }
                    self.tick(client, self.now + 1);
                }
            }
            Event::Clock(browser, offset) => {
                for client in self.of_browser(browser) {
                    self.nodes[client].offset = offset;
                    let shelf = self.nodes[client].shelf;
                    self.shelves[shelf].oracle.ahead |= offset > MAX_AHEAD;
                }
            }
            Event::Quota(browser, full) => {
                for client in self.of_browser(browser) {
                    self.nodes[client].disk.full = full;
                }
            }
            Event::Server(up) => {
                self.server_up = up;
                if !up {
                    let back = self.now + self.rng.between(1_000, 3 * MINUTE);
                    self.at(back, Event::Server(true));
                }
            }
            Event::Hint(client, seq) => {
                let node = &mut self.nodes[client];
                if node.online && node.open && node.hint(seq).is_ok() {
                    self.tick(client, self.now + 1);
                }
            }
            Event::Role(shelf, account, role) => self.shelves[shelf].set(account, role),
            Event::Backup(_)
            | Event::Restore(_)
            | Event::Purge(_)
            | Event::Publish(_)
            | Event::DropTombstones(_) => {
                self.at_server(&event);
            }
        }
        Ok(())
    }

    /// Somebody does something.
    fn act(&mut self, client: usize) -> Result<(), Broken> {
        let node = &mut self.nodes[client];
        if !node.open {
            return Ok(());
        }
        let oracle = &mut self.shelves[node.shelf].oracle;
        if self.rng.chance(10) {
            let again = node.retry(self.now, &mut self.rng);
            oracle.retried.extend(again);
        }
        let saved = people::act(node, oracle, self.poison, self.now, &mut self.rng);
        let saved = saved.filter(|_| self.tell);
        self.log
            .extend(saved.map(|words| format!("  saved {words}")));
        self.check(client)?;
        let soon = self.now + self.rng.between(0, 50);
        self.tick(client, soon);
        Ok(())
    }

    /// What operators and jobs do to a store.
    fn at_server(&mut self, event: &Event) {
        let (Event::Backup(shelf)
        | Event::Restore(shelf)
        | Event::Purge(shelf)
        | Event::Publish(shelf)
        | Event::DropTombstones(shelf)) = event
        else {
            return;
        };
        let Shelf {
            store,
            oracle,
            backup,
            ..
        } = &mut self.shelves[*shelf];
        match event {
            Event::Backup(_) => *backup = Some(store.rows.clone()),
            Event::Restore(_) => {
                if let Some(backup) = backup {
                    let epoch = format!("e{}", self.number);
                    store.restore(backup, epoch);
                    oracle.restored = true;
                }
            }
            Event::Purge(_) => {
                let purged = store.purge();
                oracle.purged.extend(purged);
            }
            Event::Publish(_) => {
                let prompts = store.rows.documents.values();
                let prompts = prompts.filter(|it| it.kind == Kind::Prompt && !it.purged);
                let ids: Vec<DocId> = prompts.map(|it| it.id).collect();
                if let Some(id) = self.rng.pick(&ids) {
                    let op_id = OpId::mint(self.now, self.rng.bytes());
                    store.publish(*id, op_id, self.now);
                }
            }
            _ => store.drop_tombstones(),
        }
    }

    /// One step of a client's machine.
    fn step(&mut self, client: usize) -> Result<(), Broken> {
        self.ticks[client] = Millis::MAX;
        let node = &mut self.nodes[client];
        if node.flight.is_some() || !node.open {
            return Ok(());
        }
        match node.step(self.now, &mut self.rng) {
            Ok(Next::Send(request)) => self.send(client, request),
            Ok(Next::Again) => self.tick(client, self.now + 1),
            Ok(Next::Until(wall)) => {
                let due = wall - self.nodes[client].offset;
                let alarm = self.now + self.rng.between(20_000, MINUTE);
                self.tick(client, due.clamp(self.now + 1, alarm));
            }
            Ok(Next::Crash) => self.lose_power(self.nodes[client].browser),
            Err(_) => self.tick(client, self.now + 5_000),
        }
        self.check(client)
    }

    fn lose_power(&mut self, browser: usize) {
        let back = self.now + self.rng.between(1, MINUTE);
        for client in self.of_browser(browser) {
            self.nodes[client].lose_power();
            self.ticks[client] = Millis::MAX;
            self.tick(client, back);
        }
    }

    /// Folds an event into the trace (FNV-1a).
    fn note(&mut self, time: Millis, event: &Event) {
        let text = format!(
            "{time} {event:?} {:?}",
            self.shelves
                .iter()
                .map(|it| (it.store.rows.seq, it.store.rows.documents.len()))
                .collect::<Vec<_>>()
        );
        for byte in text.bytes() {
            self.trace = (self.trace ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        if self.tell {
            self.log.push(text);
        }
    }
}
