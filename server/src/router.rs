//! Every route on one screen. Not their handlers.

use crate::app::AppState;
use crate::web::{body, contract, fallback, health, request};
use crate::{
    accounts, budgets, executions, keys, library, live, mcp, models, openai, sync, tokens,
};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Data};
use actix_web::{App, Error};
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt, scope};

/// The routes under `/api/v1`. A noun that is registered here is part of the OpenAPI document.
fn api(cfg: &mut ServiceConfig<'_>) {
    cfg.configure(accounts::configure)
        .configure(sync::configure)
        .configure(live::configure)
        .configure(library::configure)
        .configure(budgets::configure)
        .configure(keys::configure)
        .configure(models::configure)
        .configure(tokens::configure)
        .configure(executions::configure);
}

/// The application of one worker.
pub fn app(
    state: AppState,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let (app, document) = App::new()
        .into_utoipa_app()
        .openapi(contract::base())
        // Before the scope of the API, which takes every address under it.
        .map(|app| {
            app.configure(contract::configure)
                .configure(health::configure)
                .configure(openai::configure)
                .configure(mcp::configure)
        })
        .service(scope("/api/v1").configure(api))
        .split_for_parts();
    app.app_data(Data::new(state))
        .app_data(Data::new(contract::Contract::new(&document)))
        .app_data(body::query_config())
        .app_data(body::path_config())
        .default_service(web::to(fallback::fallback))
        .wrap(Compress::default())
        .wrap(from_fn(request::surround))
}
