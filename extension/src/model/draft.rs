//! From a capture or a filled form to the operation that saves it. Not the recording: that is `shared::sync::client`.

use crate::messages::{Draft, Keep, Part};
use krowoc_shared::capture::{Capture, How};
use krowoc_shared::execution::settings::ExecutionSettings;
use krowoc_shared::ids::{DocId, Millis, OpId};
use krowoc_shared::library::document::{Document, Field, Kind};
use krowoc_shared::library::limits;
use krowoc_shared::sync::wire::Op;
use krowoc_ui::editor::{Changes, Form};
use serde_json::{Value, json};

/// Longest quoted passage of an anchor, in bytes: with its context it fits the field many times over.
const ANCHOR_BYTES: usize = 8 * 1024;

/// Which part a capture is of.
#[must_use]
pub fn part(capture: &Capture) -> Part {
    match capture.how {
        How::Selection => Part::Selection,
        How::Page | How::Link | How::Image => Part::Page,
    }
}

/// Where a capture came from, as the field `source` holds it.
#[must_use]
pub fn source(capture: &Capture, now: Millis) -> Value {
    let facts = &capture.metadata;
    let anchor = capture
        .anchor
        .as_ref()
        .filter(|anchor| anchor.exact.len() <= ANCHOR_BYTES);
    let early = capture.early.then_some(true);
    let source = without_nulls(json!({
        "how": capture.how, "url": capture.url, "canonicalUrl": capture.canonical_url, "site": capture.site,
        "title": capture.title, "link": capture.link, "author": facts.author, "published": facts.published,
        "language": facts.language, "description": facts.description, "anchor": anchor, "capturedAt": now,
        "concealed": capture.concealed.count, "cut": capture.cut, "early": early, "fingerprint": capture.fingerprint, "simhash": capture.simhash,
    }));
    if source.to_string().len() > limits::JSON_BYTES {
        // What is missing from the text is told in any case.
        return without_nulls(json!({
            "how": capture.how, "url": capture.url, "site": capture.site, "capturedAt": now, "cut": capture.cut,
            "early": early,
        }));
    }
    source
}

fn without_nulls(mut source: Value) -> Value {
    if let Some(fields) = source.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    source
}

/// A draft of a capture that nobody filled a form for: always for one's own library, because nobody was asked which.
#[must_use]
pub fn unasked(op_id: OpId, doc_id: DocId, kind: Kind, capture: Capture, now: Millis) -> Draft {
    Draft {
        op_id,
        doc_id,
        source: source(&capture, now).to_string(),
        form: Form {
            title: capture.title,
            body: capture.markdown,
            ..Form::new(kind)
        },
        keep: Keep::Both,
        chosen: false,
    }
}

/// The operation that saves a draft; `before` is the document it updates or is appended to.
#[must_use]
pub fn op(draft: &Draft, before: Option<&Document>, now: Millis) -> Op {
    let kept = before.filter(|_| draft.keep != Keep::Both);
    let body = &draft.form.body;
    let mut op = match kept {
        None => Op::create(draft.op_id, draft.doc_id, draft.form.kind, now, body),
        Some(document) => {
            // The base is set when the operation is recorded: what the person sees now.
            let text = match draft.keep {
                Keep::Append => appended(&document.body.text, body),
                Keep::Update | Keep::Both => body.clone(),
            };
            Op::new(draft.op_id, draft.doc_id, document.kind).with_body(document.body.rev, &text)
        }
    };
    let mut changes = written(&draft.form);
    if let Some(document) = kept {
        if changes.set.get(&Field::Title).and_then(Value::as_str) == Some(document.title()) {
            changes.set.remove(&Field::Title);
        }
        // An earlier document stays where it is: the collection may be of another library. And how it is run is not for a form that does
        // not show it.
        changes.set.remove(&Field::Collection);
        changes.set.remove(&Field::Execution);
    }
    op = changes.put(op);
    if let Some(source) = source_after(draft, kept) {
        op = op.with(Field::Source, source);
    }
    op
}

/// What somebody wrote beside the text; title and note are cut to what is allowed, for a page may propose any.
fn written(form: &Form) -> Changes {
    let form = Form {
        title: cut(form.title.trim(), limits::TITLE_CHARS),
        note: cut(form.note.trim(), limits::NOTE_CHARS),
        body: String::new(),
        ..form.clone()
    };
    form.changes(&Form::new(form.kind), &ExecutionSettings::default())
}

/// The source that the document has afterwards; `None` when it stays as it is. What is appended leaves it alone, but for the mark
/// that a part is missing.
fn source_after(draft: &Draft, kept: Option<&Document>) -> Option<Value> {
    let source = serde_json::from_str::<Value>(&draft.source).ok()?;
    let fields = source.as_object()?;
    let Some(document) = kept.filter(|_| draft.keep == Keep::Append) else {
        return Some(source);
    };
    let missing = fields
        .iter()
        .filter(|(name, _)| matches!(name.as_str(), "cut" | "early"));
    let marks: Vec<_> = missing
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if marks.is_empty() {
        return None;
    }
    let mut earlier = document
        .value(Field::Source)
        .as_object()
        .cloned()
        .unwrap_or_default();
    earlier.extend(marks);
    Some(Value::Object(earlier))
}

fn appended(text: &str, more: &str) -> String {
    if text.trim().is_empty() {
        return more.to_owned();
    }
    format!("{}\n\n{}", text.trim_end(), more.trim_start())
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::capture::capture_link;
    use krowoc_shared::sync::server::validate;

    fn draft(keep: Keep) -> Draft {
        let capture = capture_link(
            "https://a.example/x?utm_source=y",
            "https://a.example/x",
            "A page",
        )
        .unwrap();
        let ids = (OpId::mint(1, [1; 10]), DocId::mint(1, [2; 10]));
        Draft {
            keep,
            ..unasked(ids.0, ids.1, Kind::Snippet, capture, 1_000)
        }
    }

    fn saved() -> Document {
        let mut document = Document::new(DocId::mint(1, [2; 10]), Kind::Prompt);
        document.body.text = "Earlier text\n".into();
        document.body.rev = 7;
        document
    }

    #[test]
    fn a_new_draft_makes_a_document_that_a_server_takes() {
        let op = op(&draft(Keep::Both), None, 1_000);
        assert!(op.creates());
        assert_eq!(op.set.get(&Field::Title), Some(&json!("A page")));
        assert_eq!(op.set[&Field::Source]["url"], "https://a.example/x");
        assert_eq!(validate(&op), Ok(()));
    }

    #[test]
    fn appending_keeps_the_earlier_text_and_its_source() {
        let op = op(&draft(Keep::Append), Some(&saved()), 1_000);
        let body = op.body.clone().unwrap();
        assert_eq!(body.text, "Earlier text\n\n[A page](https://a.example/x)");
        assert!(!op.creates() && !op.set.contains_key(&Field::Source));
        assert_eq!(op.kind, Kind::Prompt);
    }

    #[test]
    fn updating_replaces_the_text_on_the_revision_that_is_shown() {
        let op = op(&draft(Keep::Update), Some(&saved()), 1_000);
        let body = op.body.unwrap();
        assert_eq!(
            (body.base_rev, body.text.as_str()),
            (7, "[A page](https://a.example/x)")
        );
    }

    #[test]
    fn a_clip_without_a_form_is_for_the_own_library_and_changes_no_choice() {
        let unasked = draft(Keep::Both);
        assert_eq!((unasked.form.space, unasked.chosen), (None, false));
    }

    #[test]
    fn only_a_new_document_is_put_into_the_collection_of_the_form() {
        let collection = Some(DocId::mint(1, [8; 10]));
        for (keep, moved) in [
            (Keep::Both, true),
            (Keep::Update, false),
            (Keep::Append, false),
        ] {
            let mut draft = draft(keep);
            draft.form.collection = collection;
            let op = op(&draft, Some(&saved()), 1_000);
            assert_eq!(op.set.contains_key(&Field::Collection), moved, "{keep:?}");
        }
    }

    #[test]
    fn everything_that_was_written_about_a_capture_is_saved_with_it() {
        let mut new = draft(Keep::Both);
        new.form.kind = Kind::Prompt;
        new.form.description = "For reviews".into();
        new.form.tags = vec!["code".into()];
        new.form.meta = vec![("category".into(), "Work".into())];
        new.form.model = "openai/a".into();
        let made = op(&new, None, 1_000);
        assert_eq!(made.set[&Field::Description], "For reviews");
        assert_eq!(made.set[&Field::Execution], json!({"model": "openai/a"}));
        assert_eq!(made.meta["category"], "Work");
        assert_eq!(made.tags.add, ["code"]);
        assert_eq!(validate(&made), Ok(()));
        // How an earlier one is run stays as it is.
        new.keep = Keep::Update;
        let updated = op(&new, Some(&saved()), 1_000);
        assert!(!updated.set.contains_key(&Field::Execution));
        assert_eq!(updated.meta["category"], "Work");
    }

    #[test]
    fn overlong_titles_and_notes_are_cut_to_what_is_allowed() {
        let mut draft = draft(Keep::Both);
        draft.form.title = "ł".repeat(10_000);
        draft.form.note = "ł".repeat(100_000);
        assert_eq!(validate(&op(&draft, None, 1_000)), Ok(()));
    }

    #[test]
    fn a_text_that_was_cut_is_marked_so_in_its_source_wherever_it_goes() {
        let long = format!("https://a.example/{}", "x".repeat(limits::BODY_BYTES));
        let mut capture = capture_link("https://a.example/", &long, "t").unwrap();
        assert!(capture.markdown.len() <= limits::BODY_BYTES);
        let cut = json!(capture.cut.unwrap());
        // The address is long here only because a link is the shortest way to a long text.
        (capture.url, capture.canonical_url, capture.link) =
            ("https://a.example/x".into(), String::new(), String::new());
        assert_eq!(source(&capture, 5)["cut"], cut);
        let mut draft = Draft {
            source: source(&capture, 5).to_string(),
            ..draft(Keep::Append)
        };
        let mut earlier = saved();
        earlier.fields.insert(
            Field::Source,
            krowoc_shared::library::document::Register {
                value: json!({"url": "https://b.example/"}),
                hlc: krowoc_shared::hlc::Hlc::default(),
                op: OpId::mint(1, [3; 10]),
            },
        );
        let appended = op(&draft, Some(&earlier), 5);
        assert_eq!(
            appended.set[&Field::Source],
            json!({"url": "https://b.example/", "cut": cut})
        );
        draft.keep = Keep::Update;
        assert_eq!(
            op(&draft, Some(&earlier), 5).set[&Field::Source]["cut"],
            cut
        );
        capture.metadata.description = Some("x".repeat(limits::JSON_BYTES));
        assert_eq!(source(&capture, 5)["cut"], cut);
    }

    #[test]
    fn a_page_that_was_still_loading_is_marked_so_in_its_source() {
        let mut capture = capture_link("https://a.example/", "https://a.example/x", "t").unwrap();
        assert_eq!(source(&capture, 5).get("early"), None);
        capture.early = true;
        assert_eq!(source(&capture, 5)["early"], true);
        let draft = Draft {
            source: source(&capture, 5).to_string(),
            ..draft(Keep::Append)
        };
        let appended = op(&draft, Some(&saved()), 5);
        assert_eq!(appended.set[&Field::Source]["early"], true);
        capture.metadata.description = Some("x".repeat(limits::JSON_BYTES));
        assert_eq!(source(&capture, 5)["early"], true);
    }

    #[test]
    fn a_source_that_would_be_refused_is_shortened_to_its_address() {
        let mut capture = capture_link("https://a.example/", "https://a.example/x", "t").unwrap();
        capture.metadata.description = Some("x".repeat(limits::JSON_BYTES));
        let source = source(&capture, 5);
        assert!(source.to_string().len() < 500);
        assert_eq!(source["url"], "https://a.example/x");
    }
}
