//! What the extractor's module does. Not the extraction: that is `shared::capture`.

use crate::background::{Extract, Extracted};
use crate::messages::Part;
use krowoc_shared::capture::snapshot::PageSnapshot;
use krowoc_shared::capture::{CaptureError, How, capture};

/// Captures what the request asks for; the selection first when it leaves that open. A snapshot that cannot be read counts as a
/// page without text.
#[must_use]
pub fn extract(request: &str) -> String {
    let extracted = read(request).map_or(
        Extracted {
            has_selection: false,
            loading: false,
            capture: Err(CaptureError::NoText),
        },
        |(snapshot, part)| {
            let has_selection = snapshot
                .selection
                .as_ref()
                .is_some_and(|selection| !selection.text.trim().is_empty());
            let how = match part {
                Some(Part::Page) => How::Page,
                Some(Part::Selection) => How::Selection,
                None if has_selection => How::Selection,
                None => How::Page,
            };
            Extracted {
                has_selection,
                loading: snapshot.loading,
                capture: capture(&snapshot, how),
            }
        },
    );
    serde_json::to_string(&extracted).unwrap_or_default()
}

fn read(request: &str) -> Option<(PageSnapshot, Option<Part>)> {
    let request: Extract = serde_json::from_str(request).ok()?;
    Some((serde_json::from_str(&request.snapshot).ok()?, request.part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn run(snapshot: serde_json::Value, part: Option<Part>) -> Extracted {
        let request = Extract {
            snapshot: snapshot.to_string(),
            part,
        };
        serde_json::from_str(&extract(&serde_json::to_string(&request).unwrap())).unwrap()
    }

    fn page() -> serde_json::Value {
        json!({"url": "https://a.example/x", "title": "T", "html": "<html><body><p>Some words of the page.</p></body></html>",
            "selection": {"html": "<b>words</b>", "text": "words", "prefix": "Some ", "suffix": " of", "start": 5}})
    }

    #[test]
    fn the_selection_is_preferred_and_the_page_can_be_asked_for() {
        assert_eq!(
            run(page(), None).capture.unwrap().markdown.trim(),
            "**words**"
        );
        let whole = run(page(), Some(Part::Page));
        assert!(whole.has_selection);
        assert!(
            whole
                .capture
                .unwrap()
                .markdown
                .contains("Some words of the page.")
        );
    }

    #[test]
    fn a_page_that_was_still_arriving_says_so() {
        let mut early = page();
        early["loading"] = json!(true);
        assert!(run(early.clone(), Some(Part::Page)).capture.unwrap().early);
        assert!(
            !run(early.clone(), None).capture.unwrap().early,
            "a selection is whole"
        );
        assert!(run(early, None).loading);
        assert!(!run(page(), None).loading);
    }

    #[test]
    fn what_cannot_be_read_is_answered_and_does_not_panic() {
        assert_eq!(
            run(json!("nonsense"), None).capture,
            Err(CaptureError::NoText)
        );
        assert!(extract("{").contains("noText"));
    }
}
