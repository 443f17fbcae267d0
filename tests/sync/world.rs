//! The world that everything runs in: one queue of events in the order of simulated time. Not real time, and no threads:
//! the same seed gives the same run.

use crate::bug::Bug;
use crate::node::{Next, Node, Reply, Request};
use crate::oracle::{Broken, Oracle};
use crate::people;
use crate::store::{Rows, Store};
use krowoc_shared::hlc::MAX_AHEAD;
use krowoc_shared::ids::{DocId, Millis, OpId};
use krowoc_shared::library::document::Kind;
use krowoc_shared::sync::client::Phase;
use krowoc_tests::rng::Rng;
use std::collections::BTreeMap;

mod net;

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
    Backup,
    Restore,
    Purge,
    Publish,
    DropTombstones,
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
    store: Store,
    server_up: bool,
    backup: Option<Rows>,
    nodes: Vec<Node>,
    ticks: Vec<Millis>,
    oracle: Oracle,
    faults: Faults,
    poison: bool,
    bug: Option<Bug>,
    trace: u64,
    tell: bool,
    log: Vec<String>,
}

impl World {
    fn new(seed: u64, bug: Option<Bug>) -> Self {
        let mut rng = Rng::new(seed ^ 0x6b72_6f77_6f63_0001);
        let clients = usize::try_from(rng.between(2, 4)).unwrap_or(2);
        let page = usize::try_from(rng.between(1, 4)).unwrap_or(1);
        let faults = Faults {
            drop: rng.below(30),
            duplicate: rng.below(30),
            late: rng.below(30),
            error: rng.below(15),
            server_crash: rng.below(10),
        };
        let mut world = Self {
            now: START,
            end: START + rng.between(3, 15) * MINUTE,
            queue: BTreeMap::new(),
            number: 0,
            scheduled: 0,
            flights: 0,
            store: Store::new(bug, page),
            server_up: true,
            backup: None,
            nodes: (0..clients).map(|number| Node::new(number, bug)).collect(),
            ticks: vec![Millis::MAX; clients],
            oracle: Oracle::default(),
            faults,
            poison: rng.chance(30),
            bug,
            trace: 0xcbf2_9ce4_8422_2325,
            tell: false,
            log: Vec::new(),
            rng,
        };
        world.script();
        world
    }

    /// Lays out what people do and what goes wrong, until `end`.
    fn script(&mut self) {
        let crashes = self.rng.below(8);
        for client in 0..self.nodes.len() {
            self.nodes[client].crashes = crashes;
            self.at(START + 1, Event::Tick(client));
            for _ in 0..self.rng.between(4, 22) {
                let at = self.moment();
                self.at(at, Event::Act(client));
            }
            for _ in 0..self.rng.below(3) {
                let at = self.moment();
                self.at(at, Event::PowerLoss(client));
            }
            if self.rng.chance(60) {
                self.window(client, Event::Link);
            }
            if self.rng.chance(20) {
                self.window(client, Event::Quota);
            }
            for _ in 0..self.rng.below(3) {
                let at = self.moment();
                let jump = *self
                    .rng
                    .pick(&[DAY, -DAY, 0, 90_000, -90_000])
                    .unwrap_or(&0);
                self.at(at, Event::Clock(client, jump));
            }
        }
        for (percent, event) in [
            (25, Event::Purge),
            (15, Event::Purge),
            (40, Event::Server(false)),
        ] {
            if self.rng.chance(percent) {
                let at = self.moment();
                self.at(at, event);
            }
        }
        for _ in 0..self.rng.below(4) {
            let at = self.moment();
            self.at(at, Event::Publish);
        }
        if self.rng.chance(25) {
            let at = self.moment();
            self.at(at, Event::DropTombstones);
        }
        for _ in 0..self.rng.below(3) * u64::from(self.rng.chance(40)) {
            let (one, other) = (self.moment(), self.moment());
            self.at(one.min(other), Event::Backup);
            self.at(one.max(other), Event::Restore);
        }
    }

    /// A condition that begins somewhere and ends somewhere later.
    fn window(&mut self, client: usize, event: fn(usize, bool) -> Event) {
        let (one, other) = (self.moment(), self.moment());
        let begins = matches!(event(client, true), Event::Quota(..));
        self.at(one.min(other), event(client, begins));
        self.at(one.max(other), event(client, !begins));
    }

    fn moment(&mut self) -> Millis {
        self.rng.between(START, self.end)
    }

    fn at(&mut self, time: Millis, event: Event) {
        self.scheduled += 1;
        self.queue
            .insert((time.max(self.now), self.scheduled), event);
    }

    fn tick(&mut self, client: usize, time: Millis) {
        if time < self.ticks[client] {
            self.ticks[client] = time;
            self.at(time, Event::Tick(client));
        }
    }

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
        self.oracle.check_end(&self.store, &self.nodes)
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
                node.number, state.phase, state.cursor, self.store.rows.seq, state.mismatches
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
            let _ = node.wake(self.now);
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
        let newest = self
            .store
            .rows
            .documents
            .values()
            .map(|document| document.rev)
            .max();
        let newest = newest.unwrap_or(0);
        !messages
            && self.nodes.iter().all(|node| {
                let state = node.disk.state();
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
                !waits
                    && !acked
                    && state.phase == Phase::Steady
                    && state.cursor >= newest
                    && state.pull_at > node.wall(self.now)
                    && node.flight.is_none()
            })
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
            Event::PowerLoss(client) => self.lose_power(client),
            Event::Link(client, up) => {
                self.nodes[client].online = up;
                let _ = self.nodes[client].wake(self.now);
                self.tick(client, self.now + 1);
            }
            Event::Clock(client, offset) => {
                self.nodes[client].offset = offset;
                self.oracle.ahead |= offset > MAX_AHEAD;
            }
            Event::Quota(client, full) => self.nodes[client].disk.full = full,
            Event::Server(up) => {
                self.server_up = up;
                if !up {
                    let back = self.now + self.rng.between(1_000, 3 * MINUTE);
                    self.at(back, Event::Server(true));
                }
            }
            Event::Hint(client, seq) => {
                if self.nodes[client].online && self.nodes[client].hint(seq).is_ok() {
                    self.tick(client, self.now + 1);
                }
            }
            Event::Backup
            | Event::Restore
            | Event::Purge
            | Event::Publish
            | Event::DropTombstones => {
                self.at_server(&event);
            }
        }
        Ok(())
    }

    /// Somebody does something.
    fn act(&mut self, client: usize) -> Result<(), Broken> {
        let node = &mut self.nodes[client];
        let saved = people::act(node, &mut self.oracle, self.poison, self.now, &mut self.rng);
        let saved = saved.filter(|_| self.tell);
        self.log
            .extend(saved.map(|words| format!("  saved {words}")));
        self.oracle.check_views(&self.nodes[client])?;
        let soon = self.now + self.rng.between(0, 50);
        self.tick(client, soon);
        Ok(())
    }

    /// What operators and jobs do to the store.
    fn at_server(&mut self, event: &Event) {
        match event {
            Event::Backup => self.backup = Some(self.store.rows.clone()),
            Event::Restore => {
                if let Some(backup) = self.backup.clone() {
                    let epoch = format!("e{}", self.number);
                    self.store.restore(&backup, epoch);
                    self.oracle.restored = true;
                }
            }
            Event::Purge => {
                let purged = self.store.purge();
                self.oracle.purged.extend(purged);
            }
            Event::Publish => {
                let prompts = self.store.rows.documents.values();
                let prompts = prompts.filter(|it| it.kind == Kind::Prompt && !it.purged);
                let ids: Vec<DocId> = prompts.map(|it| it.id).collect();
                if let Some(id) = self.rng.pick(&ids) {
                    let op_id = OpId::mint(self.now, self.rng.bytes());
                    self.store.publish(*id, op_id, self.now);
                }
            }
            _ => self.store.drop_tombstones(),
        }
    }

    /// One step of a client's machine.
    fn step(&mut self, client: usize) -> Result<(), Broken> {
        self.ticks[client] = Millis::MAX;
        let node = &mut self.nodes[client];
        if node.flight.is_some() {
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
            Ok(Next::Crash) => self.lose_power(client),
            Err(_) => self.tick(client, self.now + 5_000),
        }
        self.oracle.check_views(&self.nodes[client])
    }

    fn lose_power(&mut self, client: usize) {
        self.nodes[client].lose_power();
        let back = self.now + self.rng.between(1, MINUTE);
        self.ticks[client] = Millis::MAX;
        self.tick(client, back);
    }

    /// Folds an event into the trace (FNV-1a).
    fn note(&mut self, time: Millis, event: &Event) {
        let text = format!(
            "{time} {event:?} {} {}",
            self.store.rows.seq,
            self.store.rows.documents.len()
        );
        for byte in text.bytes() {
            self.trace = (self.trace ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        if self.tell {
            self.log.push(text);
        }
    }
}
