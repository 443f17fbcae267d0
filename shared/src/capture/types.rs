//! The result of a capture and how it came to be; links and images, which need no page. Not a document of the library.

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use super::anchor::Anchor;
use super::fingerprint::{SimHash, fingerprint, simhash};
use super::length::{Cut, fit};
use super::{invisible, url};
use crate::library::limits;

/// Longest page accepted, in bytes of HTML.
pub const MAX_HTML: usize = 32 * 1024 * 1024;

/// What was captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum How {
    /// The selected passage.
    Selection,
    /// The page's main content.
    Page,
    /// A link on a page.
    Link,
    /// An image on a page.
    Image,
}

/// Why nothing was captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CaptureError {
    /// Nothing is selected, or only blanks are.
    NoSelection,
    /// The page shows no text.
    NoText,
    /// The page is longer than [`MAX_HTML`].
    TooLarge,
    /// The address is not one that can be opened again (http or https).
    BadAddress,
}

impl std::fmt::Display for CaptureError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoSelection => "Nothing is selected. Select text on the page and try again.",
            Self::NoText => {
                "The page shows no text. Wait until it has loaded, or select the text to save."
            }
            Self::TooLarge => "The page is too large to save whole. Select the part to save.",
            Self::BadAddress => {
                "Only http and https addresses can be saved. Copy the text instead."
            }
        })
    }
}

impl std::error::Error for CaptureError {}

/// What a page says about itself. All parts are optional, and none is verified.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Metadata {
    /// Title without the site's name.
    pub title: Option<String>,
    /// Author or authors, comma-separated.
    pub author: Option<String>,
    /// Date of publication as the page gives it, mostly ISO 8601.
    pub published: Option<String>,
    /// Name of the site, or its host.
    pub site: Option<String>,
    /// Summary for search engines.
    pub description: Option<String>,
    /// BCP 47 language tag.
    pub language: Option<String>,
    /// The address that the page calls its own. A claim, so never used as a key.
    pub canonical: Option<String>,
    /// Schema.org or OpenGraph type.
    pub kind: Option<String>,
}

/// Text on the page that its reader could not see, left out of the capture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Concealed {
    /// Number of passages.
    pub count: u32,
    /// The first few, shortened.
    pub excerpts: Vec<String>,
}

/// A captured passage, page, link or image, ready to become a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Capture {
    /// What was captured.
    pub how: How,
    /// Title of the page, or its host when it has none.
    pub title: String,
    /// Address to open, without user info and tracking parameters.
    pub url: String,
    /// Key by which two captures of one page are recognised.
    pub canonical_url: String,
    /// Host as people read it.
    pub site: String,
    /// The content.
    pub markdown: String,
    /// What the page says about itself.
    pub metadata: Metadata,
    /// Where a selection stood.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub anchor: Option<Anchor>,
    /// Address that leads back to the passage, or to the page.
    pub link: String,
    /// Hidden text that was left out.
    pub concealed: Concealed,
    /// Equal for equal content.
    pub fingerprint: String,
    /// Close for nearly equal content; absent for short content.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub simhash: Option<SimHash>,
    /// Words, counted as Unicode does (an ideograph is a word).
    pub words: u32,
    /// Characters.
    pub chars: u32,
    /// Set when the content is longer than a document may be: only its beginning is here.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cut: Option<Cut>,
    /// The page was still loading: what had come by then is here.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub early: bool,
}

impl Capture {
    /// A capture of `markdown` from `page_url`, with everything that follows from the two.
    pub(crate) fn new(how: How, page_url: &str, title: &str, markdown: String) -> Self {
        let (markdown, cut) = fit(markdown, limits::BODY_BYTES);
        let address = url::clean(page_url);
        let site = url::site(&address);
        let title = invisible::reveal(title)
            .text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let title = if title.is_empty() {
            site.clone()
        } else {
            title
        };
        Self {
            how,
            title,
            canonical_url: url::canonicalise(page_url),
            site,
            metadata: Metadata::default(),
            anchor: None,
            link: address.clone(),
            url: address,
            concealed: Concealed::default(),
            fingerprint: fingerprint(&markdown),
            simhash: simhash(&markdown),
            words: count(markdown.unicode_words().count()),
            chars: count(markdown.chars().count()),
            markdown,
            cut,
            early: false,
        }
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Captures a link: `target` as found on the page at `page_url`, with its text.
///
/// # Errors
/// [`CaptureError::BadAddress`] when it leads nowhere that can be opened again.
pub fn capture_link(page_url: &str, target: &str, text: &str) -> Result<Capture, CaptureError> {
    let target = url::resolve(page_url, target)
        .filter(|url| url.starts_with("http"))
        .ok_or(CaptureError::BadAddress)?;
    let target = url::clean(&target);
    let label = label(text);
    let label = if label.is_empty() {
        label_of(&target)
    } else {
        label
    };
    let markdown = format!("[{label}]({})", encoded(&target));
    Ok(Capture::new(How::Link, &target, &plain(&label), markdown))
}

/// Captures an image: `source` as found on the page at `page_url`, with its alternative text. It is kept as a reference.
///
/// # Errors
/// [`CaptureError::BadAddress`] when the image has no address that can be opened again.
pub fn capture_image(
    page_url: &str,
    page_title: &str,
    source: &str,
    alt: &str,
) -> Result<Capture, CaptureError> {
    let source = url::resolve(page_url, source)
        .filter(|url| url.starts_with("http"))
        .ok_or(CaptureError::BadAddress)?;
    let alt = label(alt);
    let title = if alt.is_empty() {
        page_title.to_owned()
    } else {
        plain(&alt)
    };
    let markdown = format!("![{alt}]({})", encoded(&source));
    Ok(Capture::new(How::Image, page_url, &title, markdown))
}

/// Text that may stand between the brackets of a link.
fn label(text: &str) -> String {
    let words = invisible::reveal(text)
        .text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        if matches!(c, '[' | ']' | '\\' | '`' | '<' | '*' | '_') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn label_of(target: &str) -> String {
    label(
        target
            .split_once("://")
            .map_or(target, |(_, rest)| rest)
            .trim_end_matches('/'),
    )
}

fn plain(label: &str) -> String {
    label.replace('\\', "")
}

fn encoded(target: &str) -> String {
    let mut out = String::with_capacity(target.len());
    for c in target.chars() {
        match c {
            ' ' => out.push_str("%20"),
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_captured_absolute_and_without_tracking() {
        let link = capture_link(
            "https://a.example/x/",
            "../y?utm_source=z&id=1",
            " The [best]\nguide ",
        )
        .unwrap();
        assert_eq!(
            link.markdown,
            "[The \\[best\\] guide](https://a.example/y?id=1)"
        );
        assert_eq!(link.title, "The [best] guide");
        assert_eq!((link.how, link.site.as_str()), (How::Link, "a.example"));
    }

    #[test]
    fn a_link_that_could_run_something_is_refused_and_says_the_fix() {
        let error = capture_link("https://a.example/", "javascript:alert(1)", "x").unwrap_err();
        assert_eq!(error, CaptureError::BadAddress);
        assert!(error.to_string().contains("http"));
        assert!(capture_image("https://a.example/", "T", "data:image/png;base64,AA", "x").is_err());
    }

    #[test]
    fn an_image_points_back_to_its_page() {
        let image =
            capture_image("https://a.example/p?utm_id=1", "Page", "/i (1).png", "").unwrap();
        assert_eq!(image.markdown, "![](https://a.example/i%20%281%29.png)");
        assert_eq!(
            (image.title.as_str(), image.link.as_str()),
            ("Page", "https://a.example/p")
        );
    }
}
