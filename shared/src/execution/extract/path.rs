//! Paths to values in a provider's answer, with steps into lists by what an item says. Not a query language.

use super::ExtractError;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::str::FromStr;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into a field of an object.
    Field(String),
    /// Into the first item of a list whose field says this, whatever the case.
    Item {
        /// The field of the item.
        field: String,
        /// What it says.
        says: String,
    },
}

/// Where a value stands, written `promptTokensDetails[modality=TEXT].tokenCount`. The last step is a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Path {
    steps: Vec<Step>,
    last: String,
}

/// What was found instead of a value: after how many steps, and what it should have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lost {
    after: usize,
    expected: Option<&'static str>,
}

impl Lost {
    pub(super) fn at(self, path: &Path) -> ExtractError {
        self.error(match path.beginning(self.after) {
            place if place.is_empty() => "the answer".to_owned(),
            place => place,
        })
    }

    pub(super) fn under(self, root: &Path, path: &Path) -> ExtractError {
        self.error(match path.beginning(self.after).as_str() {
            "" => root.to_string(),
            place => format!("{root}.{place}"),
        })
    }

    fn error(self, path: String) -> ExtractError {
        match self.expected {
            Some(expected) => ExtractError::Type { path, expected },
            None => ExtractError::Missing { path },
        }
    }
}

impl Path {
    /// The path to a field.
    pub(super) fn field(name: &str) -> Self {
        Self {
            steps: Vec::new(),
            last: name.to_owned(),
        }
    }

    /// A path of steps.
    ///
    /// # Errors
    /// The last step is none into a field, or a name holds a character that paths are written with.
    pub fn new(mut steps: Vec<Step>) -> Result<Self, String> {
        let plain = |text: &String| {
            !text.is_empty() && !text.contains(['.', '[', ']', '=', '!']) && text.trim() == text
        };
        let names = steps.iter().flat_map(|step| match step {
            Step::Field(name) => [Some(name), None],
            Step::Item { field, says } => [Some(field), Some(says)],
        });
        if let Some(bad) = names.flatten().find(|name| !plain(name)) {
            return Err(format!(
                "`{bad}` cannot be part of a path: names hold no . [ ] = !"
            ));
        }
        match steps.pop() {
            Some(Step::Field(last)) => Ok(Self { steps, last }),
            _ => Err("a path ends with a field, such as items[kind=text].count".to_owned()),
        }
    }

    /// The value in a body.
    pub(super) fn find<'a>(&self, body: &'a Value) -> Result<&'a Value, Lost> {
        let mut value = body;
        for (at, step) in self.steps.iter().enumerate() {
            let lost = |expected: Option<&'static str>| Lost {
                after: if expected.is_none() { at + 1 } else { at },
                expected,
            };
            value = match step {
                Step::Field(name) => {
                    let object = value.as_object().ok_or(lost(Some("an object")))?;
                    object.get(name).ok_or(lost(None))?
                }
                Step::Item { field, says } => {
                    let list = value.as_array().ok_or(lost(Some("a list")))?;
                    let fits = |item: &&Value| {
                        let text = item.get(field).and_then(Value::as_str);
                        text.is_some_and(|text| text.to_lowercase() == says.to_lowercase())
                    };
                    list.iter().find(fits).ok_or(lost(None))?
                }
            };
        }
        let object = value.as_object().ok_or(Lost {
            after: self.steps.len(),
            expected: Some("an object"),
        })?;
        object.get(&self.last).ok_or(Lost {
            after: self.steps.len() + 1,
            expected: None,
        })
    }

    /// The first steps, as written.
    fn beginning(&self, steps: usize) -> String {
        let last = Step::Field(self.last.clone());
        let mut text = String::new();
        for step in self.steps.iter().chain([&last]).take(steps) {
            match step {
                Step::Field(name) if text.is_empty() => text.push_str(name),
                Step::Field(name) => text.extend([".", name]),
                Step::Item { field, says } => text.extend(["[", field, "=", says, "]"]),
            }
        }
        text
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.beginning(usize::MAX))
    }
}

impl FromStr for Path {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut steps = Vec::new();
        for field in text.split('.') {
            let (name, items) = match field.split_once('[') {
                Some((name, items)) => (name, Some(items)),
                None => (field, None),
            };
            if !(name.is_empty() && items.is_some()) {
                steps.push(Step::Field(name.to_owned()));
            }
            let Some(items) = items else {
                continue;
            };
            let item = items
                .strip_suffix(']')
                .and_then(|item| item.split_once('='));
            let (field, says) = item
                .ok_or_else(|| format!("`{text}`: expected a step into a list as [field=value]"))?;
            steps.push(Step::Item {
                field: field.to_owned(),
                says: says.to_owned(),
            });
        }
        Self::new(steps)
    }
}

impl From<Path> for String {
    fn from(path: Path) -> Self {
        path.to_string()
    }
}

impl TryFrom<String> for Path {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}
