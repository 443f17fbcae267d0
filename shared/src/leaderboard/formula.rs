//! From counts to a score, part by part. Not which events are counted: that is decided before.
//!
//! Scores are whole millionths, so that the same counts make the same order everywhere, and a score is the sum of its parts exactly.

use super::PLACES;
use super::window::{HOUR, Window};
use crate::ids::Millis;
use serde::{Deserialize, Serialize};

/// A whole score, in millionths.
pub const ONE: u32 = 1_000_000;
/// The quantile of Wilson's interval: 95 in 100 on both sides.
pub const Z: f64 = 1.96;
/// The share of runs, or of who ran it.
pub const RUNS_SHARE: u32 = 600_000;
/// The share of votes.
pub const VOTES_SHARE: u32 = 400_000;
/// Doublings of people until the reach is full: 1,023 of this hour.
const DOUBLINGS: f64 = 10.0;

/// What was counted of a prompt in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Counts {
    /// Completed runs, so many of each account at most.
    pub runs: u64,
    /// Accounts that ran it.
    pub executors: u64,
    /// The same, each weighing less the longer ago its last run was, in millionths.
    pub fresh: u64,
    /// Votes for it.
    pub up: u64,
    /// Votes against it.
    pub down: u64,
}

impl Counts {
    /// Votes for it less those against it.
    #[must_use]
    pub fn votes(&self) -> u64 {
        self.up.saturating_sub(self.down)
    }

    /// True when nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How counts become a score.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Formula {
    /// 0.6 × reach + 0.4 × approval: how many people run it now, and how sure it is that people like it.
    #[default]
    Krowoc,
    /// Approval alone: the lower bound of Wilson's interval for the share of votes that are for it.
    Wilson,
    /// 0.6 × runs / most runs + 0.4 × votes / most votes, of the pool.
    Classic,
}

impl Formula {
    /// In the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Krowoc, Self::Wilson, Self::Classic];

    /// The name in addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Krowoc => "krowoc",
            Self::Wilson => "wilson",
            Self::Classic => "classic",
        }
    }

    /// The name with its version: another number, another order from the same counts.
    #[must_use]
    pub const fn version(self) -> &'static str {
        match self {
            Self::Krowoc => "krowoc-1",
            Self::Wilson => "wilson-1",
            Self::Classic => "classic-1",
        }
    }

    /// The formula of a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// The parts of a score. `pool` matters to the classic formula only.
    #[must_use]
    pub fn parts(self, counts: &Counts, pool: &Pool) -> Vec<Part> {
        let part = |name, share: f64, of: u32| Part {
            name,
            points: millionths(share * f64::from(of)).min(of),
            of,
        };
        match self {
            Self::Krowoc => vec![
                part(PartName::Reach, reach(counts.fresh), RUNS_SHARE),
                part(
                    PartName::Approval,
                    wilson(counts.up, counts.down),
                    VOTES_SHARE,
                ),
            ],
            Self::Wilson => vec![part(
                PartName::Approval,
                wilson(counts.up, counts.down),
                ONE,
            )],
            Self::Classic => vec![
                part(PartName::Runs, share(counts.runs, pool.runs), RUNS_SHARE),
                part(
                    PartName::Votes,
                    share(counts.votes(), pool.votes),
                    VOTES_SHARE,
                ),
            ],
        }
    }
}

/// What a part of a score stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PartName {
    /// How many people ran it, lately above all.
    Reach,
    /// How sure it is that people like it.
    Approval,
    /// Runs beside the most of the pool.
    Runs,
    /// Votes beside the most of the pool.
    Votes,
}

/// A part of a score: why something has its rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Part {
    /// Of what.
    pub name: PartName,
    /// What it brought, in millionths of a whole score.
    pub points: u32,
    /// The most that it can bring.
    pub of: u32,
}

/// The sum of the parts.
#[must_use]
pub fn score(parts: &[Part]) -> u32 {
    parts
        .iter()
        .map(|part| part.points)
        .fold(0, u32::saturating_add)
}

/// The most of the pool: the fifty prompts with the most runs and votes together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pool {
    /// Most runs of one of them.
    pub runs: u64,
    /// Most votes of one of them.
    pub votes: u64,
}

impl Pool {
    /// Of all counts of a window.
    #[must_use]
    pub fn of(all: impl IntoIterator<Item = Counts>) -> Self {
        let mut all: Vec<Counts> = all.into_iter().collect();
        let weight = |it: &Counts| (it.runs.saturating_add(it.votes()), it.votes());
        all.sort_by_key(|it| std::cmp::Reverse(weight(it)));
        all.truncate(PLACES);
        Self {
            runs: all.iter().map(|it| it.runs).max().unwrap_or(0),
            votes: all.iter().map(Counts::votes).max().unwrap_or(0),
        }
    }
}

/// The lower bound of Wilson's score interval for the share of votes that are for it; 0 without votes.
///
/// E. B. Wilson, *Probable Inference, the Law of Succession, and Statistical Inference*, JASA 22 (1927), 209–212.
#[must_use]
pub fn wilson(up: u64, down: u64) -> f64 {
    let n = up.saturating_add(down);
    if n == 0 {
        return 0.0;
    }
    let (n, square) = (n as f64, Z * Z);
    let share = up as f64 / n;
    let spread = Z * (share * (1.0 - share) / n + square / (4.0 * n * n)).sqrt();
    let bound = (share + square / (2.0 * n) - spread) / (1.0 + square / n);
    bound.clamp(0.0, 1.0)
}

/// How full the reach is, of people in millionths: each doubling adds as much.
#[must_use]
pub fn reach(fresh: u64) -> f64 {
    let people = fresh as f64 / f64::from(ONE);
    ((1.0 + people).log2() / DOUBLINGS).clamp(0.0, 1.0)
}

/// What somebody weighs whose last run was so many whole hours ago, in millionths.
#[must_use]
pub fn weight(window: Window, hours: i64) -> u64 {
    let age = Millis::max(hours, 0).saturating_mul(HOUR);
    let halvings = age as f64 / window.half_life() as f64;
    u64::from(millionths((-halvings).exp2() * f64::from(ONE)))
}

fn share(part: u64, most: u64) -> f64 {
    if most == 0 {
        return 0.0;
    }
    (part as f64 / most as f64).clamp(0.0, 1.0)
}

/// A number of millionths, rounded.
fn millionths(value: f64) -> u32 {
    // From 0 to a million: the conversion cannot lose anything but the fraction.
    value.round().clamp(0.0, f64::from(ONE)) as u32
}

#[cfg(test)]
#[path = "formula_tests.rs"]
mod tests;
