//! Typed variables: what a person is asked for and which values are right. Not where they stand in a text: that is `template`.

use super::template::Template;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What kind of value a variable takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum VariableKind {
    /// One line.
    #[default]
    Text,
    /// A number with a point as its decimal sign.
    Number,
    /// One of several texts.
    Choice {
        /// The texts, in order.
        #[serde(default)]
        options: Vec<String>,
    },
    /// Several lines.
    LongText,
}

/// A variable as a person described it. In JSON the kind stands beside the other fields:
/// `{"name":"tone","kind":"choice","options":["warm","dry"],"required":true}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Variable {
    /// The name in the text.
    pub name: String,
    /// What the form shows instead of the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What it takes.
    #[serde(flatten)]
    pub kind: VariableKind,
    /// The value when none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Whether an empty value is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// A sentence under the form field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// Why a value was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VariableErrorKind {
    /// Required and empty.
    Empty,
    /// Not a number.
    NotANumber,
    /// Not one of the options, which are these.
    NotAnOption(Vec<String>),
    /// More than one line for a text of one line.
    ManyLines,
}

/// A value that does not fit its variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableError {
    /// The variable's name.
    pub name: String,
    /// Why.
    pub kind: VariableErrorKind,
}

impl fmt::Display for VariableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.name)?;
        match &self.kind {
            VariableErrorKind::Empty => f.write_str("give a value"),
            VariableErrorKind::NotANumber => f.write_str("write a number such as 12 or 0.5"),
            VariableErrorKind::NotAnOption(options) => {
                write!(f, "choose one of {}", options.join(", "))
            }
            VariableErrorKind::ManyLines => f.write_str("write one line, or make it a long text"),
        }
    }
}
impl std::error::Error for VariableError {}

impl Variable {
    /// A text variable of this name, required: what a name in a text is without a description.
    #[must_use]
    pub fn text(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            required: true,
            ..Self::default()
        }
    }

    /// What the form shows: the label, else the name with blanks for `_` and `-`.
    #[must_use]
    pub fn title(&self) -> String {
        match self.label.as_deref().map(str::trim) {
            Some(label) if !label.is_empty() => label.to_owned(),
            _ => self.name.replace(['_', '-'], " "),
        }
    }

    /// Checks a value. An empty value of a variable that is not required is right whatever the kind.
    ///
    /// # Errors
    /// Says what is wrong with the value and what would be right.
    pub fn validate(&self, value: &str) -> Result<(), VariableError> {
        let refuse = |kind| {
            Err(VariableError {
                name: self.name.clone(),
                kind,
            })
        };
        if value.trim().is_empty() {
            return if self.required {
                refuse(VariableErrorKind::Empty)
            } else {
                Ok(())
            };
        }
        match &self.kind {
            VariableKind::LongText => Ok(()),
            VariableKind::Text if value.contains(['\n', '\r']) => {
                refuse(VariableErrorKind::ManyLines)
            }
            VariableKind::Text => Ok(()),
            VariableKind::Number if is_number(value.trim()) => Ok(()),
            VariableKind::Number => refuse(VariableErrorKind::NotANumber),
            VariableKind::Choice { options } if options.iter().any(|option| option == value) => {
                Ok(())
            }
            VariableKind::Choice { options } => {
                refuse(VariableErrorKind::NotAnOption(options.clone()))
            }
        }
    }

    /// Reads a list from a document's field; entries that are no variables are left out.
    #[must_use]
    pub fn list(value: &Value) -> Vec<Self> {
        let entries = value.as_array().map(Vec::as_slice).unwrap_or_default();
        entries
            .iter()
            .filter_map(|entry| Self::deserialize(entry).ok())
            .collect()
    }
}

fn is_number(text: &str) -> bool {
    // `inf` and `nan` parse too, but nobody means them.
    text.parse::<f64>().is_ok_and(f64::is_finite)
        && !text.contains(|c: char| c.is_alphabetic() && c != 'e' && c != 'E')
}

/// Described variables beside those of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// One for each variable of the text, in its order.
    pub variables: Vec<Variable>,
    /// Described, but not in the text any more.
    pub unused: Vec<Variable>,
}

/// Brings descriptions and text together. A default in the text is what a reader sees, so it wins over a described one; a variable
/// without a description is a text, required unless it has a default.
#[must_use]
pub fn merge(described: &[Variable], template: &Template) -> Merged {
    let mut by_name: BTreeMap<&str, &Variable> = BTreeMap::new();
    for variable in described {
        by_name.entry(&variable.name).or_insert(variable);
    }
    let mut variables = Vec::new();
    let mut used = BTreeSet::new();
    for found in template.variables() {
        let mut variable = match by_name.get(found.name.as_str()) {
            Some(described) => (*described).clone(),
            None => Variable {
                required: found.default.is_none(),
                ..Variable::text(found.name.clone())
            },
        };
        if found.default.is_some() {
            variable.default = found.default;
        }
        used.insert(found.name);
        variables.push(variable);
    }
    let unused = by_name
        .into_values()
        .filter(|variable| !used.contains(&variable.name))
        .cloned()
        .collect();
    Merged { variables, unused }
}

/// The values to render with: those given, and defaults for what was left out.
///
/// # Errors
/// Every value that does not fit its variable, in order.
pub fn resolve(
    variables: &[Variable],
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Vec<VariableError>> {
    let mut values = given.clone();
    let mut errors = Vec::new();
    for variable in variables {
        let value = match (given.get(&variable.name), &variable.default) {
            (Some(value), _) | (None, Some(value)) => value.clone(),
            (None, None) => String::new(),
        };
        match variable.validate(&value) {
            Ok(()) => drop(values.insert(variable.name.clone(), value)),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(values)
    } else {
        Err(errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompts::parse;
    use proptest::prelude::*;
    use serde_json::json;

    fn variable(kind: VariableKind) -> Variable {
        Variable {
            kind,
            ..Variable::text("x")
        }
    }

    #[test]
    fn each_kind_takes_its_own_values() {
        let choice = variable(VariableKind::Choice {
            options: vec!["warm".into(), "dry".into()],
        });
        assert_eq!(choice.validate("dry"), Ok(()));
        assert_eq!(
            choice.validate("wet").unwrap_err().to_string(),
            "x: choose one of warm, dry"
        );
        let number = variable(VariableKind::Number);
        for good in ["1", "-2.5", " 3 ", "1e3"] {
            assert_eq!(number.validate(good), Ok(()), "{good}");
        }
        for bad in ["one", "nan", "inf", "1,5", "1e999"] {
            assert!(number.validate(bad).is_err(), "{bad}");
        }
        assert!(variable(VariableKind::Text).validate("a\nb").is_err());
        assert_eq!(variable(VariableKind::LongText).validate("a\nb"), Ok(()));
    }

    #[test]
    fn an_empty_value_is_refused_only_where_one_is_required() {
        let mut number = variable(VariableKind::Number);
        assert_eq!(
            number.validate(" ").unwrap_err().kind,
            VariableErrorKind::Empty
        );
        number.required = false;
        assert_eq!(number.validate(""), Ok(()));
    }

    #[test]
    fn json_names_the_kind_beside_the_other_fields() {
        let json = json!({"name": "tone", "kind": "choice", "options": ["warm"], "required": true});
        let tone: Variable = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(
            tone.kind,
            VariableKind::Choice {
                options: vec!["warm".into()]
            }
        );
        assert_eq!(serde_json::to_value(&tone).unwrap(), json);
    }

    #[test]
    fn a_list_leaves_out_what_it_does_not_know() {
        let list = Variable::list(
            &json!([{"name": "a", "kind": "text", "new": 1}, {"name": "b", "kind": "colour"}, 3]),
        );
        assert_eq!(list.len(), 1);
        assert!(Variable::list(&json!(null)).is_empty());
    }

    #[test]
    fn descriptions_follow_the_text() {
        let described = [variable(VariableKind::Number), Variable::text("gone")];
        let merged = merge(&described, &parse("{{new:1}} {{x:2}} {{bare}}").unwrap());
        let names: Vec<_> = merged
            .variables
            .iter()
            .map(|v| (v.name.as_str(), v.default.as_deref(), v.required))
            .collect();
        assert_eq!(
            names,
            [
                ("new", Some("1"), false),
                ("x", Some("2"), true),
                ("bare", None, true)
            ]
        );
        assert_eq!(merged.variables[1].kind, VariableKind::Number);
        assert_eq!(merged.unused, [Variable::text("gone")]);
    }

    #[test]
    fn defaults_stand_in_and_all_wrong_values_are_named() {
        let mut with_default = variable(VariableKind::Number);
        with_default.default = Some("7".into());
        let both = [with_default, Variable::text("y")];
        let given = BTreeMap::from([("y".to_owned(), "v".to_owned())]);
        assert_eq!(resolve(&both, &given).unwrap()["x"], "7");
        let given = BTreeMap::from([("x".to_owned(), "z".to_owned())]);
        assert_eq!(resolve(&both, &given).unwrap_err().len(), 2);
    }

    #[test]
    fn a_form_shows_a_name_people_can_read() {
        assert_eq!(Variable::text("target_audience").title(), "target audience");
        assert_eq!(
            Variable {
                label: Some("Who".into()),
                ..Variable::text("x")
            }
            .title(),
            "Who"
        );
    }

    proptest! {
        #[test]
        fn what_resolves_also_renders(names in prop::collection::vec("[a-d]", 0..6)) {
            let source: String = names.iter().map(|name| format!("{{{{{name}}}}} ")).collect();
            let template = parse(&source).unwrap();
            let given = names.iter().map(|name| (name.clone(), "v".to_owned())).collect();
            let values = resolve(&merge(&[], &template).variables, &given).unwrap();
            prop_assert!(template.render(&values).is_ok());
        }
    }
}
