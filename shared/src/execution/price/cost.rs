//! What usage costs at given prices: each token counted once, at the most precise price that it has. Not an estimate.

use super::rate::{Exact, Rate};
use super::unit::{Dimensions, Family, PriceKey};
use super::{PriceSet, Prices};
use crate::execution::money::NanoUsd;
use crate::execution::usage::{Unit, Usage};
use crate::execution::wire::Cost;
use crate::ids::Millis;
use std::fmt;

/// Why usage could not be priced. What it costs is then not known, never nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CostError {
    /// A part is larger than one that includes it.
    Exceeds {
        /// The part that is priced.
        part: Unit,
        /// The more precise parts of it that are priced too.
        of: Vec<Unit>,
    },
    /// A part is needed to price others, and absent while parts of it are there.
    Missing(Unit),
    /// More than can be counted.
    TooLarge,
}

impl fmt::Display for CostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exceeds { part, of } => {
                let of: Vec<_> = of.iter().map(|unit| unit.as_str()).collect();
                write!(
                    f,
                    "usage does not add up: {} exceed {}",
                    of.join(" and "),
                    part.as_str()
                )
            }
            Self::Missing(part) => {
                write!(f, "usage does not say {}, only parts of it", part.as_str())
            }
            Self::TooLarge => f.write_str("usage or prices are larger than can be counted"),
        }
    }
}
impl std::error::Error for CostError {}

/// What one price contributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostPart {
    /// Which price.
    pub key: PriceKey,
    /// How many units were charged by it: those that no more precise price charges.
    pub amount: u64,
    /// The rate, for [`PriceKey::per`] of them.
    pub rate: Rate,
    /// Amount times rate, exact.
    pub cost: Exact,
}

/// What usage costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Costed {
    /// The sum of the parts, added exactly and rounded once, half up.
    pub total: NanoUsd,
    /// The sum before rounding.
    pub exact: Exact,
    /// What of it input costs.
    pub input: Exact,
    /// What of it output costs.
    pub output: Exact,
    /// By price; those that charge nothing are left out.
    pub parts: Vec<CostPart>,
    /// What was used and has no price: it is not in the sum.
    pub unpriced: Vec<Unit>,
    /// The revision of the prices.
    pub revision: String,
}

impl Costed {
    /// Whether tokens were used that have no price, so that the sum is not what the request costs.
    #[must_use]
    pub fn lacks_tokens(&self) -> bool {
        let tokens = |unit: &Unit| PriceKey::Of(*unit).dimensions().family == Family::Tokens;
        self.unpriced.iter().any(tokens)
    }
}

/// What usage costs at the prices in force at a time. A request is counted as one.
///
/// # Errors
/// [`CostError`], when the usage contradicts itself.
pub fn cost(prices: &Prices, at: Millis, usage: &Usage) -> Result<Costed, CostError> {
    prices.at(at).cost(usage)
}

/// What an execution is charged for usage that its provider reported, with the revision that it was computed by.
///
/// [`Cost::Unpriced`] without prices, or when tokens were used that have none; [`Cost::Estimated`] with the most that it can be
/// when the usage contradicts itself; else [`Cost::Exact`].
#[must_use]
pub fn settle(prices: Option<&Prices>, at: Millis, usage: &Usage) -> (Cost, Option<String>) {
    let Some(set) = prices.map(|prices| prices.at(at)) else {
        return (Cost::Unpriced, None);
    };
    match set.charge(usage) {
        Cost::Unpriced => (Cost::Unpriced, None),
        cost => (cost, Some(set.revision())),
    }
}

/// The most that usage can cost, also when it contradicts itself: every unit at the dearest rate of its direction, rounded up.
#[must_use]
pub fn at_most(set: &PriceSet, usage: &Usage) -> NanoUsd {
    let input = tokens_at_most(usage, Unit::InputTokens);
    let output = tokens_at_most(usage, Unit::OutputTokens);
    let mut sum = Some(Exact::ZERO);
    let mut add = |cost: Option<Exact>| sum = sum.and_then(|sum| sum.plus(cost?));
    for (unit, amount) in [(Unit::InputTokens, input), (Unit::OutputTokens, output)] {
        let within = PriceKey::Of(unit).dimensions();
        let tariffs = set
            .iter()
            .filter(|(key, _)| within.includes(&key.dimensions()));
        let rate = tariffs.map(|(_, tariff)| tariff.dearest(input)).max();
        add(rate
            .unwrap_or_default()
            .of(amount, PriceKey::Of(unit).per()));
    }
    for (key, tariff) in set.iter() {
        match key {
            PriceKey::Of(unit) if key.dimensions().family != Family::Tokens => {
                add(tariff.dearest(input).of(usage.get(unit), key.per()));
            }
            PriceKey::Request => add(tariff.dearest(input).of(1, key.per())),
            PriceKey::Of(_) => {}
        }
    }
    sum.and_then(Exact::nano_up).unwrap_or(NanoUsd(i64::MAX))
}

/// The largest number of tokens of a direction that usage can be read as: the whole, or the sum of the parts by kind or by modality.
fn tokens_at_most(usage: &Usage, whole: Unit) -> u64 {
    let of = PriceKey::Of(whole).dimensions();
    let sum = |counts: fn(&Dimensions) -> bool| {
        let parts = usage.parts.iter().filter(|(unit, _)| {
            let part = PriceKey::Of(**unit).dimensions();
            of.includes(&part) && part.depth() == of.depth() + 1 && counts(&part)
        });
        parts.fold(0u64, |sum, (_, amount)| sum.saturating_add(*amount))
    };
    let by_kind = sum(|part| !part.kind.is_empty());
    let by_modality = sum(|part| !part.modality.is_empty());
    let within = usage.parts.iter();
    let largest = within
        .filter(|(unit, _)| of.includes(&PriceKey::Of(**unit).dimensions()))
        .map(|(_, amount)| *amount)
        .max();
    by_kind.max(by_modality).max(largest.unwrap_or(0))
}

impl PriceSet {
    /// Whether both what is sent and what is answered as text has a price: else a conversation cannot be priced.
    #[must_use]
    pub fn covers_text(&self) -> bool {
        [Unit::InputTokens, Unit::OutputTokens]
            .into_iter()
            .all(|unit| self.get(PriceKey::Of(unit)).is_some())
    }

    /// What is charged for usage that a provider reported; see [`settle`].
    #[must_use]
    pub fn charge(&self, usage: &Usage) -> Cost {
        match self.costed(usage) {
            Ok(costed) if costed.lacks_tokens() => Cost::Unpriced,
            Ok(costed) => Cost::Exact(costed.total),
            Err(_) => Cost::Estimated(at_most(self, usage)),
        }
    }

    /// What usage costs at these prices.
    ///
    /// # Errors
    /// [`CostError`], when the usage contradicts itself.
    pub fn cost(&self, usage: &Usage) -> Result<Costed, CostError> {
        let costed = self.costed(usage)?;
        Ok(Costed {
            revision: self.revision(),
            ..costed
        })
    }

    /// As [`PriceSet::cost`], without the revision: hashing takes longer than the sum.
    pub(in crate::execution) fn costed(&self, usage: &Usage) -> Result<Costed, CostError> {
        // Only tiers need to know how large the request was.
        let size = if self.is_tiered() {
            amount(usage, Unit::InputTokens)?
        } else {
            0
        };
        let (mut exact, mut input, mut output) = (Exact::ZERO, Exact::ZERO, Exact::ZERO);
        let mut parts = Vec::new();
        for (key, amount) in self.amounts(usage)? {
            let rate = self.get(key).map_or(Rate::ZERO, |tariff| tariff.rate(size));
            let part = rate.of(amount, key.per()).ok_or(CostError::TooLarge)?;
            let plus = |sum: Exact| sum.plus(part).ok_or(CostError::TooLarge);
            exact = plus(exact)?;
            match key.dimensions().direction {
                "input" => input = plus(input)?,
                "output" => output = plus(output)?,
                _ => {}
            }
            if amount > 0 {
                parts.push(CostPart {
                    key,
                    amount,
                    rate,
                    cost: part,
                });
            }
        }
        Ok(Costed {
            total: exact.nano().ok_or(CostError::TooLarge)?,
            exact,
            input,
            output,
            parts,
            unpriced: self.without_price(usage),
            revision: String::new(),
        })
    }

    /// How many units each price charges: those of its part less those that more precise prices charge.
    fn amounts(&self, usage: &Usage) -> Result<Vec<(PriceKey, u64)>, CostError> {
        let mut keys: Vec<_> = self.iter().map(|(key, _)| key).collect();
        keys.sort_by_key(|key| std::cmp::Reverse(key.dimensions().depth()));
        let mut charged: Vec<(PriceKey, u64)> = Vec::with_capacity(keys.len());
        for key in keys {
            let PriceKey::Of(unit) = key else {
                charged.push((key, 1));
                continue;
            };
            let mine = key.dimensions();
            let inner = charged
                .iter()
                .filter(|(other, _)| mine.includes(&other.dimensions()));
            let taken = inner.fold(0u64, |sum, (_, amount)| sum.saturating_add(*amount));
            let left = amount(usage, unit)?.checked_sub(taken);
            let left = left.ok_or_else(|| self.exceeds(unit, usage))?;
            charged.push((key, left));
        }
        Ok(charged)
    }

    fn exceeds(&self, part: Unit, usage: &Usage) -> CostError {
        let of = self.iter().filter_map(|(key, _)| match key {
            PriceKey::Of(unit) if unit != part && usage.get(unit) > 0 => {
                includes(part, unit).then_some(unit)
            }
            _ => None,
        });
        CostError::Exceeds {
            part,
            of: of.collect(),
        }
    }

    fn without_price(&self, usage: &Usage) -> Vec<Unit> {
        let used = usage.parts.iter().filter(|(_, amount)| **amount > 0);
        let priced = |unit: Unit| {
            let part = PriceKey::Of(unit).dimensions();
            self.iter().any(|(key, _)| key.dimensions().includes(&part))
        };
        used.map(|(unit, _)| *unit)
            .filter(|unit| !priced(*unit))
            .collect()
    }
}

fn includes(part: Unit, other: Unit) -> bool {
    let part = PriceKey::Of(part).dimensions();
    part.includes(&PriceKey::Of(other).dimensions())
}

/// The amount of a part. An absent one is nothing, unless what is there says that it cannot be: some of it was used, or two others
/// were used whose overlap it is.
fn amount(usage: &Usage, part: Unit) -> Result<u64, CostError> {
    if let Some(amount) = usage.parts.get(&part) {
        return Ok(*amount);
    }
    let used: Vec<_> = usage
        .parts
        .iter()
        .filter(|(_, amount)| **amount > 0)
        .map(|(unit, _)| PriceKey::Of(*unit).dimensions())
        .collect();
    let wanted = PriceKey::Of(part).dimensions();
    let is_overlap = |(at, left): (usize, &Dimensions)| {
        used.iter().skip(at + 1).any(|right| {
            let nested = left.includes(right) || right.includes(left);
            !nested && left.join(right) == Some(wanted)
        })
    };
    if used.iter().any(|other| wanted.includes(other)) || used.iter().enumerate().any(is_overlap) {
        return Err(CostError::Missing(part));
    }
    Ok(0)
}
