//! What a person types into the search field, as terms and filters, and the safe text each database takes. Not the search itself.

use super::tokens::{is_spaceless, query_tokens};

/// Most terms of one query; what follows is dropped.
pub const TERMS: usize = 32;
/// Longest query that is read, in bytes; what follows is dropped.
pub const QUERY_BYTES: usize = 4096;

/// Tokens that stand next to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Folded tokens, never empty, each of letters and digits only.
    pub tokens: Vec<String>,
    /// The last token may go on.
    pub prefix: bool,
    /// Documents with this term are left out.
    pub excluded: bool,
}

/// A query: terms that must all match (or must not), and filters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// Words and phrases.
    pub terms: Vec<Term>,
    /// `tag:x`, as typed: documents must have each.
    pub tags: Vec<String>,
    /// `-tag:x`, as typed: documents must have none.
    pub excluded_tags: Vec<String>,
    /// `site:x`, lower case, without `www.`: any of them.
    pub sites: Vec<String>,
    /// `kind:x`, each `prompt`, `snippet` or `collection`: any of them.
    pub kinds: Vec<&'static str>,
    /// `is:favourite`, `-is:favourite`.
    pub favourite: Option<bool>,
    /// `is:conflict`, `-is:conflict`.
    pub conflict: Option<bool>,
}

impl SearchQuery {
    /// True when it neither searches nor filters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// True when there is text to search for. With excluded terms alone there is not, and both renderers give `None`: an index
    /// finds what is there.
    #[must_use]
    pub fn has_text(&self) -> bool {
        self.terms.iter().any(|term| !term.excluded)
    }

    /// The query for documents that also hold these texts, each as a phrase: words that are everywhere then lead to few documents.
    #[must_use]
    pub fn with_phrases<'a>(mut self, texts: impl IntoIterator<Item = &'a str>) -> Self {
        for text in texts {
            let tokens = query_tokens(text, QUERY_BYTES.saturating_mul(4));
            if !tokens.is_empty() {
                self.terms.push(Term {
                    tokens,
                    prefix: false,
                    excluded: false,
                });
            }
        }
        self
    }

    /// An FTS5 MATCH expression, every token quoted; `None` when there is no text to search for.
    #[must_use]
    pub fn to_fts5(&self) -> Option<String> {
        let phrase = |term: &Term| {
            let star = if term.prefix { " *" } else { "" };
            format!("\"{}\"{star}", term.tokens.join(" "))
        };
        self.render(" AND ", " NOT ", phrase)
    }

    /// A text for PostgreSQL's `to_tsquery('simple', …)`, of safe tokens only; `None` when there is no text to search for.
    #[must_use]
    pub fn to_tsquery(&self) -> Option<String> {
        let phrase = |term: &Term| {
            let star = if term.prefix { ":*" } else { "" };
            format!("({}{star})", term.tokens.join(" <-> "))
        };
        self.render(" & ", " & !", phrase)
    }

    fn render(&self, and: &str, not: &str, phrase: impl Fn(&Term) -> String) -> Option<String> {
        let wanted: Vec<String> = self
            .terms
            .iter()
            .filter(|term| !term.excluded)
            .map(&phrase)
            .collect();
        if wanted.is_empty() {
            return None;
        }
        let mut out = format!("({})", wanted.join(and));
        for term in self.terms.iter().filter(|term| term.excluded) {
            out.push_str(not);
            out.push_str(&phrase(term));
        }
        Some(out)
    }
}

/// Reads what a person typed. Every input means something: what is no filter is words.
///
/// Words must all be there, the last one may be unfinished; `"quoted words"` stand next to each other; `-` excludes; `tag:x`,
/// `site:x`, `kind:prompt`, `is:favourite` and `is:conflict` filter, with quotes around values that hold blanks.
#[must_use]
pub fn query(input: &str) -> SearchQuery {
    let mut out = SearchQuery::default();
    let mut rest = clip(input, QUERY_BYTES).trim();
    while let Some(word) = next_word(&mut rest) {
        if !filter(&mut out, &word) {
            term(&mut out, &word, rest.is_empty());
        }
    }
    out
}

fn clip(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

struct Word<'a> {
    excluded: bool,
    /// What stands before the first colon, when a value follows.
    key: Option<&'a str>,
    value: &'a str,
    quoted: bool,
    /// All of it, for words that turn out to be no filter.
    whole: &'a str,
}

fn next_word<'a>(rest: &mut &'a str) -> Option<Word<'a>> {
    let start = rest.trim_start();
    if start.is_empty() {
        return None;
    }
    let (excluded, body) = match start.strip_prefix('-') {
        Some(body) if body.starts_with(|c: char| c.is_alphanumeric() || c == '"') => (true, body),
        _ => (false, start),
    };
    let key_end = body
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(body.len());
    let (key, value) = match body.split_at_checked(key_end) {
        Some((key, tail)) if !key.is_empty() && tail.starts_with(':') => {
            (Some(key), tail.get(1..).unwrap_or(""))
        }
        _ => (None, body),
    };
    if let Some(open) = value.strip_prefix('"') {
        let end = open.find('"').unwrap_or(open.len());
        let quoted = open.get(..end).unwrap_or(open);
        *rest = open.get(end.saturating_add(1)..).unwrap_or("").trim_start();
        return Some(Word {
            excluded,
            key,
            value: quoted,
            quoted: true,
            whole: quoted,
        });
    }
    let end = body.find(char::is_whitespace).unwrap_or(body.len());
    let whole = body.get(..end).unwrap_or(body);
    *rest = body.get(end..).unwrap_or("").trim_start();
    let value = match key {
        Some(key) => whole.get(key.len().saturating_add(1)..).unwrap_or(""),
        None => whole,
    };
    Some(Word {
        excluded,
        key,
        value,
        quoted: false,
        whole,
    })
}

fn filter(out: &mut SearchQuery, word: &Word) -> bool {
    let value = word.value.trim();
    let Some(key) = word.key.filter(|_| !value.is_empty()) else {
        return false;
    };
    match key.to_ascii_lowercase().as_str() {
        "tag" if word.excluded => out.excluded_tags.push(value.to_owned()),
        "tag" => out.tags.push(value.to_owned()),
        "site" if !word.excluded => {
            let site = value.to_lowercase();
            out.sites
                .push(site.strip_prefix("www.").unwrap_or(&site).to_owned());
        }
        "kind" if !word.excluded => match value.to_ascii_lowercase().as_str() {
            "prompt" | "prompts" => out.kinds.push("prompt"),
            "snippet" | "snippets" => out.kinds.push("snippet"),
            "collection" | "collections" => out.kinds.push("collection"),
            _ => return false,
        },
        "is" => match value.to_ascii_lowercase().as_str() {
            "favourite" | "favorite" | "starred" => out.favourite = Some(!word.excluded),
            "conflict" | "conflicted" => out.conflict = Some(!word.excluded),
            _ => return false,
        },
        _ => return false,
    }
    true
}

fn term(out: &mut SearchQuery, word: &Word, last: bool) {
    // A quoted value of an unknown key is read as its words: the key is dropped with its colon.
    let tokens = query_tokens(word.whole, QUERY_BYTES.saturating_mul(4));
    let Some(end) = tokens.last() else { return };
    if out.terms.len() >= TERMS {
        return;
    }
    // A single character of a spaceless script stands in the index as the beginning of a pair.
    let single = end.chars().count() == 1 && end.chars().all(is_spaceless);
    let unfinished = last && !word.quoted && !word.excluded;
    out.terms.push(Term {
        prefix: single || unfinished,
        tokens,
        excluded: word.excluded,
    });
}

#[cfg(test)]
#[path = "query_tests.rs"]
mod tests;
