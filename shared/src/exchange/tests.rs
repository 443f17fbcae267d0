//! Tests of export and import of a library. Not of the files' transport.

use super::item::ExportItem;
use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn exported(
    index: usize,
    title: &str,
    body: &str,
    tags: Vec<String>,
    flags: (bool, bool, u8),
) -> ExportItem {
    let (favourite, rich, kind) = flags;
    ExportItem {
        id: crate::ids::DocId::mint(index as i64, [1; 10]).to_string(),
        kind: [
            ImportKind::Prompt,
            ImportKind::Snippet,
            ImportKind::Collection,
        ][usize::from(kind % 3)],
        title: title.to_owned(),
        body: body.to_owned(),
        tags,
        meta: if rich {
            let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
            [("category", "Law: \"courts\""), ("own name", "- x=y")]
                .map(pair)
                .into()
        } else {
            Default::default()
        },
        note: if rich {
            "a note\nof \"two\" lines: yes".to_owned()
        } else {
            String::new()
        },
        description: if rich {
            "- # 'what'".to_owned()
        } else {
            String::new()
        },
        favourite,
        source: if rich {
            json!({"url": "https://example.org/?a=1#b", "title": "Ü: \u{2028}"})
        } else {
            Value::Null
        },
        variables: if rich {
            json!([{"name": "x", "kind": "choice", "options": ["a\nb"], "required": true}])
        } else {
            Value::Null
        },
        execution: if rich {
            json!({"model": "openai/gpt-4o-mini", "parameters": {"temperature": 0.3}, "system": "Be \"brief\":\nno lists"})
        } else {
            Value::Null
        },
        created_at: 1_763_700_000_123 + index as i64,
        updated_at: if rich { 1_763_800_000_000 } else { 0 },
        deleted_at: rich.then_some(1_763_900_000_000),
        ..ExportItem::default()
    }
}

/// In a collection of the same export when there is one.
fn with_collections(mut items: Vec<ExportItem>) -> Vec<ExportItem> {
    let collection = items
        .iter()
        .find(|item| item.kind == ImportKind::Collection)
        .map(|item| (item.id.clone(), item.title.clone()));
    for item in items
        .iter_mut()
        .filter(|item| item.kind != ImportKind::Collection)
    {
        if let Some((id, title)) = collection
            .clone()
            .filter(|(_, title)| !title.trim().is_empty())
        {
            (item.collection, item.collection_title) = (Some(id), Some(title));
        }
    }
    items
}

fn json_file(items: &[ExportItem]) -> String {
    let mut out = json::header(5);
    for (index, item) in items.iter().enumerate() {
        out.push_str(&json::item(item, index == 0).unwrap());
    }
    out.push_str(json::footer());
    out
}

fn zip_file(items: &[ExportItem]) -> Vec<u8> {
    let mut writer = MarkdownWriter::new(Vec::new());
    for item in items {
        writer.add(item).unwrap();
    }
    writer.finish().unwrap()
}

/// What a document is made of, without where it stood in the file.
fn content(report: ImportReport) -> Vec<ImportItem> {
    assert_eq!(report.problems, []);
    let strip = |item: ImportItem| ImportItem {
        origin: String::new(),
        duplicate_of: None,
        ..item
    };
    let mut items: Vec<_> = report.items.into_iter().map(strip).collect();
    items.sort_by(|a, b| a.id.cmp(&b.id));
    items
}

fn items() -> impl Strategy<Value = Vec<ExportItem>> {
    let item = (
        "[A-Za-z:/é .\"#'-]{0,12}",
        "[\\r\n a-z#{}\\[\\]$é東-]{0,40}x",
        prop::collection::vec("[a-z,:é]{1,6}", 0..3),
        any::<(bool, bool, u8)>(),
    );
    prop::collection::vec(item, 0..6).prop_map(|items| {
        let unique = |tags: Vec<String>| {
            tags.into_iter()
                .collect::<std::collections::BTreeSet<_>>()
                .into_iter()
                .collect()
        };
        let items = items.into_iter().enumerate();
        with_collections(
            items
                .map(|(index, (title, body, tags, flags))| {
                    exported(index, &title, &body, unique(tags), flags)
                })
                .collect(),
        )
    })
}

proptest! {
    #[test]
    fn both_exports_give_the_same_items_back(items in items()) {
        let from_json = content(import("x.json", json_file(&items).as_bytes()).unwrap());
        let zip = zip_file(&items);
        let from_zip = content(import("x.zip", &zip).unwrap());
        prop_assert_eq!(&from_json, &from_zip);
        prop_assert_eq!(from_json.len(), items.len());
        for (read, written) in from_json.iter().zip(&items) {
            prop_assert_eq!((&read.title, &read.body, &read.tags), (&written.title, &written.body, &written.tags));
            prop_assert_eq!((&read.source.clone().unwrap_or_default(), &read.note), (&written.source, &written.note));
            prop_assert_eq!((read.created_at, read.deleted_at, read.kind), (Some(written.created_at), written.deleted_at, written.kind));
            prop_assert_eq!((&read.collection, &read.collection_id), (&written.collection_title, &written.collection));
        }
        prop_assert_eq!(zip_file(&items), zip);
    }

    #[test]
    fn no_bytes_make_an_import_panic(mut bytes in any::<Vec<u8>>(), prefix in 0usize..4, name in "[a-z.]{0,8}") {
        let prefix: &[u8] = [b"".as_slice(), b"PK\x03\x04", b"{\"format\":\"krowoc.library\",", b"---\n"][prefix];
        bytes.splice(0..0, prefix.iter().copied());
        let _ = import(&name, &bytes);
    }

    #[test]
    fn a_cut_export_is_refused_not_half_read(items in items(), cut in any::<prop::sample::Index>()) {
        let file = json_file(&items);
        let end = file.floor_char_boundary(cut.index(file.trim_end().len()));
        let result = json::read(&file.as_bytes()[..end]);
        prop_assert!(result.is_err());
    }
}

#[test]
fn an_item_in_parts_is_the_item_as_a_whole() {
    let version = |text: &str| crate::library::lifecycle::PastVersion {
        text: text.to_owned(),
        number: Some(1),
        ..Default::default()
    };
    for versions in [
        vec![],
        vec![version("one")],
        vec![version("a"), version("\"")],
    ] {
        for first in [true, false] {
            let item = ExportItem {
                versions: versions.clone(),
                ..exported(1, "Title", "body", Vec::new(), (true, true, 0))
            };
            let mut parts = json::begun(item.clone(), first).unwrap();
            for (index, version) in versions.iter().enumerate() {
                parts.push_str(&json::version(version, index == 0).unwrap());
            }
            parts.push_str(json::ended(!versions.is_empty()));
            assert_eq!(parts, json::item(&item, first).unwrap());
        }
    }
}

#[test]
fn an_export_of_a_newer_version_is_refused_with_the_fix() {
    let file = br#"{"format":"krowoc.library","version":2,"items":{"new":"shape"}}"#;
    let error = json::read(file).unwrap_err();
    assert_eq!(error, ImportError::NewerVersion { found: 2, known: 1 });
    assert!(error.to_string().contains("update Krowoc"));
}

#[test]
fn json_that_is_not_ours_is_refused() {
    for file in [
        "{}",
        "[]",
        r#"{"format":"other","version":1}"#,
        r#"{"format":7,"version":1}"#,
    ] {
        assert_eq!(
            json::read(file.as_bytes()),
            Err(ImportError::NotALibrary),
            "{file}"
        );
    }
    assert!(matches!(
        json::read(br#"{"format":"krowoc.library"}"#),
        Err(ImportError::Damaged(_))
    ));
}

#[test]
fn unknown_fields_are_ignored_and_wrong_items_are_told() {
    let file = r#"{"new":[1],"version":1,"format":"krowoc.library","items":[
        {"kind":"prompt","title":"t","body":"b","new":{"x":1}},
        {"kind":"banana","body":"b"}, {"title":"no kind"}, 7, {"kind":"prompt","body":9}, {"kind":"prompt","body":""},
        {"kind":"collection","title":"C","id":"c"}, {"kind":"snippet","body":"s","collection":"c"}
    ]}"#;
    let report = json::read(file.as_bytes()).unwrap();
    let titles: Vec<_> = report
        .items
        .iter()
        .map(|i| (i.kind, i.title.as_str(), i.collection.as_deref()))
        .collect();
    let expected = [
        (ImportKind::Prompt, "t", None),
        (ImportKind::Collection, "C", None),
        (ImportKind::Snippet, "", Some("C")),
    ];
    assert_eq!(titles, expected);
    let origins: Vec<_> = report.problems.iter().map(|p| p.origin.as_str()).collect();
    assert_eq!(origins, ["item 2", "item 3", "item 4", "item 5", "item 6"]);
}

#[test]
fn files_are_named_by_title_within_kind_and_collection() {
    let mut a = exported(0, "A/B", "x", vec![], (false, false, 0));
    a.collection_title = Some("Con".into());
    let names: Vec<String> = {
        let bytes = zip_file(&[
            a.clone(),
            a,
            exported(1, "", "x", vec![], (false, false, 1)),
        ]);
        let archive = ::zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        archive
            .file_names()
            .map(|name| name.unwrap().into_owned())
            .collect()
    };
    assert_eq!(
        names,
        [
            "prompts/_Con/A-B.md",
            "prompts/_Con/A-B (2).md",
            "snippets/Untitled.md"
        ]
    );
}

#[test]
fn a_document_called_system_or_readme_is_not_taken_for_a_pattern() {
    let items = ["system", "README"].map(|title| {
        exported(
            usize::from(title == "README"),
            title,
            "x",
            vec![],
            (false, false, 0),
        )
    });
    assert_eq!(
        content(import("x.zip", &zip_file(&items)).unwrap()).len(),
        2
    );
}

#[test]
fn values_beyond_the_limits_are_cut_and_told() {
    let mut item = exported(
        0,
        &"t".repeat(600),
        "body\0",
        vec!["x".repeat(70), "fine".into()],
        (false, false, 0),
    );
    item.note = "n".repeat(10_001);
    let report = json::read(json_file(&[item]).as_bytes()).unwrap();
    let read = &report.items[0];
    assert_eq!(
        (
            read.title.len(),
            read.note.len(),
            read.body.as_str(),
            read.tags.len()
        ),
        (500, 10_000, "body", 1)
    );
    assert_eq!(report.problems.len(), 4);
}

#[test]
fn a_folder_is_read_without_an_archive() {
    let report = import_folder(&[("x/sum_up/system.md".to_owned(), b"Sum up".to_vec())]);
    assert_eq!(report.items[0].title, "Sum up");
}

#[test]
fn an_unknown_file_is_refused_with_what_can_be_read() {
    assert!(
        import("a.exe", b"MZ\0")
            .unwrap_err()
            .to_string()
            .contains("CSV")
    );
}

#[test]
fn a_table_saved_as_unicode_text_is_read() {
    let text = "act\tprompt\nKöchin\tKoche 料理\n";
    let little: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let big: Vec<u8> = [0xFE, 0xFF]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_be_bytes))
        .collect();
    for bytes in [little, big] {
        let items = import("table.txt", &bytes).unwrap().items;
        assert_eq!(
            (items[0].title.as_str(), items[0].body.as_str()),
            ("Köchin", "Koche 料理")
        );
    }
}

#[test]
fn values_that_no_library_would_take_are_left_out_and_told() {
    let mut item = exported(0, "t", "b", vec![], (false, false, 0));
    item.source = json!({"url": "https://example.org", "text": "\0"});
    item.variables = json!([{"name": "x", "kind": "text", "help": "h".repeat(70_000)}]);
    item.execution = json!({"model": "nobody/x"});
    item.deleted_at = Some(-5);
    let report = json::read(json_file(&[item]).as_bytes()).unwrap();
    let read = &report.items[0];
    assert_eq!(
        (read.source.as_ref(), read.variables.len(), read.deleted_at),
        (None, 0, None)
    );
    assert_eq!(read.execution, None);
    assert_eq!(report.problems.len(), 3);
}

#[test]
fn a_document_of_ours_without_text_is_kept() {
    let items = [
        exported(0, "only a title", "", vec![], (false, false, 0)),
        exported(1, "", "", vec![], (false, false, 2)),
    ];
    assert_eq!(
        content(import("x.zip", &zip_file(&items)).unwrap()).len(),
        2
    );
    assert_eq!(
        content(import("x.json", json_file(&items).as_bytes()).unwrap()).len(),
        2
    );
}
