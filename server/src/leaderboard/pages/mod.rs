//! The pages that everybody reads, drawn here: no script is needed to read them, and no sign-in. Not the dashboard's screens.

mod card;
mod cards;
mod faces;
mod front;
mod html;
mod png;
mod prompt;
mod rules;
mod site;
mod words;

use super::board::{BoardQuery, CACHE, read};
use super::body::Body;
use super::cache::{Catalogue, Ready};
use crate::app::AppState;
use crate::aside::Aside;
use crate::web::actor::ACCESS_COOKIE;
use crate::web::headers::SHARED;
use crate::web::{Fault, Reply, assets};
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Data, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, route};
use card::Look;
use cards::card;
use html::{Head, page};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::leaderboard::{Formula, Window};
use krowoc_shared::prompts::{Variable, fill};
use prompt::Made;
use serde::Deserialize;
use site::Site;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// The media type of a page.
const HTML: &str = "text/html; charset=utf-8";
/// How long a file is kept whose address has its hash.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// How long what seldom changes is kept.
const HOUR: &str = "public, max-age=3600";
/// Most blanks that are read.
const BLANKS: usize = 200;

/// Where maps of the site are made.
static MAPS: LazyLock<Aside> = LazyLock::new(|| Aside::new(1));

/// Their routes.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(door)
        .service(front_page)
        .service(rules_page)
        .service(site_style)
        .service(site_script)
        .service(board_card)
        .service(robots)
        .service(sitemap)
        .service(sitemap_part)
        .service(prompt_card)
        .service(filled)
        .service(prompt_page);
}

fn text(words: String) -> Body {
    Body::new(HTML, words.into_bytes())
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Words {
    q: Option<String>,
}

/// The address of the server itself. Who is signed in nowhere and comes to look sees what is public, as soon as something is.
#[route("/", method = "GET", method = "HEAD")]
async fn door(request: HttpRequest, state: Data<AppState>) -> Reply<HttpResponse> {
    let stranger = request.cookie(ACCESS_COOKIE).is_none();
    // The dashboard opens without the list, whatever is wrong with it.
    let public = stranger && {
        let catalogue = state.public.catalogue(&state).await;
        catalogue.is_ok_and(|it| !it.items().is_empty())
    };
    if !public {
        return assets::serve(&request);
    }
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header((header::LOCATION, "/leaderboard"));
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    answer.insert_header((header::VARY, "Cookie"));
    Ok(answer.finish())
}

#[route("/leaderboard", method = "GET", method = "HEAD")]
async fn front_page(
    request: HttpRequest,
    state: Data<AppState>,
    query: Query<BoardQuery>,
    words: Query<Words>,
) -> Reply<HttpResponse> {
    let site = Site::of(&state);
    let catalogue = state.public.catalogue(&state).await?;
    let words = words.into_inner().q.unwrap_or_default();
    if !words.trim().is_empty() {
        let found = catalogue.search(&words);
        let public = u64::try_from(catalogue.items().len()).unwrap_or(u64::MAX);
        let page = text(front::found(&site, &words, &found, public));
        return Ok(page.answer(&request, CACHE));
    }
    let (window, formula): (Window, Formula) = (
        query.window.unwrap_or_default(),
        query.formula.unwrap_or_default(),
    );
    let make = |it: &Catalogue| text(front::board(&site, &it.board(window, formula)));
    let body = catalogue.ready(Ready::Front(window, formula), make);
    Ok(body.answer(&request, CACHE))
}

#[route("/leaderboard/rules", method = "GET", method = "HEAD")]
async fn rules_page(request: HttpRequest, state: Data<AppState>) -> HttpResponse {
    text(rules::rules(&Site::of(&state))).answer(&request, HOUR)
}

#[route("/leaderboard/site.css", method = "GET", method = "HEAD")]
async fn site_style(request: HttpRequest) -> HttpResponse {
    site::style().answer(&request, FOREVER)
}

#[route("/leaderboard/site.js", method = "GET", method = "HEAD")]
async fn site_script(request: HttpRequest) -> HttpResponse {
    site::script().answer(&request, FOREVER)
}

#[route("/leaderboard/card.png", method = "GET", method = "HEAD")]
async fn board_card(request: HttpRequest, state: Data<AppState>) -> Reply<HttpResponse> {
    let catalogue = state.public.catalogue(&state).await?;
    let look = Look {
        title: front::TITLE.to_owned(),
        author: None,
        site: Site::of(&state).name().to_owned(),
        hours: catalogue.hours().to_vec(),
    };
    Ok(shared(card(&request, look, HOUR).await?))
}

/// Pages of others show it beside a link.
fn shared(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().insert(
        header::HeaderName::from_static(SHARED),
        header::HeaderValue::from_static("cross-origin"),
    );
    response
}

#[route("/robots.txt", method = "GET", method = "HEAD")]
async fn robots(request: HttpRequest, state: Data<AppState>) -> HttpResponse {
    let words = site::robots(&Site::of(&state));
    Body::new("text/plain; charset=utf-8", words.into_bytes()).answer(&request, HOUR)
}

#[route("/sitemap.xml", method = "GET", method = "HEAD")]
async fn sitemap(request: HttpRequest, state: Data<AppState>) -> Reply<HttpResponse> {
    let catalogue = state.public.catalogue(&state).await?;
    let body = map(&state, catalogue, None).await?;
    Ok(body.answer(&request, CACHE))
}

#[route("/sitemap-{part:[1-9][0-9]{0,3}}.xml", method = "GET", method = "HEAD")]
async fn sitemap_part(
    request: HttpRequest,
    state: Data<AppState>,
    part: Path<usize>,
) -> Reply<HttpResponse> {
    let catalogue = state.public.catalogue(&state).await?;
    let part = part.into_inner();
    if !site::has_part(&catalogue, part) {
        return Err(ErrorCode::NotFound.into());
    }
    let body = map(&state, catalogue, Some(part)).await?;
    Ok(body.answer(&request, CACHE))
}

/// The map of the site, or a part of it: made aside, one at a time, for it may name tens of thousands.
async fn map(state: &AppState, catalogue: Arc<Catalogue>, part: Option<usize>) -> Reply<Arc<Body>> {
    let key = Ready::Map(part);
    if let Some(body) = catalogue.find(&key) {
        return Ok(body);
    }
    let site = Site::of(state);
    let made = MAPS.run(move || {
        let make = |it: &Catalogue| {
            let words = site::map(&site, it, part);
            Body::new("application/xml; charset=utf-8", words.into_bytes())
        };
        Ok(catalogue.ready(key, make))
    });
    made.await
}

#[route("/p/{slug}/card.png", method = "GET", method = "HEAD")]
async fn prompt_card(
    request: HttpRequest,
    state: Data<AppState>,
    slug: Path<String>,
) -> Reply<HttpResponse> {
    let slug = slug.into_inner();
    let catalogue = state.public.catalogue(&state).await?;
    let item = catalogue.by_slug(&slug).ok_or(ErrorCode::NotFound)?;
    let look = Look {
        title: html::titled(&item.listed.title).to_owned(),
        author: Some(item.listed.author.clone()),
        site: Site::of(&state).name().to_owned(),
        hours: item.hours(),
    };
    Ok(shared(card(&request, look, HOUR).await?))
}

#[route("/p/{slug}", method = "GET", method = "HEAD")]
async fn prompt_page(
    request: HttpRequest,
    state: Data<AppState>,
    slug: Path<String>,
) -> Reply<HttpResponse> {
    let slug = slug.into_inner();
    let site = Site::of(&state);
    let catalogue = state.public.catalogue(&state).await?;
    let key = Ready::Page(slug.clone());
    if let Some(body) = catalogue.find(&key) {
        return Ok(body.answer(&request, CACHE));
    }
    let (whole, view) = match read(&state, &catalogue, slug).await {
        Ok(found) => found,
        Err(fault) => return gone(&site, fault),
    };
    let entry = catalogue.entry_of(whole.id);
    let page = prompt::page_of(&site, &view, entry.as_ref(), &BTreeMap::new(), &Made::Not);
    let body = catalogue.keep(key, text(page));
    Ok(body.answer(&request, CACHE))
}

/// Fills in the blanks of a prompt. Nothing is kept of it: the values are in the answer alone.
#[route("/p/{slug}", method = "POST")]
async fn filled(state: Data<AppState>, slug: Path<String>, sent: Bytes) -> Reply<HttpResponse> {
    let site = Site::of(&state);
    let catalogue = state.public.catalogue(&state).await?;
    let (whole, view) = match read(&state, &catalogue, slug.into_inner()).await {
        Ok(found) => found,
        Err(fault) => return gone(&site, fault),
    };
    // Browsers send line ends of two characters.
    let fields = url::form_urlencoded::parse(&sent)
        .take(BLANKS)
        .map(|(name, value)| (name.into_owned(), value.replace("\r\n", "\n")));
    let values: BTreeMap<String, String> = fields.collect();
    let described = Variable::list(&whole.snapshot.variables);
    let made = match fill(&whole.text, &described, &values) {
        Ok(text) => Made::Text(text),
        Err(why) => Made::Lacks(format!("Not filled in: {why}.")),
    };
    let entry = catalogue.entry_of(whole.id);
    let page = prompt::page_of(&site, &view, entry.as_ref(), &values, &made);
    Ok(HttpResponse::Ok()
        .content_type(HTML)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(page))
}

/// The page of an address that nothing is at, or at which nothing is any more.
fn gone(site: &Site, fault: Fault) -> Reply<HttpResponse> {
    if fault.code != ErrorCode::NotFound {
        return Err(fault);
    }
    let head = Head {
        title: "Not here",
        description: "There is no public prompt at this address.",
        canonical: &format!("{}/leaderboard", site.origin),
        picture: &site::card_of_board(site),
        pictured: front::TITLE,
        kind: "website",
        hidden: true,
    };
    let main = "<div class=\"hero\"><h1>There is no public prompt here</h1><p>It may have been taken back. \
        <a class=\"plain\" href=\"/leaderboard\">See what is public</a>.</p></div>";
    Ok(HttpResponse::build(StatusCode::NOT_FOUND)
        .content_type(HTML)
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(page(&head, &site.version, main)))
}
