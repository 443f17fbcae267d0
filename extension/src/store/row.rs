//! What is kept beside each document to find it: folded text, marks of the page and the text. Not the document.

use crate::model::before::Marks;
use krowoc_shared::capture::{fingerprint, url};
use krowoc_shared::execution::settings::ExecutionSettings;
use krowoc_shared::ids::{DocId, Millis};
use krowoc_shared::library::document::{Counter, Document, Field, Kind};
use krowoc_shared::text;
use serde::{Deserialize, Serialize};

/// Bytes of folded text kept a document: all rows are held in memory while the background runs.
const TEXT_BYTES: usize = 16 * 1024;
/// Characters of an excerpt.
const EXCERPT_CHARS: usize = 120;

/// How a row is made: raised when it is to hold something else. A row of another making is made anew from its document.
pub const MADE: u32 = 1;

/// A document as the search, the duplicate check and the completion see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexRow {
    /// The document.
    pub id: DocId,
    /// What it is.
    pub kind: Kind,
    /// Its title; its first words when it has none.
    pub title: String,
    /// First words of its text.
    pub excerpt: String,
    /// Tags that are present.
    pub tags: Vec<String>,
    /// Host of the page it came from.
    pub site: String,
    /// Search tokens, of a bounded length.
    pub text: String,
    /// Canonical address of the page it came from; empty when there is none.
    pub page: String,
    /// Fingerprint of its text.
    pub fingerprint: String,
    /// Near-duplicate signature of its text.
    pub simhash: Option<fingerprint::SimHash>,
    /// Times it was used.
    pub uses: i64,
    /// Marked as a favourite.
    pub favourite: bool,
    /// An unresolved other side exists.
    pub conflict: bool,
    /// When it was last edited.
    pub edited_at: Millis,
    /// Metadata: names with their value.
    #[serde(default)]
    pub meta: Vec<(String, String)>,
    /// The model that it chooses first, as `provider/model`; empty when it chooses none.
    #[serde(default)]
    pub model: String,
    /// The making that it is of: `MADE` when it is the present one.
    #[serde(default)]
    pub made: u32,
}

impl IndexRow {
    /// What the duplicate check compares.
    #[must_use]
    pub fn marks(&self) -> Marks {
        Marks {
            page: self.page.clone(),
            fingerprint: self.fingerprint.clone(),
            simhash: self.simhash,
        }
    }
}

/// The row of a document; `None` for one in the trash or purged: it is not to be found.
#[must_use]
pub fn index_row(document: &Document) -> Option<IndexRow> {
    if document.purged || document.deleted_at().is_some() {
        return None;
    }
    let body = &document.body.text;
    let source = document.value(Field::Source);
    let address = source.get("url").and_then(|url| url.as_str()).unwrap_or("");
    let tags: Vec<String> = document.present_tags().map(str::to_owned).collect();
    let site = url::site(address);
    let mut folded = text::search_text(
        document.title(),
        body,
        &tags,
        document.text(Field::Note),
        &site,
    );
    folded.truncate(folded.floor_char_boundary(TEXT_BYTES));
    let piece = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let model = ExecutionSettings::of(document.value(Field::Execution)).model;
    let title = match document.title() {
        "" => text::propose_title(body),
        title => title.to_owned(),
    };
    Some(IndexRow {
        id: document.id,
        kind: document.kind,
        title,
        excerpt: text::excerpt(body, EXCERPT_CHARS),
        tags,
        site,
        text: folded,
        page: url::canonicalise(address),
        fingerprint: if body.trim().is_empty() {
            String::new()
        } else {
            fingerprint::fingerprint(body)
        },
        simhash: fingerprint::simhash(body),
        uses: document.counter(Counter::Uses),
        favourite: document.favourite(),
        conflict: !document.conflicts.is_empty(),
        edited_at: document.edited().at,
        meta: document.metadata().map(piece).collect(),
        model: model.map(|model| model.to_string()).unwrap_or_default(),
        made: MADE,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::hlc::Hlc;
    use krowoc_shared::ids::OpId;
    use krowoc_shared::library::document::{Body, Register};
    use serde_json::{Value, json};

    fn document(fields: &[(Field, Value)], body: &str) -> Document {
        let mut document = Document::new(DocId::mint(1, [1; 10]), Kind::Snippet);
        for (field, value) in fields {
            let register = Register {
                value: value.clone(),
                hlc: Hlc {
                    at: 7,
                    ..Hlc::default()
                },
                op: OpId::mint(1, [2; 10]),
            };
            document.fields.insert(*field, register);
        }
        document.body = Body {
            text: body.to_owned(),
            rev: 0,
        };
        document
    }

    #[test]
    fn a_document_is_found_by_its_page_without_tracking() {
        let source = json!({"url": "https://www.a.example/x/?utm_source=mail"});
        let row = index_row(&document(&[(Field::Source, source)], "Body")).unwrap();
        assert_eq!(row.page, "https://www.a.example/x");
        assert_eq!(row.site, "a.example");
        assert_eq!((row.title.as_str(), row.edited_at), ("Body", 7));
    }

    #[test]
    fn metadata_and_model_are_there_to_complete_from() {
        let mut one = document(
            &[(Field::Execution, json!({"model": "openai/gpt-4o-mini"}))],
            "Body",
        );
        let topic = one.fields[&Field::Execution].clone();
        let gone = Register {
            value: Value::Null,
            ..topic.clone()
        };
        let topic = Register {
            value: json!("Cooking"),
            ..topic
        };
        one.meta.insert("topic".to_owned(), topic);
        one.meta.insert("persona".to_owned(), gone);
        let row = index_row(&one).unwrap();
        assert_eq!(row.meta, [("topic".to_owned(), "Cooking".to_owned())]);
        assert_eq!(row.model, "openai/gpt-4o-mini");
    }

    #[test]
    fn a_row_of_a_version_that_kept_less_is_read_and_known_as_such() {
        let row = index_row(&document(&[], "Body")).unwrap();
        assert_eq!(row.made, MADE);
        let mut kept = serde_json::to_value(row).unwrap();
        for name in ["meta", "model", "made"] {
            kept.as_object_mut().unwrap().remove(name);
        }
        let row: IndexRow = serde_json::from_value(kept).unwrap();
        assert_ne!(row.made, MADE);
    }

    #[test]
    fn a_document_in_the_trash_is_not_found() {
        assert_eq!(
            index_row(&document(&[(Field::DeletedAt, json!(5))], "Body")),
            None
        );
        assert!(index_row(&document(&[(Field::DeletedAt, Value::Null)], "Body")).is_some());
    }

    #[test]
    fn empty_texts_do_not_count_as_the_same_text() {
        let row = index_row(&document(&[(Field::Title, json!("A"))], "  ")).unwrap();
        assert_eq!(row.fingerprint, "");
    }

    #[test]
    fn a_huge_text_keeps_a_bounded_row() {
        let row = index_row(&document(&[], &"słowo ".repeat(50_000))).unwrap();
        assert!(row.text.len() <= TEXT_BYTES);
    }
}
