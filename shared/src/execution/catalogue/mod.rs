//! The catalogue of models: who offers them, the names they go by, limits, abilities, prices, and how their usage is read. Not a table in
//! a database, and nothing that is fetched.

mod difference;
mod file;
mod genai;
mod home;
mod matching;
mod merge;
mod order;
mod seed;

pub use difference::{Change, differences};
pub use file::{FORMAT, Mistake};
pub use genai::from_genai_prices;
pub use matching::Matching;
pub use order::picked_before;
pub use seed::{SEED, SEED_SOURCE, seed};

use super::extract::{ExtractError, Extracted, Extractor};
use super::price::{Day, Prices};
use super::request::Provider;
use serde_json::Value;
use std::collections::BTreeMap;

/// A model, as a catalogue knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The name that it is listed and called by; unique within its provider.
    pub id: String,
    /// What people call it; the id when nobody said.
    pub name: Option<String>,
    /// The names that providers answer with and people write; the id itself when none is stated.
    pub matching: Option<Matching>,
    /// Largest number of tokens of input and output together.
    pub context: Option<u64>,
    /// Largest number of tokens of an answer.
    pub max_output: Option<u64>,
    /// Such as `text`, `images`, `audio`, `video`, `tools`, `reasoning`, `json_schema`, `image_output`, `embeddings`.
    pub capabilities: Vec<String>,
    /// The day on which its provider released it; `None` when unknown.
    pub released: Option<Day>,
    /// Whether its provider is about to retire it.
    pub deprecated: bool,
    /// Its prices; `None` = unpriced.
    pub prices: Option<Prices>,
}

impl Model {
    /// Whether a name means this model.
    #[must_use]
    pub fn goes_by(&self, name: &str) -> bool {
        match &self.matching {
            Some(matching) => matching.holds(name),
            None => self.id.to_lowercase() == name.to_lowercase(),
        }
    }

    /// What people call it.
    #[must_use]
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }
}

/// A provider, as a catalogue knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Offerer {
    /// Its id in the catalogue; see [`Catalogue::offerer_of`] for the providers that Krowoc calls.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// A pattern that addresses of its API begin with.
    pub api: Option<Matching>,
    /// Other ids that it goes by.
    pub ids: Option<Matching>,
    /// Names of models that are its own when nobody says whose they are.
    pub models_match: Option<Matching>,
    /// Ids of those whose models and prices count where its own list has none.
    pub fallbacks: Vec<String>,
    /// How usage is read, by the kind of API.
    pub extractors: BTreeMap<String, Extractor>,
    /// Prices of models that are in no list.
    pub other_prices: Option<Prices>,
    /// Its models; the first that goes by a name is meant.
    pub models: Vec<Model>,
}

impl Offerer {
    /// The model of its own list that goes by a name.
    #[must_use]
    pub fn model(&self, name: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.goes_by(name))
    }
}

/// What a catalogue says about a model.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// Who was asked.
    pub offerer: &'a Offerer,
    /// The model; `None` when it is in no list.
    pub model: Option<&'a Model>,
    /// Its prices; `None` = unpriced.
    pub prices: Option<&'a Prices>,
}

/// A whole catalogue. [`Catalogue::parse`] reads one, [`Catalogue::to_json`] writes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    /// Where its facts come from, and on which terms.
    pub source: String,
    /// Everybody in it.
    pub offerers: Vec<Offerer>,
}

impl Catalogue {
    /// Who goes by an id.
    #[must_use]
    pub fn offerer(&self, id: &str) -> Option<&Offerer> {
        let id = id.trim().to_lowercase();
        let exact = self.offerers.iter().find(|offerer| offerer.id == id);
        exact.or_else(|| {
            let goes_by =
                |offerer: &&Offerer| offerer.ids.as_ref().is_some_and(|ids| ids.holds(&id));
            self.offerers.iter().find(goes_by)
        })
    }

    /// Who listens at an address.
    #[must_use]
    pub fn offerer_at(&self, url: &str) -> Option<&Offerer> {
        let listens = |offerer: &&Offerer| offerer.api.as_ref().is_some_and(|api| api.holds(url));
        self.offerers.iter().find(listens)
    }

    /// Who a model's name points to, when nothing else does.
    #[must_use]
    pub fn offerer_of_model(&self, name: &str) -> Option<&Offerer> {
        let owns = |offerer: &&Offerer| {
            offerer
                .models_match
                .as_ref()
                .is_some_and(|names| names.holds(name))
        };
        self.offerers.iter().find(owns)
    }

    /// The entry of a provider that Krowoc calls. Somebody who merely speaks OpenAI's language is known by the address alone.
    #[must_use]
    pub fn offerer_of(&self, provider: Provider, base_url: Option<&str>) -> Option<&Offerer> {
        match provider {
            Provider::Compatible => base_url.and_then(|url| self.offerer_at(url)),
            Provider::Gemini => self.offerer("google"),
            _ => self.offerer(provider.as_str()),
        }
    }

    /// What is known about a model of a provider that Krowoc calls; `None` when the provider itself is not known. The prices of models
    /// in no list of an Ollama hold on a machine of one's own alone: a hosted one is unpriced.
    #[must_use]
    pub fn find(
        &self,
        provider: Provider,
        base_url: Option<&str>,
        model: &str,
    ) -> Option<Found<'_>> {
        let offerer = self.offerer_of(provider, base_url)?;
        let mut found = self.find_in(offerer, model);
        let elsewhere = provider == Provider::Ollama && !home::runs_at_home(base_url, model);
        if elsewhere && found.model.is_none() {
            found.prices = None;
        }
        Some(found)
    }

    /// What is known about a model of somebody in the catalogue: from the own list, then from the lists that stand in for it.
    #[must_use]
    pub fn find_in<'a>(&'a self, offerer: &'a Offerer, name: &str) -> Found<'a> {
        // One step only: those that stand in are not stood in for.
        let others = offerer.fallbacks.iter().filter_map(|id| {
            let other = self.offerers.iter().find(|other| other.id == *id);
            other.and_then(|other| other.model(name))
        });
        let model = offerer.model(name).or_else(|| others.into_iter().next());
        let prices = match model {
            Some(model) => model.prices.as_ref(),
            None => offerer.other_prices.as_ref(),
        };
        Found {
            offerer,
            model,
            prices,
        }
    }

    /// Reads the usage of a whole body by the catalogue's own extractors.
    ///
    /// # Errors
    /// [`ExtractError`]: what is not known, missing or wrong.
    pub fn extract(
        &self,
        offerer: &str,
        flavour: &str,
        body: &Value,
    ) -> Result<Extracted, ExtractError> {
        let extractor = self
            .offerer(offerer)
            .and_then(|found| found.extractors.get(flavour));
        let extractor = extractor.ok_or_else(|| ExtractError::Unknown {
            provider: offerer.to_owned(),
            flavour: flavour.to_owned(),
        })?;
        extractor.extract(body)
    }
}

#[cfg(test)]
mod tests;
