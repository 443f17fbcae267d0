//! Whether the process lives, whether it can serve, and its figures. Not the request counts themselves.

use super::client;
use super::problem::{Fault, Reply};
use crate::app::AppState;
use crate::config::MetricsAccess;
use crate::store::{Conn, StoreError};
use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use diesel::connection::SimpleConnection;
use krowoc_shared::error::ErrorCode;

/// Its routes, outside the API.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(health_live)
        .service(health_ready)
        .service(metrics_text);
}

#[get("/health/live")]
async fn health_live() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ok" }))
}

#[get("/health/ready")]
async fn health_ready(state: Data<AppState>) -> Reply<HttpResponse> {
    if state.is_stopping() {
        return Err(Fault::new(ErrorCode::Unavailable).detail("The server is shutting down."));
    }
    state
        .store
        .read(|conn: &mut Conn| -> Result<(), StoreError> { Ok(conn.batch_execute("SELECT 1")?) })
        .await?;
    let version = env!("CARGO_PKG_VERSION");
    Ok(HttpResponse::Ok().json(serde_json::json!({ "status": "ok", "version": version })))
}

#[get("/metrics")]
async fn metrics_text(request: HttpRequest, state: Data<AppState>) -> Reply<HttpResponse> {
    let allowed = match state.config.metrics {
        MetricsAccess::Open => true,
        MetricsAccess::Local => client::address(&request).is_loopback(),
        MetricsAccess::Off => false,
    };
    if !allowed {
        return Err(ErrorCode::NotFound.into());
    }
    let pressure = state.store.pressure();
    metrics::gauge!("krowoc_pool_connections").set(f64::from(pressure.connections));
    metrics::gauge!("krowoc_pool_idle").set(f64::from(pressure.idle));
    let queued = u32::try_from(pressure.queued).unwrap_or(u32::MAX);
    metrics::gauge!("krowoc_writer_queue").set(f64::from(queued));
    let text = crate::telemetry::recorder()
        .map_err(|error| {
            tracing::error!(%error, "no metrics");
            Fault::new(ErrorCode::Internal)
        })?
        .render();
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text))
}
