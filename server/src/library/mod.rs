//! The library over HTTP, for the dashboard: lists, documents, batches, export. Not another way to write: every edit is an operation.

mod batch;
mod edit;
mod export;
mod history;
mod lifecycle;
mod read;

pub use read::list;

use crate::web::routes::Routes;

/// Its routes; fixed names before `{id}`.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.configure(batch::configure)
        .configure(export::configure)
        .configure(history::configure)
        .configure(read::configure)
        .configure(lifecycle::configure)
        .configure(edit::configure);
}
