//! What everybody may read, as JSON: boards, public prompts, a search over them. Not the pages, and nothing of a person.

use super::body::Body;
use super::cache::{Catalogue, Ready};
use crate::app::AppState;
use crate::store::publications::{self, Whole};
use crate::store::{Conn, StoreError, based};
use crate::web::routes::Routes;
use crate::web::{Fault, Reply};
use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse, get};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::leaderboard::wire::{BoardView, PublicList, PublicPrompt};
use krowoc_shared::leaderboard::{Formula, PLACES, Window};
use krowoc_shared::prompts::{Variable, asked};
use serde::Deserialize;

/// How long what everybody reads may be kept on its way: a browser asks each time whether what it has still holds.
pub(super) const CACHE: &str = "public, max-age=0, s-maxage=10";

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(leaderboard)
        .service(public_prompts)
        .service(public_prompt);
}

/// Which board.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::IntoParams)]
pub(super) struct BoardQuery {
    /// `24h` (default), `7d` or `all`.
    #[param(inline)]
    pub window: Option<Window>,
    /// `krowoc` (default), `wilson` or `classic`.
    #[param(inline)]
    pub formula: Option<Formula>,
}

fn json(value: &impl serde::Serialize) -> Body {
    Body::new(
        "application/json",
        serde_json::to_vec(value).unwrap_or_default(),
    )
}

/// The first fifty public prompts of a window, each with why it has its place. No sign-in is needed.
#[utoipa::path(
    tag = "leaderboard",
    params(BoardQuery),
    responses(
        (status = 200, description = "The board. It may be ten seconds old, and is counted anew each hour.", body = BoardView),
        (status = 304, description = "It is as the caller has it (`If-None-Match`)."),
    )
)]
#[get("/leaderboard")]
async fn leaderboard(
    request: HttpRequest,
    state: Data<AppState>,
    query: Query<BoardQuery>,
) -> Reply<HttpResponse> {
    let (window, formula) = (
        query.window.unwrap_or_default(),
        query.formula.unwrap_or_default(),
    );
    let catalogue = state.public.catalogue(&state).await?;
    let make = |it: &Catalogue| json(&it.board(window, formula));
    let body = catalogue.ready(Ready::Board(window, formula), make);
    Ok(body.answer(&request, CACHE))
}

#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
struct SearchQuery {
    /// Words of the title, the author or a tag; all public prompts when absent.
    q: Option<String>,
}

/// Public prompts that hold every word, the best first. No sign-in is needed.
#[utoipa::path(
    tag = "leaderboard",
    params(SearchQuery),
    responses((status = 200, description = "The first fifty, and how many there are.", body = PublicList))
)]
#[get("/public/prompts")]
async fn public_prompts(
    state: Data<AppState>,
    query: Query<SearchQuery>,
) -> Reply<Json<PublicList>> {
    let catalogue = state.public.catalogue(&state).await?;
    let found = catalogue.search(query.q.as_deref().unwrap_or_default());
    Ok(Json(PublicList {
        total: u64::try_from(found.len()).unwrap_or(u64::MAX),
        items: found
            .iter()
            .take(PLACES)
            .map(|item| item.summary())
            .collect(),
    }))
}

/// A public prompt as it was published last. No sign-in is needed.
#[utoipa::path(
    tag = "leaderboard",
    params(("slug" = String, Path, description = "Its name in addresses.")),
    responses(
        (status = 200, description = "The prompt.", body = PublicPrompt),
        (status = 304, description = "It is as the caller has it (`If-None-Match`)."),
        (status = 404, description = "not_found: there is none, or it was taken back", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/public/prompts/{slug}")]
async fn public_prompt(
    request: HttpRequest,
    state: Data<AppState>,
    slug: Path<String>,
) -> Reply<HttpResponse> {
    let slug = slug.into_inner();
    let catalogue = state.public.catalogue(&state).await?;
    let key = Ready::Prompt(slug.clone());
    if let Some(body) = catalogue.find(&key) {
        return Ok(body.answer(&request, CACHE));
    }
    let (_, view) = read(&state, &catalogue, slug).await?;
    let body = catalogue.keep(key, json(&view));
    Ok(body.answer(&request, CACHE))
}

/// A public prompt with its counts.
///
/// # Errors
/// [`ErrorCode::NotFound`] when there is none that everybody can read.
pub(super) async fn read(
    state: &AppState,
    catalogue: &Catalogue,
    slug: String,
) -> Reply<(Whole, PublicPrompt)> {
    let name = slug.clone();
    let found = state
        .store
        .read(move |conn: &mut Conn| -> Result<_, StoreError> {
            let whole = publications::by_slug(conn, &name)?;
            let based = based::on(conn, whole.id)?;
            Ok((whole, based))
        });
    let (whole, based) = found.await?;
    let counts = catalogue
        .item(whole.id)
        .map(|item| item.counts(Window::All));
    let described = Variable::list(&whole.snapshot.variables);
    let view = PublicPrompt {
        variables: asked(&whole.text, &described).unwrap_or_default(),
        slug,
        title: whole.title.clone(),
        description: whole.snapshot.description.clone(),
        text: whole.text.clone(),
        author: whole.author.clone(),
        tags: whole.tags.clone(),
        version: whole.number,
        published_at: whole.published_at,
        first_at: whole.first_at,
        counts: counts.unwrap_or_default(),
        first: whole.first.clone(),
        based,
    };
    Ok((whole, view))
}

/// A remark of a person, checked.
///
/// # Errors
/// [`ErrorCode::InvalidField`] when it is too long.
pub(super) fn remark(field: &str, text: &str, most: usize) -> Reply<String> {
    let text = text.trim();
    let wrong = |detail: String| {
        Err(Fault::new(ErrorCode::InvalidField)
            .field(field)
            .detail(detail))
    };
    if text.chars().count() > most {
        return wrong(format!("Write at most {most} characters."));
    }
    if text.contains('\0') {
        return wrong("Remove the NUL character.".to_owned());
    }
    Ok(text.to_owned())
}
