//! Tests of Markdown written from a page's tree. Not of which part of the page is chosen.

use super::*;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options as Extensions, Parser, Tag};

const BASE: &str = "https://a.example/dir/";

fn convert(html: &str) -> String {
    from_html(html, BASE, Options::default())
}

/// Fails when the Markdown holds raw HTML or a link that could run something.
fn is_harmless(markdown: &str) -> Result<(), String> {
    for event in Parser::new_ext(
        markdown,
        Extensions::ENABLE_TABLES | Extensions::ENABLE_STRIKETHROUGH,
    ) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => return Err(format!("raw HTML: {html}")),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                let lower = dest_url.to_ascii_lowercase();
                let known = ["http://", "https://", "mailto:", "tel:", "data:image/"]
                    .iter()
                    .any(|lead| lower.starts_with(lead));
                if !known && !lower.is_empty() {
                    return Err(format!("link to {dest_url}"));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The text that a reader of the Markdown sees, blanks apart.
fn seen(markdown: &str) -> String {
    let mut out = String::new();
    for event in Parser::new_ext(
        markdown,
        Extensions::ENABLE_TABLES | Extensions::ENABLE_STRIKETHROUGH,
    ) {
        match event {
            Event::Text(text) | Event::Code(text) => {
                out.extend(text.chars().filter(|c| !c.is_whitespace()))
            }
            _ => {}
        }
    }
    out
}

#[test]
fn links_and_images_can_be_left_out() {
    let html = "<p><a href='/x?utm_source=y'>link</a> <img src='i.png' alt='pic'></p>";
    let bare = Options {
        links: false,
        images: false,
        strip_tracking: true,
    };
    assert_eq!(from_html(html, BASE, bare), "link");
    let raw = Options {
        strip_tracking: false,
        ..Options::default()
    };
    assert_eq!(
        from_html(html, BASE, raw),
        "[link](https://a.example/x?utm_source=y) ![pic](https://a.example/dir/i.png)"
    );
}

#[test]
fn two_lists_in_a_row_stay_two() {
    assert_eq!(
        convert("<ul><li>a</ul><ul><li>b</ul><ol><li>c</ol><ol><li>d</ol>"),
        "- a\n\n* b\n\n1. c\n\n1) d"
    );
}

#[test]
fn text_that_looks_like_markdown_stays_text() {
    for text in [
        "# a", "> a", "- a", "1. a", "* a", "*a*", "_a_", "`a`", "[a](b)", "![a](b)", "<b>a</b>",
        "---", "~~a~~", "a\\*b", "&lt;", "+ a", "```", "[a]: b", "=== ",
    ] {
        let html = format!("<p>{}</p>", text.replace('&', "&amp;").replace('<', "&lt;"));
        let wanted: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let markdown = convert(&html);
        assert_eq!(seen(&markdown), wanted, "from {markdown}");
    }
}

#[test]
fn placeholders_of_prompts_are_left_as_they_are() {
    let text = "Write about [topic] for {{audience}} in ${tone} and {style}, see <name>.";
    assert_eq!(
        convert(&format!("<p>{}</p>", text.replace('<', "&lt;"))),
        "Write about [topic] for {{audience}} in ${tone} and {style}, see \\<name>."
    );
}

#[test]
fn a_table_that_is_ragged_is_squared() {
    assert_eq!(
        convert("<table><tr><th>a<th>b<th>c<tr><td>1<tr><td>1<td>2<td>3</table>"),
        "| a | b | c |\n| --- | --- | --- |\n| 1 | | |\n| 1 | 2 | 3 |"
    );
}

fn html() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-z *_`#<>\\[\\]()!|~.0-9\\\\&;-]{0,12}",
        Just("<br>".to_owned()),
        Just("<img src='javascript:x' alt='](javascript:y)'>".to_owned()),
        Just("<script>alert(1)</script>".to_owned()),
        Just("<a href='javascript:alert(1)'>x</a>".to_owned()),
        Just("<a href='/p)(<q>'>[y]</a>".to_owned()),
        Just("&lt;img src=x onerror=y&gt;".to_owned()),
    ];
    let tag = prop::sample::select(vec![
        "p",
        "div",
        "b",
        "i",
        "code",
        "pre",
        "ul",
        "ol",
        "li",
        "table",
        "tr",
        "td",
        "blockquote",
        "h2",
        "a href='/l'",
        "del",
        "sup",
        "dl",
        "dt",
        "dd",
        "details",
        "summary",
        "figure",
        "figcaption",
        "q",
        "button",
    ]);
    leaf.prop_recursive(5, 40, 5, move |inner| {
        (tag.clone(), prop::collection::vec(inner, 0..5)).prop_map(|(tag, parts)| {
            let name = tag.split(' ').next().unwrap_or(tag);
            format!("<{tag}>{}</{name}>", parts.concat())
        })
    })
}

proptest! {
    #[test]
    fn no_markup_and_no_running_link_gets_through(html in html()) {
        let markdown = convert(&html);
        prop_assert!(is_harmless(&markdown).is_ok(), "{:?} in {markdown:?} from {html:?}", is_harmless(&markdown));
    }

    #[test]
    fn any_text_is_converted(text in "\\PC{0,200}") {
        let markdown = convert(&text);
        prop_assert!(is_harmless(&markdown).is_ok(), "{:?} in {markdown:?}", is_harmless(&markdown));
    }

    #[test]
    fn any_plain_paragraph_reads_the_same(text in "[a-zA-Z0-9 .,;:!?*_`#<>\\[\\](){}$|~+=&'\"/\\\\-]{1,40}") {
        let html = format!("<p>{}</p>", text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
        let wanted: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let markdown = convert(&html);
        prop_assert_eq!(seen(&markdown), wanted, "through {}", markdown);
    }
}
