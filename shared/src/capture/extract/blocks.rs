//! Cuts a page into blocks, the runs of text that a reader sees as one piece, and sums them up per element. Not a judge of them.

use super::super::dom::{Dom, NodeId};
use super::super::markdown::{Mask, is_block, is_silent};
use super::words::{self, Hints};

/// Pages with more blocks than this are judged by their first ones; the rest are left out.
pub(super) const MAX_BLOCKS: usize = 20_000;

/// A run of text within one block element.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    /// Its text nodes.
    pub(super) nodes: Vec<NodeId>,
    /// The element it lies in.
    pub(super) parent: Option<NodeId>,
    /// Its text, blanks collapsed.
    pub(super) text: String,
    pub(super) counts: words::Counts,
    /// Words inside links.
    pub(super) link_words: u32,
}

/// Sums over the blocks below an element.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    pub(super) words: u32,
    pub(super) link_words: u32,
    pub(super) blocks: u32,
    /// Words in long blocks with few links: running text.
    pub(super) prose: u32,
}

/// A page cut into blocks.
pub(super) struct Page<'a> {
    pub(super) dom: &'a Dom,
    pub(super) blocks: Vec<Block>,
    /// Per node.
    pub(super) sums: Vec<Sums>,
    /// Per node: what class, id and role hint at.
    pub(super) hints: Vec<Hints>,
    /// Per node: number of siblings that look alike, itself included.
    pub(super) alike: Vec<u32>,
    pub(super) total: Sums,
}

impl Block {
    pub(super) fn words(&self) -> u32 {
        self.counts.words
    }

    pub(super) fn is_prose(&self) -> bool {
        self.counts.words >= 15 && self.link_words * 3 < self.counts.words
    }
}

impl<'a> Page<'a> {
    /// Cuts what `mask` does not hide.
    pub(super) fn new(dom: &'a Dom, mask: &Mask) -> Self {
        let mut page = Self {
            dom,
            blocks: cut(dom, mask),
            sums: vec![Sums::default(); dom.len()],
            hints: vec![Hints::default(); dom.len()],
            alike: vec![1; dom.len()],
            total: Sums::default(),
        };
        page.sum_up();
        page.read_hints();
        page.count_alike();
        page
    }

    pub(super) fn sums(&self, id: NodeId) -> Sums {
        self.sums.get(id.index()).copied().unwrap_or_default()
    }

    pub(super) fn hints(&self, id: NodeId) -> Hints {
        self.hints.get(id.index()).copied().unwrap_or_default()
    }

    pub(super) fn alike(&self, id: NodeId) -> u32 {
        self.alike.get(id.index()).copied().unwrap_or(1)
    }

    fn sum_up(&mut self) {
        for block in &self.blocks {
            let add = Sums {
                words: block.words(),
                link_words: block.link_words,
                blocks: 1,
                prose: if block.is_prose() { block.words() } else { 0 },
            };
            self.total.add(add);
            let chain = block.parent.into_iter().chain(
                block
                    .parent
                    .into_iter()
                    .flat_map(|id| self.dom.ancestors(id)),
            );
            for id in chain {
                if let Some(sums) = self.sums.get_mut(id.index()) {
                    sums.add(add);
                }
            }
        }
    }

    /// Only elements with text below them matter.
    fn read_hints(&mut self) {
        for (index, sums) in self.sums.iter().enumerate() {
            if sums.blocks == 0 {
                continue;
            }
            let id = NodeId(u32::try_from(index).unwrap_or(u32::MAX));
            let hints = words::hints(self.dom, id);
            if let Some(slot) = self.hints.get_mut(index) {
                *slot = hints;
            }
        }
    }

    /// Siblings are alike when tag and class are equal: posts of a thread, cards of a grid, items of a list.
    fn count_alike(&mut self) {
        for index in 0..self.sums.len() {
            let id = NodeId(u32::try_from(index).unwrap_or(u32::MAX));
            if self.sums(id).blocks < 2 {
                continue;
            }
            let children: Vec<NodeId> = self
                .dom
                .children(id)
                .filter(|&child| self.sums(child).blocks > 0)
                .collect();
            if children.len() < 2 {
                continue;
            }
            let mut looks: Vec<(u64, NodeId)> = children
                .iter()
                .map(|&child| (self.look(child), child))
                .collect();
            looks.sort_unstable();
            for group in looks.chunk_by(|a, b| a.0 == b.0) {
                let size = u32::try_from(group.len()).unwrap_or(u32::MAX);
                for (_, child) in group {
                    if let Some(slot) = self.alike.get_mut(child.index()) {
                        *slot = size;
                    }
                }
            }
        }
    }

    /// The kind of place that a block is in: tags and first classes of the nearest elements around it.
    pub(super) fn place(&self, block: &Block) -> u64 {
        let chain = block.parent.into_iter().chain(
            block
                .parent
                .into_iter()
                .flat_map(|id| self.dom.ancestors(id)),
        );
        chain
            .take(5)
            .fold(0, |place, id| place.rotate_left(7) ^ self.look(id))
    }

    fn look(&self, id: NodeId) -> u64 {
        // The first class only: later ones number or colour the items.
        let class = self
            .dom
            .attr(id, "class")
            .and_then(|class| class.split_whitespace().next())
            .unwrap_or_default();
        words::hash(self.dom.tag(id)) ^ words::hash(class).rotate_left(17)
    }
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.words = self.words.saturating_add(other.words);
        self.link_words = self.link_words.saturating_add(other.link_words);
        self.blocks = self.blocks.saturating_add(other.blocks);
        self.prose = self.prose.saturating_add(other.prose);
    }

    /// Share of words that are in links.
    pub(super) fn link_share(self) -> f32 {
        share(self.link_words, self.words)
    }
}

/// `part / whole`, 0 for nothing of nothing.
pub(super) fn share(part: u32, whole: u32) -> f32 {
    if whole == 0 {
        0.0
    } else {
        part as f32 / whole as f32
    }
}

fn cut(dom: &Dom, mask: &Mask) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open = Block::default();
    // Links and block elements that are open at this point of the walk.
    let mut links = 0u32;
    let mut at = NodeId::ROOT;
    loop {
        let tag = dom.tag(at);
        let skip = mask.hides(at) || is_silent(tag);
        if !skip {
            if is_block(tag) {
                close(&mut open, &mut blocks);
            }
            links += u32::from(tag == "a");
            if let Some(text) = dom.text(at) {
                take_text(dom, at, text, links > 0, &mut open);
            } else if tag == "br" {
                open.text.push(' ');
            }
            if let Some(child) = dom.first_child(at) {
                at = child;
                continue;
            }
        }
        // Climb until there is a next node, closing what is left behind.
        let mut entered = !skip;
        loop {
            let tag = dom.tag(at);
            if entered {
                if is_block(tag) {
                    close(&mut open, &mut blocks);
                }
                links = links.saturating_sub(u32::from(tag == "a"));
            }
            if let Some(next) = dom.next(at) {
                at = next;
                break;
            }
            let Some(parent) = dom.parent(at) else {
                close(&mut open, &mut blocks);
                return blocks;
            };
            at = parent;
            entered = true;
        }
        if blocks.len() >= MAX_BLOCKS {
            return blocks;
        }
    }
}

fn take_text(dom: &Dom, id: NodeId, text: &str, linked: bool, open: &mut Block) {
    if text.trim().is_empty() {
        open.text.push(' ');
        return;
    }
    if open.nodes.is_empty() {
        open.parent = std::iter::successors(dom.parent(id), |&node| dom.parent(node))
            .find(|&node| is_block(dom.tag(node)));
    }
    open.nodes.push(id);
    open.text.push_str(text);
    if linked {
        open.link_words += words::count(text);
    }
}

fn close(open: &mut Block, blocks: &mut Vec<Block>) {
    let mut block = std::mem::take(open);
    if block.nodes.is_empty() {
        return;
    }
    block.text = block.text.split_whitespace().collect::<Vec<_>>().join(" ");
    block.counts = words::Counts::of(&block.text);
    block.link_words = block.link_words.min(block.counts.words);
    if block.counts.words > 0 {
        blocks.push(block);
    }
}
