//! A space of the simulation: the server's store of it, who is in it, and the memory of what people did there. Not the clients.

use crate::bug::Bug;
use crate::node::Node;
use crate::oracle::{Broken, Oracle};
use crate::store::{Rows, Store};
use krowoc_shared::access::{Action, Role};
use std::collections::BTreeMap;

/// A space.
pub struct Shelf {
    /// The server's store.
    pub store: Store,
    /// What people did in it.
    pub oracle: Oracle,
    /// What an operator has kept of it.
    pub backup: Option<Rows>,
    /// What the accounts that are in it are there.
    pub roles: BTreeMap<usize, Role>,
    /// It is a team's.
    pub team: bool,
}

impl Shelf {
    /// A space with these members.
    pub fn new(
        number: usize,
        team: bool,
        roles: BTreeMap<usize, Role>,
        bug: Option<Bug>,
        page: usize,
    ) -> Self {
        let mut oracle = Oracle::default();
        oracle.lowered = roles.values().any(|role| !role.may(Action::WriteDocuments));
        Self {
            store: Store::new(number + 1, team, bug, page),
            oracle,
            backup: None,
            roles,
            team,
        }
    }

    /// An account becomes something else in the team, or is taken out of it.
    pub fn set(&mut self, account: usize, role: Option<Role>) {
        match role {
            Some(role) => {
                self.oracle.lowered |= !role.may(Action::WriteDocuments);
                self.roles.insert(account, role);
            }
            None => {
                self.oracle.lowered = true;
                self.oracle.left = true;
                self.roles.remove(&account);
            }
        }
    }

    /// What must hold at the end: each library here, with whether its person is a member.
    pub fn check(&self, nodes: &[(&Node, bool)]) -> Result<(), Broken> {
        self.oracle.check_end(&self.store, nodes)
    }
}
