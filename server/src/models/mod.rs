//! Models over HTTP: the list that people choose from, and the catalogue that an operator puts in place. Not prices and their reckoning.

use crate::app::AppState;
use crate::store::models::{self, Known, Listed};
use crate::store::{Conn, StoreError, Tx, provider_keys};
use crate::web::actor::Executions;
use crate::web::routes::Routes;
use crate::web::{Admin, Body, Fault, May, Reply};
use actix_web::web::{Data, Json, Query};
use actix_web::{get, post};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::execution::catalogue::{Catalogue, differences};
use krowoc_shared::execution::price::PriceSet;
use krowoc_shared::execution::request::Provider;
use krowoc_shared::execution::wire::{CatalogueReport, ListPrice, ModelPage, ModelView};
use krowoc_shared::ids::Millis;
use krowoc_shared::text::fold;
use serde::Deserialize;
use serde_json::Value;

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(list_models).service(import_models);
}

/// Models of a page when nothing is asked.
const PAGE: usize = 100;
/// Most models of a page.
const LARGEST_PAGE: usize = 1_000;
/// Largest file, in bytes.
const LARGEST_FILE: usize = 8 * 1024 * 1024;

/// What is listed.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
struct ModelQuery {
    /// Words that provider, id or name must hold.
    q: Option<String>,
    /// One provider's alone.
    provider: Option<String>,
    /// True for those that the caller has a key for.
    usable: Option<bool>,
    /// Where the page begins: `next` of the one before.
    cursor: Option<String>,
    /// 1 to 1,000; 100 when absent.
    limit: Option<usize>,
}

fn field(field: &str, detail: &str) -> Fault {
    Fault::new(ErrorCode::InvalidField)
        .field(field)
        .detail(detail)
}

fn view(listed: &Listed, usable: bool, now: Millis) -> ModelView {
    let entry = &listed.entry;
    let set = entry.prices.as_ref().map(|prices| prices.at(now));
    ModelView {
        model: listed.model.clone(),
        name: entry.title().to_owned(),
        context: entry.context,
        max_output: entry.max_output,
        capabilities: entry.capabilities.clone(),
        active: listed.active,
        price: set.map(ListPrice::of),
        price_revision: set.map(PriceSet::revision),
        usable,
    }
}

struct Wanted {
    words: Vec<String>,
    provider: Option<Provider>,
    usable: Option<bool>,
    from: usize,
    limit: usize,
}

impl ModelQuery {
    fn wanted(&self) -> Reply<Wanted> {
        let provider = self.provider.as_deref().map(|name| {
            Provider::parse(name).ok_or_else(|| field("/provider", "There is no such provider."))
        });
        let from = self.cursor.as_deref().map(|text| {
            text.parse()
                .map_err(|_| field("/cursor", "Send `next` of the page before, or none."))
        });
        let limit = self.limit.unwrap_or(PAGE);
        if !(1..=LARGEST_PAGE).contains(&limit) {
            return Err(field("/limit", "Ask for 1 to 1,000 models."));
        }
        let words = fold(self.q.as_deref().unwrap_or_default());
        Ok(Wanted {
            words: words.split_whitespace().map(str::to_owned).collect(),
            provider: provider.transpose()?,
            usable: self.usable,
            from: from.transpose()?.unwrap_or(0),
            limit,
        })
    }
}

fn page(known: &Known, own: &[Provider], wanted: &Wanted, now: Millis) -> ModelPage {
    let usable = |it: &Listed| it.active && own.contains(&it.model.provider);
    let matches = |it: &&Listed| {
        wanted
            .provider
            .is_none_or(|provider| provider == it.model.provider)
            && wanted.usable.is_none_or(|only| only == usable(it))
            && wanted
                .words
                .iter()
                .all(|word| it.words.contains(word.as_str()))
    };
    let (first, rest): (Vec<&Listed>, Vec<&Listed>) = known
        .listed
        .iter()
        .filter(matches)
        .partition(|it| usable(it));
    let all = first.into_iter().chain(rest);
    let total = all.clone().count();
    let models = all.skip(wanted.from).take(wanted.limit);
    let models: Vec<ModelView> = models.map(|it| view(it, usable(it), now)).collect();
    let end = wanted.from.saturating_add(models.len());
    ModelPage {
        next: (end < total && !models.is_empty()).then(|| end.to_string()),
        total: u64::try_from(total).unwrap_or(u64::MAX),
        models,
    }
}

/// The models of the catalogue: those that the caller has a key for first, then by provider; the newest of a provider first, those about to be retired last.
#[utoipa::path(
    tag = "models",
    security(("session" = []), ("device" = []), ("token" = ["executions"])),
    params(ModelQuery),
    responses(
        (status = 200, description = "A page.", body = ModelPage),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/models")]
async fn list_models(
    state: Data<AppState>,
    actor: May<Executions>,
    query: Query<ModelQuery>,
) -> Reply<Json<ModelPage>> {
    let wanted = query.wanted()?;
    let (user, now, models) = (actor.user, state.now(), state.models.clone());
    let page = state
        .store
        .read(move |conn: &mut Conn| -> Result<ModelPage, StoreError> {
            let own = provider_keys::providers(conn, user)?;
            Ok(page(models.at(conn)?.as_ref(), &own, &wanted, now))
        })
        .await?;
    Ok(Json(page))
}

/// Whether to look only.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::IntoParams)]
struct ImportQuery {
    /// True shows what would change and changes nothing.
    #[serde(default)]
    dry_run: bool,
}

/// Puts a catalogue file in the place of the catalogue, for who looks after the server. Prices that differ become a new revision; what
/// was charged stays as it was.
#[utoipa::path(
    tag = "models",
    security(("session" = [])),
    params(ImportQuery),
    request_body(content = Object, description = "The file; its format is in docs/money.md."),
    responses(
        (status = 200, description = "What differs.", body = CatalogueReport),
        (status = 403, description = "forbidden", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field: the first mistakes of the file", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/admin/models")]
async fn import_models(
    state: Data<AppState>,
    _admin: Admin,
    query: Query<ImportQuery>,
    body: Body<Value, LARGEST_FILE>,
) -> Reply<Json<CatalogueReport>> {
    let (text, now) = (body.0.to_string(), state.now());
    let (wanted, changes) = state
        .store
        .read(move |conn: &mut Conn| -> Reply<_> {
            let wanted = Catalogue::parse(&text).map_err(|mistakes| {
                let said: Vec<String> = mistakes.iter().take(5).map(ToString::to_string).collect();
                field("", &format!("The file has mistakes: {}.", said.join("; ")))
            })?;
            let changes = differences(&models::current(conn)?, &wanted);
            Ok((wanted, changes))
        })
        .await?;
    let applied = !query.dry_run;
    if applied {
        state
            .store
            .write(move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
                models::replace(tx, &wanted, None, now)
            })
            .await?;
    }
    Ok(Json(CatalogueReport { applied, changes }))
}
