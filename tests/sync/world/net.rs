//! Messages between clients and the server: lost, doubled, late, or answered by a server that falls over. Not what is in them.

use super::{Event, MINUTE, TIMEOUT, World};
use crate::bug::Bug;
use crate::node::{Next, Reply, Request};
use crate::oracle::Broken;
use crate::people;
use crate::store::status;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::sync::client::Failure;
use krowoc_shared::sync::wire::PullRequest;

impl World {
    /// A client sends a request and begins to wait.
    pub(super) fn send(&mut self, client: usize, request: Request) {
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
        let before = self.store.rows.seq;
        let reply = match request {
            Request::Spaces => Reply::Spaces(Ok(self.store.spaces())),
            Request::Pull(request) => Reply::Pull(self.store.pull(request, client, self.now)),
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
                let mut reply = self.store.push(push, self.now, late);
                if let (Ok(reply), true) = (&mut reply, self.rng.chance(50)) {
                    let pull = PullRequest {
                        space: push.space,
                        epoch: push.epoch.clone(),
                        cursor: push.cursor,
                        limit: None,
                        horizon: None,
                    };
                    reply.changes = self
                        .store
                        .pull(&pull, client, self.now)
                        .ok()
                        .filter(|page| !page.more);
                }
                Reply::Push(reply)
            }
        };
        let seq = self.store.rows.seq;
        if seq > before {
            for other in 0..self.nodes.len() {
                if self.rng.chance(70) {
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
        match node.take(request, reply, self.now, &mut self.rng) {
            Ok(Next::Crash) => self.lose_power(client),
            Ok(_) => self.tick(client, self.now + 1),
            Err(_) => self.tick(client, self.now + 5_000),
        }
        self.oracle.check_views(&self.nodes[client])
    }
}
