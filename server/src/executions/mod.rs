//! Prompts that run: begun with their reservation, carried out by a task that depends on no reader, ended once. Not the providers'
//! formats and not the prices. See `docs/executions.md`.

mod attempt;
mod begin;
mod board;
mod chain;
mod direct;
mod engine;
mod finish;
pub mod gateway;
mod history;
mod keeping;
mod letters;
mod news;
mod place;
pub mod plan;
pub mod recover;
mod resume;
mod run;
pub mod service;
mod stream;
mod watch;

pub use board::Board;
pub use direct::Direct;

use crate::web::routes::Routes;

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.configure(run::configure)
        // Before the address of one execution, which would take it for an id.
        .configure(watch::configure)
        .configure(history::configure)
        .configure(keeping::configure)
        .configure(letters::configure);
}
