//! Turns each block of a page into numbers that tell content from page furniture. The order of the numbers is the model's contract:
//! after a change here the model must be trained again (`cargo bench -p krowoc-tests --bench extract -- --train`).

use std::collections::HashMap;

use super::super::dom::{Dom, NodeId};
use super::blocks::{Block, Page, Sums, share};
use super::whole::Whole;
use super::words::{self, HINTS};

/// Ancestors that are looked at, the nearest first.
const REACH: usize = 24;
/// Value of a distance to something that is not there.
const FAR: f32 = 40.0;

/// Elements whose nearest distance above a block is a feature.
const ABOVE: [&str; 18] = [
    "nav",
    "header",
    "footer",
    "aside",
    "main",
    "article",
    "section",
    "form",
    "ul",
    "ol",
    "table",
    "figure",
    "dl",
    "blockquote",
    "details",
    "li",
    "td",
    "pre",
];

/// The features of every block, in the order of the blocks.
pub(super) fn of(page: &Page<'_>, url: &str) -> Vec<Vec<f32>> {
    let whole = Whole::of(page, url);
    let mut seen: HashMap<u64, u32> = HashMap::new();
    for block in &page.blocks {
        *seen.entry(words::hash(&block.text)).or_default() += 1;
    }
    let mut walk = Walk::default();
    let mut rows = Vec::with_capacity(page.blocks.len());
    for (index, block) in page.blocks.iter().enumerate() {
        let mut row = Vec::with_capacity(160);
        walk.pass(page, block);
        text_features(block, &whole, &mut row);
        row.push(seen.get(&words::hash(&block.text)).copied().unwrap_or(1) as f32);
        neighbour_features(page, index, &mut row);
        place_features(page, index, &whole, &walk, &mut row);
        tree_features(page, block, &whole, &mut row);
        relation_features(page, block, &whole, walk.before, &mut row);
        page_features(page, &whole, &mut row);
        walk.words += block.words();
        walk.before = block.parent;
        rows.push(row);
    }
    rows
}

/// State carried from block to block.
#[derive(Default)]
struct Walk {
    words: u32,
    before: Option<NodeId>,
    blocks_since_heading: f32,
    heading_level: f32,
    extras: bool,
    extras_ever: f32,
    extras_level: f32,
}

impl Walk {
    fn pass(&mut self, page: &Page<'_>, block: &Block) {
        let level = heading_level(page.dom, block.parent);
        self.blocks_since_heading += 1.0;
        if level > 0.0 {
            self.blocks_since_heading = 0.0;
            self.heading_level = level;
            let extras = words::opens_extras(&block.text);
            // A smaller heading stays within the section that a larger one opened.
            if extras || level <= self.extras_level || self.extras_level == 0.0 {
                self.extras = extras;
                self.extras_level = level;
            }
            self.extras_ever += f32::from(u8::from(extras));
        }
    }
}

/// Level of the heading that a block is, 0 for none.
pub(super) fn heading_level(dom: &Dom, parent: Option<NodeId>) -> f32 {
    let Some(parent) = parent else {
        return 0.0;
    };
    let level = |tag: &str| match tag {
        "h1" => 1.0,
        "h2" => 2.0,
        "h3" => 3.0,
        "h4" => 4.0,
        "h5" => 5.0,
        "h6" => 6.0,
        _ => 0.0,
    };
    let own = level(dom.tag(parent));
    if own > 0.0 {
        own
    } else {
        dom.parent(parent)
            .map_or(0.0, |above| level(dom.tag(above)))
    }
}

fn text_features(block: &Block, whole: &Whole, row: &mut Vec<f32>) {
    let counts = &block.counts;
    let words = counts.words;
    let in_title = block
        .text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let (mut hits, mut tokens) = (0u32, 0u32);
    for word in in_title.take(40) {
        tokens += 1;
        hits += u32::from(whole.title.contains(&words::hash(&word.to_lowercase())));
    }
    row.extend([
        words as f32,
        share(counts.chars, words),
        share(block.link_words, words),
        share(counts.capitals, words),
        share(counts.numbers, words),
        share(counts.function_words, words),
        share(counts.furniture, words),
        counts.stops as f32,
        counts.commas as f32,
        share(counts.separators, words),
        f32::from(u8::from(counts.ends_sentence)),
        share(hits, tokens),
        share(hits, u32::try_from(whole.title.len()).unwrap_or(1)),
        f32::from(u8::from(block.text.contains('©'))),
        f32::from(u8::from(block.text.contains(['$', '€', '£']))),
        block.nodes.len() as f32,
    ]);
}

fn neighbour_features(page: &Page<'_>, index: usize, row: &mut Vec<f32>) {
    let near = |offset: isize| {
        index
            .checked_add_signed(offset)
            .and_then(|at| page.blocks.get(at))
    };
    for offset in [-2isize, -1, 1, 2] {
        match near(offset) {
            Some(block) => row.extend([
                block.words() as f32,
                share(block.link_words, block.words()),
                share(block.counts.function_words, block.words()),
            ]),
            None => row.extend([-1.0, -1.0, -1.0]),
        }
    }
    row.push(near(-1).map_or(-1.0, |block| tag_code(page.dom, block.parent)));
    row.push(near(1).map_or(-1.0, |block| tag_code(page.dom, block.parent)));
    for reach in [3usize, 8, 20] {
        let from = index.saturating_sub(reach);
        let around = page.blocks.iter().skip(from).take(index - from + reach + 1);
        let (mut words, mut links, mut function, mut furniture, mut prose) =
            (0u32, 0u32, 0u32, 0u32, 0u32);
        for block in around {
            words += block.words();
            links += block.link_words;
            function += block.counts.function_words;
            furniture += block.counts.furniture;
            prose += if block.is_prose() { block.words() } else { 0 };
        }
        row.extend([
            words as f32,
            share(links, words),
            share(function, words),
            share(furniture, words),
            share(prose, words),
        ]);
    }
}

fn place_features(page: &Page<'_>, index: usize, whole: &Whole, walk: &Walk, row: &mut Vec<f32>) {
    let count = page.blocks.len().max(1) as f32;
    let at = index as f32;
    let h1 = whole
        .h1
        .map_or(FAR, |h1| (at - h1 as f32).clamp(-300.0, 300.0));
    row.extend([
        at / count,
        at.min(500.0),
        (count - at).min(500.0),
        share(walk.words, page.total.words),
        walk.words.min(5_000) as f32,
        h1,
        (at - whole.prose_first as f32).clamp(-100.0, 100.0),
        (at - whole.prose_last as f32).clamp(-100.0, 100.0),
        walk.blocks_since_heading.min(60.0),
        walk.heading_level,
        f32::from(u8::from(walk.extras)),
        walk.extras_ever.min(10.0),
    ]);
}

fn tree_features(page: &Page<'_>, block: &Block, whole: &Whole, row: &mut Vec<f32>) {
    let dom = page.dom;
    let chain: Vec<NodeId> = block
        .parent
        .into_iter()
        .chain(block.parent.into_iter().flat_map(|id| dom.ancestors(id)))
        .take(REACH)
        .collect();
    row.push(chain.len() as f32);
    row.push(tag_code(dom, block.parent));
    row.push(heading_level(dom, block.parent));
    for wanted in ABOVE {
        let distance = chain.iter().position(|&id| dom.tag(id) == wanted);
        row.push(distance.map_or(FAR, |at| at as f32));
    }
    for bit in 0..HINTS {
        let distance = chain.iter().position(|&id| {
            page.hints(id).0 >> bit & 1 == 1 && !matches!(dom.tag(id), "body" | "html")
        });
        row.push(distance.map_or(FAR, |at| at as f32));
    }
    // Containers at growing sizes: the first ancestors that hold more than one, five, fifteen and forty blocks.
    for size in [1, 5, 15, 40] {
        let sums = chain
            .iter()
            .map(|&id| page.sums(id))
            .find(|sums| sums.blocks > size)
            .unwrap_or(page.total);
        container_features(sums, page.total, row);
    }
    let repeated = chain
        .iter()
        .enumerate()
        .find(|&(_, &id)| page.alike(id) >= 3);
    match repeated {
        Some((distance, &id)) => {
            let group = dom
                .parent(id)
                .map(|parent| page.sums(parent))
                .unwrap_or_default();
            let own = page.sums(id);
            row.extend([
                distance as f32,
                page.alike(id) as f32,
                own.words as f32,
                own.link_share(),
                share(own.prose, own.words),
            ]);
            container_features(group, page.total, row);
        }
        None => row.extend([FAR, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
    }
    // How far up the best container of running text is: 0 inside it, growing outside.
    let top = whole.top.map_or(FAR, |top| {
        let mut tops = std::iter::once(top).chain(dom.ancestors(top));
        tops.position(|above| chain.contains(&above))
            .map_or(FAR, |at| at as f32)
    });
    row.push(top);
    row.push(
        chain
            .iter()
            .filter(|&&id| dom.attr(id, "itemprop").is_some())
            .count() as f32,
    );
}

/// How the block hangs together with the main heading, with the block before it, and with the largest group of look-alikes.
fn relation_features(
    page: &Page<'_>,
    block: &Block,
    whole: &Whole,
    before: Option<NodeId>,
    row: &mut Vec<f32>,
) {
    let dom = page.dom;
    let chain: Vec<NodeId> = block
        .parent
        .into_iter()
        .chain(block.parent.into_iter().flat_map(|id| dom.ancestors(id)))
        .take(REACH)
        .collect();
    let shared = whole
        .h1_chain
        .iter()
        .enumerate()
        .find(|(_, id)| chain.contains(id));
    match shared {
        Some((steps, &id)) => {
            let sums = page.sums(id);
            row.extend([
                steps as f32,
                share(sums.words, page.total.words),
                sums.link_share(),
                share(sums.prose, sums.words),
            ]);
        }
        None => row.extend([FAR, 1.0, -1.0, -1.0]),
    }
    let up = before.and_then(|before| {
        let mut above = std::iter::once(before)
            .chain(dom.ancestors(before))
            .take(REACH);
        above.position(|id| chain.contains(&id))
    });
    row.push(up.map_or(FAR, |steps| steps as f32));
    let group = chain
        .iter()
        .find(|&&id| page.alike(id) >= 3)
        .and_then(|&id| dom.parent(id));
    row.push(group.map_or(-1.0, |id| share(page.sums(id).words, whole.largest_group)));
    row.push(share(whole.largest_group, page.total.words));
    row.extend(whole.under);
}

fn container_features(sums: Sums, total: Sums, row: &mut Vec<f32>) {
    row.extend([
        sums.words as f32,
        sums.link_share(),
        share(sums.words, sums.blocks),
        share(sums.prose, sums.words),
        share(sums.words, total.words),
    ]);
}

fn page_features(page: &Page<'_>, whole: &Whole, row: &mut Vec<f32>) {
    let total = page.total;
    row.extend([
        total.words as f32,
        total.blocks as f32,
        total.link_share(),
        share(total.prose, total.words),
        total.prose as f32,
        whole.kind,
        whole.og_kind,
        whole.headings[0],
        whole.headings[1],
        whole.articles,
        whole.times,
        whole.mains,
        whole.path_depth,
        whole.path_words,
        whole.has_query,
        whole
            .top
            .map_or(0.0, |top| share(page.sums(top).prose, total.prose)),
    ]);
}

/// Tags in the order of how much text of their own they usually hold.
fn tag_code(dom: &Dom, id: Option<NodeId>) -> f32 {
    match id.map_or("", |id| dom.tag(id)) {
        "p" => 12.0,
        "blockquote" => 11.0,
        "pre" => 10.0,
        "h1" => 9.0,
        "h2" => 8.0,
        "h3" => 7.0,
        "h4" | "h5" | "h6" => 6.0,
        "dd" | "dt" => 5.0,
        "td" | "th" => 4.0,
        "figcaption" | "caption" | "summary" => 3.0,
        "li" => 2.0,
        "button" | "legend" => 1.0,
        _ => 0.0,
    }
}
