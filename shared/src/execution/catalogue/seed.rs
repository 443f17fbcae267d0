//! The catalogue that Krowoc comes with. Not what an operator made of it since.

use super::{Catalogue, Mistake};

/// Where the seed's facts come from; the licence stands beside the file.
pub const SEED_SOURCE: &str = "Prices, names and extractors: genai-prices, https://github.com/pydantic/genai-prices, MIT. Limits, abilities and days of release: models.dev, https://github.com/anomalyco/models.dev, MIT, and our own notes for models that it does not have.";

/// The embedded catalogue as its file has it.
pub const SEED: &str = include_str!("seed.json");

/// The embedded catalogue.
///
/// # Errors
/// Never for the file as it is: a test reads it.
pub fn seed() -> Result<Catalogue, Vec<Mistake>> {
    Catalogue::parse(SEED)
}
