//! The catalogue that Krowoc comes with. Not what an operator made of it since.

use super::{Catalogue, Mistake};

/// Where the seed's facts come from; the licence stands beside the file.
pub const SEED_SOURCE: &str = "Prices, names and extractors: genai-prices, https://github.com/pydantic/genai-prices, MIT. Limits and abilities: our own notes, not checked against the providers' documentation.";

/// The embedded catalogue as its file has it.
pub const SEED: &str = include_str!("seed.json");

/// The embedded catalogue.
///
/// # Errors
/// Never for the file as it is: a test reads it.
pub fn seed() -> Result<Catalogue, Vec<Mistake>> {
    Catalogue::parse(SEED)
}
