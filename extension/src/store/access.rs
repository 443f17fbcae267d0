//! Reading and writing in transactions. A commit is one transaction of strict durability, or nothing.

use super::StoreError;
use super::schema::{self, ALL, DOCUMENTS, FINDER, META, OUTBOX};
use crate::model::room::placed;
use idb::{KeyRange, ObjectStore, Query, Transaction, TransactionResult};
use krowoc_shared::ids::{DocId, OpId, SpaceId};
use krowoc_shared::sync::client::{ClientState, Commit, Loaded, Local, OutboxRow, Step, plan};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::IntoFuture;
use wasm_bindgen::prelude::*;
use web_sys::{IdbDatabase, IdbTransaction};

mod finder;
mod memory;

use memory::{Changes, Memory};

/// Rows that a plan looks at.
const PLANNED: u32 = 200;
/// Up to this many operations in all, a load reads the outbox once instead of asking document by document.
const SMALL_OUTBOX: u32 = 100;
const STATE: &str = "state";

#[wasm_bindgen]
extern "C" {
    /// `transaction` with its third argument, which the binding lacks.
    #[wasm_bindgen(extends = IdbDatabase)]
    #[derive(Debug)]
    type Durable;
    #[wasm_bindgen(method, catch, js_name = transaction)]
    fn open(
        this: &Durable,
        stores: &js_sys::Array,
        mode: &str,
        options: &JsValue,
    ) -> Result<IdbTransaction, JsValue>;
}

/// How many operations there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Waiting.
    pub waiting: usize,
    /// Rejected.
    pub rejected: usize,
}

/// The open database of one library, and what is held of it in memory.
#[derive(Debug)]
pub struct Store {
    team: Option<SpaceId>,
    database: Durable,
    memory: Memory,
    /// Its search rows are being made anew.
    remakes: Cell<bool>,
}

/// A transaction over object stores. Dropped without [`Scope::finish`], it ends by itself with what was written.
struct Scope {
    transaction: Transaction,
    raw: IdbTransaction,
    changes: RefCell<Changes>,
}

impl Scope {
    fn store(&self, name: &str) -> Result<ObjectStore, StoreError> {
        Ok(self.transaction.object_store(name)?)
    }

    /// Waits until everything is durable; gives what changed of what is held in memory.
    async fn finish(self) -> Result<Changes, StoreError> {
        let ended = self.transaction.commit()?.await;
        if matches!(ended, Ok(TransactionResult::Committed)) {
            return Ok(self.changes.into_inner());
        }
        let reason = self.raw.error();
        match reason {
            Some(error) if error.name() == "QuotaExceededError" => Err(StoreError::Full),
            Some(error) => Err(StoreError::Unusable(format!(
                "{}: {}",
                error.name(),
                error.message()
            ))),
            None => Err(StoreError::Unusable(
                "the transaction was aborted".to_owned(),
            )),
        }
    }

    /// Takes everything back that was written.
    fn abort(self) {
        // An aborted transaction is what is wanted: that it was ended already is no fault.
        let _ = self.transaction.abort();
    }

    async fn json<T: DeserializeOwned>(
        &self,
        store: &str,
        key: &str,
    ) -> Result<Option<T>, StoreError> {
        let found = self.store(store)?.get(JsValue::from(key))?.await?;
        found.as_ref().map(read).transpose()
    }

    async fn state(&self) -> Result<Option<ClientState>, StoreError> {
        self.json(META, STATE).await
    }

    async fn waiting(&self, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        let index = self.store(OUTBOX)?.index(schema::BY_WAITING)?;
        read_all(index.get_all(None, Some(limit))?.await?)
    }

    async fn rows_of(&self, ids: &[DocId]) -> Result<Vec<OutboxRow>, StoreError> {
        let outbox = self.store(OUTBOX)?;
        if ids.is_empty() || outbox.count(None)?.await? == 0 {
            return Ok(Vec::new());
        }
        if outbox.count(None)?.await? <= SMALL_OUTBOX {
            let mut rows: Vec<OutboxRow> = read_all(outbox.get_all(None, None)?.await?)?;
            rows.retain(|row| ids.contains(&row.op.doc_id));
            return Ok(rows);
        }
        let index = outbox.index(schema::BY_DOCUMENT)?;
        let mut rows = Vec::new();
        for id in ids {
            let key = Query::Key(id.to_string().into());
            rows.extend(read_all::<OutboxRow>(
                index.get_all(Some(key), None)?.await?,
            )?);
        }
        Ok(rows)
    }

    async fn load(&self, ids: &[DocId]) -> Result<Loaded, StoreError> {
        Ok(Loaded {
            locals: self.locals(ids).await?,
            rows: self.rows_of(ids).await?,
        })
    }

    async fn locals(&self, ids: &[DocId]) -> Result<BTreeMap<DocId, Local>, StoreError> {
        let documents = self.store(DOCUMENTS)?;
        let mut asked = Vec::with_capacity(ids.len());
        for id in ids {
            // Its callbacks are set here: an answer that arrives before it is awaited is kept.
            asked.push(documents.get(JsValue::from(id.to_string()))?.into_future());
        }
        let mut locals = BTreeMap::new();
        for answer in asked {
            if let Some(value) = answer.await? {
                let local: Local = read(&value)?;
                locals.insert(local.view.id, local);
            }
        }
        Ok(locals)
    }

    /// Writes a commit; it is durable once [`Scope::finish`] has returned.
    fn apply(&self, commit: &Commit) -> Result<(), StoreError> {
        self.put(META, &STATE.into(), &commit.state, &[])?;
        let documents = self.store(DOCUMENTS)?;
        for local in &commit.put_locals {
            let key = JsValue::from(local.view.id.to_string());
            self.put(
                DOCUMENTS,
                &key,
                local,
                &[(schema::BY_READ, number(local.read))],
            )?;
            self.index(local.view.id, Some(&local.view))?;
        }
        for id in &commit.drop_locals {
            documents.delete(JsValue::from(id.to_string()))?;
            self.index(*id, None)?;
        }
        // Before the rows: an operation that gets another number is there once, or its index aborts all of it.
        let outbox = self.store(OUTBOX)?;
        for seq in &commit.drop_rows {
            outbox.delete(number(*seq))?;
            self.changes.borrow_mut().placed.push((*seq, None));
        }
        for row in &commit.put_rows {
            let key = number(row.seq);
            let mut keys = vec![
                (schema::BY_DOCUMENT, row.op.doc_id.to_string().into()),
                (schema::BY_OPERATION, row.op.op_id.to_string().into()),
            ];
            if row.waits() {
                keys.push((schema::BY_WAITING, key.clone()));
            }
            self.put(OUTBOX, &key, row, &keys)?;
            let placed = (row.seq, placed(row));
            self.changes.borrow_mut().placed.push(placed);
        }
        Ok(())
    }

    fn put<T: Serialize>(
        &self,
        store: &str,
        key: &JsValue,
        value: &T,
        keys: &[(&str, JsValue)],
    ) -> Result<(), StoreError> {
        let record = js_sys::Object::new();
        let json = serde_json::to_string(value)?;
        set(&record, "json", &json.into());
        for (name, value) in keys {
            set(&record, name, value);
        }
        self.store(store)?.put(&record, Some(key))?;
        Ok(())
    }
}

/// Numbers of IndexedDB are doubles: exact up to 2^53, which no sequence reaches.
fn number(value: u64) -> JsValue {
    JsValue::from_f64(value as f64)
}

fn set(record: &js_sys::Object, name: &str, value: &JsValue) {
    // A plain object takes any property.
    let _ = js_sys::Reflect::set(record, &name.into(), value);
}

fn read<T: DeserializeOwned>(value: &JsValue) -> Result<T, StoreError> {
    let json = js_sys::Reflect::get(value, &"json".into())
        .ok()
        .and_then(|json| json.as_string())
        .ok_or_else(|| StoreError::Unusable("a record without content".to_owned()))?;
    Ok(serde_json::from_str(&json)?)
}

fn read_all<T: DeserializeOwned>(values: Vec<JsValue>) -> Result<Vec<T>, StoreError> {
    values.iter().map(read).collect()
}

impl Store {
    /// Opens the database of a library; `fresh` becomes the client's state when there is none yet.
    pub async fn open(team: Option<SpaceId>, fresh: ClientState) -> Result<Self, StoreError> {
        let database: JsValue = schema::open(team).await?.into();
        let store = Self {
            team,
            database: database.unchecked_into(),
            memory: Memory::default(),
            remakes: Cell::new(false),
        };
        let scope = store.scope("readwrite")?;
        if scope.state().await?.is_none() {
            scope.apply(&Commit::of(fresh))?;
        }
        scope.finish().await?;
        Ok(store)
    }

    /// The team whose library it is; `None` for one's own.
    pub fn team(&self) -> Option<SpaceId> {
        self.team
    }

    fn scope(&self, mode: &str) -> Result<Scope, StoreError> {
        self.scope_of(&ALL, mode)
    }

    /// A transaction over some of the object stores: it keeps nobody waiting for the others.
    fn scope_of(&self, names: &[&str], mode: &str) -> Result<Scope, StoreError> {
        let stores: js_sys::Array = names.iter().copied().map(JsValue::from).collect();
        let options = js_sys::Object::new();
        set(&options, "durability", &"strict".into());
        let raw = self
            .database
            .open(&stores, mode, &options)
            .map_err(|error| {
                let reason = error
                    .dyn_into::<web_sys::DomException>()
                    .map(|error| error.message());
                StoreError::Unusable(reason.unwrap_or_else(|_| "no transaction".to_owned()))
            })?;
        Ok(Scope {
            transaction: raw.clone().into(),
            raw,
            changes: RefCell::default(),
        })
    }

    /// Waits until a scope is durable and brings what is held in memory up to date.
    async fn settle(&self, scope: Scope) -> Result<(), StoreError> {
        self.memory.change(scope.finish().await?);
        Ok(())
    }

    /// One step: loads state and documents, lets `decide` make a commit of them, writes it. All in one transaction;
    /// when `decide` refuses nothing is written.
    pub async fn step<E, F>(
        &self,
        ids: &[DocId],
        decide: F,
    ) -> Result<Result<Commit, E>, StoreError>
    where
        F: FnOnce(&ClientState, Loaded) -> Result<Commit, E>,
    {
        let scope = self.scope("readwrite")?;
        let state = required(scope.state().await?)?;
        let loaded = scope.load(ids).await?;
        match decide(&state, loaded) {
            Ok(commit) => {
                scope.apply(&commit)?;
                self.settle(scope).await?;
                Ok(Ok(commit))
            }
            Err(error) => {
                scope.abort();
                Ok(Err(error))
            }
        }
    }

    /// A step over documents that the present reading has not met.
    pub async fn sweep<F>(&self, before: u64, limit: usize, decide: F) -> Result<Commit, StoreError>
    where
        F: FnOnce(&ClientState, Loaded) -> Commit,
    {
        let scope = self.scope("readwrite")?;
        let state = required(scope.state().await?)?;
        let range = KeyRange::upper_bound(&number(before), Some(true))?;
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let index = scope.store(DOCUMENTS)?.index(schema::BY_READ)?;
        let found: Vec<Local> = read_all(index.get_all(Some(range.into()), Some(limit))?.await?)?;
        let ids: Vec<DocId> = found.iter().map(|local| local.view.id).collect();
        let rows = scope.rows_of(&ids).await?;
        let locals = found
            .into_iter()
            .map(|local| (local.view.id, local))
            .collect();
        let commit = decide(&state, Loaded { locals, rows });
        scope.apply(&commit)?;
        self.settle(scope).await?;
        Ok(commit)
    }

    /// The step that ends a membership: every row, the documents that have some, and the ids of all. The other documents are not read.
    pub async fn leave<F>(&self, decide: F) -> Result<Commit, StoreError>
    where
        F: FnOnce(&ClientState, &[DocId], Loaded) -> Commit,
    {
        let scope = self.scope("readwrite")?;
        let state = required(scope.state().await?)?;
        let keys = scope.store(DOCUMENTS)?.get_all_keys(None, None)?.await?;
        let id = |key: JsValue| key.as_string().and_then(|id| id.parse().ok());
        let known: Vec<DocId> = keys.into_iter().filter_map(id).collect();
        let rows: Vec<OutboxRow> = read_all(scope.store(OUTBOX)?.get_all(None, None)?.await?)?;
        let mut edited: Vec<DocId> = rows.iter().map(|row| row.op.doc_id).collect();
        edited.sort_unstable();
        edited.dedup();
        let loaded = scope.load(&edited).await?;
        let commit = decide(&state, &known, loaded);
        scope.apply(&commit)?;
        self.settle(scope).await?;
        Ok(commit)
    }

    /// What is to be done next; without `pushes`, as if nothing waited. The mark of a push is written before this returns.
    pub async fn plan(&self, now: i64, pushes: bool) -> Result<Step, StoreError> {
        let scope = self.scope("readwrite")?;
        let state = required(scope.state().await?)?;
        let waiting = match pushes {
            true => scope.waiting(PLANNED).await?,
            false => Vec::new(),
        };
        let step = plan(&state, &waiting, now);
        if let Step::Push { mark, .. } = &step {
            scope.apply(mark)?;
        }
        self.settle(scope).await?;
        Ok(step)
    }

    /// Changes the client's state alone.
    pub async fn change_state(
        &self,
        change: impl FnOnce(&mut ClientState),
    ) -> Result<ClientState, StoreError> {
        let commit = self
            .step::<StoreError, _>(&[], |state, _| {
                let mut state = state.clone();
                change(&mut state);
                Ok(Commit::of(state))
            })
            .await??;
        Ok(commit.state)
    }

    /// The client's state.
    pub async fn state(&self) -> Result<ClientState, StoreError> {
        required(self.scope("readonly")?.state().await?)
    }

    /// A document, as the person sees it.
    pub async fn document(&self, id: DocId) -> Result<Option<Local>, StoreError> {
        self.scope("readonly")?
            .json(DOCUMENTS, &id.to_string())
            .await
    }

    /// The row of an operation.
    pub async fn row(&self, id: OpId) -> Result<Option<OutboxRow>, StoreError> {
        let scope = self.scope("readonly")?;
        let index = scope.store(OUTBOX)?.index(schema::BY_OPERATION)?;
        let found = index.get(JsValue::from(id.to_string()))?.await?;
        found.as_ref().map(read).transpose()
    }

    /// The oldest operations, waiting or rejected.
    pub async fn rows(&self, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        let scope = self.scope("readonly")?;
        read_all(scope.store(OUTBOX)?.get_all(None, Some(limit))?.await?)
    }

    /// How many operations there are.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        let scope = self.scope("readonly")?;
        let outbox = scope.store(OUTBOX)?;
        let all = outbox.count(None)?.await?;
        let waiting = outbox.index(schema::BY_WAITING)?.count(None)?.await?;
        // Besides waiting and rejected rows there are acknowledged ones whose revision is not stored yet.
        let rejected = if all > waiting {
            let rows: Vec<OutboxRow> = read_all(outbox.get_all(None, None)?.await?)?;
            rows.iter().filter(|row| row.is_rejected()).count()
        } else {
            0
        };
        Ok(Counts {
            waiting: usize::try_from(waiting).unwrap_or(usize::MAX),
            rejected,
        })
    }

    /// Documents after a key, in order of id, up to `limit`.
    pub async fn documents_after(
        &self,
        after: Option<DocId>,
        limit: u32,
    ) -> Result<Vec<Local>, StoreError> {
        let scope = self.scope("readonly")?;
        let query = match after {
            Some(id) => Some(KeyRange::lower_bound(&id.to_string().into(), Some(true))?.into()),
            None => None,
        };
        read_all(scope.store(DOCUMENTS)?.get_all(query, Some(limit))?.await?)
    }

    /// A record by name.
    pub async fn record<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StoreError> {
        self.scope("readonly")?.json(META, name).await
    }

    /// Writes a record.
    pub async fn set_record<T: Serialize>(&self, name: &str, value: &T) -> Result<(), StoreError> {
        let scope = self.scope("readwrite")?;
        scope.put(META, &name.into(), value, &[])?;
        self.settle(scope).await
    }

    /// Removes everything: documents, outbox, tokens. The state begins anew, as `fresh`.
    pub async fn erase(&self, fresh: ClientState) -> Result<(), StoreError> {
        let scope = self.scope("readwrite")?;
        for name in ALL {
            scope.store(name)?.clear()?;
        }
        scope.apply(&Commit::of(fresh))?;
        scope.finish().await?;
        self.memory.forget();
        Ok(())
    }
}

fn required(state: Option<ClientState>) -> Result<ClientState, StoreError> {
    state.ok_or_else(|| StoreError::Unusable("the state is missing".to_owned()))
}
