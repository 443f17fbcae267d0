//! Every route on one screen. Not their handlers.

use crate::app::AppState;
use crate::web::contract::Contract;
use crate::web::routes::Routes;
use crate::web::{body, contract, fallback, health, request};
use crate::{
    accounts, budgets, dashboards, executions, graphql, keys, leaderboard, library, live, mcp,
    models, openai, sync, teams, tokens,
};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Data};
use actix_web::{App, Error};

/// Where the routes of [`api`] are.
const API: &str = "/api/v1";
/// Where the door is that speaks GraphQL, which has no versions.
const DOORS: &str = "/api";
/// What the OpenAPI document describes.
const DESCRIBED: &[contract::Rooted] = &[(API, api), (DOORS, graphql::configure)];

/// The routes of the API. A noun that is registered here is part of the OpenAPI document.
fn api(cfg: &mut Routes<'_>) {
    cfg.configure(accounts::configure)
        .configure(sync::configure)
        .configure(live::configure)
        .configure(library::configure)
        .configure(budgets::configure)
        .configure(keys::configure)
        .configure(models::configure)
        .configure(tokens::configure)
        .configure(teams::configure)
        .configure(executions::configure)
        .configure(dashboards::configure)
        .configure(leaderboard::configure);
}

/// The document of the API, for all workers.
#[must_use]
pub fn contract() -> Data<Contract> {
    Data::new(Contract::new(DESCRIBED))
}

/// The application of one worker.
pub fn app(
    state: AppState,
    contract: Data<Contract>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let state = Data::new(state);
    let inner = graphql::Inner::new(state.clone(), API, api);
    App::new()
        // Before the scope of the API, which takes every address under it.
        .configure(contract::configure)
        .configure(health::configure)
        .configure(openai::configure)
        .configure(mcp::configure)
        .configure(leaderboard::pages::configure)
        .service(web::scope(API).configure(|cfg| api(&mut Routes::of_worker(cfg))))
        .service(web::scope(DOORS).configure(|cfg| graphql::configure(&mut Routes::of_worker(cfg))))
        .app_data(state)
        .app_data(inner)
        .app_data(contract)
        .app_data(body::query_config())
        .app_data(body::path_config())
        .default_service(web::to(fallback::fallback))
        .wrap(Compress::default())
        .wrap(from_fn(request::surround))
}
