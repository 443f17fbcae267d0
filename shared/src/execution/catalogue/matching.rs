//! Which names a model or a provider goes by. Not where prices come from.

use regex_lite::Regex;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// A rule for names. All but patterns compare without regard to case.
///
/// Written as a text (`gpt-4o` equals, `gpt-4o*` starts with, `*-latest` ends with, `*claude*` contains), a list of rules of which one
/// must hold, or an object: `{"all": […]}`, `{"regex": "^o[134]"}`, and `{"equals": "…"}`, `{"starts_with": "…"}`, `{"ends_with": "…"}`,
/// `{"contains": "…"}` for texts that begin or end with an asterisk.
#[derive(Clone, Debug)]
pub enum Matching {
    /// The whole name.
    Equals(Text),
    /// The beginning.
    StartsWith(Text),
    /// The end.
    EndsWith(Text),
    /// Anywhere.
    Contains(Text),
    /// A pattern found anywhere in the name, in lower case for models and providers.
    Regex(Regex),
    /// One of them.
    Any(Vec<Self>),
    /// Each of them.
    All(Vec<Self>),
}

/// A text with its lower case, which is what is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    written: String,
    lower: String,
}

impl From<&str> for Text {
    fn from(written: &str) -> Self {
        Self {
            written: written.to_owned(),
            lower: written.to_lowercase(),
        }
    }
}

impl PartialEq for Matching {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Equals(a), Self::Equals(b))
            | (Self::StartsWith(a), Self::StartsWith(b))
            | (Self::EndsWith(a), Self::EndsWith(b))
            | (Self::Contains(a), Self::Contains(b)) => a == b,
            (Self::Regex(a), Self::Regex(b)) => a.as_str() == b.as_str(),
            (Self::Any(a), Self::Any(b)) | (Self::All(a), Self::All(b)) => a == b,
            _ => false,
        }
    }
}

impl Matching {
    /// The rule that a name is exactly this.
    #[must_use]
    pub fn exactly(name: &str) -> Self {
        Self::Equals(name.into())
    }

    /// A pattern.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn regex(pattern: &str) -> Result<Self, String> {
        let regex = Regex::new(pattern);
        regex
            .map(Self::Regex)
            .map_err(|error| format!("the pattern `{pattern}` cannot be read: {error}"))
    }

    /// Whether the rule holds for a name, which is compared in lower case.
    #[must_use]
    pub fn holds(&self, name: &str) -> bool {
        self.holds_lower(&name.to_lowercase())
    }

    fn holds_lower(&self, name: &str) -> bool {
        match self {
            Self::Equals(text) => name == text.lower,
            Self::StartsWith(text) => name.starts_with(&text.lower),
            Self::EndsWith(text) => name.ends_with(&text.lower),
            Self::Contains(text) => name.contains(&text.lower),
            Self::Regex(pattern) => pattern.is_match(name),
            Self::Any(rules) => rules.iter().any(|rule| rule.holds_lower(name)),
            Self::All(rules) => rules.iter().all(|rule| rule.holds_lower(name)),
        }
    }

    /// Reads a rule; also with the words `or` and `and`.
    ///
    /// # Errors
    /// What is wrong, with what would be right.
    pub fn read(value: &Value) -> Result<Self, String> {
        match value {
            Value::String(text) => Self::read_text(text),
            Value::Array(rules) => Self::read_list(rules).map(Self::Any),
            Value::Object(object) if object.len() == 1 => object.iter().next().map_or_else(
                || Err(EXPECTED.to_owned()),
                |(word, value)| Self::read_word(word, value),
            ),
            _ => Err(EXPECTED.to_owned()),
        }
    }

    fn read_text(text: &str) -> Result<Self, String> {
        let (inner, ends) = match text.strip_suffix('*') {
            Some(inner) => (inner, true),
            None => (text, false),
        };
        let (inner, starts) = match inner.strip_prefix('*') {
            Some(inner) => (inner, true),
            None => (inner, false),
        };
        if inner.is_empty() {
            return Err("an empty rule holds for every name: state a part of it".to_owned());
        }
        Ok(match (starts, ends) {
            (false, false) => Self::Equals(inner.into()),
            (false, true) => Self::StartsWith(inner.into()),
            (true, false) => Self::EndsWith(inner.into()),
            (true, true) => Self::Contains(inner.into()),
        })
    }

    fn read_list(rules: &[Value]) -> Result<Vec<Self>, String> {
        if rules.is_empty() {
            return Err("an empty list of rules: state at least one".to_owned());
        }
        rules.iter().map(Self::read).collect()
    }

    fn read_word(word: &str, value: &Value) -> Result<Self, String> {
        if let ("or" | "and" | "all", Value::Array(rules)) = (word, value) {
            let rules = Self::read_list(rules)?;
            return Ok(if word == "or" {
                Self::Any(rules)
            } else {
                Self::All(rules)
            });
        }
        let text = value
            .as_str()
            .filter(|text| !text.is_empty())
            .ok_or(EXPECTED)?;
        match word {
            "equals" => Ok(Self::Equals(text.into())),
            "starts_with" => Ok(Self::StartsWith(text.into())),
            "ends_with" => Ok(Self::EndsWith(text.into())),
            "contains" => Ok(Self::Contains(text.into())),
            "regex" => Self::regex(text),
            _ => Err(EXPECTED.to_owned()),
        }
    }
}

const EXPECTED: &str = "expected a name such as \"gpt-4o*\", a list of them, or an object with one of all, regex, equals, starts_with, ends_with, contains";

impl Serialize for Matching {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let pair = |serializer: S, word: &str, value: &str| {
            let mut map = serializer.serialize_map(Some(1))?;
            map.serialize_entry(word, value)?;
            map.end()
        };
        let (word, before, text, after) = match self {
            Self::Equals(text) => ("equals", "", text, ""),
            Self::StartsWith(text) => ("starts_with", "", text, "*"),
            Self::EndsWith(text) => ("ends_with", "*", text, ""),
            Self::Contains(text) => ("contains", "*", text, "*"),
            Self::Regex(pattern) => return pair(serializer, "regex", pattern.as_str()),
            Self::Any(rules) => return rules.serialize(serializer),
            Self::All(rules) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("all", rules)?;
                return map.end();
            }
        };
        let text = text.written.as_str();
        if text.starts_with('*') || text.ends_with('*') {
            return pair(serializer, word, text);
        }
        serializer.collect_str(&format_args!("{before}{text}{after}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rule(value: Value) -> Matching {
        Matching::read(&value).unwrap()
    }

    #[test]
    fn names_are_compared_without_regard_to_case() {
        assert!(
            rule(json!("GPT-4o")).holds("gpt-4O") && !rule(json!("gpt-4o")).holds("gpt-4o-mini")
        );
        assert!(
            rule(json!("Claude-*")).holds("claude-3")
                && !rule(json!("claude-*")).holds("a claude-3")
        );
        assert!(
            rule(json!("*-latest")).holds("x-LATEST")
                && !rule(json!("*-latest")).holds("x-latest-1")
        );
        assert!(rule(json!("*Gemini*")).holds("models/gemini-2"));
        assert!(rule(json!({"regex": "^o[134]"})).holds("O3-mini"));
        assert!(!rule(json!({"regex": "^o[134]"})).holds("gpt-o3"));
    }

    #[test]
    fn rules_are_joined_by_or_and_and() {
        let any = rule(json!(["a", {"or": ["b*"]}]));
        assert!(any.holds("a") && any.holds("bc") && !any.holds("c"));
        let all = rule(json!({"and": [{"contains": "x"}, {"contains": "y"}]}));
        assert!(all.holds("axby") && !all.holds("ax"));
        assert_eq!(all, rule(json!({"all": ["*x*", "*y*"]})));
    }

    #[test]
    fn a_rule_is_written_as_it_is_read() {
        for value in [
            json!("gpt-4o"),
            json!("gpt*"),
            json!("*x"),
            json!("*x*"),
            json!(["a", "b*", {"regex": "^c$"}]),
            json!({"all": ["*a*", "*b*"]}),
            json!({"equals": "*"}),
            json!({"starts_with": "a*"}),
        ] {
            assert_eq!(serde_json::to_value(rule(value.clone())).unwrap(), value);
        }
    }

    #[test]
    fn what_is_no_rule_is_refused_with_what_would_be() {
        for value in [
            json!(3),
            json!({}),
            json!([]),
            json!("*"),
            json!("**"),
            json!({"is": "x"}),
            json!({"regex": "("}),
            json!({"equals": ""}),
            json!({"equals": "a", "contains": "b"}),
        ] {
            assert!(Matching::read(&value).is_err(), "{value}");
        }
    }
}
