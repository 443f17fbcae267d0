//! Chooses the blocks to keep from their probabilities. Not the judging of blocks.

use std::collections::HashMap;

use super::super::dom::NodeId;
use super::blocks::Page;
use super::is_chrome;

/// A page with no more words than this is too short for statistics: all of it is kept but its frame.
const SHORT_PAGE: u32 = 80;
/// How far a block moves towards the mean of its look-alikes.
const LEVELLING: f32 = 0.6;
/// Cells of a data table hold this many words at most on average; longer ones make a layout.
const CELL_WORDS: u32 = 12;

/// The set of blocks with the highest expected word-F1: with `e` the expected words of content on the page, blocks are taken from
/// the most probable down while `2 · expected(taken) / (words(taken) + e)` grows.
pub(super) fn choose(page: &Page<'_>, probabilities: &[f32]) -> Vec<bool> {
    if page.total.words <= SHORT_PAGE {
        let outside = |id: NodeId| !is_chrome(page.dom, id);
        let kept: Vec<bool> = page
            .blocks
            .iter()
            .map(|block| block.parent.is_none_or(outside))
            .collect();
        return if kept.contains(&true) {
            kept
        } else {
            vec![true; page.blocks.len()]
        };
    }
    let probabilities = whole_tables(page, &level_alike(page, probabilities));
    let mut order: Vec<(usize, f32, f32)> = page
        .blocks
        .iter()
        .zip(&probabilities)
        .enumerate()
        .map(|(index, (block, probability))| (index, *probability, block.words() as f32))
        .collect();
    let all: f32 = order
        .iter()
        .map(|(_, probability, words)| probability * words)
        .sum();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut kept = vec![false; page.blocks.len()];
    let (mut expected, mut taken, mut best) = (0.0, 0.0, 0.0);
    for (index, probability, words) in order {
        expected += probability * words;
        taken += words;
        let score = 2.0 * expected / (taken + all).max(1.0);
        if score < best {
            break;
        }
        best = score;
        if let Some(flag) = kept.get_mut(index) {
            *flag = true;
        }
    }
    kept
}

/// Moves blocks in the same place of look-alike structures (prices of cards, names on posts) towards their common mean: a list is
/// kept or dropped by kind, not by chance.
fn level_alike(page: &Page<'_>, probabilities: &[f32]) -> Vec<f32> {
    let places: Vec<u64> = page.blocks.iter().map(|block| page.place(block)).collect();
    let mut sums: HashMap<u64, (f32, f32, u32)> = HashMap::new();
    for ((block, probability), place) in page.blocks.iter().zip(probabilities).zip(&places) {
        let sum = sums.entry(*place).or_default();
        sum.0 += probability * block.words() as f32;
        sum.1 += block.words() as f32;
        sum.2 += 1;
    }
    let levelled = places
        .iter()
        .zip(probabilities)
        .map(|(place, own)| match sums.get(place) {
            Some((expected, words, count)) if *count >= 3 => {
                (1.0 - LEVELLING) * own + LEVELLING * expected / words.max(1.0)
            }
            _ => *own,
        });
    levelled.collect()
}

/// Gives all cells of a data table the table's mean probability: half a table is of no use.
fn whole_tables(page: &Page<'_>, probabilities: &[f32]) -> Vec<f32> {
    let dom = page.dom;
    let tables: Vec<Option<NodeId>> = page
        .blocks
        .iter()
        .map(|block| {
            let mut above = block
                .parent
                .into_iter()
                .chain(block.parent.into_iter().flat_map(|id| dom.ancestors(id)))
                .take(8);
            above.find(|&id| dom.tag(id) == "table").filter(|&id| {
                let sums = page.sums(id);
                sums.blocks >= 4 && sums.words <= sums.blocks.saturating_mul(CELL_WORDS)
            })
        })
        .collect();
    let mut sums: HashMap<NodeId, (f32, f32)> = HashMap::new();
    for ((block, probability), table) in page.blocks.iter().zip(probabilities).zip(&tables) {
        if let Some(table) = table {
            let sum = sums.entry(*table).or_default();
            sum.0 += probability * block.words() as f32;
            sum.1 += block.words() as f32;
        }
    }
    let mean = |table: &NodeId| {
        sums.get(table)
            .map(|(expected, words)| expected / words.max(1.0))
    };
    tables
        .iter()
        .zip(probabilities)
        .map(|(table, own)| table.as_ref().and_then(mean).unwrap_or(*own))
        .collect()
}
