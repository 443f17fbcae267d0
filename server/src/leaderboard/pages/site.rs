//! What all pages share: where they are, their style and script, and what search engines read. Not the pages.

use super::super::body::Body;
use super::super::cache::Catalogue;
use super::html::{escape, percent, put};
use crate::app::AppState;
use crate::web::token;
use krowoc_shared::exchange::time;
use krowoc_shared::ids::Millis;
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

/// Most prompts of a map of the site: the protocol allows 50,000 addresses.
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
    /// As people know it: its host, and its port when that is a special one.
    pub(super) fn name(&self) -> &str {
        let (_, name) = self.origin.split_once("://").unwrap_or(("", &self.origin));
        name
    }

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
        "User-agent: *\nAllow: /$\nAllow: /leaderboard\nAllow: /p/\nAllow: /favicon.svg\nAllow: /sitemap\nDisallow: /\nSitemap: {}/sitemap.xml\n",
        site.origin
    )
}

/// What a map begins with, of its root.
const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const SCHEMA: &str = "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"";

/// A prompt on a map: its slug, and when it changed last.
type Mapped<'a> = (&'a str, Millis);

/// The prompts that have a page of their own, the oldest first. Copies name their first, and are left out.
fn mapped(catalogue: &Catalogue) -> Vec<Mapped<'_>> {
    let items = catalogue.items().iter().map(|it| &it.listed);
    let firsts = items.filter(|it| it.first.is_none());
    firsts
        .map(|it| (it.slug.as_str(), it.published_at))
        .collect()
}

/// Whether the map has parts, and this is one of them, counted from 1.
pub(super) fn has_part(catalogue: &Catalogue, part: usize) -> bool {
    let items = catalogue.items().iter();
    let firsts = items.filter(|it| it.listed.first.is_none()).count();
    firsts > MAPPED && part >= 1 && part <= firsts.div_ceil(MAPPED)
}

/// Every public page, with when it changed last; of more than a map may have, the list of its parts. Or one of these.
pub(super) fn map(site: &Site, catalogue: &Catalogue, part: Option<usize>) -> String {
    map_of(site, &mapped(catalogue), part, MAPPED)
}

fn map_of(site: &Site, prompts: &[Mapped<'_>], part: Option<usize>, most: usize) -> String {
    match part {
        None if prompts.len() <= most => pages(site, prompts, true),
        None => parts(site, prompts, most),
        Some(part) => {
            let at = part.saturating_sub(1);
            let some = prompts.chunks(most).nth(at).unwrap_or_default();
            pages(site, some, at == 0)
        }
    }
}

/// Pages of prompts, after those of the board.
fn pages(site: &Site, prompts: &[Mapped<'_>], board: bool) -> String {
    let mut out = format!("{XML}<urlset {SCHEMA}>\n");
    let origin = escape(&site.origin);
    for page in ["leaderboard", "leaderboard/rules"]
        .into_iter()
        .filter(|_| board)
    {
        put!(out, "<url><loc>{origin}/{page}</loc></url>\n");
    }
    for (slug, changed) in prompts {
        put!(
            out,
            "<url><loc>{origin}/p/{}</loc><lastmod>{}</lastmod></url>\n",
            percent(slug),
            time::format(*changed)
        );
    }
    out.push_str("</urlset>\n");
    out
}

/// The parts of a map. A new prompt comes into the last one. When one goes, or a copy becomes the first of its text, all after it move by
/// one place, over the borders of parts.
fn parts(site: &Site, prompts: &[Mapped<'_>], most: usize) -> String {
    let mut out = format!("{XML}<sitemapindex {SCHEMA}>\n");
    let origin = escape(&site.origin);
    for (part, some) in (1_usize..).zip(prompts.chunks(most)) {
        let changed = some.iter().map(|(_, changed)| *changed).max();
        put!(
            out,
            "<sitemap><loc>{origin}/sitemap-{part}.xml</loc><lastmod>{}</lastmod></sitemap>\n",
            time::format(changed.unwrap_or_default())
        );
    }
    out.push_str("</sitemapindex>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_that_is_too_long_becomes_a_list_of_its_parts() {
        let site = Site {
            origin: "https://prompts.example.org:8443".to_owned(),
            version: String::new(),
        };
        assert_eq!(site.name(), "prompts.example.org:8443");
        let all = [("one", 0), ("two", 86_400_000), ("three", 0)];
        let locations = |map: &str| -> Vec<String> {
            let places = map.split("<loc>https://prompts.example.org:8443/").skip(1);
            places
                .map(|it| it.split('<').next().unwrap().to_owned())
                .collect()
        };
        let whole = map_of(&site, &all, None, 3);
        let named = [
            "leaderboard",
            "leaderboard/rules",
            "p/one",
            "p/two",
            "p/three",
        ];
        assert_eq!(locations(&whole), named);
        assert!(whole.ends_with("</urlset>\n"));
        let list = map_of(&site, &all, None, 2);
        assert_eq!(locations(&list), ["sitemap-1.xml", "sitemap-2.xml"]);
        assert!(
            list.contains("<lastmod>1970-01-02T00:00:00") && list.ends_with("</sitemapindex>\n")
        );
        let parts = [1, 2].map(|part| locations(&map_of(&site, &all, Some(part), 2)));
        assert_eq!(parts.concat(), named);
        assert_eq!(parts[1], ["p/three"]);
    }
}
