//! Fetches the pages of a list into its rows. Not which list: the caller knows the address.

use super::rows::Rows;
use crate::app::App;
use krowoc_shared::execution::wire::{
    DeadLetterPage, DeadLetterView, ExecutionPage, ExecutionView,
};
use krowoc_shared::ids::{DeadLetterId, ExecutionId};
use krowoc_ui::api::{ApiError, Client};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;

/// A page as the server answers it.
pub trait Page: DeserializeOwned + 'static {
    /// What it lists.
    type Row: Send + Sync + 'static;
    /// By what a row is known.
    type Id: PartialEq;
    /// By what this row is known.
    fn id(row: &Self::Row) -> Self::Id;
    /// Its rows, and where the next page begins.
    fn parts(self) -> (Vec<Self::Row>, Option<String>);
}

impl Page for ExecutionPage {
    type Row = ExecutionView;
    type Id = ExecutionId;
    fn id(row: &ExecutionView) -> ExecutionId {
        row.id
    }
    fn parts(self) -> (Vec<ExecutionView>, Option<String>) {
        (self.executions, self.next)
    }
}

impl Page for DeadLetterPage {
    type Row = DeadLetterView;
    type Id = DeadLetterId;
    fn id(row: &DeadLetterView) -> DeadLetterId {
        row.id
    }
    fn parts(self) -> (Vec<DeadLetterView>, Option<String>) {
        (self.letters, self.next)
    }
}

type List<P> = RwSignal<Rows<<P as Page>::Row>>;

/// Fetches the first page for the question of this number; `seen` looks at it before its rows are shown.
pub fn first<P: Page>(
    app: App,
    list: List<P>,
    number: u32,
    path: String,
    seen: impl FnOnce(&P) + 'static,
) {
    spawn_local(async move {
        match Client.get::<P>(&path).await {
            Ok(page) => {
                seen(&page);
                let (rows, next) = page.parts();
                list.try_update(|list| list.first(number, rows, next));
            }
            Err(error) => failed::<P>(app, list, number, error),
        }
    });
}

/// Fetches the page after those that are there, when there is one and none is on its way; `path` makes its address of a cursor.
pub fn more<P: Page>(app: App, list: List<P>, path: impl FnOnce(&str) -> String) {
    let Some((number, cursor)) = list.try_update(Rows::ask_more).flatten() else {
        return;
    };
    let path = path(&cursor);
    spawn_local(async move {
        match Client.get::<P>(&path).await {
            Ok(page) => {
                let (rows, next) = page.parts();
                list.try_update(|list| list.append(number, rows, next, P::id));
            }
            Err(error) => failed::<P>(app, list, number, error),
        }
    });
}

fn failed<P: Page>(app: App, list: List<P>, number: u32, error: ApiError) {
    if error.signed_out() {
        app.failed(&error);
    }
    list.try_update(|list| list.failed(number, error));
}
