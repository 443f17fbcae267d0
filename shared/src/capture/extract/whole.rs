//! What is true of a page as a whole: its declared kind, its headings, where its running text lies. Not about single blocks.

use std::collections::HashMap;

use super::super::dom::{Dom, Kind, NodeId};
use super::blocks::{Block, Page, share};
use super::features::heading_level;
use super::words;

/// Hints whose share of the page is a feature: comments, content, products, lists, posts.
const TELLING: [u32; 5] = [6, 12, 13, 14, 18];

/// What is true of the page as a whole.
pub(super) struct Whole {
    pub(super) kind: f32,
    pub(super) og_kind: f32,
    pub(super) title: Vec<u64>,
    pub(super) headings: [f32; 2],
    pub(super) articles: f32,
    pub(super) times: f32,
    pub(super) mains: f32,
    pub(super) path_depth: f32,
    pub(super) path_words: f32,
    pub(super) has_query: f32,
    pub(super) prose_first: usize,
    pub(super) prose_last: usize,
    pub(super) h1: Option<usize>,
    pub(super) top: Option<NodeId>,
    /// The first main heading and all that holds it, innermost first.
    pub(super) h1_chain: Vec<NodeId>,
    /// Words of the largest group of look-alikes.
    pub(super) largest_group: u32,
    /// Share of words under each of a few hints.
    pub(super) under: [f32; 5],
}

impl Whole {
    pub(super) fn of(page: &Page<'_>, url: &str) -> Self {
        let dom = page.dom;
        let mut whole = Self {
            kind: 0.0,
            og_kind: 0.0,
            title: Vec::new(),
            headings: [0.0; 2],
            articles: 0.0,
            times: 0.0,
            mains: 0.0,
            path_depth: 0.0,
            path_words: 0.0,
            has_query: f32::from(u8::from(url.contains('?'))),
            prose_first: page.blocks.iter().position(Block::is_prose).unwrap_or(0),
            prose_last: page
                .blocks
                .iter()
                .rposition(Block::is_prose)
                .unwrap_or(page.blocks.len()),
            h1: page
                .blocks
                .iter()
                .position(|block| heading_level(dom, block.parent) == 1.0),
            top: best_container(page),
            h1_chain: Vec::new(),
            largest_group: 0,
            under: [0.0; 5],
        };
        let heading = whole
            .h1
            .and_then(|h1| page.blocks.get(h1))
            .and_then(|block| block.parent);
        whole.h1_chain = heading
            .into_iter()
            .chain(heading.into_iter().flat_map(|id| dom.ancestors(id)))
            .collect();
        whole.largest_group = (0..dom.len())
            .filter_map(|index| u32::try_from(index).ok().map(NodeId))
            .filter(|&id| page.alike(id) >= 3)
            .filter_map(|id| dom.parent(id).map(|parent| page.sums(parent).words))
            .max()
            .unwrap_or(0);
        whole.under = shares_under(page);
        let path = url
            .split("://")
            .nth(1)
            .and_then(|rest| rest.split_once('/'))
            .map_or("", |(_, path)| path);
        let path = path.split(['?', '#']).next().unwrap_or_default();
        whole.path_depth = path.split('/').filter(|part| !part.is_empty()).count() as f32;
        whole.path_words = path.split(['-', '_']).count() as f32;
        whole.read(dom);
        whole
    }

    fn read(&mut self, dom: &Dom) {
        for index in 0..dom.len() {
            let id = NodeId(u32::try_from(index).unwrap_or(u32::MAX));
            if !matches!(
                dom.get(id).map(|node| &node.kind),
                Some(Kind::Element { .. })
            ) {
                continue;
            }
            match dom.tag(id) {
                "h1" => self.headings[0] += 1.0,
                "h2" | "h3" => self.headings[1] += 1.0,
                "article" => self.articles += 1.0,
                "time" => self.times += 1.0,
                "main" => self.mains += 1.0,
                "title" if self.title.is_empty() => {
                    let title = dom.text_of(id).to_lowercase();
                    let tokens = title
                        .split(|c: char| !c.is_alphanumeric())
                        .filter(|word| !word.is_empty());
                    self.title = tokens.take(30).map(words::hash).collect();
                }
                "meta" if dom.attr(id, "property") == Some("og:type") => {
                    self.og_kind = match dom.attr(id, "content").unwrap_or_default() {
                        "article" => 1.0,
                        "website" => 2.0,
                        "product" | "og:product" | "product.item" => 3.0,
                        _ => 4.0,
                    };
                }
                "script" if dom.attr(id, "type") == Some("application/ld+json") => {
                    self.kind = self.kind.max(linked_kind(&dom.text_of(id)));
                }
                _ => {}
            }
        }
    }
}

/// What linked data calls the page, coarsely; the order ranks kinds when there are several.
fn linked_kind(source: &str) -> f32 {
    let compact: String = source
        .chars()
        .filter(|c| !c.is_whitespace())
        .take(200_000)
        .collect();
    let has = |kind: &str| {
        compact.contains(&format!("\"@type\":\"{kind}\""))
            || compact.contains(&format!("\"@type\":[\"{kind}\""))
    };
    if has("DiscussionForumPosting") || has("QAPage") {
        5.0
    } else if has("Product") || has("ProductGroup") {
        4.0
    } else if has("Article") || has("NewsArticle") || has("BlogPosting") || has("TechArticle") {
        3.0
    } else if has("ItemList") || has("CollectionPage") {
        2.0
    } else if has("WebPage") {
        1.0
    } else {
        0.0
    }
}

/// The element with the most running text per step away from it: each prose block counts for its parent in full, for the next
/// by a half, and so on (the scoring of reader views).
fn best_container(page: &Page<'_>) -> Option<NodeId> {
    let mut scores: HashMap<NodeId, f32> = HashMap::new();
    for block in page.blocks.iter().filter(|block| block.is_prose()) {
        let mut value = 1.0 + block.counts.commas as f32 + (block.words() as f32 / 20.0).min(6.0);
        let chain = block.parent.into_iter().chain(
            block
                .parent
                .into_iter()
                .flat_map(|id| page.dom.ancestors(id)),
        );
        for id in chain.filter(|&id| page.dom.tag(id) != "p").take(5) {
            *scores.entry(id).or_default() += value;
            value /= 2.0;
        }
    }
    let weighed = scores
        .into_iter()
        .map(|(id, score)| (score * (1.0 - page.sums(id).link_share()), id));
    weighed
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
        .map(|(_, id)| id)
}

fn shares_under(page: &Page<'_>) -> [f32; 5] {
    let mut words = [0u32; 5];
    for block in &page.blocks {
        let chain = block.parent.into_iter().chain(
            block
                .parent
                .into_iter()
                .flat_map(|id| page.dom.ancestors(id)),
        );
        let bits = chain
            .filter(|&id| !matches!(page.dom.tag(id), "body" | "html"))
            .fold(0, |bits, id| bits | page.hints(id).0);
        for (sum, bit) in words.iter_mut().zip(TELLING) {
            *sum += if bits >> bit & 1 == 1 {
                block.words()
            } else {
                0
            };
        }
    }
    words.map(|sum| share(sum, page.total.words))
}
