//! Ceilings of spending and reports of what was used. Not the reserving and settling: that is in `store::budgets`.

mod handlers;
mod usage;

use utoipa_actix_web::service_config::ServiceConfig;

/// Its routes.
pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.configure(handlers::configure)
        .configure(usage::configure);
}
