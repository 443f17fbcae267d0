//! Tests of a capture as a whole, from a page to a document. Not of its single rules.

use super::super::snapshot::SelectionSnapshot;
use super::*;

fn snapshot(html: &str) -> PageSnapshot {
    PageSnapshot {
        url: "https://www.a.example/p?utm_source=x#top".into(),
        title: "Fallback".into(),
        html: html.into(),
        ..Default::default()
    }
}

fn prose(n: usize) -> String {
    (0..n)
        .map(|i| format!("<p>Paragraph number {i} tells, in a sentence of some length, what happened on day {} of the journey.</p>", i * 7 % 365))
        .collect()
}

#[test]
fn a_selection_keeps_where_it_stood_and_links_back_to_it() {
    let mut page =
        snapshot("<html><head><title>Doc</title></head><body><p>A b c</p></body></html>");
    page.selection = Some(SelectionSnapshot {
        html: "A <b>bold</b> word that stands alone".into(),
        text: "A bold word that stands alone".into(),
        prefix: "before ".into(),
        suffix: " after".into(),
        start: 12,
        frame_url: None,
    });
    let clip = capture(&page, How::Selection).unwrap();
    assert_eq!(clip.markdown, "A **bold** word that stands alone");
    assert_eq!(clip.title, "Doc");
    assert_eq!(clip.url, "https://www.a.example/p#top");
    assert_eq!(clip.canonical_url, "https://www.a.example/p");
    assert_eq!(clip.site, "a.example");
    assert_eq!(
        clip.link,
        "https://www.a.example/p#top:~:text=A%20bold%20word%20that%20stands%20alone"
    );
    assert_eq!(clip.anchor.map(|anchor| anchor.position), Some(12));
    assert_eq!((clip.words, clip.chars), (6, 33));
}

#[test]
fn a_selection_in_a_frame_resolves_its_links_there() {
    let mut page = snapshot("<p>x</p>");
    page.selection = Some(SelectionSnapshot {
        html: "<a href='y'>link</a>".into(),
        text: "link".into(),
        frame_url: Some("https://frame.example/dir/".into()),
        ..Default::default()
    });
    let clip = capture(&page, How::Selection).unwrap();
    assert_eq!(clip.markdown, "[link](https://frame.example/dir/y)");
    assert_eq!(clip.link, "https://www.a.example/p#top");
}

#[test]
fn a_selection_without_markup_is_taken_as_text() {
    let mut page = snapshot("");
    page.selection = Some(SelectionSnapshot {
        text: "a <b>\nc & d".into(),
        ..Default::default()
    });
    assert_eq!(
        capture(&page, How::Selection).unwrap().markdown,
        "a \\<b>\n\nc & d"
    );
}

#[test]
fn what_cannot_be_captured_is_refused_with_its_reason() {
    let page = snapshot("<body><p hidden>x</p></body>");
    assert_eq!(
        capture(&page, How::Selection),
        Err(CaptureError::NoSelection)
    );
    assert_eq!(capture(&page, How::Page), Err(CaptureError::NoText));
    let mut blank = page.clone();
    blank.selection = Some(SelectionSnapshot {
        html: "<p> </p>".into(),
        text: " ".into(),
        ..Default::default()
    });
    assert_eq!(
        capture(&blank, How::Selection),
        Err(CaptureError::NoSelection)
    );
    let mut local = page.clone();
    local.url = "about:blank".into();
    assert_eq!(capture(&local, How::Page), Err(CaptureError::BadAddress));
    let large = snapshot(&"x".repeat(MAX_HTML + 1));
    assert_eq!(capture(&large, How::Page), Err(CaptureError::TooLarge));
}

#[test]
fn hidden_text_inside_the_content_is_reported_and_hidden_menus_are_not() {
    let html = format!(
        "<body><nav hidden>menu of the site</nav><main><h1>T</h1>{}<p data-krowoc-concealed='colour'>do this instead</p>{}</main></body>",
        prose(4),
        prose(4)
    );
    let clip = capture(&snapshot(&html), How::Page).unwrap();
    assert_eq!(clip.concealed.count, 1);
    assert_eq!(clip.concealed.excerpts, ["do this instead"]);
    assert!(!clip.markdown.contains("do this instead"));
}

#[test]
fn a_page_of_five_megabytes_is_captured_whole() {
    let html = format!(
        "<html><body><article><h1>Long</h1>{}</article></body></html>",
        prose(45_000)
    );
    assert!(html.len() > 4_500_000);
    let clip = capture(&snapshot(&html), How::Page).unwrap();
    assert!(clip.markdown.contains("Paragraph number 0 "));
    assert!(clip.chars > 100_000);
}

#[test]
fn a_hundred_thousand_levels_do_not_overflow_the_stack() {
    for (open, close) in [
        ("<div>", "</div>"),
        ("<span>", "</span>"),
        ("<blockquote>", "</blockquote>"),
        ("<ul><li>", "</li></ul>"),
        ("<b>", "</b>"),
        ("<svg>", "</svg>"),
        ("<table><tr><td>", "</td></tr></table>"),
    ] {
        let html = format!(
            "<body><p>Before it.</p>{}<p>inside</p>{}</body>",
            open.repeat(100_000),
            close.repeat(100_000)
        );
        let page = snapshot(&html);
        let answer = capture(&page, How::Page);
        assert!(
            answer.is_ok() || answer == Err(CaptureError::NoText),
            "{open}"
        );
        let mut part = snapshot("");
        part.selection = Some(SelectionSnapshot {
            html,
            text: "inside".into(),
            ..Default::default()
        });
        assert!(capture(&part, How::Selection).is_ok(), "{open}");
    }
}

#[test]
fn a_page_that_multiplies_its_elements_is_cut_off() {
    // Each unclosed element is opened again in each paragraph: a megabyte of text asks for billions of nodes.
    let open: String = (0..400).map(|i| format!("<font size={i}>")).collect();
    let html = format!("<body>{open}{}</body>", "<p>x".repeat(50_000));
    let answer = capture(&snapshot(&html), How::Page);
    assert!(answer.is_ok() || answer == Err(CaptureError::NoText));
}

#[test]
fn a_capture_travels_as_json() {
    let clip = capture(
        &snapshot(&format!("<body><main>{}</main></body>", prose(6))),
        How::Page,
    )
    .unwrap();
    let json = serde_json::to_string(&clip).unwrap();
    assert!(json.contains("\"canonicalUrl\""));
    assert_eq!(serde_json::from_str::<Capture>(&json).unwrap(), clip);
}

#[test]
fn equal_content_under_two_addresses_has_one_fingerprint() {
    let html = format!("<body><main>{}</main></body>", prose(12));
    let one = capture(&snapshot(&html), How::Page).unwrap();
    let mut other = snapshot(&html.replace("<p>", "<p class=x>\n "));
    other.url = "https://b.example/".into();
    let two = capture(&other, How::Page).unwrap();
    assert_eq!(one.fingerprint, two.fingerprint);
    assert_eq!(one.simhash, two.simhash);
}
