//! Trains the forests of the extractor: gradient boosting with histograms on soft labels. Only a bench, never in the product.

use krowoc_shared::capture::extract::forest::{Forest, Split, Tree};

/// Candidate thresholds a feature.
const BINS: usize = 64;

/// How to train.
#[derive(Clone, Copy)]
pub struct Plan {
    pub trees: usize,
    pub leaves: usize,
    pub rate: f32,
    pub lambda: f32,
    pub min_weight: f32,
    pub columns: f32,
    pub rows: f32,
}

/// Rows with soft labels in 0..=1 and weights.
pub struct Data<'a> {
    pub rows: Vec<&'a [f32]>,
    pub labels: Vec<f32>,
    pub weights: Vec<f32>,
}

struct Binned {
    /// Per feature: thresholds, ascending.
    cuts: Vec<Vec<f32>>,
    /// Per feature: the bin of each row.
    bins: Vec<Vec<u8>>,
}

/// A small generator (xorshift), so that training repeats exactly.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1u64 << 24) as f32
    }
}

struct Leaf {
    rows: Vec<u32>,
    gradient: f64,
    hessian: f64,
    /// Gain, feature, bin.
    best: Option<(f64, usize, usize)>,
    /// Split that leads here, and whether on its high side.
    from: Option<(usize, bool)>,
}

/// Trains a forest.
pub fn train(data: &Data<'_>, plan: Plan, seed: u64) -> Forest {
    let binned = bin(data);
    let mut dice = Dice(seed | 1);
    let total: f32 = data.weights.iter().sum();
    let positive: f32 = data
        .labels
        .iter()
        .zip(&data.weights)
        .map(|(label, weight)| label * weight)
        .sum();
    let share = (positive / total).clamp(0.001, 0.999);
    let base = (share / (1.0 - share)).ln();
    let mut scores = vec![base; data.rows.len()];
    let mut forest = Forest {
        base,
        trees: Vec::new(),
    };
    for _ in 0..plan.trees {
        let mut gradients = Vec::with_capacity(scores.len());
        for ((score, label), weight) in scores.iter().zip(&data.labels).zip(&data.weights) {
            let p = 1.0 / (1.0 + (-score).exp());
            gradients.push(((p - label) * weight, (p * (1.0 - p)).max(1e-4) * weight));
        }
        let rows: Vec<u32> = (0..scores.len() as u32)
            .filter(|_| dice.roll() < plan.rows)
            .collect();
        let columns: Vec<usize> = (0..binned.cuts.len())
            .filter(|_| dice.roll() < plan.columns)
            .collect();
        let tree = grow(&binned, &gradients, rows, &columns, plan);
        for (score, row) in scores.iter_mut().zip(&data.rows) {
            *score += tree.value(row);
        }
        forest.trees.push(tree);
    }
    forest
}

fn bin(data: &Data<'_>) -> Binned {
    let width = data.rows.first().map_or(0, |row| row.len());
    let mut binned = Binned {
        cuts: Vec::new(),
        bins: Vec::new(),
    };
    for feature in 0..width {
        let mut values: Vec<f32> = data.rows.iter().map(|row| row[feature]).collect();
        let column = values.clone();
        values.sort_by(f32::total_cmp);
        let mut cuts: Vec<f32> = (1..BINS)
            .map(|i| values[i * (values.len() - 1) / BINS])
            .collect();
        // Rare values matter too: add cuts over the distinct ones when there are few.
        values.dedup();
        if values.len() <= BINS {
            cuts = values[..values.len().saturating_sub(1)].to_vec();
        }
        cuts.dedup();
        let bins = column
            .iter()
            .map(|value| cuts.partition_point(|cut| cut < value) as u8)
            .collect();
        binned.cuts.push(cuts);
        binned.bins.push(bins);
    }
    binned
}

fn grow(
    binned: &Binned,
    gradients: &[(f32, f32)],
    rows: Vec<u32>,
    columns: &[usize],
    plan: Plan,
) -> Tree {
    let mut leaves = vec![leaf(binned, gradients, rows, columns, plan, None)];
    let mut splits: Vec<Split> = Vec::new();
    while leaves.len() < plan.leaves {
        let candidate = leaves
            .iter()
            .enumerate()
            .filter_map(|(index, leaf)| leaf.best.map(|best| (best.0, index)))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let Some((_, index)) = candidate else {
            break;
        };
        let parent = leaves.swap_remove(index);
        let Some((_, feature, bin)) = parent.best else {
            break;
        };
        let at = splits.len();
        splits.push(Split {
            feature: feature as u8,
            low: 0,
            high: 0,
            threshold: binned.cuts[feature][bin],
        });
        if let Some((above, high)) = parent.from {
            let slot = if high {
                &mut splits[above].high
            } else {
                &mut splits[above].low
            };
            *slot = at as i8;
        }
        let bins = &binned.bins[feature];
        let (low, high): (Vec<u32>, Vec<u32>) = parent
            .rows
            .into_iter()
            .partition(|row| usize::from(bins[*row as usize]) <= bin);
        leaves.push(leaf(
            binned,
            gradients,
            low,
            columns,
            plan,
            Some((at, false)),
        ));
        leaves.push(leaf(
            binned,
            gradients,
            high,
            columns,
            plan,
            Some((at, true)),
        ));
    }
    let mut tree = Tree {
        splits,
        leaves: Vec::new(),
    };
    for (index, leaf) in leaves.iter().enumerate() {
        let value = -leaf.gradient / (leaf.hessian + f64::from(plan.lambda)) * f64::from(plan.rate);
        tree.leaves.push((value as f32).clamp(-3.9, 3.9));
        if let Some((above, high)) = leaf.from {
            let slot = if high {
                &mut tree.splits[above].high
            } else {
                &mut tree.splits[above].low
            };
            *slot = -1 - index as i8;
        }
    }
    tree
}

fn leaf(
    binned: &Binned,
    gradients: &[(f32, f32)],
    rows: Vec<u32>,
    columns: &[usize],
    plan: Plan,
    from: Option<(usize, bool)>,
) -> Leaf {
    let (mut gradient, mut hessian) = (0.0f64, 0.0f64);
    for row in &rows {
        let (g, h) = gradients[*row as usize];
        gradient += f64::from(g);
        hessian += f64::from(h);
    }
    let lambda = f64::from(plan.lambda);
    let score = |g: f64, h: f64| g * g / (h + lambda);
    let mut best: Option<(f64, usize, usize)> = None;
    for &feature in columns {
        let mut sums = [(0.0f64, 0.0f64); BINS + 1];
        let bins = &binned.bins[feature];
        for row in &rows {
            let (g, h) = gradients[*row as usize];
            let sum = &mut sums[usize::from(bins[*row as usize])];
            sum.0 += f64::from(g);
            sum.1 += f64::from(h);
        }
        let (mut g, mut h) = (0.0, 0.0);
        for (bin, sum) in sums.iter().enumerate().take(binned.cuts[feature].len()) {
            g += sum.0;
            h += sum.1;
            if h < f64::from(plan.min_weight) || hessian - h < f64::from(plan.min_weight) {
                continue;
            }
            let gain = score(g, h) + score(gradient - g, hessian - h) - score(gradient, hessian);
            if gain > best.map_or(1e-3, |best| best.0) {
                best = Some((gain, feature, bin));
            }
        }
    }
    Leaf {
        rows,
        gradient,
        hessian,
        best,
        from,
    }
}
