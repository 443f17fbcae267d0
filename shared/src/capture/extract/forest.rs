//! Evaluates boosted decision trees kept in a compact binary form. Training lives with the bench, not here.
//!
//! The form, little-endian: magic `KXT1`; then for each forest a `u16` number of trees and an `f32` base score; for each tree a `u8`
//! number of splits, the splits (`u8` feature, `i8` child for values at or under the threshold, `i8` child for others, `f32`
//! threshold; a child below zero is leaf `-child - 1`), and one `i16` per leaf in units of 1/8192.

/// First bytes of a model.
pub const MAGIC: &[u8; 4] = b"KXT1";
/// Units of a leaf's value.
pub const LEAF_UNIT: f32 = 8192.0;

/// A split of a tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    /// Index of the feature.
    pub feature: u8,
    /// Where values at or under the threshold go: a split, or leaf `-child - 1`.
    pub low: i8,
    /// Where other values go.
    pub high: i8,
    /// The threshold.
    pub threshold: f32,
}

/// A regression tree.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tree {
    /// Its splits, the root first; none for a tree that is one leaf.
    pub splits: Vec<Split>,
    /// The values of its leaves.
    pub leaves: Vec<f32>,
}

/// Trees whose values add up to a log-odds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Forest {
    /// Log-odds before any tree.
    pub base: f32,
    /// The trees.
    pub trees: Vec<Tree>,
}

impl Tree {
    /// The value of the leaf that a row falls into.
    pub fn value(&self, row: &[f32]) -> f32 {
        let mut at: i8 = if self.splits.is_empty() { -1 } else { 0 };
        // A path is never longer than the number of splits, whatever the bytes say.
        for _ in 0..=self.splits.len() {
            let Ok(index) = usize::try_from(at) else {
                break;
            };
            let Some(split) = self.splits.get(index) else {
                return 0.0;
            };
            let value = row.get(usize::from(split.feature)).copied().unwrap_or(0.0);
            at = if value <= split.threshold {
                split.low
            } else {
                split.high
            };
        }
        let leaf = usize::try_from(-1 - i16::from(at)).unwrap_or(usize::MAX);
        self.leaves.get(leaf).copied().unwrap_or(0.0)
    }
}

impl Forest {
    /// Probability of content for a row.
    pub fn probability(&self, row: &[f32]) -> f32 {
        let score: f32 = self.base + self.trees.iter().map(|tree| tree.value(row)).sum::<f32>();
        1.0 / (1.0 + (-score).exp())
    }
}

/// Reads the forests of a model; what is malformed ends the list.
pub fn read(bytes: &[u8]) -> Vec<Forest> {
    let mut forests = Vec::new();
    let Some(mut rest) = bytes.strip_prefix(MAGIC.as_slice()) else {
        return forests;
    };
    while let Some(forest) = read_forest(&mut rest) {
        forests.push(forest);
    }
    forests
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}

fn read_forest(rest: &mut &[u8]) -> Option<Forest> {
    let count = u16::from_le_bytes(take(rest)?);
    let base = f32::from_le_bytes(take(rest)?);
    let trees = (0..count).map(|_| read_tree(rest)).collect::<Option<_>>()?;
    Some(Forest { base, trees })
}

fn read_tree(rest: &mut &[u8]) -> Option<Tree> {
    let [splits] = take(rest)?;
    let mut tree = Tree::default();
    for _ in 0..splits {
        let [feature, low, high] = take(rest)?;
        let threshold = f32::from_le_bytes(take(rest)?);
        tree.splits.push(Split {
            feature,
            low: low.cast_signed(),
            high: high.cast_signed(),
            threshold,
        });
    }
    for _ in 0..=splits {
        tree.leaves
            .push(f32::from(i16::from_le_bytes(take(rest)?)) / LEAF_UNIT);
    }
    Some(tree)
}

/// Writes forests in the form that [`read`] reads.
pub fn write(forests: &[Forest]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    for forest in forests {
        out.extend(
            u16::try_from(forest.trees.len())
                .unwrap_or(u16::MAX)
                .to_le_bytes(),
        );
        out.extend(forest.base.to_le_bytes());
        for tree in &forest.trees {
            out.push(u8::try_from(tree.splits.len()).unwrap_or(u8::MAX));
            for split in &tree.splits {
                out.extend([
                    split.feature,
                    split.low.cast_unsigned(),
                    split.high.cast_unsigned(),
                ]);
                out.extend(split.threshold.to_le_bytes());
            }
            for leaf in &tree.leaves {
                let units = (leaf * LEAF_UNIT)
                    .round()
                    .clamp(f32::from(i16::MIN), f32::from(i16::MAX));
                out.extend((units as i16).to_le_bytes());
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> Forest {
        let split = |feature, low, high| Split {
            feature,
            low,
            high,
            threshold: 0.5,
        };
        let tree = Tree {
            splits: vec![split(0, -1, 1), split(1, -2, -3)],
            leaves: vec![-1.0, 0.5, 2.0],
        };
        Forest {
            base: 0.25,
            trees: vec![
                tree,
                Tree {
                    splits: vec![],
                    leaves: vec![0.125],
                },
            ],
        }
    }

    #[test]
    fn a_row_falls_into_the_leaf_that_its_values_choose() {
        let forest = sample();
        let tree = forest.trees.first().unwrap();
        assert_eq!(tree.value(&[0.5, 9.0]), -1.0);
        assert_eq!(tree.value(&[1.0, 0.0]), 0.5);
        assert_eq!(tree.value(&[1.0, 1.0]), 2.0);
        assert!((forest.probability(&[1.0, 1.0]) - 1.0 / (1.0 + (-2.375f32).exp())).abs() < 1e-6);
    }

    #[test]
    fn what_is_written_is_read() {
        let forests = vec![sample(), Forest::default()];
        assert_eq!(read(&write(&forests)), forests);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let mut model = MAGIC.to_vec();
            model.extend(bytes);
            for forest in read(&model) {
                let probability = forest.probability(&[1.0, 0.0]);
                prop_assert!(probability.is_nan() || (0.0..=1.0).contains(&probability));
            }
        }
    }
}
