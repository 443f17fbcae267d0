//! Reads JSON with little code: into a tree first, and from that into what is wanted. Not for what is stored, and nothing writes with it.
//!
//! The pages read the background's answers with it, and what the popup keeps for the session; the background reads their requests, events and
//! the hints of a server with it, and answers of a server and its own database with serde_json. What a tree cannot become is refused without a word about why.

mod de;
mod tree;

use serde::de::{DeserializeOwned, Expected, Unexpected};
use std::fmt::{self, Display};

/// It is no JSON, or not what was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bad;

impl Display for Bad {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not the JSON that was expected")
    }
}

impl std::error::Error for Bad {}

// Each of them would say what it found: that is formatting, and of no use to a person.
impl serde::de::Error for Bad {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }
    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }
    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self
    }
    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn missing_field(_: &'static str) -> Self {
        Self
    }
    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

/// A value of JSON.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number below zero.
    Below(i64),
    /// A whole number from zero.
    Whole(u64),
    /// Any other number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Tree>),
    /// Members in their order.
    Object(Vec<(String, Tree)>),
}

/// Reads a value.
///
/// # Errors
/// The text is no JSON, or not of that shape.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Bad> {
    T::deserialize(Tree::of(text)?)
}

#[cfg(test)]
mod tests;
