//! How a prompt wants to be run: its default model and parameters, which models it allows, what to fall back to. Not one run's own choices.

use super::request::{ModelRef, Parameters, Role};
use crate::library::limits;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The longest response window, in milliseconds.
pub const LONGEST_TIMEOUT_MS: u32 = 600_000;
/// The usual response window, in milliseconds.
pub const USUAL_TIMEOUT_MS: u32 = 30_000;

/// A prompt's settings for its runs: the value of its field `execution`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ExecutionSettings {
    /// The model that is chosen first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelRef>,
    /// How models are to answer.
    #[serde(skip_serializing_if = "is_default")]
    pub parameters: Parameters,
    /// The only models this prompt may be run with; empty = any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<ModelRef>,
    /// Models to try, in order, when the chosen one fails for a reason that another may not have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fallbacks: Vec<ModelRef>,
    /// Response window in milliseconds, 1,000 to 600,000; 30,000 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u32>,
    /// Whose words the prompt's text is: `user` (default), or `system` for texts that are instructions for an input.
    #[serde(skip_serializing_if = "is_default")]
    pub role: Role,
    /// Instructions that go before a text of the user's; may hold `{{variables}}`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub system: String,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl ExecutionSettings {
    /// Reads a document's field; null is the default. What is not understood is the default as well: a run must not fail for it.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        // A list would be read as the fields in order.
        let object = value.as_object().map(|_| value);
        object
            .and_then(|value| Self::deserialize(value).ok())
            .unwrap_or_default()
    }

    /// Checks a value of the field before it is stored; gives a sentence with what would be right.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(value: &Value) -> Result<(), String> {
        if value.is_null() {
            return Ok(());
        }
        if !value.is_object() {
            return Err("expected an object, or null".to_owned());
        }
        let settings = Self::deserialize(value).map_err(|error| error.to_string())?;
        settings
            .parameters
            .check()
            .map_err(|(field, right)| format!("{field}: expected {right}"))?;
        let window = settings.timeout_ms.unwrap_or(USUAL_TIMEOUT_MS);
        if !(1_000..=LONGEST_TIMEOUT_MS).contains(&window) {
            return Err("timeout_ms: expected 1,000 to 600,000".to_owned());
        }
        if settings.allow.len() > 50 || settings.fallbacks.len() > 5 {
            return Err("at most 50 allowed models and 5 fallbacks".to_owned());
        }
        if !matches!(settings.role, Role::User | Role::System) {
            return Err("role: expected user or system".to_owned());
        }
        if settings.system.len() > limits::JSON_BYTES {
            return Err(format!("system: at most {} bytes", limits::JSON_BYTES));
        }
        let chosen = settings.model.iter().chain(&settings.fallbacks);
        for model in chosen {
            if !settings.allows(model) {
                return Err(format!("{model} is not among the allowed models"));
            }
        }
        Ok(())
    }

    /// Takes a model as the one that is chosen first: it is allowed then as well.
    pub fn choose(&mut self, model: Option<ModelRef>) {
        if let Some(model) = &model
            && !self.allows(model)
        {
            self.allow.push(model.clone());
        }
        self.model = model;
    }

    /// Whether the prompt may be run with a model.
    #[must_use]
    pub fn allows(&self, model: &ModelRef) -> bool {
        self.allow.is_empty() || self.allow.contains(model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn settings_say_only_what_differs_from_the_usual() {
        let settings = ExecutionSettings {
            model: ModelRef::parse("openai/gpt-4o"),
            ..ExecutionSettings::default()
        };
        let value = serde_json::to_value(&settings).unwrap();
        assert_eq!(value, json!({"model": "openai/gpt-4o"}));
        assert_eq!(ExecutionSettings::of(&value), settings);
        assert_eq!(
            ExecutionSettings::of(&json!(null)),
            ExecutionSettings::default()
        );
    }

    #[test]
    fn what_no_run_could_follow_is_refused_with_the_reason() {
        let not_allowed = json!({"model": "openai/a", "allow": ["openai/b"]});
        assert!(
            ExecutionSettings::check(&not_allowed)
                .unwrap_err()
                .contains("openai/a")
        );
        for bad in [
            json!({"timeout_ms": 10}),
            json!({"modle": "openai/a"}),
            json!({"model": "gpt"}),
            json!({"role": "tool"}),
            json!({"parameters": {"temperature": 9}}),
            json!([]),
        ] {
            assert!(ExecutionSettings::check(&bad).is_err(), "{bad}");
        }
        assert_eq!(ExecutionSettings::check(&json!(null)), Ok(()));
    }

    #[test]
    fn an_empty_list_allows_every_model() {
        let model = ModelRef::parse("groq/x").unwrap();
        assert!(ExecutionSettings::default().allows(&model));
    }
}
