//! Second look: what a block's surroundings were taken for by the first look. The order of the numbers is part of the model's contract.

use super::super::dom::NodeId;
use super::blocks::{Block, Page};

/// Appends the context features to each row of the first look.
pub(super) fn extend(page: &Page<'_>, probabilities: &[f32], rows: &mut [Vec<f32>]) {
    let scene = Scene::new(page, probabilities);
    for (index, (block, row)) in page.blocks.iter().zip(rows).enumerate() {
        scene.features(page, index, block, row);
    }
}

struct Scene<'a> {
    probabilities: &'a [f32],
    /// Per node: expected words of content below it.
    expected: Vec<f32>,
    total: f32,
    first: usize,
    last: usize,
}

impl<'a> Scene<'a> {
    fn new(page: &Page<'_>, probabilities: &'a [f32]) -> Self {
        let mut expected = vec![0.0f32; page.dom.len()];
        let mut total = 0.0;
        for (block, probability) in page.blocks.iter().zip(probabilities) {
            let add = probability * block.words() as f32;
            total += add;
            for id in chain(page, block) {
                if let Some(slot) = expected.get_mut(id.index()) {
                    *slot += add;
                }
            }
        }
        let likely = |p: &f32| *p > 0.5;
        Self {
            probabilities,
            expected,
            total,
            first: probabilities.iter().position(likely).unwrap_or(0),
            last: probabilities
                .iter()
                .rposition(likely)
                .unwrap_or(probabilities.len()),
        }
    }

    fn features(&self, page: &Page<'_>, index: usize, block: &Block, row: &mut Vec<f32>) {
        let at = |offset: isize| {
            index
                .checked_add_signed(offset)
                .and_then(|at| self.probabilities.get(at))
                .copied()
                .unwrap_or(-0.1)
        };
        row.extend([0isize, -1, 1, -2, 2, -3, 3].map(at));
        for reach in [5usize, 12, 30] {
            row.push(self.mean(page, index.saturating_sub(reach), index));
            row.push(self.mean(page, index + 1, index + 1 + reach));
        }
        for size in [1, 3, 8, 20, 60] {
            let holder = chain(page, block).find(|&id| page.sums(id).blocks > size);
            row.push(holder.map_or(-0.1, |id| self.share_of(page, id)));
        }
        let group = chain(page, block).find(|&id| page.alike(id) >= 3);
        row.push(group.map_or(-0.1, |id| self.share_of(page, id)));
        row.push(
            group
                .and_then(|id| page.dom.parent(id))
                .map_or(-0.1, |id| self.share_of(page, id)),
        );
        row.extend([
            self.total / (page.total.words.max(1) as f32),
            self.total.min(5_000.0),
            (index as f32 - self.first as f32).clamp(-200.0, 200.0),
            (index as f32 - self.last as f32).clamp(-200.0, 200.0),
        ]);
    }

    /// Expected share of content in the words of blocks `from..to`.
    fn mean(&self, page: &Page<'_>, from: usize, to: usize) -> f32 {
        let (mut words, mut expected) = (0.0, 0.0);
        let blocks = page
            .blocks
            .iter()
            .zip(self.probabilities)
            .skip(from)
            .take(to.saturating_sub(from));
        for (block, probability) in blocks {
            words += block.words() as f32;
            expected += probability * block.words() as f32;
        }
        if words == 0.0 { -0.1 } else { expected / words }
    }

    fn share_of(&self, page: &Page<'_>, id: NodeId) -> f32 {
        let expected = self.expected.get(id.index()).copied().unwrap_or(0.0);
        expected / (page.sums(id).words.max(1) as f32)
    }
}

fn chain<'a>(page: &'a Page<'_>, block: &Block) -> impl Iterator<Item = NodeId> + 'a {
    let parent = block.parent;
    parent
        .into_iter()
        .chain(parent.into_iter().flat_map(|id| page.dom.ancestors(id)))
}
