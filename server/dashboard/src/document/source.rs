//! Where a capture came from, read from the document's field and shown. Addresses are links only when they are http.

use crate::markdown::safe_link as safe;
use krowoc_shared::ids::Millis;
use krowoc_shared::library::document::{Document, Field};
use krowoc_ui::components::Icon;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::document as words;
use leptos::prelude::*;
use serde_json::Value;

/// What is known of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Address.
    pub url: Option<String>,
    /// Address of the passage.
    pub link: Option<String>,
    /// Host as people read it.
    pub site: String,
    /// Title of the page.
    pub title: String,
    /// Author.
    pub author: String,
    /// When it was saved.
    pub captured_at: Option<Millis>,
    /// Hidden passages that were stripped.
    pub concealed: u64,
    /// Of a text that was too long: characters that were kept, and characters that the page has.
    pub cut: Option<(u64, u64)>,
    /// The page was still loading: what had come by then was kept.
    pub early: bool,
    /// The passage in the page's words.
    pub quote: String,
}

/// The source of a document; `None` when it has none.
#[must_use]
pub fn source(document: &Document) -> Option<Source> {
    read(document.value(Field::Source))
}

fn read(value: &Value) -> Option<Source> {
    let fields = value.as_object()?;
    let text = |name: &str| {
        fields
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let address = |name: &str| {
        Some(text(name)).filter(|url| safe(url).is_some_and(|url| url.starts_with("http")))
    };
    let url = address("url");
    let site = Some(text("site"))
        .filter(|site| !site.is_empty())
        .or_else(|| url.as_deref().map(host))
        .unwrap_or_default();
    let concealed = match fields.get("concealed") {
        Some(Value::Object(it)) => it.get("count").and_then(Value::as_u64),
        Some(other) => other.as_u64(),
        None => None,
    };
    let link =
        address("link").filter(|link| Some(link) != url.as_ref() && link.contains("#:~:text="));
    let cut = fields.get("cut").and_then(|cut| {
        let count = |name: &str| cut.get(name).and_then(Value::as_u64);
        Some((count("kept")?, count("whole")?))
    });
    let quote = fields
        .get("anchor")
        .and_then(|anchor| anchor.get("exact"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    Some(Source {
        link,
        site,
        title: text("title"),
        author: text("author"),
        captured_at: fields.get("capturedAt").and_then(Value::as_i64),
        concealed: concealed.unwrap_or(0),
        cut,
        early: fields.get("early").and_then(Value::as_bool) == Some(true),
        quote: quote.to_owned(),
        url,
    })
}

/// The host of an address, as people read it.
fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    host.trim_start_matches("www.").to_owned()
}

/// A link to the page, by its site.
#[component]
pub fn SourceLink(
    /// The source.
    source: Source,
) -> impl IntoView {
    let name = [&source.site, &source.title]
        .into_iter()
        .find(|it| !it.is_empty())
        .cloned()
        .unwrap_or_else(|| words::SOURCE_OPEN.to_owned());
    match source.link.or(source.url) {
        Some(href) => view! {
            <a class="link" href=href target="_blank" rel="noopener noreferrer" title=source.title dir="auto">
                {name}" "<Icon glyph=Glyph::Open class="i--sm i--in" />
            </a>
        }
        .into_any(),
        None => view! { <span dir="auto">{name}</span> }.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_capture_is_read_with_its_passage() {
        let source = read(&json!({
            "url": "https://www.example.org/a", "link": "https://www.example.org/a#:~:text=b", "title": "A", "author": "Ada",
            "capturedAt": 5, "concealed": 2, "anchor": {"exact": "b", "prefix": "", "suffix": "", "position": 0},
        }))
        .unwrap();
        assert_eq!(
            (
                source.site.as_str(),
                source.quote.as_str(),
                source.concealed
            ),
            ("example.org", "b", 2)
        );
        assert_eq!(source.captured_at, Some(5));
        assert!(source.link.is_some());
    }

    #[test]
    fn a_text_of_which_only_the_beginning_was_kept_says_so() {
        let cut = |value| {
            read(&json!({"url": "https://a.example/", "cut": value}))
                .unwrap()
                .cut
        };
        assert_eq!(cut(json!({"kept": 5, "whole": 9})), Some((5, 9)));
        assert_eq!(cut(json!({"kept": 5})), None);
        assert_eq!(cut(Value::Null), None);
    }

    #[test]
    fn a_page_that_was_still_loading_says_so() {
        let early = |value| read(&json!({"site": "a.example", "early": value})).map(|it| it.early);
        assert_eq!(early(json!(true)), Some(true));
        assert_eq!(early(Value::Null), Some(false));
    }

    #[test]
    fn an_address_that_is_not_of_the_web_is_no_link() {
        for bad in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "data:text/html,x",
            "mailto:a@b",
        ] {
            let source = read(&json!({"url": bad, "link": bad})).unwrap();
            assert_eq!((source.url, source.link), (None, None), "{bad}");
        }
        assert_eq!(read(&Value::Null), None);
    }
}
