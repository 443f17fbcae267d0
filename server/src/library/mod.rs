//! The library over HTTP, for the dashboard: lists, documents, batches, export. Not another way to write: every edit is an operation.

mod batch;
mod edit;
mod export;
mod read;

pub use read::list;

use utoipa_actix_web::service_config::ServiceConfig;

/// Its routes; fixed names before `{id}`.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.configure(batch::configure)
        .configure(export::configure)
        .configure(read::configure)
        .configure(edit::configure);
}
