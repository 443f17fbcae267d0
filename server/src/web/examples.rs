//! The examples of the API reference: requests in an order in which each can be sent, with what is kept of an answer for later ones.
//! Not their sending: the API suite sends each as it stands here.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A request to an operation of the contract. In its texts `$name` is a value that an earlier answer gave, or that who reads has.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The operation's id.
    pub operation: String,
    /// Values of the path's parameters.
    #[serde(default)]
    pub path: BTreeMap<String, String>,
    /// The query, without its question mark.
    #[serde(default)]
    pub query: Option<String>,
    /// The body.
    #[serde(default)]
    pub body: Option<Value>,
    /// The status of the answer.
    pub status: u16,
    /// What is kept of the answer: a name to a JSON pointer.
    #[serde(default)]
    pub keep: BTreeMap<String, String>,
}

/// All of them, in an order in which they can be sent one after another.
///
/// # Errors
/// When the file beside this one is not of their form.
pub fn all() -> Result<Vec<Example>, serde_json::Error> {
    serde_json::from_str(include_str!("examples.json"))
}

impl Example {
    /// Its address: the path's parameters filled in, the query after it.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        let filled = self
            .path
            .iter()
            .fold(path.to_owned(), |path, (name, value)| {
                path.replace(&format!("{{{name}}}"), value)
            });
        match &self.query {
            Some(query) => format!("{filled}?{query}"),
            None => filled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_of_their_form_and_an_address_is_filled() {
        let examples = all().unwrap();
        let pull = examples.iter().find(|it| it.operation == "pull_documents");
        let address = pull.unwrap().address("/api/v1/sync/pull");
        assert!(address.starts_with("/api/v1/sync/pull?space=$space&"));
        let view = examples.iter().find(|it| it.operation == "view").unwrap();
        assert_eq!(
            view.address("/api/v1/library/{id}"),
            "/api/v1/library/$prompt"
        );
    }
}
