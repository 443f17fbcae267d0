//! Finds a page's main content: cuts the page into blocks, judges each by what holds for pages in general, keeps the best set.
//! Not per-site rules, and no language model.
//!
//! Two forests of decision trees judge the blocks, the second with the first one's view of the surroundings. They were trained on
//! annotations of the Web Content Extraction Benchmark (WCXB, development half, CC BY 4.0); the bench `extract` trains and measures.

mod blocks;
mod choice;
mod context;
mod features;
pub mod forest;
mod whole;
mod words;

use super::dom::{Dom, NodeId};
use super::markdown::{Mask, is_block, is_silent};
use blocks::Page;
use choice::choose;

/// The trained forests. Written by `cargo bench -p krowoc-tests --bench extract -- --data DIR --train FILE`.
static MODEL: &[u8] = include_bytes!("model.bin");

/// Words below which a page is taken to show nothing without scripts.
const FEW_WORDS: usize = 40;

/// Parses a page. One that shows next to nothing is read with what it keeps for readers without scripts.
pub(crate) fn parse(html: &str) -> Dom {
    let dom = Dom::parse(html);
    if !html.contains("<noscript") || has_words(&dom, FEW_WORDS) {
        return dom;
    }
    Dom::parse(
        &html
            .replace("<noscript", "<section")
            .replace("</noscript", "</section"),
    )
}

fn has_words(dom: &Dom, wanted: usize) -> bool {
    let mut words = 0;
    let mut at = Some(NodeId::ROOT);
    while let Some(id) = at {
        words += dom
            .text(id)
            .map_or(0, |text| text.split_whitespace().count());
        if words >= wanted {
            return true;
        }
        at = dom.following(id, NodeId::ROOT, is_silent(dom.tag(id)));
    }
    false
}

/// Hides everything but the main content; the innermost element that holds all of it.
pub(crate) fn hide_boilerplate(dom: &Dom, mask: &mut Mask, url: &str) -> NodeId {
    let page = Page::new(dom, mask);
    let forests = forest::read(MODEL);
    let probabilities = judge(&page, url, &forests);
    let kept = choose(&page, &probabilities);
    keep_only(&page, &kept, mask)
}

fn judge(page: &Page<'_>, url: &str, forests: &[forest::Forest]) -> Vec<f32> {
    let mut rows = features::of(page, url);
    let mut probabilities = vec![1.0; page.blocks.len()];
    for (look, forest) in forests.iter().enumerate() {
        if look > 0 {
            context::extend(page, &probabilities, &mut rows);
        }
        probabilities = rows.iter().map(|row| forest.probability(row)).collect();
    }
    probabilities
}

/// Hides all text outside the kept blocks, and every element left without any; images stay where text around them stays.
fn keep_only(page: &Page<'_>, kept: &[bool], mask: &mut Mask) -> NodeId {
    let dom = page.dom;
    let mut wanted = vec![0u32; dom.len()];
    let mut total = 0u32;
    for (block, _) in page.blocks.iter().zip(kept).filter(|(_, kept)| **kept) {
        for &node in &block.nodes {
            total = total.saturating_add(1);
            for id in std::iter::once(node).chain(dom.ancestors(node)) {
                if let Some(count) = wanted.get_mut(id.index()) {
                    *count += 1;
                }
            }
        }
    }
    let count = |id: NodeId| wanted.get(id.index()).copied().unwrap_or(0);
    let mut root = NodeId::ROOT;
    let mut at = Some(NodeId::ROOT);
    while let Some(id) = at {
        let text = count(id) > 0;
        let silent = is_silent(dom.tag(id));
        if text && total > 0 && count(id) == total && is_block(dom.tag(id)) {
            root = id;
        }
        let stays =
            text || id == NodeId::ROOT || is_kept_image(page, id, &count) || is_blank(dom, id);
        if !stays {
            mask.hide(id);
        }
        at = dom.following(id, NodeId::ROOT, !stays || silent);
    }
    root
}

/// An image, or a wrapper of images alone, stays when the nearest element around it that has any text keeps some of it.
fn is_kept_image(page: &Page<'_>, id: NodeId, count: &impl Fn(NodeId) -> u32) -> bool {
    let dom = page.dom;
    if page.sums(id).blocks > 0 || !dom.is_element(id) {
        return false;
    }
    let bare = matches!(dom.tag(id), "img" | "source" | "br" | "hr");
    if !bare
        && !dom
            .descendants(id)
            .take(12)
            .any(|node| dom.tag(node) == "img")
    {
        return false;
    }
    let around = dom.ancestors(id).find(|&above| page.sums(above).blocks > 0);
    around.is_some_and(|above| count(above) > 0 && !matches!(dom.tag(above), "body" | "html"))
}

fn is_blank(dom: &Dom, id: NodeId) -> bool {
    dom.text(id).is_some_and(|text| text.trim().is_empty())
}

/// True when an element belongs to the page's frame: navigation, header, footer, dialogs.
pub(crate) fn is_chrome(dom: &Dom, id: NodeId) -> bool {
    std::iter::once(id).chain(dom.ancestors(id)).any(|node| {
        matches!(
            dom.tag(node),
            "nav" | "footer" | "aside" | "dialog" | "form" | "menu"
        )
    })
}

/// The main content of a page as plain text, a line a block.
pub fn main_text(html: &str, url: &str) -> String {
    let dom = parse(html);
    let mask = visible(&dom);
    let page = Page::new(&dom, &mask);
    let probabilities = judge(&page, url, &forest::read(MODEL));
    text_of(&page, &choose(&page, &probabilities))
}

fn visible(dom: &Dom) -> Mask {
    let mut mask = Mask::new(dom);
    super::conceal::hide_concealed(dom, &mut mask);
    mask
}

fn text_of(page: &Page<'_>, kept: &[bool]) -> String {
    let mut out = String::new();
    for (block, _) in page.blocks.iter().zip(kept).filter(|(_, kept)| **kept) {
        out.push_str(&block.text);
        out.push('\n');
    }
    out
}

/// A page as the trainer sees it: the text and the features of each block.
pub struct Sample {
    /// Text of each block.
    pub texts: Vec<String>,
    /// Words of each block, as the choice counts them.
    pub words: Vec<u32>,
    /// Features of each block; with probabilities given, those of the second look.
    pub rows: Vec<Vec<f32>>,
}

/// The blocks of a page with their features; those of the second look when the first look's `probabilities` are given.
pub fn sample(html: &str, url: &str, probabilities: Option<&[f32]>) -> Sample {
    let dom = parse(html);
    let mask = visible(&dom);
    let page = Page::new(&dom, &mask);
    let mut rows = features::of(&page, url);
    if let Some(probabilities) = probabilities {
        context::extend(&page, probabilities, &mut rows);
    }
    Sample {
        texts: page.blocks.iter().map(|block| block.text.clone()).collect(),
        words: page.blocks.iter().map(blocks::Block::words).collect(),
        rows,
    }
}

/// The main content that a model's final probabilities give, for measuring a model before it is built in.
pub fn text_with(html: &str, probabilities: &[f32]) -> String {
    let dom = parse(html);
    let mask = visible(&dom);
    let page = Page::new(&dom, &mask);
    text_of(&page, &choose(&page, probabilities))
}
