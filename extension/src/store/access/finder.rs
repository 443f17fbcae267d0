//! The search rows: written beside their documents, looked through, made anew when an older version made them. Not what is in one: that is
//! `store::row`.

use super::super::row::{IndexRow, MADE, index_row};
use super::{DOCUMENTS, FINDER, Scope, Store, StoreError, read_all};
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Document;
use std::collections::BTreeMap;
use wasm_bindgen::JsValue;

/// Documents read in one transaction: a save waits for no more of them.
const CHUNK: usize = 25;

impl Scope {
    /// Makes the search row of a document; none for one that is not to be found.
    pub(super) fn index(&self, id: DocId, document: Option<&Document>) -> Result<(), StoreError> {
        let key = JsValue::from(id.to_string());
        let row = document.and_then(index_row);
        match &row {
            Some(row) => self.put(FINDER, &key, row, &[])?,
            None => drop(self.store(FINDER)?.delete(key)?),
        }
        self.changes.borrow_mut().found.push((id, row));
        Ok(())
    }
}

impl Store {
    /// Lets `look` at every search row. They are read once and kept up to date from then on.
    pub async fn find<T>(
        &self,
        look: impl FnOnce(&BTreeMap<DocId, IndexRow>) -> T,
    ) -> Result<T, StoreError> {
        if self.memory.found.borrow().is_none() {
            let scope = self.scope("readonly")?;
            let rows: Vec<IndexRow> = read_all(scope.store(FINDER)?.get_all(None, None)?.await?)?;
            let rows = rows.into_iter().map(|row| (row.id, row)).collect();
            *self.memory.found.borrow_mut() = Some(rows);
        }
        Ok(look(
            self.memory
                .found
                .borrow()
                .as_ref()
                .unwrap_or(&BTreeMap::new()),
        ))
    }

    /// Makes the rows anew that hold less than rows hold now: once after an update. Afterwards it looks, and finds none. While it is at work,
    /// a second call does nothing.
    pub async fn remake(&self) -> Result<(), StoreError> {
        if self.remakes.replace(true) {
            return Ok(());
        }
        let made = self.remake_older().await;
        self.remakes.set(false);
        made
    }

    async fn remake_older(&self) -> Result<(), StoreError> {
        let older = |row: &&IndexRow| row.made != MADE;
        let ids: Vec<DocId> = self
            .find(|rows| rows.values().filter(older).map(|row| row.id).collect())
            .await?;
        for ids in ids.chunks(CHUNK) {
            let scope = self.scope_of(&[DOCUMENTS, FINDER], "readwrite")?;
            let locals = scope.locals(ids).await?;
            for id in ids {
                let local = locals.get(id);
                scope.index(*id, local.map(|local| &local.view))?;
            }
            self.settle(scope).await?;
        }
        Ok(())
    }
}
