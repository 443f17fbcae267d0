//! What of a document is inserted into a page: its text, with the values of its variables put in. Not where it goes.

use crate::messages::{Failure, FailureCode, Insertion};
use krowoc_shared::library::document::{Document, Field, Kind};
use krowoc_shared::prompts::{Variable, asked, fill};
use std::collections::BTreeMap;

/// The text to insert; `values`: those that were given, when somebody was asked for them. What is no template is inserted as it is written.
///
/// # Errors
/// [`FailureCode::Invalid`] when values do not fit their variables.
pub fn insertion(
    document: &Document,
    values: Option<&BTreeMap<String, String>>,
) -> Result<Insertion, Failure> {
    let text = &document.body.text;
    let described = Variable::list(document.value(Field::Variables));
    let variables = match document.kind {
        Kind::Prompt => asked(text, &described),
        Kind::Snippet | Kind::Collection => return Ok(Insertion::Text(text.clone())),
    };
    let none = BTreeMap::new();
    let given = match (variables, values) {
        (Err(_), _) => return Ok(Insertion::Text(text.clone())),
        (Ok(variables), None) if !variables.is_empty() => return Ok(Insertion::Asks),
        (Ok(_), values) => values.unwrap_or(&none),
    };
    let filled = fill(text, &described, given);
    let wrong = |error: krowoc_shared::prompts::FillError| {
        Failure::new(FailureCode::Invalid, error.to_string())
    };
    filled.map(Insertion::Text).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::ids::DocId;

    fn document(kind: Kind, text: &str) -> Document {
        let mut document = Document::new(DocId::mint(1, [0; 10]), kind);
        document.body.text = text.to_owned();
        document
    }

    fn text(of: &str) -> Result<Insertion, Failure> {
        Ok(Insertion::Text(of.to_owned()))
    }

    #[test]
    fn a_snippet_is_inserted_as_it_is_written() {
        let snippet = document(Kind::Snippet, "Hi {{name}}");
        assert_eq!(insertion(&snippet, None), text("Hi {{name}}"));
    }

    #[test]
    fn a_prompt_asks_for_its_values_before_it_is_filled_in() {
        let prompt = document(Kind::Prompt, "Hi {{name}}, {{tone:warmly}}");
        assert_eq!(insertion(&prompt, None), Ok(Insertion::Asks));
        let values = BTreeMap::from([("name".to_owned(), "Ada".to_owned())]);
        assert_eq!(insertion(&prompt, Some(&values)), text("Hi Ada, warmly"));
        let missing = insertion(&prompt, Some(&BTreeMap::new())).unwrap_err();
        assert_eq!(missing.code, FailureCode::Invalid);
        assert!(missing.message.contains("name"), "{}", missing.message);
    }

    #[test]
    fn a_prompt_without_variables_is_inserted_at_once_and_what_is_no_template_as_it_is() {
        let plain = document(Kind::Prompt, "Be brief.");
        assert_eq!(insertion(&plain, None), text("Be brief."));
        let broken = document(Kind::Prompt, "Say {{ and stop");
        assert_eq!(insertion(&broken, None), text("Say {{ and stop"));
    }
}
