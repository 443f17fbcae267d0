//! Reads Markdown files by their paths: Fabric's patterns, our own export, and any others. Not archives: that is `zip`.
//!
//! A folder with a `system.md` is one pattern: its title is the folder's name, its text `system.md` with a `user.md` after it, its
//! note the folder's `README.md`, its collection the folder above. In such a tree Markdown files outside of patterns are
//! explanations and are left out. Any other file is an item of its own: its fields from its front matter, its title else from its
//! first heading or its name, its collection else from its folder.

use super::front_matter::{self, Fields};
use super::item::{ImportItem, ImportKind};
use super::json::source_url;
use super::names::humanise;
use super::report::{ImportReport, ProblemCode, lossy};
use super::time;
use crate::ids::DocId;
use crate::library::wire::META_NAMES;
use crate::prompts::Variable;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Most files that are read at once.
pub const MOST_FILES: usize = 50_000;

struct File {
    path: String,
    folder: String,
    /// File name in lower case, without its ending.
    stem: String,
    text: String,
}

/// Reads files. Each is a path with `/` and its bytes; the order of the items is that of the paths.
pub fn read<'a>(files: impl IntoIterator<Item = (String, &'a [u8])>) -> ImportReport {
    let mut report = ImportReport::default();
    let mut ignored = Ignored::default();
    let mut taken: Vec<File> = Vec::new();
    for (index, (path, bytes)) in files.into_iter().enumerate() {
        if index >= MOST_FILES {
            report.problem(
                &path,
                ProblemCode::TooLarge,
                format!("only the first {MOST_FILES} files were read"),
            );
            break;
        }
        match file(&path, bytes, &mut report) {
            Some(file) => taken.push(file),
            None => ignored.add(&path),
        }
    }
    taken.sort_by(|a, b| a.path.cmp(&b.path));
    assemble(&mut report, &mut ignored, taken);
    ignored.tell(&mut report);
    report.mark_duplicates()
}

fn file(path: &str, bytes: &[u8], report: &mut ImportReport) -> Option<File> {
    let path = path.replace('\\', "/");
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let hidden = path
        .split('/')
        .any(|part| part.starts_with('.') || part == "__MACOSX");
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let known = ["md", "markdown", "txt"]
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known));
    if hidden || !known {
        return None;
    }
    let (text, replaced) = lossy(bytes);
    if replaced {
        report.problem(
            &path,
            ProblemCode::InvalidUtf8,
            "bytes that are not UTF-8 were replaced",
        );
    }
    let (folder, stem) = (folder.to_owned(), stem.to_lowercase());
    Some(File {
        path,
        folder,
        stem,
        text,
    })
}

fn assemble(report: &mut ImportReport, ignored: &mut Ignored, files: Vec<File>) {
    let own = |file: &File| {
        front_matter::split(&file.text)
            .0
            .is_some_and(|fields| fields.contains_key("kind"))
    };
    let patterns: BTreeSet<String> = files
        .iter()
        .filter(|file| file.stem == "system" && !own(file))
        .map(|file| file.folder.clone())
        .collect();
    let mut parts: BTreeMap<String, Vec<File>> = BTreeMap::new();
    for file in files {
        let documentation = matches!(
            file.stem.as_str(),
            "readme" | "license" | "licence" | "changelog" | "contributing"
        );
        if own(&file) {
            report.take(single(file));
        } else if patterns.contains(&file.folder) {
            parts.entry(file.folder.clone()).or_default().push(file);
        } else if documentation || !patterns.is_empty() {
            ignored.add(&file.path);
        } else {
            report.take(single(file));
        }
    }
    for (folder, files) in parts {
        report.take(pattern(&folder, files, ignored));
    }
}

fn pattern(folder: &str, files: Vec<File>, ignored: &mut Ignored) -> ImportItem {
    let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
    let mut item = ImportItem {
        title: humanise(name),
        collection: Some(humanise(last_part(above))).filter(|name| !name.is_empty()),
        ..ImportItem::default()
    };
    let mut user = String::new();
    for file in files {
        match file.stem.as_str() {
            "system" => (item.body, item.origin) = (file.text, file.path),
            "user" => user = file.text,
            "readme" => item.note = file.text,
            _ => ignored.add(&file.path),
        }
    }
    if !user.trim().is_empty() {
        item.body = format!("{}\n\n{}", item.body.trim_end(), user.trim_start());
    }
    item
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn single(file: File) -> ImportItem {
    let (fields, body) = front_matter::split(&file.text);
    let described = fields.is_some();
    let fields = fields.unwrap_or_default();
    let text = |names: &[&str]| front_matter::text(&fields, names);
    let some = |names: &[&str]| text(names).filter(|text| !text.trim().is_empty());
    let when = |names: &[&str]| text(names).and_then(|text| time::parse(&text));
    let own = fields.contains_key("kind");
    let id = own_id(&fields);
    let from_folder = (!own)
        .then(|| humanise(last_part(&file.folder)))
        .filter(|name| !name.is_empty());
    let source = fields
        .get("source")
        .filter(|source| source.is_object())
        .cloned();
    let url = some(&["url", "source_url", "source"])
        .filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    ImportItem {
        kind: text(&["kind"])
            .and_then(|kind| ImportKind::parse(&kind))
            .unwrap_or_default(),
        title: text(&["title", "name"]).unwrap_or_else(|| title(body, &file.path)),
        body: body.to_owned(),
        tags: if described {
            front_matter::list(&fields, &["tags", "tag", "categories"])
        } else {
            Vec::new()
        },
        meta: if described {
            meta(&fields)
        } else {
            BTreeMap::new()
        },
        note: text(&["note", "notes"]).unwrap_or_default(),
        description: text(&["description", "summary"]).unwrap_or_default(),
        source_url: source.as_ref().and_then(source_url).or(url),
        source,
        favourite: text(&["favourite", "favorite"])
            .is_some_and(|text| text == "true" || text == "yes"),
        collection: some(&["collection"]).or(from_folder),
        collection_id: some(&["collection_id"]),
        created_at: when(&["created", "date"]),
        updated_at: when(&["updated", "modified"]),
        deleted_at: when(&["deleted"]),
        variables: variables(&fields),
        // As it stands only where we wrote it: elsewhere it may be a list of names.
        variables_json: fields
            .get("variables")
            .filter(|it| id.is_some() && it.is_array())
            .cloned(),
        execution: fields
            .get("execution")
            .filter(|value| value.is_object())
            .cloned(),
        id,
        origin: file.path,
        ..ImportItem::default()
    }
}

/// An id that one of our libraries gave. Any other is another program's name for its note: those of two folders may be the same.
fn own_id(fields: &Fields) -> Option<String> {
    let id = front_matter::text(fields, &["id"])?;
    id.parse::<DocId>().ok().map(|_| id)
}

/// Metadata: the four names that have fields of their own, and those of an object.
fn meta(fields: &Fields) -> BTreeMap<String, String> {
    let own = META_NAMES
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), front_matter::text(fields, &[*name])?)));
    let free = fields.get("meta").and_then(Value::as_object);
    let free = free
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    own.chain(free).collect()
}

fn variables(fields: &Fields) -> Vec<Variable> {
    Variable::list(fields.get("variables").unwrap_or(&Value::Null))
}

/// The first heading of the first lines, else the file's name.
fn title(body: &str, path: &str) -> String {
    let heading = body
        .lines()
        .take(20)
        .find(|line| line.starts_with("# "))
        .map(crate::text::propose_title);
    let name = last_part(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    heading
        .filter(|heading| !heading.is_empty())
        .unwrap_or_else(|| humanise(stem))
}

/// Files that are no prompts: told once, with their number.
#[derive(Default)]
struct Ignored {
    count: usize,
    first: String,
}

impl Ignored {
    fn add(&mut self, path: &str) {
        if self.count == 0 {
            path.clone_into(&mut self.first);
        }
        self.count = self.count.saturating_add(1);
    }

    fn tell(&self, report: &mut ImportReport) {
        let message = match self.count {
            0 => return,
            1 => "this file is no prompt; left out".to_owned(),
            2 => "this file and one more are no prompts; left out".to_owned(),
            count => format!(
                "this file and {} others are no prompts; left out",
                count.saturating_sub(1)
            ),
        };
        report.problem(&self.first, ProblemCode::Ignored, message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(files: &[(&str, &str)]) -> ImportReport {
        read(
            files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), text.as_bytes())),
        )
    }

    #[test]
    fn a_pattern_is_its_folder() {
        let report = read_all(&[
            (
                "fabric/patterns/analyze_claims/system.md",
                "# IDENTITY\nAnalyse.\n",
            ),
            ("fabric/patterns/analyze_claims/user.md", "\nCLAIM:\n"),
            ("fabric/patterns/analyze_claims/README.md", "About it"),
            ("fabric/patterns/summarize/system.md", "Sum up"),
            ("fabric/patterns/summarize/user.md", "\n"),
            ("fabric/README.md", "docs"),
            ("fabric/patterns/explanations.md", "docs"),
            ("fabric/main.go", "code"),
        ]);
        let [claims, sum] = report.items.as_slice() else {
            panic!("{:?}", report.items)
        };
        assert_eq!(
            (claims.title.as_str(), claims.note.as_str()),
            ("Analyze claims", "About it")
        );
        assert_eq!(claims.body, "# IDENTITY\nAnalyse.\n\nCLAIM:\n");
        assert_eq!(claims.collection.as_deref(), Some("Patterns"));
        assert_eq!(
            (sum.body.as_str(), sum.origin.as_str()),
            ("Sum up", "fabric/patterns/summarize/system.md")
        );
        assert_eq!(report.problems.len(), 1);
        assert!(report.problems[0].message.contains("2 others"));
    }

    #[test]
    fn front_matter_describes_an_item() {
        let text = "---\ntitle: T\ntags: a, b\ndescription: D\nkind: snippet\ncreated: 2000-02-29\nurl: https://example.org/x\nfavorite: true\n---\n\nBody\n";
        let item = &read_all(&[("notes/x.md", text)]).items[0];
        assert_eq!(
            (item.title.as_str(), item.body.as_str(), item.kind),
            ("T", "Body\n", ImportKind::Snippet)
        );
        assert_eq!(
            (item.tags.len(), item.created_at, item.favourite),
            (2, Some(951_782_400_000), true)
        );
        assert_eq!(
            (item.collection.as_deref(), item.source_url.as_deref()),
            (None, Some("https://example.org/x"))
        );
    }

    #[test]
    fn an_id_that_is_none_of_ours_makes_two_notes_not_one() {
        let ours = "0190b6f2-7c1e-7000-8000-000000000000";
        let note = |id: &str, text: &str| format!("---\nid: {id}\n---\n\n{text}\n");
        let (one, two, own) = (note("1", "one"), note("1", "two"), note(ours, "own"));
        let report = read_all(&[
            ("a/x.md", one.as_str()),
            ("b/x.md", two.as_str()),
            ("c.md", own.as_str()),
        ]);
        let ids: Vec<Option<&str>> = report.items.iter().map(|it| it.id.as_deref()).collect();
        assert_eq!(ids, [None, None, Some(ours)]);
        let entries = crate::exchange::plan::entries(report.items);
        assert!(entries.iter().all(|entry| !entry.in_file));
    }

    #[test]
    fn plain_files_take_their_title_and_collection_from_where_they_are() {
        let report = read_all(&[
            ("ideas\\first_one.txt", "text"),
            ("b.md", "intro\n# The *title*\n"),
            (".git/x.md", "no"),
        ]);
        let titles: Vec<_> = report
            .items
            .iter()
            .map(|i| (i.title.as_str(), i.collection.as_deref()))
            .collect();
        assert_eq!(titles, [("The title", None), ("First one", Some("Ideas"))]);
    }

    #[test]
    fn a_file_that_is_not_utf8_is_read_with_a_problem() {
        let report = read([("a.md".to_owned(), b"caf\xE9".as_slice())]);
        assert_eq!(report.items[0].body, "caf\u{FFFD}");
        assert_eq!(report.problems[0].code, ProblemCode::InvalidUtf8);
    }
}
