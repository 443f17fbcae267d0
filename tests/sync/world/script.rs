//! Who is in a run and what they will meet: accounts, browsers, spaces and their members, edits and faults in time. Not what becomes of them.

use super::{DAY, Event, Faults, MINUTE, START, World};
use crate::bug::Bug;
use crate::node::Node;
use crate::shelf::Shelf;
use krowoc_shared::access::Role;
use krowoc_shared::ids::Millis;
use krowoc_tests::rng::Rng;
use std::collections::BTreeMap;

/// Accounts with the browsers of each, and the spaces that they are in: one's own first.
fn people(rng: &mut Rng, bug: Option<Bug>) -> (Vec<usize>, Vec<Shelf>) {
    let page = usize::try_from(rng.between(1, 4)).unwrap_or(1);
    let browsers = rng.between(2, 4);
    // Mostly one person with several browsers; else two, who meet in teams.
    let two = rng.chance(40);
    let accounts: Vec<usize> = (0..browsers)
        .map(|browser| usize::from(two && (browser == 1 || rng.chance(40))))
        .collect();
    let number = 1 + usize::from(two);
    let own = |account| (false, BTreeMap::from([(account, Role::Owner)]));
    let mut kinds: Vec<(bool, BTreeMap<usize, Role>)> = (0..number).map(own).collect();
    for _ in 0..rng.below(3) {
        let mut roles = BTreeMap::new();
        for account in 0..number {
            if let Some(role) = place(rng) {
                roles.insert(account, role);
            }
        }
        kinds.push((true, roles));
    }
    let shelves = kinds.into_iter().enumerate();
    let shelves = shelves.map(|(number, (team, roles))| Shelf::new(number, team, roles, bug, page));
    (accounts, shelves.collect())
}

/// What somebody is in a team; sometimes they are not in it.
fn place(rng: &mut Rng) -> Option<Role> {
    match rng.below(10) {
        0 | 1 => None,
        2 | 3 => Some(Role::Viewer),
        _ => Some(Role::Editor),
    }
}

impl World {
    pub(super) fn new(seed: u64, bug: Option<Bug>) -> Self {
        let mut rng = Rng::new(seed ^ 0x6b72_6f77_6f63_0001);
        let (accounts, shelves) = people(&mut rng, bug);
        let faults = Faults {
            drop: rng.below(30),
            duplicate: rng.below(30),
            late: rng.below(30),
            error: rng.below(15),
            server_crash: rng.below(10),
        };
        let mut nodes: Vec<Node> = Vec::new();
        for (browser, account) in accounts.iter().enumerate() {
            for (number, shelf) in shelves.iter().enumerate() {
                if shelf.team || shelf.roles.contains_key(account) {
                    nodes.push(Node::new(nodes.len(), (browser, number), shelf.team, bug));
                }
            }
        }
        let mut world = Self {
            now: START,
            end: START + rng.between(3, 15) * MINUTE,
            queue: BTreeMap::new(),
            number: 0,
            scheduled: 0,
            flights: 0,
            ticks: vec![Millis::MAX; nodes.len()],
            nodes,
            shelves,
            accounts,
            server_up: true,
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
            let most = if self.shelves[self.nodes[client].shelf].team {
                14
            } else {
                22
            };
            for _ in 0..self.rng.between(4, most) {
                let at = self.moment();
                self.at(at, Event::Act(client));
            }
        }
        for browser in 0..self.accounts.len() {
            self.trouble(browser);
        }
        for shelf in 0..self.shelves.len() {
            self.operators(shelf);
        }
        if self.rng.chance(40) {
            let at = self.moment();
            self.at(at, Event::Server(false));
        }
    }

    /// What a browser meets.
    fn trouble(&mut self, browser: usize) {
        for _ in 0..self.rng.below(3) {
            let at = self.moment();
            self.at(at, Event::PowerLoss(browser));
        }
        if self.rng.chance(60) {
            self.window(browser, Event::Link);
        }
        if self.rng.chance(20) {
            self.window(browser, Event::Quota);
        }
        for _ in 0..self.rng.below(3) {
            let at = self.moment();
            let jumps = [DAY, -DAY, 0, 90_000, -90_000];
            let jump = *self.rng.pick(&jumps).unwrap_or(&0);
            self.at(at, Event::Clock(browser, jump));
        }
    }

    /// What happens to a space on the server.
    fn operators(&mut self, shelf: usize) {
        for percent in [25, 15] {
            if self.rng.chance(percent) {
                let at = self.moment();
                self.at(at, Event::Purge(shelf));
            }
        }
        for _ in 0..self.rng.below(4) {
            let at = self.moment();
            self.at(at, Event::Publish(shelf));
        }
        if self.rng.chance(25) {
            let at = self.moment();
            self.at(at, Event::DropTombstones(shelf));
        }
        for _ in 0..self.rng.below(3) * u64::from(self.rng.chance(40)) {
            let (one, other) = (self.moment(), self.moment());
            self.at(one.min(other), Event::Backup(shelf));
            self.at(one.max(other), Event::Restore(shelf));
        }
        if self.shelves[shelf].team {
            let accounts = self.accounts.iter().max().map_or(0, |last| last + 1);
            for _ in 0..self.rng.below(5) {
                let account = usize::try_from(self.rng.below(accounts as u64)).unwrap_or(0);
                let role = place(&mut self.rng);
                let at = self.moment();
                self.at(at, Event::Role(shelf, account, role));
            }
        }
    }

    /// A condition that begins somewhere and ends somewhere later.
    fn window(&mut self, browser: usize, event: fn(usize, bool) -> Event) {
        let (one, other) = (self.moment(), self.moment());
        let begins = matches!(event(browser, true), Event::Quota(..));
        self.at(one.min(other), event(browser, begins));
        self.at(one.max(other), event(browser, !begins));
    }

    fn moment(&mut self) -> Millis {
        self.rng.between(START, self.end)
    }

    pub(super) fn at(&mut self, time: Millis, event: Event) {
        self.scheduled += 1;
        self.queue
            .insert((time.max(self.now), self.scheduled), event);
    }

    pub(super) fn tick(&mut self, client: usize, time: Millis) {
        if time < self.ticks[client] {
            self.ticks[client] = time;
            self.at(time, Event::Tick(client));
        }
    }
}
