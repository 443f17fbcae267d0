//! Messages between clients and the server: lost, doubled, late, or answered by a server that falls over. Not what is in them.

use super::{Event, MINUTE, TIMEOUT, World};
use crate::bug::Bug;
use crate::disk::QuotaExceeded;
use crate::node::{Next, Node, Reply, Request};
use crate::oracle::Broken;
use crate::people;
use crate::shelf::Shelf;
use crate::store::status;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::sync::client::Failure;
use krowoc_shared::sync::wire::{PullRequest, SpaceState};

impl World {
    /// A client sends a request and begins to wait.
    pub(super) fn send(&mut self, client: usize, request: Request) {
        let request = self.misdirected(client, request);
        self.flights += 1;
        let flight = self.flights;
        let life = self.nodes[client].life;
        self.nodes[client].flight = Some(flight);
        let event = Event::Arrive {
            client,
            life,
            flight,
            request: request.clone(),
        };
        self.deliver(client, event);
        let reply = Box::new(request.failed(Failure::Network));
        let timeout = Event::Answer {
            client,
            life,
            flight,
            request,
            reply,
        };
        self.at(self.now + TIMEOUT, timeout);
    }

    /// The planted mix-up: a push goes out in the name of another library of the same browser.
    fn misdirected(&mut self, client: usize, request: Request) -> Request {
        let Request::Push(mut push) = request else {
            return request;
        };
        if self.bug == Some(Bug::WrongSpace) {
            let browser = self.nodes[client].browser;
            let others = self
                .nodes
                .iter()
                .filter(|it| it.browser == browser && it.open);
            let shelves: Vec<usize> = others.map(|it| it.shelf).collect();
            if let Some(shelf) = self.rng.pick(&shelves) {
                push.space = self.shelves[*shelf].store.space;
            }
        }
        Request::Push(push)
    }

    /// Puts a message on the wire: it may be lost, come twice, or come much later.
    fn deliver(&mut self, client: usize, event: Event) {
        let copies = 1 + u64::from(self.rng.chance(self.faults.duplicate));
        for _ in 0..copies {
            if !self.nodes[client].online || self.rng.chance(self.faults.drop) {
                continue;
            }
            let delay = if self.rng.chance(self.faults.late) {
                self.rng.between(1_000, 4 * MINUTE)
            } else {
                self.rng.between(1, 400)
            };
            self.at(self.now + delay, event.clone());
        }
    }

    /// A request reaches the server: one transaction, or a crash before or after it.
    pub(super) fn arrive(&mut self, client: usize, life: u32, flight: u64, request: Request) {
        if !self.server_up {
            return;
        }
        if self.rng.chance(self.faults.server_crash) {
            let committed = self.rng.chance(50);
            if committed {
                self.serve(client, &request);
            }
            self.server_up = false;
            let back = self.now + self.rng.between(500, 20_000);
            self.at(back, Event::Server(true));
            return;
        }
        let reply = if self.rng.chance(self.faults.error) {
            let codes = [
                ErrorCode::Unavailable,
                ErrorCode::Internal,
                ErrorCode::RateLimited,
            ];
            let code = *self.rng.pick(&codes).unwrap_or(&ErrorCode::Internal);
            request.failed(status(code))
        } else {
            self.serve(client, &request)
        };
        let reply = Box::new(reply);
        self.deliver(
            client,
            Event::Answer {
                client,
                life,
                flight,
                request,
                reply,
            },
        );
    }

    fn serve(&mut self, client: usize, request: &Request) -> Reply {
        let account = self.accounts[self.nodes[client].browser];
        let asked = match request {
            Request::Spaces => {
                let of = |shelf: &Shelf| {
                    shelf
                        .roles
                        .get(&account)
                        .map(|role| shelf.store.state(*role))
                };
                return Reply::Spaces(Ok(self.shelves.iter().filter_map(of).collect()));
            }
            Request::Pull(request) => request.space,
            Request::Push(request) => request.space,
        };
        let found = self
            .shelves
            .iter()
            .position(|shelf| shelf.store.space == asked);
        let Some(number) = found else {
            return request.failed(status(ErrorCode::NotFound));
        };
        let Shelf { store, roles, .. } = &mut self.shelves[number];
        let role = roles.get(&account).copied();
        let before = store.rows.seq;
        let reply = match request {
            Request::Spaces => return Reply::Spaces(Ok(Vec::new())),
            Request::Pull(request) => Reply::Pull(store.pull(request, role, client, self.now)),
            Request::Push(push) => {
                let poisoned = |text: &str| {
                    push.ops
                        .iter()
                        .any(|op| op.body.as_ref().is_some_and(|edit| edit.text == text))
                };
                if poisoned(people::POISON_FAULT) {
                    return request.failed(status(ErrorCode::Internal));
                }
                if poisoned(people::POISON_REFUSED) {
                    return request.failed(status(ErrorCode::InvalidJson));
                }
                let hides = self.bug == Some(Bug::LateCommit) && self.rng.chance(30);
                let late = hides.then(|| self.now + self.rng.between(50, 5_000));
                let mut reply = store.push(push, role, self.now, late);
                if let (Ok(reply), true) = (&mut reply, self.rng.chance(50)) {
                    let pull = PullRequest {
                        space: push.space,
                        epoch: push.epoch.clone(),
                        cursor: push.cursor,
                        limit: None,
                        horizon: None,
                    };
                    reply.changes = store
                        .pull(&pull, role, client, self.now)
                        .ok()
                        .filter(|page| !page.more);
                }
                Reply::Push(reply)
            }
        };
        let seq = store.rows.seq;
        if seq > before {
            for other in 0..self.nodes.len() {
                if self.nodes[other].shelf == number && self.rng.chance(70) {
                    self.deliver(other, Event::Hint(other, seq));
                }
            }
        }
        reply
    }

    /// An answer reaches a client, or the time for it is over.
    pub(super) fn answer(
        &mut self,
        client: usize,
        life: u32,
        flight: u64,
        request: &Request,
        reply: Reply,
    ) -> Result<(), Broken> {
        let node = &mut self.nodes[client];
        let waited = node.flight == Some(flight);
        let timeout = matches!(
            &reply,
            Reply::Push(Err(Failure::Network))
                | Reply::Pull(Err(Failure::Network))
                | Reply::Spaces(Err(Failure::Network))
        );
        // A late answer is taken as well, but a process that died hears nothing, and a timeout counts once.
        if node.life != life
            || (timeout && !waited)
            || matches!((&reply, waited), (Reply::Spaces(_), false))
        {
            return Ok(());
        }
        if waited {
            node.flight = None;
        }
        if let Reply::Spaces(Ok(spaces)) = &reply
            && self.tell(client, spaces).is_err()
        {
            self.tick(client, self.now + 5_000);
            return Ok(());
        }
        let node = &mut self.nodes[client];
        match node.take(request, reply, self.now, &mut self.rng) {
            Ok(Next::Crash) => self.lose_power(self.nodes[client].browser),
            Ok(_) => self.tick(client, self.now + 1),
            Err(_) => self.tick(client, self.now + 5_000),
        }
        self.check(client)
    }

    /// The other libraries of the browser are told which spaces there are, before the one that asked notes that it knows.
    fn tell(&mut self, client: usize, spaces: &[SpaceState]) -> Result<(), QuotaExceeded> {
        let browser = self.nodes[client].browser;
        for other in 0..self.nodes.len() {
            let Node { shelf, .. } = self.nodes[other];
            if other != client && self.nodes[other].browser == browser && self.shelves[shelf].team {
                let space = self.shelves[shelf].store.space;
                self.nodes[other].told(space, spaces)?;
                self.tick(other, self.now + 1);
            }
        }
        Ok(())
    }
}
