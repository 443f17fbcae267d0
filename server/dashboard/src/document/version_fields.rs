//! What a version holds beside its text, and what of it differs between two. Not the texts.

use krowoc_shared::diff::fields::{FieldChange, VersionField};
use krowoc_shared::library::lifecycle::Snapshot;
use krowoc_ui::messages::{document as words, run};
use leptos::prelude::*;
use serde_json::Value;

/// What a field is called.
const fn label(field: VersionField) -> &'static str {
    match field {
        VersionField::Title => words::TITLE,
        VersionField::Description => words::DESCRIPTION,
        VersionField::Variables => words::VARIABLES,
        VersionField::Model => run::DEFAULT_MODEL,
        VersionField::Allow => run::ALLOWED,
        VersionField::Fallbacks => run::FALLBACKS,
        VersionField::Parameters => run::PARAMETERS,
        VersionField::System => run::SYSTEM,
        VersionField::Role => run::ROLE,
        VersionField::TimeoutMs => run::WINDOW,
    }
}

/// A value as a person reads it: lists by semicolons, fields by their names.
fn readable(value: &Value) -> String {
    let joined = |parts: Vec<String>, by: &str| parts.join(by);
    match value {
        Value::Null => words::NONE.to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => joined(items.iter().map(readable).collect(), "; "),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| format!("{name}: {}", readable(value));
            joined(fields.iter().map(field).collect(), ", ")
        }
        other => other.to_string(),
    }
}

/// A value of a field; the response window in seconds, as it is set.
fn shown(field: VersionField, value: &Value) -> String {
    match (field, value.as_u64()) {
        (VersionField::TimeoutMs, Some(ms)) => format!("{} s", ms / 1_000),
        _ => readable(value),
    }
}

/// Fields that differ, with both values.
#[component]
pub fn FieldChanges(
    /// Those that differ.
    changes: Memo<Vec<FieldChange>>,
) -> impl IntoView {
    let row = |change: FieldChange| {
        let value = |value| shown(change.field, value);
        let (before, after) = (value(&change.before), value(&change.after));
        view! {
            <tr>
                <th scope="row">{label(change.field)}</th>
                <td dir="auto">{before}</td>
                <td dir="auto">{after}</td>
            </tr>
        }
    };
    view! {
        <Show when=move || !changes.with(Vec::is_empty)>
            <div class="tablebox" tabindex="0" role="region" aria-label=words::OTHERWISE_CHANGED>
                <table class="table">
                    <caption class="sr">{words::OTHERWISE_CHANGED}</caption>
                    <thead><tr>
                        <th scope="col">{words::FIELD}</th>
                        <th scope="col">{words::BEFORE}</th>
                        <th scope="col">{words::AFTER}</th>
                    </tr></thead>
                    <tbody>{move || changes.get().into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </Show>
    }
}

/// What a version holds beside title and text, as far as it holds anything.
#[component]
pub fn HeldFields(
    /// What it holds.
    held: Snapshot,
) -> impl IntoView {
    let row = |field: VersionField| {
        let value = field.value("", &held);
        let text = shown(field, &value);
        (!value.is_null()).then(|| view! { <dt>{label(field)}</dt><dd dir="auto">{text}</dd> })
    };
    let rows: Vec<_> = VersionField::ALL.into_iter().filter_map(row).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="stack" aria-labelledby="held">
                <h3 id="held">{words::HELD}</h3>
                <dl class="props">{rows}</dl>
            </section>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_read_by_their_names() {
        let field = VersionField::Variables;
        let variables = json!([{"name": "who", "kind": "text"}, {"name": "tone"}]);
        assert_eq!(
            shown(field, &variables),
            "kind: text, name: who; name: tone"
        );
        assert_eq!(shown(VersionField::TimeoutMs, &json!(45_000)), "45 s");
        assert_eq!(shown(VersionField::Model, &Value::Null), words::NONE);
    }
}
