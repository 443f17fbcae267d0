//! A text with its values put in, in one step: read, described, checked, rendered. Not a form, and not what is sent to a model.

use super::{RenderError, TemplateError, Variable, VariableError, merge, parse, resolve};
use std::collections::BTreeMap;
use std::fmt;

/// Bytes of the longest text that is made: more than any model reads. A value that a text names often would grow without bound.
pub const LONGEST: usize = 8 * 1024 * 1024;

/// Why a text could not be filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FillError {
    /// The text is no template.
    Template(TemplateError),
    /// Values do not fit their variables: never empty, in the order of the variables.
    Values(Vec<VariableError>),
    /// Values are missing.
    Missing(RenderError),
    /// The text would be longer than 8 MiB.
    TooLong,
}

impl fmt::Display for FillError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(error) => error.fmt(f),
            Self::Values(errors) => {
                let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
                f.write_str(&said.join("; "))
            }
            Self::Missing(error) => error.fmt(f),
            Self::TooLong => f.write_str("the text would be longer than 8 MiB"),
        }
    }
}

impl std::error::Error for FillError {}

/// The variables that a text asks for, as they are described; see [`merge`].
///
/// # Errors
/// Where the text is no template.
pub fn asked(text: &str, described: &[Variable]) -> Result<Vec<Variable>, TemplateError> {
    Ok(merge(described, &parse(text)?).variables)
}

/// The text with the values given, and defaults for those left out.
///
/// # Errors
/// [`FillError`].
pub fn fill(
    text: &str,
    described: &[Variable],
    given: &BTreeMap<String, String>,
) -> Result<String, FillError> {
    let template = parse(text).map_err(FillError::Template)?;
    let variables = merge(described, &template).variables;
    let values = resolve(&variables, given).map_err(FillError::Values)?;
    if template.length(&values) > LONGEST {
        return Err(FillError::TooLong);
    }
    template.render(&values).map_err(FillError::Missing)
}

#[cfg(test)]
mod tests {
    //! Each way that a filling ends.

    use super::*;
    use crate::prompts::VariableKind;

    fn given(values: &[(&str, &str)]) -> BTreeMap<String, String> {
        let pairs = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        pairs.collect()
    }

    #[test]
    fn values_and_defaults_are_put_in() {
        let text = fill(
            "{{greeting:Hello}}, {{name}}.",
            &[],
            &given(&[("name", "Ada")]),
        );
        assert_eq!(text.unwrap(), "Hello, Ada.");
    }

    #[test]
    fn a_long_value_in_many_places_is_refused_before_it_is_put_in() {
        let text = "{{a}}".repeat(100_000);
        let filled = |length: usize| fill(&text, &[], &given(&[("a", &"x".repeat(length))]));
        assert_eq!(filled(10).unwrap().len(), 1_000_000);
        assert_eq!(filled(1_000), Err(FillError::TooLong));
    }

    #[test]
    fn a_value_that_does_not_fit_is_told_with_its_name() {
        let tone = Variable {
            kind: VariableKind::Choice {
                options: vec!["warm".to_owned(), "dry".to_owned()],
            },
            ..Variable::text("tone")
        };
        let error = fill("{{tone}} {{name}}", &[tone], &given(&[("tone", "loud")])).unwrap_err();
        let FillError::Values(errors) = &error else {
            panic!("{error:?}")
        };
        let names: Vec<&str> = errors.iter().map(|error| error.name.as_str()).collect();
        assert_eq!(names, ["tone", "name"]);
        assert!(
            error.to_string().contains("tone") && error.to_string().contains("; "),
            "{error}"
        );
    }

    #[test]
    fn a_text_that_is_no_template_is_told_as_one() {
        let error = fill("{{name", &[], &BTreeMap::new()).unwrap_err();
        assert!(matches!(error, FillError::Template(_)), "{error:?}");
        assert!(asked("{{name", &[]).is_err());
    }

    #[test]
    fn what_is_asked_for_comes_in_the_order_of_the_text() {
        let names: Vec<String> = asked("{{b}} {{a:1}}", &[])
            .unwrap()
            .into_iter()
            .map(|it| it.name)
            .collect();
        assert_eq!(names, ["b", "a"]);
    }
}
