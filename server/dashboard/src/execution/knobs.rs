//! Parameters as a person types them, and what they mean. Pure; not the fields on the page.

use krowoc_shared::execution::request::Parameters;
use std::collections::BTreeMap;

/// The texts of the fields; an empty one leaves the choice to the prompt, or to the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Knobs {
    /// 0 to 2.
    pub temperature: String,
    /// Above 0, at most 1.
    pub top_p: String,
    /// A number of tokens.
    pub max_output_tokens: String,
    /// One text a line.
    pub stop: String,
    /// A whole number.
    pub seed: String,
    /// `minimal`, `low`, `medium` or `high`.
    pub reasoning_effort: String,
    /// JSON.
    pub json_schema: String,
}

/// What is wrong, by the name of the field, each a sentence.
pub type Faults = BTreeMap<&'static str, String>;

/// The efforts that providers know.
pub const EFFORTS: [&str; 4] = ["minimal", "low", "medium", "high"];

impl Knobs {
    /// The texts of some parameters.
    #[must_use]
    pub fn of(parameters: &Parameters) -> Self {
        let text = |value: Option<String>| value.unwrap_or_default();
        Self {
            temperature: text(parameters.temperature.map(|value| value.to_string())),
            top_p: text(parameters.top_p.map(|value| value.to_string())),
            max_output_tokens: text(parameters.max_output_tokens.map(|value| value.to_string())),
            stop: parameters.stop.join("\n"),
            seed: text(parameters.seed.map(|value| value.to_string())),
            reasoning_effort: text(parameters.reasoning_effort.clone()),
            json_schema: text(
                parameters
                    .json_schema
                    .as_ref()
                    .and_then(|schema| serde_json::to_string_pretty(schema).ok()),
            ),
        }
    }

    /// Whether nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What the texts mean.
    ///
    /// # Errors
    /// Every field that cannot be read or that no provider takes.
    pub fn read(&self) -> Result<Parameters, Faults> {
        let mut faults = Faults::new();
        let parameters = Parameters {
            temperature: read(
                &self.temperature,
                "temperature",
                "Write a number from 0 to 2.",
                &mut faults,
            ),
            top_p: read(
                &self.top_p,
                "top_p",
                "Write a number above 0, at most 1.",
                &mut faults,
            ),
            max_output_tokens: read(
                &self.max_output_tokens.replace(',', ""),
                "max_output_tokens",
                "Write a whole number of tokens, such as 1024.",
                &mut faults,
            ),
            stop: self
                .stop
                .lines()
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect(),
            seed: read(&self.seed, "seed", "Write a whole number.", &mut faults),
            reasoning_effort: Some(self.reasoning_effort.clone())
                .filter(|effort| !effort.is_empty()),
            json_schema: schema(&self.json_schema, &mut faults),
        };
        if let Err((field, right)) = parameters.check() {
            faults
                .entry(field)
                .or_insert_with(|| format!("Expected {right}."));
        }
        if faults.is_empty() {
            Ok(parameters)
        } else {
            Err(faults)
        }
    }
}

fn read<T: std::str::FromStr>(
    text: &str,
    field: &'static str,
    right: &str,
    faults: &mut Faults,
) -> Option<T> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let value = text.parse().ok();
    if value.is_none() {
        faults.insert(field, right.to_owned());
    }
    value
}

fn schema(text: &str, faults: &mut Faults) -> Option<serde_json::Value> {
    if text.trim().is_empty() {
        return None;
    }
    match serde_json::from_str(text) {
        Ok(value) => Some(value),
        Err(error) => {
            faults.insert("json_schema", format!("This is not JSON: {error}."));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parameters_survive_their_fields() {
        let parameters = Parameters {
            temperature: Some(0.3),
            top_p: Some(0.95),
            max_output_tokens: Some(1_024),
            stop: vec!["END".to_owned(), "  x".to_owned()],
            seed: Some(-7),
            reasoning_effort: Some("low".to_owned()),
            json_schema: Some(json!({"type": "object"})),
        };
        assert_eq!(Knobs::of(&parameters).read(), Ok(parameters));
        assert_eq!(Knobs::default().read(), Ok(Parameters::default()));
        assert!(Knobs::of(&Parameters::default()).is_empty());
    }

    #[test]
    fn every_wrong_field_is_named_with_what_would_be_right() {
        let knobs = Knobs {
            temperature: "warm".to_owned(),
            max_output_tokens: "0".to_owned(),
            seed: "1.5".to_owned(),
            json_schema: "{".to_owned(),
            ..Knobs::default()
        };
        let faults = knobs.read().unwrap_err();
        let fields: Vec<_> = faults.keys().copied().collect();
        assert_eq!(
            fields,
            ["json_schema", "max_output_tokens", "seed", "temperature"]
        );
        let hot = Knobs {
            temperature: "3".to_owned(),
            ..Knobs::default()
        };
        assert_eq!(
            hot.read().unwrap_err()["temperature"],
            "Expected a number from 0 to 2."
        );
    }

    #[test]
    fn a_number_may_have_commas_between_its_thousands() {
        let knobs = Knobs {
            max_output_tokens: "1,024".to_owned(),
            ..Knobs::default()
        };
        assert_eq!(knobs.read().unwrap().max_output_tokens, Some(1_024));
    }
}
