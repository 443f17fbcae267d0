//! Facts of one catalogue put into another: what is stated wins, what is not stays. Not a refresh, which replaces a catalogue whole.

use super::{Catalogue, Model, Offerer};

impl Catalogue {
    /// With the facts of another: its providers and models are added, and names, limits, abilities and missing prices of those that are
    /// here already are taken from it.
    #[must_use]
    pub fn with(mut self, facts: Self) -> Self {
        for offerer in facts.offerers {
            match self.offerers.iter_mut().find(|mine| mine.id == offerer.id) {
                Some(mine) => mine.take(offerer),
                None => self.offerers.push(offerer),
            }
        }
        self
    }
}

impl Offerer {
    fn take(&mut self, facts: Self) {
        self.other_prices = facts.other_prices.or_else(|| self.other_prices.take());
        for model in facts.models {
            match self.models.iter_mut().find(|mine| mine.id == model.id) {
                Some(mine) => mine.take(model),
                None => self.models.push(model),
            }
        }
    }
}

impl Model {
    fn take(&mut self, facts: Self) {
        self.name = facts.name.or_else(|| self.name.take());
        self.matching = self.matching.take().or(facts.matching);
        self.context = facts.context.or(self.context);
        self.max_output = facts.max_output.or(self.max_output);
        if !facts.capabilities.is_empty() {
            self.capabilities = facts.capabilities;
        }
        self.released = facts.released.or(self.released);
        self.deprecated |= facts.deprecated;
        self.prices = self.prices.take().or(facts.prices);
    }
}
