//! Ceilings of spending and reports of what was used. Not the reserving and settling: that is in `store::budgets`.

mod handlers;
mod usage;

use crate::web::routes::Routes;

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.configure(handlers::configure)
        .configure(usage::configure);
}
