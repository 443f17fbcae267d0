//! The local search: which rows match a query and in which order. Not the reading of the query: that is `shared::text`.

use crate::store::IndexRow;
use krowoc_shared::ids::Millis;
use krowoc_shared::text::SearchQuery;
use krowoc_shared::text::query::Term;

/// How well a row matches: the largest is the best. Rows of several libraries are put in order by it.
pub type Rank = (usize, i64, Millis);

/// The rows that match, best first: a term in the title before one in the text, then the most used, then the last edited.
/// Without a query the last edited come first.
#[must_use]
pub fn search<'a>(
    rows: impl IntoIterator<Item = &'a IndexRow>,
    query: &SearchQuery,
    limit: usize,
) -> Vec<(Rank, &'a IndexRow)> {
    let rank = |row: &IndexRow| match query.has_text() {
        true => (in_title(row, query), row.uses, row.edited_at),
        false => (0, 0, row.edited_at),
    };
    let rows = rows.into_iter().filter(|row| matches(row, query));
    let mut found: Vec<(Rank, &IndexRow)> = rows.map(|row| (rank(row), row)).collect();
    found.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
    found.truncate(limit);
    found
}

fn matches(row: &IndexRow, query: &SearchQuery) -> bool {
    let has = |tag: &String| {
        row.tags
            .iter()
            .any(|own| own.to_lowercase() == tag.to_lowercase())
    };
    let any =
        |list: &[String], site: &str| list.is_empty() || list.iter().any(|wanted| wanted == site);
    query.tags.iter().all(has)
        && !query.excluded_tags.iter().any(has)
        && any(&query.sites, &row.site)
        && (query.kinds.is_empty() || query.kinds.contains(&row.kind.as_str()))
        && query.favourite.is_none_or(|wanted| row.favourite == wanted)
        && query.conflict.is_none_or(|wanted| row.conflict == wanted)
        && query
            .terms
            .iter()
            .all(|term| holds(&row.text, term) != term.excluded)
}

/// Terms that stand in the title.
fn in_title(row: &IndexRow, query: &SearchQuery) -> usize {
    let title = krowoc_shared::text::fold(&row.title);
    let wanted = query.terms.iter().filter(|term| !term.excluded);
    wanted.filter(|term| holds(&title, term)).count()
}

/// Whether a term's tokens stand next to each other in a text of tokens with one blank between them.
fn holds(text: &str, term: &Term) -> bool {
    let phrase = term.tokens.join(" ");
    text.match_indices(&phrase).any(|(at, _)| {
        let starts = at == 0 || text.get(..at).is_some_and(|before| before.ends_with(' '));
        let end = at.saturating_add(phrase.len());
        let ends = text
            .get(end..)
            .is_none_or(|after| after.is_empty() || after.starts_with(' '));
        starts && (term.prefix || ends)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::ids::DocId;
    use krowoc_shared::library::document::Kind;
    use krowoc_shared::text::{query, search_text};

    fn row(n: u8, title: &str, body: &str, tags: &[&str]) -> IndexRow {
        IndexRow {
            id: DocId::mint(i64::from(n), [n; 10]),
            kind: Kind::Prompt,
            title: title.into(),
            excerpt: String::new(),
            tags: tags.iter().map(|&tag| tag.into()).collect(),
            site: "a.example".into(),
            text: search_text(title, body, tags, "", ""),
            page: String::new(),
            fingerprint: String::new(),
            simhash: None,
            uses: 0,
            favourite: false,
            conflict: false,
            edited_at: i64::from(n),
            meta: Vec::new(),
            model: String::new(),
            made: 0,
        }
    }

    fn titles(rows: &[IndexRow], typed: &str) -> Vec<String> {
        search(rows, &query(typed), 10)
            .into_iter()
            .map(|(_, row)| row.title.clone())
            .collect()
    }

    fn library() -> Vec<IndexRow> {
        vec![
            row(1, "Code review", "assess the code", &["coding"]),
            row(2, "Żółw", "about a turtle and a review", &[]),
            row(3, "要約する", "文章を短くする", &["日本語"]),
        ]
    }

    #[test]
    fn an_unfinished_word_finds_and_the_title_comes_first() {
        assert_eq!(titles(&library(), "revi"), ["Code review", "Żółw"]);
        assert_eq!(titles(&library(), "\"code rev\""), Vec::<String>::new());
    }

    #[test]
    fn letters_are_folded_and_scripts_without_spaces_are_found() {
        assert_eq!(titles(&library(), "zolw"), ["Żółw"]);
        assert_eq!(titles(&library(), "文章"), ["要約する"]);
    }

    #[test]
    fn filters_and_exclusions_hold() {
        assert_eq!(titles(&library(), "tag:Coding"), ["Code review"]);
        assert_eq!(titles(&library(), "review -turtle"), ["Code review"]);
        assert_eq!(titles(&library(), "kind:snippet"), Vec::<String>::new());
        assert_eq!(
            titles(&library(), "site:b.example review"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn without_a_query_the_last_edited_come_first() {
        assert_eq!(titles(&library(), ""), ["要約する", "Żółw", "Code review"]);
        assert_eq!(search(&library(), &query(""), 1).len(), 1);
    }
}
