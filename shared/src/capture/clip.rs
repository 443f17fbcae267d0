//! Captures a page or a selection from a snapshot: the steps in order. Not the steps themselves.

use super::anchor::{Anchor, text_fragment_link};
use super::conceal::{self, Passage};
use super::dom::{Dom, NodeId};
use super::markdown::{self, Mask, Options};
use super::snapshot::PageSnapshot;
use super::types::{Capture, CaptureError, Concealed, How, MAX_HTML};
use super::{extract, invisible, metadata, url};

/// Captures what `how` says from a page: its selection, its main content, or (for [`How::Link`]) just its address.
///
/// Time and memory are bounded for any input; deep nesting is flattened.
///
/// # Errors
/// [`CaptureError`], whose text says what to do.
pub fn capture(snapshot: &PageSnapshot, how: How) -> Result<Capture, CaptureError> {
    if snapshot.html.len() > MAX_HTML {
        return Err(CaptureError::TooLarge);
    }
    if !url::canonicalise(&snapshot.url).starts_with("http") {
        return Err(CaptureError::BadAddress);
    }
    match how {
        How::Selection => selection(snapshot),
        How::Page => page(snapshot),
        How::Link => super::capture_link(&snapshot.url, &snapshot.url, &snapshot.title),
        How::Image => Err(CaptureError::BadAddress),
    }
}

fn selection(snapshot: &PageSnapshot) -> Result<Capture, CaptureError> {
    let selection = snapshot
        .selection
        .as_ref()
        .ok_or(CaptureError::NoSelection)?;
    if selection.html.len() > MAX_HTML {
        return Err(CaptureError::TooLarge);
    }
    let html = if selection.html.trim().is_empty() {
        escape_text(&selection.text)
    } else {
        selection.html.clone()
    };
    let dom = Dom::parse(&html);
    let mut mask = Mask::new(&dom);
    let passages = conceal::hide_concealed(&dom, &mut mask);
    markdown::hide_controls(&dom, &mut mask);
    let base = selection
        .frame_url
        .as_deref()
        .unwrap_or_else(|| snapshot.base());
    let text = markdown::render(&dom, NodeId::ROOT, &mask, base, Options::default());
    let revealed = invisible::reveal(&text);
    if revealed.text.trim().is_empty() {
        return Err(CaptureError::NoSelection);
    }
    let facts = metadata::read(&Dom::parse(&snapshot.html), &snapshot.url);
    let mut capture = Capture::new(
        How::Selection,
        &snapshot.url,
        title_of(snapshot, &facts),
        revealed.text,
    );
    capture.concealed = report(&passages, &revealed.hidden);
    capture.metadata = facts;
    capture.anchor = Anchor::of_selection(selection);
    if let Some(anchor) = capture
        .anchor
        .as_ref()
        .filter(|_| selection.frame_url.is_none())
    {
        capture.link = text_fragment_link(&capture.url, anchor);
    }
    Ok(capture)
}

fn page(snapshot: &PageSnapshot) -> Result<Capture, CaptureError> {
    let dom = extract::parse(&snapshot.html);
    let facts = metadata::read(&dom, &snapshot.url);
    let mut mask = Mask::new(&dom);
    let passages = conceal::hide_concealed(&dom, &mut mask);
    let root = extract::hide_boilerplate(&dom, &mut mask, &snapshot.url);
    let text = markdown::render(
        &dom,
        NodeId::ROOT,
        &mask,
        snapshot.base(),
        Options::default(),
    );
    let revealed = invisible::reveal(&text);
    if revealed.text.trim().is_empty() {
        return Err(CaptureError::NoText);
    }
    // Menus and dialogs of every page are hidden until they are opened: only what hides inside the content is worth a report.
    let inside: Vec<Passage> = passages
        .into_iter()
        .filter(|passage| dom.ancestors(passage.element).any(|above| above == root))
        .filter(|passage| !extract::is_chrome(&dom, passage.element))
        .collect();
    let mut capture = Capture::new(
        How::Page,
        &snapshot.url,
        title_of(snapshot, &facts),
        revealed.text,
    );
    capture.concealed = report(&inside, &revealed.hidden);
    capture.metadata = facts;
    // A selection is whole whatever comes after it, a page is not.
    capture.early = snapshot.loading;
    Ok(capture)
}

fn title_of<'a>(snapshot: &'a PageSnapshot, facts: &'a super::Metadata) -> &'a str {
    facts.title.as_deref().unwrap_or(&snapshot.title)
}

fn report(passages: &[Passage], spelled: &[String]) -> Concealed {
    let texts = passages.iter().map(|passage| &passage.text).chain(spelled);
    Concealed {
        count: u32::try_from(passages.len().saturating_add(spelled.len())).unwrap_or(u32::MAX),
        excerpts: texts
            .take(conceal::MAX_EXCERPTS)
            .map(|text| conceal::excerpt(text))
            .collect(),
    }
}

/// Plain text as HTML, a paragraph a line.
fn escape_text(text: &str) -> String {
    let mut out = String::from("<p>");
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '\n' => out.push_str("</p><p>"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
#[path = "clip_tests.rs"]
mod tests;
