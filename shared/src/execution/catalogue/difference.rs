//! What a new catalogue changes: shown before it replaces the old one. Not the replacing.

use super::{Catalogue, Model, Offerer};
use crate::execution::price::Prices;
use serde::Serialize;
use std::fmt;

/// One difference between two catalogues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A provider is new.
    ProviderAdded {
        /// Its id.
        provider: String,
        /// How many models come with it.
        models: usize,
    },
    /// A provider is gone, with all its models.
    ProviderRemoved {
        /// Its id.
        provider: String,
        /// How many models go with it.
        models: usize,
    },
    /// How a provider is recognised, how its usage is read, or who stands in for it.
    ProviderChanged {
        /// Its id.
        provider: String,
        /// What differs.
        what: Vec<String>,
    },
    /// A model is new.
    ModelAdded {
        /// The provider's id.
        provider: String,
        /// The model's id.
        model: String,
        /// Whether it has prices.
        priced: bool,
    },
    /// A model is gone: who uses it has no price for it any more.
    ModelRemoved {
        /// The provider's id.
        provider: String,
        /// The model's id.
        model: String,
    },
    /// Prices of a model differ.
    PriceChanged {
        /// The provider's id.
        provider: String,
        /// The model's id; empty for the prices of models that are in no list.
        model: String,
        /// As they were; absent = unpriced.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        before: Option<Prices>,
        /// As they will be; absent = unpriced.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        after: Option<Prices>,
    },
    /// Other facts of a model differ.
    ModelChanged {
        /// The provider's id.
        provider: String,
        /// The model's id.
        model: String,
        /// Which: `name`, `match`, `context`, `max_output`, `capabilities`, `released`, `deprecated`.
        what: Vec<String>,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |prices: &Option<Prices>| match prices {
            Some(prices) => serde_json::to_string(prices).unwrap_or_default(),
            None => "unpriced".to_owned(),
        };
        match self {
            Self::ProviderAdded { provider, models } => {
                write!(f, "{provider} is new, with {models} models")
            }
            Self::ProviderRemoved { provider, models } => {
                write!(f, "{provider} is gone, with {models} models")
            }
            Self::ProviderChanged { provider, what } => {
                write!(f, "{provider} differs in {}", what.join(", "))
            }
            Self::ModelAdded {
                provider,
                model,
                priced,
            } => {
                let unpriced = if *priced { "" } else { ", unpriced" };
                write!(f, "{provider}/{model} is new{unpriced}")
            }
            Self::ModelRemoved { provider, model } => write!(f, "{provider}/{model} is gone"),
            Self::PriceChanged {
                provider,
                model,
                before,
                after,
            } => {
                write!(
                    f,
                    "{provider}/{model} costs {} instead of {}",
                    text(after),
                    text(before)
                )
            }
            Self::ModelChanged {
                provider,
                model,
                what,
            } => {
                write!(f, "{provider}/{model} differs in {}", what.join(", "))
            }
        }
    }
}

/// What a new catalogue changes, by provider and model as the old one has them, then what is new.
#[must_use]
pub fn differences(old: &Catalogue, new: &Catalogue) -> Vec<Change> {
    let mut changes = Vec::new();
    for before in &old.offerers {
        match new.offerers.iter().find(|after| after.id == before.id) {
            Some(after) => of_offerer(before, after, &mut changes),
            None => changes.push(Change::ProviderRemoved {
                provider: before.id.clone(),
                models: before.models.len(),
            }),
        }
    }
    let is_new = |after: &&Offerer| !old.offerers.iter().any(|before| before.id == after.id);
    changes.extend(
        new.offerers
            .iter()
            .filter(is_new)
            .map(|after| Change::ProviderAdded {
                provider: after.id.clone(),
                models: after.models.len(),
            }),
    );
    changes
}

fn of_offerer(before: &Offerer, after: &Offerer, changes: &mut Vec<Change>) {
    let provider = || before.id.clone();
    let what = named(&[
        ("name", before.name != after.name),
        ("api", before.api != after.api),
        ("ids", before.ids != after.ids),
        ("models_match", before.models_match != after.models_match),
        ("fallbacks", before.fallbacks != after.fallbacks),
        ("extractors", before.extractors != after.extractors),
    ]);
    if !what.is_empty() {
        changes.push(Change::ProviderChanged {
            provider: provider(),
            what,
        });
    }
    if before.other_prices != after.other_prices {
        changes.push(Change::PriceChanged {
            provider: provider(),
            model: String::new(),
            before: before.other_prices.clone(),
            after: after.other_prices.clone(),
        });
    }
    for model in &before.models {
        match after.models.iter().find(|other| other.id == model.id) {
            Some(other) => of_model(&before.id, model, other, changes),
            None => changes.push(Change::ModelRemoved {
                provider: provider(),
                model: model.id.clone(),
            }),
        }
    }
    let is_new = |model: &&Model| !before.models.iter().any(|other| other.id == model.id);
    changes.extend(
        after
            .models
            .iter()
            .filter(is_new)
            .map(|model| Change::ModelAdded {
                provider: provider(),
                model: model.id.clone(),
                priced: model.prices.is_some(),
            }),
    );
}

fn of_model(provider: &str, before: &Model, after: &Model, changes: &mut Vec<Change>) {
    if before.prices != after.prices {
        changes.push(Change::PriceChanged {
            provider: provider.to_owned(),
            model: before.id.clone(),
            before: before.prices.clone(),
            after: after.prices.clone(),
        });
    }
    let what = named(&[
        ("name", before.name != after.name),
        ("match", before.matching != after.matching),
        ("context", before.context != after.context),
        ("max_output", before.max_output != after.max_output),
        ("capabilities", before.capabilities != after.capabilities),
        ("released", before.released != after.released),
        ("deprecated", before.deprecated != after.deprecated),
    ]);
    if !what.is_empty() {
        changes.push(Change::ModelChanged {
            provider: provider.to_owned(),
            model: before.id.clone(),
            what,
        });
    }
}

fn named(differ: &[(&str, bool)]) -> Vec<String> {
    let differ = differ.iter().filter(|(_, differs)| *differs);
    differ.map(|(name, _)| (*name).to_owned()).collect()
}
