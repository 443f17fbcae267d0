//! Home, figures over time, those of a team, and the operator's of everybody. Not the executions, and not the rules of counting: those are in
//! `shared`.

mod attention;
mod figures;
mod files;
mod handlers;
mod home;
mod metrics;
mod query;
pub mod rollup;
mod team;

use crate::web::routes::Routes;

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.configure(handlers::configure)
        .configure(home::configure)
        .configure(metrics::configure)
        .configure(team::configure);
}
