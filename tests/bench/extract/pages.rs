//! The annotated pages of a benchmark folder, their score, and the labels that the trainer learns from.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::Path;

use anyhow::Context;

/// An annotated page.
pub struct Page {
    pub id: String,
    pub url: String,
    pub kind: String,
    pub html: String,
    pub gold: String,
}

/// Reads `DIR/html/ID.html.gz` and `DIR/ground-truth/ID.json`, in the order of the ids.
pub fn load(dir: &Path) -> anyhow::Result<Vec<Page>> {
    let truth = dir.join("ground-truth");
    let entries = std::fs::read_dir(&truth)
        .with_context(|| format!("no annotated pages: {} is missing", truth.display()))?;
    let mut paths: Vec<_> = entries
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    let mut pages = Vec::new();
    for path in paths
        .iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
    {
        let json: serde_json::Value = serde_json::from_slice(&std::fs::read(path)?)?;
        let id = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let file = dir.join("html").join(format!("{id}.html.gz"));
        let mut bytes = Vec::new();
        let zipped =
            std::fs::File::open(&file).with_context(|| format!("{} is missing", file.display()))?;
        flate2::read::GzDecoder::new(zipped).read_to_end(&mut bytes)?;
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        pages.push(Page {
            id,
            url: text(&json["url"]),
            kind: text(&json["_internal"]["page_type"]["primary"]),
            html: String::from_utf8_lossy(&bytes).into_owned(),
            gold: text(&json["ground_truth"]["main_content"]),
        });
    }
    Ok(pages)
}

/// Words as the benchmark counts them: `\w+`, lower case.
pub fn tokens(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Word-level F1 over multisets; two empty texts agree.
pub fn f1(found: &str, gold: &str) -> f64 {
    let (found, gold) = (tokens(found), tokens(gold));
    if found.is_empty() || gold.is_empty() {
        return f64::from(u8::from(found.is_empty() && gold.is_empty()));
    }
    let mut left: HashMap<&str, usize> = HashMap::new();
    for word in &gold {
        *left.entry(word).or_default() += 1;
    }
    let mut common = 0usize;
    for word in &found {
        if let Some(count) = left.get_mut(word.as_str()).filter(|count| **count > 0) {
            *count -= 1;
            common += 1;
        }
    }
    2.0 * common as f64 / (found.len() + gold.len()) as f64
}

/// For each block, the share of its words that the gold text holds in the same order: by runs of four words, and for shorter
/// blocks as a whole together with a word of a neighbour, so that a menu's "Share" does not match any "share".
pub fn labels(blocks: &[String], gold: &str) -> Vec<f32> {
    let lines: HashSet<Vec<String>> = gold.lines().map(tokens).collect();
    let gold = tokens(gold);
    let runs: Vec<HashSet<&[String]>> = (0..=4)
        .map(|size| {
            if size == 0 {
                HashSet::new()
            } else {
                gold.windows(size).collect()
            }
        })
        .collect();
    let words: Vec<Vec<String>> = blocks.iter().map(|block| tokens(block)).collect();
    let mut labels = Vec::with_capacity(blocks.len());
    for (index, own) in words.iter().enumerate() {
        let label = if own.len() >= 4 {
            let mut covered = vec![false; own.len()];
            for (start, run) in own.windows(4).enumerate() {
                if runs[4].contains(run) {
                    covered[start..start + 4].fill(true);
                }
            }
            covered.iter().filter(|hit| **hit).count() as f32 / own.len() as f32
        } else if own.is_empty() {
            0.0
        } else if lines.contains(own) {
            1.0
        } else {
            let before = index.checked_sub(1).and_then(|at| words[at].last());
            let after = words.get(index + 1).and_then(|next| next.first());
            let with = |left: Option<&String>, right: Option<&String>| {
                let joined: Vec<String> =
                    left.into_iter().chain(own).chain(right).cloned().collect();
                joined.len() > own.len()
                    && joined.len() >= 2
                    && runs.get(joined.len().min(4)).is_some_and(|set| {
                        joined
                            .windows(joined.len().min(4))
                            .all(|run| set.contains(run))
                    })
            };
            if with(before, None) || with(None, after) {
                1.0
            } else {
                0.0
            }
        };
        labels.push(label);
    }
    labels
}
