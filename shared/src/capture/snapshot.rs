//! What the page serialiser sends: the live page as text. Not the capture itself, and not parsed here.
//!
//! # Contract of the serialiser
//!
//! The serialiser is plain JavaScript that runs in the page (WASM may not start there), reads, and never writes to the page.
//! It clones `document.documentElement` and sends the clone's `outerHTML` as [`PageSnapshot::html`] after these steps:
//!
//! 1. **Concealed text.** An element that the reader cannot see gets the attribute [`CONCEALED`] (its value names the reason).
//!    Measured on the live element by computed style and box: `display` (display:none), `visibility` (hidden or collapse),
//!    `opacity` (0, own or inherited by multiplication), `font-size` (0, or under 2 px), `clip` (clip or clip-path that leaves nothing;
//!    text-indent or position that puts it off-screen), `colour` (text colour equal to the background it is painted on, or transparent),
//!    `size` (zero width or height with hidden overflow). Only the topmost concealed element needs the mark.
//!    `aria-hidden` alone is *not* concealment. An element that only a collapsed `<details>` hides is not concealed either.
//! 2. **Shadow roots** that are open are flattened: the host's children become the shadow tree with slots filled.
//! 3. **Frames** of the same origin are replaced by `<section data-krowoc-frame="URL">…body…</section>` ([`FRAME`]).
//! 4. **Dropped**: `script` (except `type="application/ld+json"`, which holds metadata), `style`, `noscript`, `template`, `link[rel=stylesheet]`.
//! 5. **Addresses** may stay relative: they are resolved here against [`PageSnapshot::base_url`]. Lazy images keep `data-src`.
//! 6. **Form state** is not copied: no value of an input or textarea leaves the page.
//!
//! A page whose text is still arriving is waited for, but not for longer than a person would wait: then what is there is read, and
//! [`PageSnapshot::loading`] says so. Pictures, styles and frames that do not come are not waited for.
//!
//! A selection is serialised the same way from `Range.cloneContents()`, wrapped in the elements needed to keep its
//! meaning (a selected `li` stays in its `ul`/`ol`, a `td` in its `table`, text inside `pre` in a `pre`).

use serde::{Deserialize, Serialize};

/// Attribute that marks an element whose text the reader cannot see.
pub const CONCEALED: &str = "data-krowoc-concealed";
/// Attribute that marks the inlined body of a same-origin frame; its value is the frame's address.
pub const FRAME: &str = "data-krowoc-frame";

/// A page as the serialiser saw it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PageSnapshot {
    /// `location.href`.
    pub url: String,
    /// `document.baseURI` when it differs from `url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// `document.title`.
    pub title: String,
    /// `document.documentElement.lang`, possibly empty.
    pub lang: String,
    /// Computed direction of the document, `ltr` or `rtl`, possibly empty.
    pub dir: String,
    /// `outerHTML` of the prepared clone. See the contract above.
    pub html: String,
    /// The text of the page was still arriving when it was read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub loading: bool,
    /// What the person had selected, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection: Option<SelectionSnapshot>,
}

/// A selection inside a page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SelectionSnapshot {
    /// The selected range as HTML, prepared as the page is.
    pub html: String,
    /// `Selection.toString()`.
    pub text: String,
    /// Up to 64 characters of visible text just before the selection.
    pub prefix: String,
    /// Up to 64 characters of visible text just after the selection.
    pub suffix: String,
    /// Offset of the selection in the page's visible text (`innerText` of the body), in UTF-16 code units.
    pub start: u64,
    /// Address of the same-origin frame that holds the selection, when it is not the page itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame_url: Option<String>,
}

impl PageSnapshot {
    /// What relative addresses are resolved against.
    pub fn base(&self) -> &str {
        self.base_url
            .as_deref()
            .filter(|base| !base.is_empty())
            .unwrap_or(&self.url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_reads_the_names_that_javascript_writes() {
        let wire = r#"{"url":"https://a.example/","title":"T","lang":"en","dir":"ltr","html":"<p>x</p>",
            "selection":{"html":"<b>x</b>","text":"x","prefix":"","suffix":"","start":3,"frameUrl":"https://a.example/f"}}"#;
        let snapshot: PageSnapshot = serde_json::from_str(wire).unwrap();
        let selection = snapshot.selection.clone().unwrap();
        assert_eq!(selection.start, 3);
        assert_eq!(selection.frame_url.as_deref(), Some("https://a.example/f"));
        assert_eq!(snapshot.base(), "https://a.example/");
        let again = serde_json::to_string(&snapshot).unwrap();
        assert_eq!(
            serde_json::from_str::<PageSnapshot>(&again).unwrap(),
            snapshot
        );
    }

    #[test]
    fn a_snapshot_without_optional_members_is_accepted() {
        let snapshot: PageSnapshot =
            serde_json::from_str(r#"{"url":"https://a.example/","html":""}"#).unwrap();
        assert_eq!(snapshot.selection, None);
        assert!(!snapshot.loading);
    }
}
