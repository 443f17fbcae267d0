//! The background: a function of storage. An event comes, state is loaded, a step is made and written. It keeps nothing that it
//! could not read again; it draws nothing.

mod answer;
mod capture;
mod connect;
mod flush;
mod http;
mod menus;
mod overview;
mod queue;
mod run;
mod save;
mod sides;
mod spaces;

pub use capture::{Extract, Extracted};

use crate::browser;
use crate::messages::{Event, Failure, FailureCode};
use crate::store::{Store, StoreError};
use krowoc_shared::ids::SpaceId;
use krowoc_shared::sync::client::ClientState;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

thread_local! {
    /// The open databases of this instance; broken connections are dropped and opened again.
    static STORES: RefCell<BTreeMap<Option<SpaceId>, Rc<Store>>> = const { RefCell::new(BTreeMap::new()) };
}

/// What a handler fails with.
pub type Outcome<T> = Result<T, Failure>;

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::new(FailureCode::StorageFull, ""),
            StoreError::Unusable(reason) => {
                // The connection may be closed: the next event opens a new one.
                STORES.with_borrow_mut(BTreeMap::clear);
                Self::new(FailureCode::Storage, reason)
            }
        }
    }
}

/// A number that other devices are unlikely to have.
pub(crate) fn node() -> u32 {
    u32::from_le_bytes(browser::random())
}

/// The database of one's own library, which holds the connection too; opened on first use.
pub(crate) async fn store() -> Outcome<Rc<Store>> {
    open(None, ClientState::new(node())).await
}

/// Every library of this browser, one's own first; fails when one of them cannot be opened.
pub(crate) async fn libraries() -> Outcome<Vec<Rc<Store>>> {
    let (found, closed) = spaces::opened().await?;
    match closed.into_iter().next() {
        Some((_, failure)) => Err(failure),
        None => Ok(found.into_iter().map(|(library, _)| library).collect()),
    }
}

/// The database of a library, opened on first use; `fresh` is its state when it is new.
async fn open(team: Option<SpaceId>, fresh: ClientState) -> Outcome<Rc<Store>> {
    if let Some(store) = STORES.with_borrow(|stores| stores.get(&team).cloned()) {
        return Ok(store);
    }
    let opened = Rc::new(Store::open(team, fresh).await?);
    Ok(STORES.with_borrow_mut(|stores| stores.entry(team).or_insert(opened).clone()))
}

/// Handles an event of the entry script. The answer is JSON; only messages have one that is read.
pub async fn handle(event: &str) -> String {
    let event: Event = match crate::json::read(event) {
        Ok(event) => event,
        Err(error) => {
            return answer::failed(&Failure::new(FailureCode::Internal, error.to_string()));
        }
    };
    let done = match event {
        Event::Message { request } => return answer::message(&request).await,
        Event::Menu(click) => menus::clicked(click).await,
        Event::Clip { tab } => menus::clip(tab).await,
        Event::Alarm { .. } => flush::flush(false).await,
        Event::Online => flush::flush(true).await,
        Event::Installed => installed().await,
        Event::Started => started().await,
        Event::Navigated { tab, url } => connect::arrived(tab, &url).await,
    };
    match done {
        Ok(()) => String::new(),
        Err(failure) => answer::failed(&failure),
    }
}

async fn installed() -> Outcome<()> {
    let set = browser::set_menus(&menus::entries()).await;
    // After an update, before anybody asks for what is in them.
    for library in spaces::all().await.unwrap_or_default() {
        spaces::remake(library);
    }
    started().await?;
    set.map_err(|error| Failure::new(FailureCode::Internal, error.0))
}

/// Alarms do not survive a restart of every browser: each start sets them again through the flush.
async fn started() -> Outcome<()> {
    overview::show_badge().await?;
    flush::flush(true).await
}
