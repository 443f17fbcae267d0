//! Reads a table of prompts: prompts.chat's CSV and any other with a title and a text column. Not a spreadsheet reader.
//!
//! Columns are found by their names, in any case: title (`act`, `title`, `name`), text (`prompt`, `body`, `content`, `text`), tags
//! (`tags`, `category`, …), `note`, `description`, `url`, `collection`, `favourite`, `kind`, `created`. Of prompts.chat's own columns
//! `for_devs` = TRUE becomes the tag `developers`, and `type` its value as a tag unless it is TEXT. Fields are parted by comma,
//! semicolon or tab, whichever the first line has most of.

use super::item::{ImportItem, ImportKind};
use super::report::{ImportError, ImportReport, ProblemCode, lossy};
use super::time;
use crate::text::propose_title;
use std::collections::BTreeMap;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Title,
    Body,
    Tags,
    Note,
    Description,
    Url,
    Collection,
    Favourite,
    Kind,
    Created,
    ForDevelopers,
    Type,
}

/// Names of columns, the preferred first where several are there.
const NAMES: [(Column, &[&str]); 12] = [
    (Column::Title, &["title", "act", "name"]),
    (Column::Body, &["prompt", "body", "content", "text"]),
    (
        Column::Tags,
        &["tags", "tag", "categories", "category", "labels"],
    ),
    (Column::Note, &["note", "notes", "comment"]),
    (Column::Description, &["description", "summary"]),
    (Column::Url, &["url", "source_url", "source", "link"]),
    (Column::Collection, &["collection", "folder"]),
    (Column::Favourite, &["favourite", "favorite", "starred"]),
    (Column::Kind, &["kind"]),
    (
        Column::Created,
        &["created", "created_at", "createdat", "date"],
    ),
    (Column::ForDevelopers, &["for_devs"]),
    (Column::Type, &["type"]),
];

type Columns = BTreeMap<Column, usize>;

/// True when a first line names a text column and at least one more.
pub(super) fn looks_like_header(line: &str) -> bool {
    let separator = char::from(separator(line.as_bytes()));
    let cells: Vec<&str> = line
        .split(separator)
        .map(|cell| cell.trim().trim_matches('"'))
        .collect();
    let columns = columns(cells.iter().copied());
    columns.contains_key(&Column::Body) && columns.len() > 1
}

/// Reads a table. Every row with a text becomes an item.
///
/// # Errors
/// When no column can be the text.
pub fn read(bytes: &[u8]) -> Result<ImportReport, ImportError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(bytes))
        .from_reader(bytes);
    let mut record = ::csv::ByteRecord::new();
    let damaged = |error: ::csv::Error| ImportError::Damaged(error.to_string());
    reader.read_byte_record(&mut record).map_err(damaged)?;
    let header: Vec<String> = record.iter().map(|cell| lossy(cell).0).collect();
    let columns = columns(header.iter().map(String::as_str));
    if !columns.contains_key(&Column::Body) {
        return Err(ImportError::NoTextColumn { found: header });
    }
    let mut report = ImportReport::default();
    let mut row = 1usize;
    while reader.read_byte_record(&mut record).map_err(damaged)? {
        row = row.saturating_add(1);
        let origin = format!("row {row}");
        let cells: Vec<(String, bool)> = record.iter().map(lossy).collect();
        if cells.iter().any(|(_, replaced)| *replaced) {
            report.problem(
                &origin,
                ProblemCode::InvalidUtf8,
                "bytes that are not UTF-8 were replaced",
            );
        }
        if cells.len() > header.len() {
            report.problem(
                &origin,
                ProblemCode::InvalidValue,
                "the row has more cells than the first row; the last were left out",
            );
        }
        let item = item(&origin, &columns, &cells, &mut report);
        report.take(item);
    }
    Ok(report.mark_duplicates())
}

fn separator(bytes: &[u8]) -> u8 {
    let end = bytes
        .iter()
        .take(4096)
        .position(|b| *b == b'\n')
        .unwrap_or(bytes.len().min(4096));
    let line = bytes.get(..end).unwrap_or_default();
    let count = |separator: u8| line.iter().filter(|b| **b == separator).count();
    let mut best = b',';
    for other in [b';', b'\t'] {
        if count(other) > count(best) {
            best = other;
        }
    }
    best
}

fn columns<'a>(header: impl Iterator<Item = &'a str>) -> Columns {
    let header: Vec<String> = header
        .map(|cell| cell.trim().to_lowercase().replace([' ', '-'], "_"))
        .collect();
    let place = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| header.iter().position(|cell| cell == name))
    };
    NAMES
        .iter()
        .filter_map(|(column, names)| Some((*column, place(names)?)))
        .collect()
}

fn item(
    origin: &str,
    columns: &Columns,
    cells: &[(String, bool)],
    report: &mut ImportReport,
) -> ImportItem {
    let cell = |column| {
        columns
            .get(&column)
            .and_then(|at| cells.get(*at))
            .map_or("", |(text, _)| text.as_str())
    };
    let some = |column| Some(cell(column).trim().to_owned()).filter(|text| !text.is_empty());
    let body = cell(Column::Body).to_owned();
    let kind = cell(Column::Kind);
    let title = some(Column::Title).unwrap_or_else(|| propose_title(&body));
    let mut tags: Vec<String> = cell(Column::Tags)
        .split([',', ';', '|'])
        .map(str::trim)
        .map(str::to_owned)
        .collect();
    tags.retain(|tag| !tag.is_empty());
    if is_yes(cell(Column::ForDevelopers)) {
        tags.push("developers".to_owned());
    }
    let (type_kind, type_tag) = match some(Column::Type) {
        Some(name) if ImportKind::parse(&name).is_some() => (ImportKind::parse(&name), None),
        Some(name) if name.eq_ignore_ascii_case("text") => (None, None),
        other => (None, other.map(|name| name.to_lowercase())),
    };
    tags.extend(type_tag);
    let created = some(Column::Created);
    let created_at = created.as_deref().and_then(time::parse);
    if created.is_some() && created_at.is_none() {
        report.problem(
            origin,
            ProblemCode::InvalidValue,
            "the date could not be read; write it as 2026-11-21",
        );
    }
    ImportItem {
        origin: origin.to_owned(),
        kind: ImportKind::parse(kind).or(type_kind).unwrap_or_default(),
        title,
        body,
        tags,
        note: cell(Column::Note).to_owned(),
        description: cell(Column::Description).to_owned(),
        source_url: some(Column::Url)
            .filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        favourite: is_yes(cell(Column::Favourite)),
        collection: some(Column::Collection),
        created_at,
        ..ImportItem::default()
    }
}

fn is_yes(text: &str) -> bool {
    ["true", "yes", "1", "x"]
        .iter()
        .any(|yes| text.trim().eq_ignore_ascii_case(yes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prompts_chat_columns_become_prompts_with_tags() {
        let csv = "act,prompt,for_devs,type\nLawyer,\"Act as a \"\"lawyer\"\"\nfor ${who}\",TRUE,TEXT\nPainter,Paint,FALSE,IMAGE\n";
        let report = read(csv.as_bytes()).unwrap();
        assert_eq!(report.problems, []);
        let [lawyer, painter] = report.items.as_slice() else {
            panic!("{:?}", report.items)
        };
        assert_eq!(
            (lawyer.title.as_str(), lawyer.body.as_str()),
            ("Lawyer", "Act as a \"lawyer\"\nfor ${who}")
        );
        assert_eq!(
            (lawyer.tags.as_slice(), lawyer.origin.as_str()),
            (["developers".to_owned()].as_slice(), "row 2")
        );
        assert_eq!(lawyer.proposals[0].name, "who");
        assert_eq!(painter.tags, ["image"]);
    }

    #[test]
    fn other_names_cases_and_separators_are_understood() {
        let csv = "\u{FEFF}Name;CONTENT;Category;Notes;Created At;Favorite;URL;Kind\nA;b c;x, y;n;2000-02-29;yes;https://example.org;snippet\n";
        let report = read(csv.as_bytes()).unwrap();
        let item = &report.items[0];
        assert_eq!(
            (item.title.as_str(), item.body.as_str(), item.note.as_str()),
            ("A", "b c", "n")
        );
        assert_eq!(item.tags, ["x", "y"]);
        assert_eq!(
            (item.created_at, item.favourite, item.kind),
            (Some(951_782_400_000), true, ImportKind::Snippet)
        );
        assert_eq!(item.source_url.as_deref(), Some("https://example.org"));
    }

    #[test]
    fn bad_bytes_and_empty_rows_are_told_and_the_rest_is_read() {
        let report = read(b"title,text\na,caf\xE9\nb,\nc,fine,extra\nd\n").unwrap();
        assert_eq!(report.items.len(), 2);
        assert_eq!(report.items[0].body, "caf\u{FFFD}");
        let codes: Vec<_> = report
            .problems
            .iter()
            .map(|p| (p.origin.as_str(), p.code))
            .collect();
        assert_eq!(
            codes,
            [
                ("row 2", ProblemCode::InvalidUtf8),
                ("row 3", ProblemCode::Empty),
                ("row 4", ProblemCode::InvalidValue),
                ("row 5", ProblemCode::Empty)
            ]
        );
    }

    #[test]
    fn a_table_without_text_is_refused_with_the_fix() {
        let error = read(b"a,b\n1,2\n").unwrap_err();
        assert!(error.to_string().contains("\"prompt\"") && error.to_string().contains("a, b"));
        assert!(read(b"").is_err());
    }

    #[test]
    fn a_missing_title_is_proposed_from_the_text() {
        assert_eq!(
            read(b"prompt\n\"# Write well\nNow\"\n").unwrap().items[0].title,
            "Write well"
        );
    }

    #[test]
    fn a_repeated_text_points_at_the_first_one() {
        let report = read("act,prompt\na,One two\nb,Other\nc,one  TWO\n".as_bytes()).unwrap();
        let duplicates: Vec<_> = report.items.iter().map(|item| item.duplicate_of).collect();
        assert_eq!(duplicates, [None, None, Some(0)]);
    }

    #[test]
    fn a_cell_of_a_hundred_and_fifty_thousand_characters_is_read_whole() {
        let long = "line of text\n".repeat(12_000);
        let report = read(format!("act,prompt\na,\"{long}\"\n").as_bytes()).unwrap();
        assert_eq!(report.items[0].body, long);
    }

    proptest! {
        #[test]
        fn every_row_that_was_written_is_read(rows in prop::collection::vec(("[a-z]{1,9}", r#"[a-z",;\n é]{0,40}x"#), 1..8)) {
            let mut writer = ::csv::Writer::from_writer(Vec::new());
            writer.write_record(["act", "prompt"]).unwrap();
            for (title, body) in &rows {
                writer.write_record([title, body]).unwrap();
            }
            let report = read(&writer.into_inner().unwrap()).unwrap();
            let read: Vec<_> = report.items.into_iter().map(|item| (item.title, item.body)).collect();
            prop_assert_eq!(read, rows);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in any::<Vec<u8>>(), header in "(act|prompt|text|,|;|\n|\"){0,12}") {
            let mut all = header.into_bytes();
            all.extend(bytes);
            let _ = read(&all);
        }
    }
}
