//! What differs between two versions beside their texts: each field that both hold, with its values. Not what a document holds for finding
//! it: tags, metadata and the like are in no version.

use crate::library::lifecycle::Snapshot;
use crate::library::wire::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A field that a version holds beside its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum VersionField {
    /// Title: a text.
    Title,
    /// What it is for: a text.
    Description,
    /// Its variables: a list, or null.
    Variables,
    /// The model that is chosen first: a text, or null.
    Model,
    /// The only models it may be run with: a list, or null for any.
    Allow,
    /// Models to try when the chosen one fails: a list, or null.
    Fallbacks,
    /// How models are to answer: an object, or null.
    Parameters,
    /// Instructions before the text: a text, or null.
    System,
    /// Whose words the text is: `system`, or null for the user's.
    Role,
    /// Response window in milliseconds, or null.
    TimeoutMs,
}

impl VersionField {
    /// Each of them, as a comparison lists them.
    pub const ALL: [Self; 10] = [
        Self::Title,
        Self::Description,
        Self::Variables,
        Self::Model,
        Self::Allow,
        Self::Fallbacks,
        Self::Parameters,
        Self::System,
        Self::Role,
        Self::TimeoutMs,
    ];

    /// Its name among the settings for runs.
    const fn setting(self) -> Option<&'static str> {
        match self {
            Self::Title | Self::Description | Self::Variables => None,
            Self::Model => Some("model"),
            Self::Allow => Some("allow"),
            Self::Fallbacks => Some("fallbacks"),
            Self::Parameters => Some("parameters"),
            Self::System => Some("system"),
            Self::Role => Some("role"),
            Self::TimeoutMs => Some("timeout_ms"),
        }
    }

    /// Its value in a version; null when it holds none.
    #[must_use]
    pub fn value(self, title: &str, held: &Snapshot) -> Value {
        let value = match self {
            Self::Title => title.into(),
            Self::Description => held.description.as_str().into(),
            Self::Variables => held.variables.clone(),
            _ => self
                .setting()
                .and_then(|name| held.execution.get(name))
                .cloned()
                .unwrap_or_default(),
        };
        plain(value)
    }
}

/// A value as it is compared: what is empty is nothing.
fn plain(value: Value) -> Value {
    let empty = match &value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    if empty { Value::Null } else { value }
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldChange {
    /// Which.
    pub field: VersionField,
    /// Its value in the first version; null when it holds none.
    #[serde(default)]
    pub before: Value,
    /// Its value in the other.
    #[serde(default)]
    pub after: Value,
}

/// Whether both versions hold more than title and text, so that all of it is compared.
#[must_use]
pub fn both_whole(old: &Version, new: &Version) -> bool {
    old.snapshot.is_some() && new.snapshot.is_some()
}

/// The fields that differ from `old` to `new`. Of versions that were kept with title and text alone, the title.
#[must_use]
pub fn fields(old: &Version, new: &Version) -> Vec<FieldChange> {
    let nothing = Snapshot::default();
    let (before, after) = match (&old.snapshot, &new.snapshot) {
        (Some(before), Some(after)) => (before, after),
        _ => (&nothing, &nothing),
    };
    let change = |field: VersionField| {
        let before = field.value(&old.title, before);
        let after = field.value(&new.title, after);
        let differs = before != after;
        differs.then_some(FieldChange {
            field,
            before,
            after,
        })
    };
    VersionField::ALL.into_iter().filter_map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn version(title: &str, held: Option<Snapshot>) -> Version {
        Version {
            rev: 1,
            number: 1,
            text: String::new(),
            title: title.to_owned(),
            hlc: crate::hlc::Hlc::default(),
            device: None,
            device_name: None,
            aside: false,
            author: None,
            imported: false,
            published_at: None,
            note: String::new(),
            snapshot: held,
        }
    }

    fn held(description: &str, execution: Value) -> Option<Snapshot> {
        Some(Snapshot {
            description: description.to_owned(),
            variables: Value::Null,
            execution,
        })
    }

    #[test]
    fn each_field_that_differs_is_told_with_both_values() {
        let old = version(
            "Lawyer",
            held("", json!({"model": "openai/a", "allow": []})),
        );
        let settings = json!({"model": "groq/b", "parameters": {"temperature": 0.3}});
        let new = version("Lawyer", held("for courts", settings));
        let told: Vec<(VersionField, Value, Value)> = fields(&old, &new)
            .into_iter()
            .map(|it| (it.field, it.before, it.after))
            .collect();
        let expected = [
            (VersionField::Description, Value::Null, json!("for courts")),
            (VersionField::Model, json!("openai/a"), json!("groq/b")),
            (
                VersionField::Parameters,
                Value::Null,
                json!({"temperature": 0.3}),
            ),
        ];
        assert_eq!(told, expected);
        assert_eq!(fields(&old, &old), []);
    }

    #[test]
    fn what_a_version_does_not_hold_is_not_said_to_differ() {
        let old = version("Lawyer", None);
        let new = version("Judge", held("for courts", Value::Null));
        let told: Vec<VersionField> = fields(&old, &new).iter().map(|it| it.field).collect();
        assert_eq!(told, [VersionField::Title]);
        assert!(!both_whole(&old, &new) && both_whole(&new, &new));
    }
}
