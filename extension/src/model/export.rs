//! A document as an item of our own export. Not the writing of the file.

use krowoc_shared::exchange::{ExportItem, ImportKind};
use krowoc_shared::library::document::{Counter, Document, Field, Kind};

/// The item of a document, as the person sees it.
#[must_use]
pub fn item(document: &Document) -> ExportItem {
    ExportItem {
        id: document.id.to_string(),
        kind: match document.kind {
            Kind::Prompt => ImportKind::Prompt,
            Kind::Snippet => ImportKind::Snippet,
            Kind::Collection => ImportKind::Collection,
        },
        title: document.title().to_owned(),
        body: document.body.text.clone(),
        tags: document.present_tags().map(str::to_owned).collect(),
        meta: document
            .metadata()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        collection: document.collection().map(|id| id.to_string()),
        collection_title: None,
        note: document.text(Field::Note).to_owned(),
        description: document.text(Field::Description).to_owned(),
        favourite: document.favourite(),
        source: document.value(Field::Source).clone(),
        variables: document.value(Field::Variables).clone(),
        execution: document.value(Field::Execution).clone(),
        created_at: document.created_at(),
        updated_at: document.edited().at,
        deleted_at: document.deleted_at(),
        uses: document.counter(Counter::Uses),
        edited: document.lifecycle.edited,
        archived: document.lifecycle.is_archived(),
        // Versions are the server's.
        versions: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::exchange::json;
    use krowoc_shared::ids::DocId;

    #[test]
    fn an_exported_document_is_read_back_by_our_own_importer() {
        let mut document = Document::new(DocId::mint(5, [3; 10]), Kind::Prompt);
        document.body.text = "Write about {{topic}}".into();
        let text = json::header(1) + &json::item(&item(&document), true).unwrap() + json::footer();
        let report = json::read(text.as_bytes()).unwrap();
        assert_eq!(report.items.len(), 1);
        assert_eq!(report.items[0].body, "Write about {{topic}}");
    }
}
