//! Where nouns name their routes: each worker serves them, and they are collected into the document of the API once. Not the routes.
//!
//! Collecting makes 6 MB of garbage for each worker that does it, and an idle server would keep it.

use actix_web::dev::HttpServiceFactory;
use actix_web::web::ServiceConfig;
use utoipa::openapi::path::Paths;
use utoipa::openapi::{Components, OpenApi, RefOr, Schema};
use utoipa_actix_web::OpenApiFactory;

/// Takes routes.
pub struct Routes<'a>(To<'a>);

enum To<'a> {
    Worker(&'a mut ServiceConfig),
    Document(&'a mut Collected),
}

#[derive(Default)]
struct Collected {
    paths: Paths,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl<'a> Routes<'a> {
    /// Those of a worker.
    #[must_use]
    pub fn of_worker(cfg: &'a mut ServiceConfig) -> Self {
        Self(To::Worker(cfg))
    }

    /// Adds the routes that `name` names, under a prefix, to a document.
    pub fn document(document: &mut OpenApi, prefix: &str, name: impl FnOnce(&mut Routes<'_>)) {
        let mut collected = Collected::default();
        name(&mut Routes(To::Document(&mut collected)));
        for (path, item) in collected.paths.paths {
            document.paths.paths.insert(format!("{prefix}{path}"), item);
        }
        let components = document.components.get_or_insert_with(Components::new);
        components.schemas.extend(collected.schemas);
    }

    /// Adds a handler.
    pub fn service<F>(&mut self, handler: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        match &mut self.0 {
            To::Worker(cfg) => {
                cfg.service(handler);
            }
            To::Document(collected) => {
                collected.paths.merge(handler.paths());
                handler.schemas(&mut collected.schemas);
            }
        }
        self
    }

    /// Adds the routes that a function names.
    pub fn configure(&mut self, name: impl FnOnce(&mut Routes<'_>)) -> &mut Self {
        match &mut self.0 {
            To::Worker(cfg) => name(&mut Routes(To::Worker(cfg))),
            To::Document(collected) => name(&mut Routes(To::Document(collected))),
        }
        self
    }
}
