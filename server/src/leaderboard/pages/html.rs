//! Pages as text: escaping, the frame around every page, icons. Not what stands in them.

use krowoc_shared::leaderboard::wire::Tie;
use serde_json::json;
use std::fmt::Write;
use std::sync::LazyLock;

/// A text inside an element or an attribute.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Adds formatted text; a text takes all that is written to it.
macro_rules! put {
    ($out:expr, $($part:tt)*) => {
        let _ = write!($out, $($part)*);
    };
}
pub(super) use put;

/// A name as a part of an address.
pub(super) fn percent(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
        .to_string()
        .replace("%2D", "-")
}

/// A title as it is shown.
pub(super) fn titled(title: &str) -> &str {
    match title {
        "" => "Untitled",
        title => title,
    }
}

/// A count with a comma between thousands.
pub(super) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len().saturating_add(digits.len() / 3));
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && digits.len().saturating_sub(at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A moment as machines and people read it: with its date and time of UTC.
pub(super) fn time(at: i64) -> String {
    let written = krowoc_shared::exchange::time::format(at);
    let shown: String = written.chars().take(16).collect();
    format!(
        "<time datetime=\"{}\">{} UTC</time>",
        escape(&written),
        escape(&shown.replace('T', " "))
    )
}

/// An icon of the set, by what stands inside it.
pub(super) fn icon(body: &str) -> String {
    format!("<svg class=\"i\" viewBox=\"0 0 16 16\" aria-hidden=\"true\">{body}</svg>")
}

/// Pages of paper, one over the other.
pub(super) const COPY: &str = "<rect x=\"5.5\" y=\"5.5\" width=\"8\" height=\"8\" rx=\"1.5\"/><path d=\"M3.5 10.5c-.6 0-1-.4-1-1v-6c0-.6.4-1 1-1h6c.6 0 1 .4 1 1\"/>";
/// One way that becomes two.
pub(super) const FORK: &str = "<circle cx=\"4.5\" cy=\"3.6\" r=\"1.6\"/><circle cx=\"11.5\" cy=\"3.6\" r=\"1.6\"/><circle cx=\"8\" cy=\"12.4\" r=\"1.6\"/><path d=\"M4.5 5.2v1.2c0 1 .7 1.7 1.7 1.7h3.6c1 0 1.7-.7 1.7-1.7V5.2M8 8.1v2.7\"/>";
/// Up.
pub(super) const UP: &str = "<path d=\"M4 10l4-4 4 4\"/>";
/// Down.
pub(super) const DOWN: &str = "<path d=\"M4 6l4 4 4-4\"/>";
/// A lens.
pub(super) const SEARCH: &str =
    "<circle cx=\"7\" cy=\"7\" r=\"4.5\"/><path d=\"M10.4 10.4 14 14\"/>";

/// What a page is, for its head.
#[derive(Clone, Debug, Default)]
pub(super) struct Head<'a> {
    /// Its title.
    pub title: &'a str,
    /// What it is about, in a sentence.
    pub description: &'a str,
    /// Its own address.
    pub canonical: &'a str,
    /// The address of a picture of it.
    pub picture: &'a str,
    /// The title that the picture shows.
    pub pictured: &'a str,
    /// `website` or `article`.
    pub kind: &'a str,
    /// Not for search engines.
    pub hidden: bool,
}

/// Why a vote is not taken, by the part that somebody has in a prompt: the script says it as everything else does.
static TIES: LazyLock<String> = LazyLock::new(|| {
    let why = json!({"own": Tie::Own.why(), "team": Tie::Team.why(), "former": Tie::Former.why()});
    escape(&why.to_string())
});

/// A whole page.
pub(super) fn page(head: &Head<'_>, version: &str, main: &str) -> String {
    let mut out = String::with_capacity(main.len().saturating_add(4_096));
    let (title, description) = (escape(head.title), escape(head.description));
    let (canonical, picture) = (escape(head.canonical), escape(head.picture));
    put!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title} · Krowoc</title>\
         <meta name=\"description\" content=\"{description}\"><link rel=\"canonical\" href=\"{canonical}\">\
         <meta property=\"og:site_name\" content=\"Krowoc\"><meta property=\"og:type\" content=\"{}\">\
         <meta property=\"og:title\" content=\"{title}\"><meta property=\"og:description\" content=\"{description}\">\
         <meta property=\"og:url\" content=\"{canonical}\"><meta property=\"og:image\" content=\"{picture}\">\
         <meta property=\"og:image:width\" content=\"1200\"><meta property=\"og:image:height\" content=\"630\">\
         <meta property=\"og:image:alt\" content=\"{}, with runs of the last 24 hours as bars\">\
         <meta name=\"twitter:card\" content=\"summary_large_image\">",
        head.kind,
        escape(head.pictured)
    );
    if head.hidden {
        out.push_str("<meta name=\"robots\" content=\"noindex\">");
    }
    put!(
        out,
        "<link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\
         <link rel=\"stylesheet\" href=\"/leaderboard/site.css?v={version}\">\
         <script src=\"/leaderboard/site.js?v={version}\" defer></script></head><body class=\"paper\" data-ties=\"{}\">\
         <a class=\"skip btn\" href=\"#main\">Skip to content</a>\
         <header class=\"site site__top\"><a class=\"brand\" href=\"/leaderboard\"><svg viewBox=\"0 0 24 24\" aria-hidden=\"true\">\
         <path class=\"mirror\" d=\"M9.5 12 4 4.5M9.5 12 4 19.5\"/><path d=\"M14.5 12 20 4.5M14.5 12 20 19.5M12 4v16\"/></svg>Krowoc</a>\
         <span class=\"push line\"><a class=\"btn\" href=\"/signin\" data-out>Sign in</a>\
         <a class=\"btn\" href=\"/\" data-signed hidden>My library</a></span></header>\
         <main class=\"site\" id=\"main\" tabindex=\"-1\">{main}</main>\
         <footer class=\"site site__foot\"><a href=\"/leaderboard\">Public prompts</a><a href=\"/leaderboard/rules\">How ranking works</a>\
         <a href=\"/api/docs\">API</a></footer></body></html>\n",
        *TIES
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_written_by_people_becomes_markup() {
        let mark = "\"><script>alert('1')</script>&";
        let head = Head {
            title: mark,
            description: mark,
            canonical: mark,
            picture: mark,
            pictured: mark,
            kind: "article",
            hidden: true,
        };
        let html = page(&head, "1", &escape(mark));
        assert!(!html.contains("<script>") && !html.contains("alert('"));
        assert_eq!(html.matches("<script").count(), 1);
        assert!(html.contains("noindex"));
        assert_eq!(percent("c-rust"), "c-rust");
        assert_eq!(percent("要/\""), "%E8%A6%81%2F%22");
    }

    #[test]
    fn a_page_has_the_reasons_why_a_vote_is_not_taken_by_their_names_of_the_api() {
        let html = page(&Head::default(), "1", "");
        for tie in [Tie::Own, Tie::Team, Tie::Former] {
            let name = serde_json::to_string(&tie).unwrap();
            let why = serde_json::to_string(tie.why()).unwrap();
            assert!(html.contains(&escape(&format!("{name}:{why}"))), "{html}");
        }
    }

    #[test]
    fn counts_have_commas() {
        let counts = [0, 999, 1_000, 1_234_567].map(count);
        assert_eq!(counts, ["0", "999", "1,000", "1,234,567"]);
    }
}
