//! What a page says about itself: title, author, dates, site, description. Not verified, and not the extracted content.
//!
//! Precedence, first answer that is not blank:
//! - title: JSON-LD `headline`, `og:title`, `twitter:title`, the only `h1`, `<title>` less the site's name, first `h1`
//!   (JSON-LD `name` counts for products, recipes, videos and the like);
//! - author: JSON-LD, `meta[name=author]`, `article:author` that is no address, `twitter:creator`, `rel=author`, `itemprop=author`;
//! - published: JSON-LD `datePublished`, `article:published_time`, `meta[name=date…]`, `itemprop=datePublished`, first `time[datetime]`;
//! - site: `og:site_name`, JSON-LD publisher or `WebSite`, `application-name`, the host;
//! - description: `og:description`, `meta[name=description]`, JSON-LD, `twitter:description`;
//! - language: `html[lang]`, `og:locale`, JSON-LD `inLanguage`; canonical: `link[rel=canonical]`, `og:url`.

use serde_json::Value;

use super::Metadata;
use super::dom::{Dom, NodeId};
use super::url;

/// JSON-LD deeper or longer than this is not looked at.
const MAX_LD_NODES: usize = 2_000;
/// Longest value kept, in characters.
const MAX_CHARS: usize = 600;

/// Reads a page's metadata. `page_url` resolves relative addresses and names the site when nothing else does.
pub(crate) fn read(dom: &Dom, page_url: &str) -> Metadata {
    let page = Facts::collect(dom);
    let ld = LinkedData::collect(dom);
    let site = first([
        page.meta("og:site_name"),
        ld.site(),
        page.meta("application-name"),
        some(url::site(page_url)),
    ]);
    let h1 = page.only_h1.clone();
    let title = first([
        ld.text("headline"),
        page.meta("og:title"),
        page.meta("twitter:title"),
        h1,
        page.title.clone(),
        page.first_h1.clone(),
        ld.text("name"),
    ])
    .map(|title| without_site(&title, site.as_deref()));
    Metadata {
        title,
        author: first([
            ld.author(),
            page.meta("author").filter(|name| !is_address(name)),
            page.meta("article:author").filter(|name| !is_address(name)),
            page.rel_author.clone(),
            page.prop("author"),
            page.meta("dc.creator"),
            page.meta("twitter:creator"),
        ]),
        published: first([
            ld.text("datePublished"),
            page.meta("article:published_time"),
            page.meta("datepublished"),
            page.meta("date"),
            page.meta("dc.date"),
            page.meta("pubdate"),
            page.prop("datePublished"),
            page.first_time.clone(),
        ])
        .and_then(|text| date(&text)),
        site,
        description: first([
            page.meta("og:description"),
            page.meta("description"),
            ld.text("description"),
            page.meta("twitter:description"),
        ]),
        language: first([
            page.language.clone(),
            page.meta("og:locale"),
            ld.text("inLanguage"),
        ])
        .map(|language| language.replace('_', "-")),
        canonical: first([page.canonical.clone(), page.meta("og:url")])
            .and_then(|href| url::resolve(page_url, &href))
            .filter(|address| address.starts_with("http")),
        kind: first([ld.kind(), page.meta("og:type")]),
    }
}

fn first<const N: usize>(candidates: [Option<String>; N]) -> Option<String> {
    candidates.into_iter().flatten().find_map(some)
}

/// The text with blanks collapsed and cut to a sane length; `None` when nothing is left.
fn some(text: impl AsRef<str>) -> Option<String> {
    let words: Vec<&str> = text.as_ref().split_whitespace().collect();
    let text: String = words.join(" ").chars().take(MAX_CHARS).collect();
    let text = super::invisible::reveal(&text).text;
    (!text.is_empty()).then_some(text)
}

fn is_address(text: &str) -> bool {
    text.contains("://") || text.starts_with("www.")
}

/// `Title | Site` without the site's name.
fn without_site(title: &str, site: Option<&str>) -> String {
    let Some(site) = site.filter(|site| !site.is_empty()) else {
        return title.to_owned();
    };
    let folded = |text: &str| {
        text.to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
    };
    let wanted = folded(site);
    for separator in [" | ", " - ", " – ", " — ", " · ", " :: ", " » "] {
        if let Some((head, tail)) = title.rsplit_once(separator)
            && folded(tail) == wanted
            && !head.trim().is_empty()
        {
            return head.trim().to_owned();
        }
    }
    title.to_owned()
}

/// A date as its ISO 8601 prefix; anything else is kept when it holds a year.
fn date(text: &str) -> Option<String> {
    let digits = |from: usize, to: usize| {
        text.get(from..to)
            .is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let dashed = text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
    if digits(0, 4) && digits(5, 7) && digits(8, 10) && dashed {
        return Some(text.to_owned());
    }
    let has_year = text
        .split(|c: char| !c.is_ascii_digit())
        .any(|run| run.len() == 4 && (run.starts_with("19") || run.starts_with("20")));
    (has_year && text.chars().count() <= 40).then(|| text.to_owned())
}

/// What one walk over the tree collects.
#[derive(Default)]
struct Facts {
    metas: Vec<(String, String)>,
    props: Vec<(String, String)>,
    title: Option<String>,
    only_h1: Option<String>,
    first_h1: Option<String>,
    rel_author: Option<String>,
    first_time: Option<String>,
    canonical: Option<String>,
    language: Option<String>,
}

impl Facts {
    fn collect(dom: &Dom) -> Self {
        let mut facts = Self::default();
        let mut headings = 0;
        let mut at = Some(NodeId::ROOT);
        while let Some(id) = at {
            let tag = dom.tag(id);
            match tag {
                "html" => facts.language = dom.attr(id, "lang").and_then(some),
                "meta" => facts.take_meta(dom, id),
                "title" if facts.title.is_none() => facts.title = some(dom.text_of(id)),
                "h1" => {
                    headings += 1;
                    let text = some(dom.text_of(id));
                    facts.only_h1 = if headings == 1 { text.clone() } else { None };
                    facts.first_h1 = facts.first_h1.take().or(text);
                }
                "link" if has_word(dom.attr(id, "rel"), "canonical") => {
                    facts.canonical = facts
                        .canonical
                        .take()
                        .or_else(|| dom.attr(id, "href").and_then(some));
                }
                "a" if has_word(dom.attr(id, "rel"), "author") => {
                    facts.rel_author = facts.rel_author.take().or_else(|| some(dom.text_of(id)));
                }
                "time" => {
                    facts.first_time = facts
                        .first_time
                        .take()
                        .or_else(|| dom.attr(id, "datetime").and_then(some))
                }
                _ => {}
            }
            if let Some(prop) = dom
                .attr(id, "itemprop")
                .filter(|prop| matches!(*prop, "author" | "datePublished"))
            {
                let value = dom
                    .attr(id, "content")
                    .or_else(|| dom.attr(id, "datetime"))
                    .map(str::to_owned);
                facts
                    .props
                    .push((prop.to_owned(), value.unwrap_or_else(|| dom.text_of(id))));
            }
            at = dom.following(id, NodeId::ROOT, matches!(tag, "svg" | "script" | "style"));
        }
        facts
    }

    fn take_meta(&mut self, dom: &Dom, id: NodeId) {
        let name = dom
            .attr(id, "property")
            .or_else(|| dom.attr(id, "name"))
            .or_else(|| dom.attr(id, "itemprop"));
        if let (Some(name), Some(content)) = (name, dom.attr(id, "content")) {
            self.metas
                .push((name.trim().to_ascii_lowercase(), content.to_owned()));
        }
    }

    fn meta(&self, name: &str) -> Option<String> {
        self.metas
            .iter()
            .filter(|(held, _)| held == name)
            .find_map(|(_, content)| some(content))
    }

    fn prop(&self, name: &str) -> Option<String> {
        self.props
            .iter()
            .filter(|(held, _)| held == name)
            .find_map(|(_, content)| some(content))
    }
}

fn has_word(value: Option<&str>, word: &str) -> bool {
    value.is_some_and(|value| {
        value
            .split_whitespace()
            .any(|part| part.eq_ignore_ascii_case(word))
    })
}

/// All JSON-LD objects of a page, flattened out of arrays and graphs; blocks that do not parse are passed over.
struct LinkedData {
    objects: Vec<serde_json::Map<String, Value>>,
}

impl LinkedData {
    fn collect(dom: &Dom) -> Self {
        let mut objects = Vec::new();
        for id in dom.descendants(NodeId::ROOT) {
            let is_ld = dom.tag(id) == "script"
                && dom
                    .attr(id, "type")
                    .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/ld+json"));
            if !is_ld {
                continue;
            }
            let source = dom.text_of(id);
            let source = source
                .trim()
                .trim_start_matches("<!--")
                .trim_end_matches("-->")
                .trim()
                .trim_end_matches(';');
            // Line ends inside strings are the commonest mistake in hand-written blocks.
            let parsed = serde_json::from_str::<Value>(source).or_else(|_| {
                serde_json::from_str::<Value>(&source.replace(['\n', '\r', '\t'], " "))
            });
            if let Ok(value) = parsed {
                flatten(value, &mut objects);
            }
        }
        Self { objects }
    }

    /// Objects that describe the page's subject come first: an article before the organisation that publishes it.
    fn subjects(&self) -> impl Iterator<Item = &serde_json::Map<String, Value>> {
        let is_subject = |object: &&serde_json::Map<String, Value>| {
            types(object).iter().any(|kind| {
                [
                    "Article",
                    "Posting",
                    "Product",
                    "Recipe",
                    "VideoObject",
                    "Book",
                    "Course",
                    "Event",
                    "JobPosting",
                    "HowTo",
                    "Report",
                    "Review",
                    "SoftwareApplication",
                    "Question",
                ]
                .iter()
                .any(|wanted| kind.ends_with(wanted))
            })
        };
        self.objects.iter().filter(is_subject)
    }

    fn text(&self, key: &str) -> Option<String> {
        self.subjects()
            .find_map(|object| object.get(key).and_then(plain))
    }

    fn author(&self) -> Option<String> {
        self.subjects().find_map(|object| {
            object
                .get("author")
                .or_else(|| object.get("creator"))
                .and_then(names)
        })
    }

    fn kind(&self) -> Option<String> {
        self.subjects()
            .find_map(|object| types(object).into_iter().next())
    }

    fn site(&self) -> Option<String> {
        let publisher = self
            .subjects()
            .find_map(|object| object.get("publisher").and_then(names));
        publisher.or_else(|| {
            let mut sites = self
                .objects
                .iter()
                .filter(|object| types(object).iter().any(|kind| kind == "WebSite"));
            sites.find_map(|object| object.get("name").and_then(plain))
        })
    }
}

fn flatten(value: Value, out: &mut Vec<serde_json::Map<String, Value>>) {
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        if out.len() >= MAX_LD_NODES {
            return;
        }
        match value {
            Value::Array(items) => pending.extend(items.into_iter().rev()),
            Value::Object(mut object) => {
                for key in ["@graph", "mainEntity", "mainEntityOfPage"] {
                    if matches!(object.get(key), Some(Value::Array(_) | Value::Object(_))) {
                        pending.extend(object.remove(key));
                    }
                }
                out.push(object);
            }
            _ => {}
        }
    }
}

fn types(object: &serde_json::Map<String, Value>) -> Vec<String> {
    match object.get("@type") {
        Some(Value::String(kind)) => vec![kind.clone()],
        Some(Value::Array(kinds)) => kinds
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => some(unescape(text)),
        Value::Array(items) => items.iter().find_map(plain),
        Value::Object(object) => object
            .get("@value")
            .or_else(|| object.get("name"))
            .and_then(plain),
        _ => None,
    }
}

/// A person or several, by name.
fn names(value: &Value) -> Option<String> {
    match value {
        Value::Array(items) => {
            let names: Vec<String> = items.iter().filter_map(names).take(8).collect();
            some(names.join(", "))
        }
        Value::String(text) if is_address(text) => None,
        other => plain(other),
    }
}

/// JSON-LD often carries text that was escaped for HTML first.
fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let dom = Dom::parse(text);
    dom.text_of(NodeId::ROOT)
}

#[cfg(test)]
#[path = "metadata_tests.rs"]
mod tests;
