//! What all pages share: where they are, their style and script, and what search engines read. Not the pages.

use super::super::body::Body;
use super::super::cache::Catalogue;
use super::html::{escape, percent, put};
use crate::app::AppState;
use crate::web::token;
use krowoc_shared::exchange::time;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::LazyLock;

/// The style of every page: the dashboard's own sheets, and those of the pages.
const STYLE: &str = concat!(
    include_str!("../../../../ui/css/tokens.css"),
    include_str!("../../../../ui/css/components.css"),
    include_str!("../../../dashboard/css/leaderboard.css"),
    include_str!("site.css"),
);
/// What pages do beyond being read.
const SCRIPT: &str = include_str!("site.js");

/// Most addresses of a map of the site: the protocol allows 50,000.
const MAPPED: usize = 49_000;

/// Style and script with the hash by which they are kept for ever.
struct Files {
    version: String,
    style: Body,
    script: Body,
}

static FILES: LazyLock<Files> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    hash.update(STYLE);
    hash.update(SCRIPT);
    let name = token::encode(&hash.finalize());
    Files {
        version: name.chars().take(16).collect(),
        style: Body::new("text/css; charset=utf-8", STYLE.as_bytes().to_vec()),
        script: Body::new("text/javascript; charset=utf-8", SCRIPT.as_bytes().to_vec()),
    }
});

/// The style of every page.
pub(super) fn style() -> &'static Body {
    &FILES.style
}

/// The script of every page.
pub(super) fn script() -> &'static Body {
    &FILES.script
}

/// Where the pages are.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// What every address begins with.
    pub origin: String,
    /// The version of style and script.
    pub version: String,
}

impl Site {
    /// Of a server.
    pub(super) fn of(state: &AppState) -> Self {
        Self {
            origin: state.config.origin(),
            version: FILES.version.clone(),
        }
    }
}

/// The picture of a prompt.
pub(super) fn card_of(site: &Site, slug: &str) -> String {
    format!("{}/p/{}/card.png", site.origin, percent(slug))
}

/// The picture of the board.
pub(super) fn card_of_board(site: &Site) -> String {
    format!("{}/leaderboard/card.png", site.origin)
}

/// Who may read what: the public pages, and nothing of the dashboard.
pub(super) fn robots(site: &Site) -> String {
    format!(
        "User-agent: *\nAllow: /$\nAllow: /leaderboard\nAllow: /p/\nAllow: /favicon.svg\nDisallow: /\nSitemap: {}/sitemap.xml\n",
        site.origin
    )
}

/// Every public page, with when it changed last. Copies name their first, and are left out.
pub(super) fn map(site: &Site, catalogue: &Catalogue) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    let origin = escape(&site.origin);
    for page in ["leaderboard", "leaderboard/rules"] {
        put!(out, "<url><loc>{origin}/{page}</loc></url>\n");
    }
    let firsts = catalogue
        .items()
        .iter()
        .filter(|it| it.listed.first.is_none());
    for item in firsts.take(MAPPED) {
        put!(
            out,
            "<url><loc>{origin}/p/{}</loc><lastmod>{}</lastmod></url>\n",
            percent(&item.listed.slug),
            time::format(item.listed.published_at)
        );
    }
    out.push_str("</urlset>\n");
    out
}
