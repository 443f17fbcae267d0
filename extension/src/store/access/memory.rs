//! What is held in memory of a library, from when it is first asked for: search rows, and which documents have no place. Not where it is kept:
//! a commit changes it after it is durable.

use super::super::row::IndexRow;
use super::{OUTBOX, Store, StoreError, read_all};
use crate::model::room::{Place, Places, placed};
use krowoc_shared::ids::DocId;
use krowoc_shared::sync::client::OutboxRow;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// What a transaction writes of it.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Search rows by document; `None` for one that is not to be found any more.
    pub found: Vec<(DocId, Option<IndexRow>)>,
    /// Documents without a place, by the number of the operation that says so; `None` for one that does not, or is gone.
    pub placed: Vec<(u64, Option<(DocId, Place)>)>,
}

/// What is held; each `None` until it is asked for.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Search rows by document.
    pub found: RefCell<Option<BTreeMap<DocId, IndexRow>>>,
    /// Documents without a place on the server.
    pub places: RefCell<Option<Places>>,
}

impl Memory {
    /// Brings it up to date.
    pub fn change(&self, changes: Changes) {
        if let Some(found) = self.found.borrow_mut().as_mut() {
            for (id, row) in changes.found {
                match row {
                    Some(row) => drop(found.insert(id, row)),
                    None => drop(found.remove(&id)),
                }
            }
        }
        if let Some(places) = self.places.borrow_mut().as_mut() {
            for (seq, placed) in changes.placed {
                places.put(seq, placed);
            }
        }
    }

    /// Lets go of it: it is read anew when it is asked for.
    pub fn forget(&self) {
        self.found.take();
        self.places.take();
    }
}

impl Store {
    /// Lets `look` at the documents without a place. The outbox is read once for them.
    pub async fn places<T>(&self, look: impl FnOnce(&Places) -> T) -> Result<T, StoreError> {
        if self.memory.places.borrow().is_none() {
            let scope = self.scope("readonly")?;
            let rows: Vec<OutboxRow> = read_all(scope.store(OUTBOX)?.get_all(None, None)?.await?)?;
            let mut places = Places::default();
            for row in &rows {
                places.put(row.seq, placed(row));
            }
            *self.memory.places.borrow_mut() = Some(places);
        }
        let places = self.memory.places.borrow();
        Ok(look(places.as_ref().unwrap_or(&Places::default())))
    }
}
