//! Usage read from a provider's answer by declared paths. Not the stream it came in, and not what it costs.

mod path;
mod providers;

pub use path::{Path, Step};
pub use providers::{Flavour, of_flavour, of_provider};

use super::usage::{Unit, Usage};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// One place that a part of usage is read from. Written as its path, with `!` at the end when it must be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Source {
    /// Where it stands, from the extractor's root on.
    pub path: Path,
    /// Whether there is no usage without it.
    pub required: bool,
}

impl TryFrom<String> for Source {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let (path, required) = match text.strip_suffix('!') {
            Some(path) => (path, true),
            None => (text.as_str(), false),
        };
        Ok(Self {
            path: path.parse()?,
            required,
        })
    }
}

impl From<Source> for String {
    fn from(source: Source) -> Self {
        format!("{}{}", source.path, if source.required { "!" } else { "" })
    }
}

/// How usage is read from the answers of one kind of API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extractor {
    /// Where the usage object stands in the body.
    pub root: Path,
    /// Where the model's name stands in the body.
    pub model: Path,
    /// Where each part is read; several places are added.
    pub parts: BTreeMap<Unit, Vec<Source>>,
}

/// What was read from a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extracted {
    /// The model that answered, when the body says so.
    pub model: Option<String>,
    /// What it used; parts that are 0 are left out.
    pub usage: Usage,
}

/// Why no usage could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExtractError {
    /// The catalogue knows no such provider, or not this kind of API of it.
    Unknown {
        /// The provider's id.
        provider: String,
        /// The kind of API.
        flavour: String,
    },
    /// A value that must be there is not.
    Missing {
        /// Where it was looked for.
        path: String,
    },
    /// A value is of another type than it must be.
    Type {
        /// Where it stands.
        path: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A number is negative, not finite, or too large.
    Amount {
        /// Where it stands.
        path: String,
    },
    /// There is a usage object and nothing in it that is known.
    Nothing {
        /// Where it stands.
        root: String,
    },
}

impl fmt::Display for ExtractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { provider, flavour } => {
                write!(f, "no extractor is known for {provider}, {flavour}")
            }
            Self::Missing { path } => write!(f, "nothing stands at {path}"),
            Self::Type { path, expected } => write!(f, "{path} is not {expected}"),
            Self::Amount { path } => write!(f, "{path} is not a number from 0 up"),
            Self::Nothing { root } => write!(f, "no usage stands in {root}"),
        }
    }
}
impl std::error::Error for ExtractError {}

impl Extractor {
    /// Reads a whole body.
    ///
    /// # Errors
    /// [`ExtractError`]: what is missing or wrong, with its place.
    pub fn extract(&self, body: &Value) -> Result<Extracted, ExtractError> {
        let model = self.model.find(body).ok().and_then(Value::as_str);
        let root = self.root.find(body).map_err(|lost| lost.at(&self.root))?;
        Ok(Extracted {
            model: model.map(str::to_owned),
            usage: self.usage(root)?,
        })
    }

    /// Reads the usage object alone.
    ///
    /// # Errors
    /// [`ExtractError`]: what is missing or wrong, with its place.
    pub fn usage(&self, object: &Value) -> Result<Usage, ExtractError> {
        if !object.is_object() {
            return Err(ExtractError::Type {
                path: self.root.to_string(),
                expected: "an object",
            });
        }
        let mut usage = Usage::default();
        let mut found = false;
        for (unit, sources) in &self.parts {
            let mut sum = Amount::default();
            for source in sources {
                let Some(amount) = self.amount(source, object)? else {
                    continue;
                };
                found = true;
                sum = sum.plus(amount);
            }
            let whole = sum.whole().ok_or_else(|| ExtractError::Amount {
                path: format!("{}.{}", self.root, unit.as_str()),
            })?;
            if whole > 0 {
                usage.add(*unit, whole);
            }
        }
        if !found && !self.parts.is_empty() {
            return Err(ExtractError::Nothing {
                root: self.root.to_string(),
            });
        }
        Ok(usage)
    }

    /// The number of a source; `None` when it is not there, or no number, and need not be.
    fn amount(&self, source: &Source, object: &Value) -> Result<Option<Amount>, ExtractError> {
        let place = || format!("{}.{}", self.root, source.path);
        match source.path.find(object) {
            Ok(Value::Number(number)) => match Amount::of(number) {
                Some(amount) => Ok(Some(amount)),
                None => Err(ExtractError::Amount { path: place() }),
            },
            // A truth value in the place of a number is a mistake, whether the number must be there or not.
            Ok(Value::Bool(_)) => Err(ExtractError::Amount { path: place() }),
            Ok(_) if source.required => Err(ExtractError::Type {
                path: place(),
                expected: "a number",
            }),
            Err(lost) if source.required => Err(lost.under(&self.root, &source.path)),
            _ => Ok(None),
        }
    }
}

/// A number of units while it is added up: exact when whole, else with a fraction that is rounded up at the end, for units are
/// counted whole.
#[derive(Clone, Copy, Default)]
struct Amount {
    whole: u64,
    fraction: f64,
}

impl Amount {
    /// The largest floating-point number below which every whole one is exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;

    fn of(number: &serde_json::Number) -> Option<Self> {
        if let Some(whole) = number.as_u64() {
            return Some(Self {
                whole,
                fraction: 0.0,
            });
        }
        let value = number.as_f64()?;
        if !(0.0..=Self::EXACT).contains(&value) {
            return None;
        }
        // Within the range checked: nothing is cut but the fraction.
        let whole = value.trunc() as u64;
        Some(Self {
            whole,
            fraction: value.fract(),
        })
    }

    fn plus(self, other: Self) -> Self {
        Self {
            whole: self.whole.saturating_add(other.whole),
            fraction: self.fraction + other.fraction,
        }
    }

    fn whole(self) -> Option<u64> {
        let rest = Self::of(&serde_json::Number::from_f64(self.fraction.ceil())?)?;
        self.whole.checked_add(rest.whole)
    }
}

#[cfg(test)]
mod tests;
