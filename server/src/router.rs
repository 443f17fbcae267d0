//! Every route on one screen. Not their handlers.

use actix_web::web::{self, ServiceConfig};

/// All routes.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::scope("/api/v1").configure(api));
}

fn api(_cfg: &mut ServiceConfig) {}
