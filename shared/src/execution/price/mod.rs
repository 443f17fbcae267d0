//! What a model costs: rates, tiers, dates, as exact integers. Not what anybody used, and no I/O.

mod cost;
mod rate;
mod unit;
mod when;

pub use cost::{CostError, CostPart, Costed, at_most, cost, settle};
pub use rate::{Exact, InvalidRate, Rate};
pub use unit::{Dimensions, Family, PriceKey};
pub use when::{Day, TimeOfDay, When};

use crate::ids::Millis;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;

/// A rate from a number of input tokens on, for all tokens of such a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// The rate holds for requests with more input tokens than this, cached ones included.
    pub above: u64,
    /// The rate.
    pub rate: Rate,
}

/// The rate of one part of usage. Written `"0.15"`, or with tiers `{"base": "1.25", "tiers": [{"above": 200000, "rate": "2.5"}]}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tariff {
    /// One rate.
    Flat(Rate),
    /// A rate for requests up to the first tier, and the tiers, ascending. A request pays one rate for all its tokens, not a part at
    /// each.
    Tiered(Rate, Vec<Tier>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tiered {
    base: Rate,
    tiers: Vec<Tier>,
}

impl Tariff {
    /// A tariff with tiers in any order.
    #[must_use]
    pub fn tiered(base: Rate, mut tiers: Vec<Tier>) -> Self {
        tiers.sort_by_key(|tier| tier.above);
        Self::Tiered(base, tiers)
    }

    /// The rate of a request with so many input tokens.
    #[must_use]
    pub fn rate(&self, input_tokens: u64) -> Rate {
        match self {
            Self::Flat(rate) => *rate,
            Self::Tiered(base, tiers) => {
                let reached = tiers.iter().rev().find(|tier| input_tokens > tier.above);
                reached.map_or(*base, |tier| tier.rate)
            }
        }
    }

    /// The dearest rate of a request with up to so many input tokens.
    #[must_use]
    pub fn dearest(&self, input_tokens: u64) -> Rate {
        match self {
            Self::Flat(rate) => *rate,
            Self::Tiered(base, tiers) => {
                let reached = tiers.iter().filter(|tier| input_tokens > tier.above);
                reached.map(|tier| tier.rate).fold(*base, Rate::max)
            }
        }
    }

    /// Whether larger requests cost another rate.
    #[must_use]
    pub const fn is_tiered(&self) -> bool {
        matches!(self, Self::Tiered(..))
    }
}

impl Serialize for Tariff {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Flat(rate) => rate.serialize(serializer),
            Self::Tiered(base, tiers) => Tiered {
                base: *base,
                tiers: tiers.clone(),
            }
            .serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Tariff {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Tariff;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "USD as a decimal text, such as \"0.0735\", or {\"base\": …, \"tiers\": […]}",
                )
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Tariff, E> {
                text.parse().map(Tariff::Flat).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Tariff, A::Error> {
                let read = Tiered::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Tariff::tiered(read.base, read.tiers))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// The prices that are in force together. Every set is consistent: a price for a part comes with one for all that includes it, and two
/// that overlap come with one for what they share, so that each token is counted once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    try_from = "BTreeMap<PriceKey, Tariff>",
    into = "BTreeMap<PriceKey, Tariff>"
)]
pub struct PriceSet {
    tariffs: BTreeMap<PriceKey, Tariff>,
}

impl PriceSet {
    /// A set of prices.
    ///
    /// # Errors
    /// Which price is missing for the set to be consistent.
    pub fn new(tariffs: BTreeMap<PriceKey, Tariff>) -> Result<Self, String> {
        if tariffs.is_empty() {
            return Err("no price at all: leave prices out when none is known".to_owned());
        }
        for key in tariffs.keys() {
            let mine = key.dimensions();
            for other in PriceKey::all() {
                if other.dimensions().includes(&mine) && !tariffs.contains_key(&other) {
                    return Err(format!(
                        "a price for {key} needs one for {other}, which includes it"
                    ));
                }
            }
            for other in tariffs.keys().filter(|other| *other > key) {
                let Some(joint) = mine.join(&other.dimensions()) else {
                    continue;
                };
                let shared = PriceKey::with(&joint).ok_or_else(|| {
                    format!("{key} and {other} overlap in what cannot be priced: leave one out")
                })?;
                if !tariffs.contains_key(&shared) {
                    return Err(format!(
                        "prices for {key} and {other} need one for {shared}, which both include"
                    ));
                }
            }
        }
        Ok(Self { tariffs })
    }

    /// The tariff of a part, when it has one of its own.
    #[must_use]
    pub fn get(&self, key: PriceKey) -> Option<&Tariff> {
        self.tariffs.get(&key)
    }

    /// Every tariff.
    pub fn iter(&self) -> impl Iterator<Item = (PriceKey, &Tariff)> {
        self.tariffs.iter().map(|(key, tariff)| (*key, tariff))
    }

    /// Whether a price depends on the size of the request.
    #[must_use]
    pub fn is_tiered(&self) -> bool {
        self.tariffs.values().any(Tariff::is_tiered)
    }

    /// A short hash of what the prices are: the same for the same prices, whatever model they belong to. 12 hexadecimal digits.
    #[must_use]
    pub fn revision(&self) -> String {
        let mut hasher = Sha256::new();
        for (key, tariff) in self.iter() {
            hasher.update(key.as_str());
            let (base, tiers) = match tariff {
                Tariff::Flat(rate) => (rate, [].as_slice()),
                Tariff::Tiered(base, tiers) => (base, tiers.as_slice()),
            };
            hasher.update(format!("={base}"));
            for tier in tiers {
                hasher.update(format!(">{}:{}", tier.above, tier.rate));
            }
            hasher.update(";");
        }
        let digest = hasher.finalize();
        digest
            .iter()
            .take(6)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

impl TryFrom<BTreeMap<PriceKey, Tariff>> for PriceSet {
    type Error = String;

    fn try_from(tariffs: BTreeMap<PriceKey, Tariff>) -> Result<Self, Self::Error> {
        Self::new(tariffs)
    }
}

impl From<PriceSet> for BTreeMap<PriceKey, Tariff> {
    fn from(set: PriceSet) -> Self {
        set.tariffs
    }
}

/// Prices with the time that they are in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timed {
    /// When.
    #[serde(default, skip_serializing_if = "is_always")]
    pub when: When,
    /// The prices.
    pub prices: PriceSet,
}

fn is_always(when: &When) -> bool {
    *when == When::Always
}

/// All prices of a model, of today and of other days. Written as one set, or as a list of `{"when": …, "prices": …}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    first: Timed,
    later: Vec<Timed>,
}

impl Prices {
    /// One set that always holds.
    #[must_use]
    pub const fn always(prices: PriceSet) -> Self {
        Self {
            first: Timed {
                when: When::Always,
                prices,
            },
            later: Vec::new(),
        }
    }

    /// A list in which the last that holds is in force, and the first when none holds.
    ///
    /// # Errors
    /// The list is empty, or one of them can never hold.
    pub fn timed(list: Vec<Timed>) -> Result<Self, String> {
        list.iter().try_for_each(|timed| timed.when.check())?;
        let mut list = list.into_iter();
        let first = list
            .next()
            .ok_or("no price at all: leave prices out when none is known")?;
        Ok(Self {
            first,
            later: list.collect(),
        })
    }

    /// The prices in force at a time.
    #[must_use]
    pub fn at(&self, at: Millis) -> &PriceSet {
        let later = self.later.iter().rev().find(|timed| timed.when.holds(at));
        &later.unwrap_or(&self.first).prices
    }

    /// Every set, in the order written.
    pub fn sets(&self) -> impl Iterator<Item = &Timed> {
        std::iter::once(&self.first).chain(&self.later)
    }
}

impl Serialize for Prices {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.later.is_empty() && is_always(&self.first.when) {
            self.first.prices.serialize(serializer)
        } else {
            serializer.collect_seq(self.sets())
        }
    }
}

impl<'de> Deserialize<'de> for Prices {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Prices;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of prices, such as {\"input_mtok\": \"0.15\"}, or a list of {\"when\": …, \"prices\": …}")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Prices, A::Error> {
                PriceSet::deserialize(MapAccessDeserializer::new(map)).map(Prices::always)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Prices, A::Error> {
                let list = Vec::deserialize(SeqAccessDeserializer::new(list))?;
                Prices::timed(list).map_err(serde::de::Error::custom)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests;
