//! Public prompts: made public and taken back by their owners, voted for, copied, reported, counted and ranked. Not the formulas: those
//! are in `shared`, and what they say is in `docs/leaderboard.md`.

mod board;
mod body;
mod cache;
mod fork;
mod moderation;
pub mod pages;
mod publish;
pub mod recompute;
mod votes;

pub use cache::Public;

use crate::web::routes::Routes;

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.configure(board::configure)
        .configure(publish::configure)
        .configure(votes::configure)
        .configure(fork::configure)
        .configure(moderation::configure)
        .configure(recompute::configure);
}
