//! Tests of the plan of an import.

use super::*;
use crate::capture::fingerprint::fingerprint;

fn item(title: &str, body: &str) -> ImportItem {
    ImportItem {
        title: title.to_owned(),
        body: body.to_owned(),
        fingerprint: fingerprint(body),
        ..ImportItem::default()
    }
}

/// As one of our own exports has it.
fn own(id: &str, title: &str, body: &str) -> ImportItem {
    ImportItem {
        id: Some(id.to_owned()),
        ..item(title, body)
    }
}

fn mint() -> impl FnMut() -> (OpId, DocId) {
    let mut n = 0i64;
    move || {
        n += 1;
        (OpId::mint(n, [1; 10]), DocId::mint(n, [1; 10]))
    }
}

fn made(items: Vec<ImportItem>, options: &Options) -> Vec<CreateDocument> {
    documents(&entries(items), options, &[], 5, mint())
}

fn marks(items: Vec<ImportItem>) -> Vec<bool> {
    entries(items).iter().map(|entry| entry.in_file).collect()
}

#[test]
fn the_second_of_two_equal_texts_is_a_duplicate_over_all_files() {
    let all = marks(vec![
        item("a", "same text"),
        item("b", "other"),
        item("c", "Same  text"),
        item("d", "…"),
        item("e", "…"),
    ]);
    assert_eq!(all, [false, false, true, false, false]);
}

#[test]
fn two_documents_of_a_library_are_two_and_the_same_export_twice_is_once() {
    let all = marks(vec![
        own("1", "a", "same text"),
        own("2", "b", "Same  text"),
        own("1", "a", "same text"),
        item("c", "same text"),
        own("3", "d", "…"),
        own("3", "d", "…"),
    ]);
    assert_eq!(all, [false, false, true, true, false, true]);
}

#[test]
fn of_two_exports_of_a_document_the_later_edited_comes_in() {
    let of = |updated_at, body: &str| ImportItem {
        updated_at,
        ..own("1", "a", body)
    };
    let all = marks(vec![
        of(Some(5), "older"),
        of(None, "oldest"),
        of(Some(7), "newest"),
        of(Some(7), "as new"),
        item("b", "older"),
        item("c", "newest"),
    ]);
    assert_eq!(all, [true, true, false, true, false, true]);
}

#[test]
fn duplicates_stay_out_unless_everything_is_wanted() {
    let mut all = entries(vec![item("a", "one"), item("b", "one"), item("c", "two")]);
    all[2].in_library = true;
    let made = |everything| {
        let options = Options {
            everything,
            ..Options::default()
        };
        documents(&all, &options, &[], 5, mint()).len()
    };
    assert_eq!((made(false), made(true)), (1, 3));
}

#[test]
fn a_collection_is_made_once_and_before_its_documents_and_never_when_it_is_known() {
    let inside = |title: &str, body: &str, collection: &str| ImportItem {
        collection: Some(collection.to_owned()),
        ..item(title, body)
    };
    let described = ImportItem {
        kind: ImportKind::Collection,
        note: "why".to_owned(),
        ..item("Work", "")
    };
    let all = entries(vec![
        inside("a", "one", "Work"),
        inside("b", "two", "Home"),
        described,
        inside("c", "three", "Work"),
    ]);
    let home = DocId::mint(9, [9; 10]);
    let known = [("Home".to_owned(), home)];
    let made = documents(&all, &Options::default(), &known, 5, mint());
    let kinds: Vec<Kind> = made.iter().map(|it| it.kind).collect();
    assert_eq!(
        kinds,
        [Kind::Collection, Kind::Prompt, Kind::Prompt, Kind::Prompt]
    );
    assert_eq!(made[0].set[&Field::Note], "why");
    assert_eq!(
        made[1].set[&Field::Collection],
        made[0].id.unwrap().to_string()
    );
    assert_eq!(made[2].set[&Field::Collection], home.to_string());
}

#[test]
fn collections_are_known_by_their_ids_also_without_a_title_and_with_the_same() {
    let collection = |id: &str, title: &str| ImportItem {
        kind: ImportKind::Collection,
        ..own(id, title, "")
    };
    let inside = |id: &str, of: &str, title: &str| ImportItem {
        collection_id: Some(of.to_owned()),
        collection: Some(title.to_owned()).filter(|title| !title.is_empty()),
        ..own(id, id, id)
    };
    let all = vec![
        collection("c1", "Work"),
        collection("c2", "Work"),
        collection("c3", ""),
        inside("in 1", "c1", "Work"),
        inside("in 2", "c2", "Work"),
        inside("in 3", "c3", ""),
        inside("in none", "gone", ""),
    ];
    let fresh = made(all.clone(), &Options::default());
    let ids: Vec<String> = fresh[..3]
        .iter()
        .map(|it| it.id.unwrap().to_string())
        .collect();
    assert_eq!(fresh.len(), 7);
    for at in 0..3 {
        assert_eq!(fresh[at + 3].set[&Field::Collection], ids[at]);
    }
    assert_eq!(fresh[6].set.get(&Field::Collection), None);

    let there = DocId::mint(9, [9; 10]);
    let known = [("Work".to_owned(), there)];
    let beside = documents(&entries(all), &Options::default(), &known, 5, mint());
    let kinds = beside.iter().filter(|it| it.kind == Kind::Collection);
    assert_eq!(kinds.count(), 2, "one of the two is the library's");
    let homes: BTreeSet<String> = beside
        .iter()
        .filter_map(|it| Some(it.set.get(&Field::Collection)?.to_string()))
        .collect();
    assert_eq!(homes.len(), 3);
}

#[test]
fn a_collection_in_the_trash_takes_the_place_of_no_living_one() {
    let collection = |id: Option<&str>, deleted_at| ImportItem {
        kind: ImportKind::Collection,
        id: id.map(str::to_owned),
        deleted_at,
        ..item("Work", "")
    };
    let inside = |title: &str, of: Option<&str>| ImportItem {
        collection: Some("Work".to_owned()),
        collection_id: of.map(str::to_owned),
        ..item(title, title)
    };
    let there = DocId::mint(9, [9; 10]);
    for (gone, living) in [(Some("c1"), Some("c2")), (None, None)] {
        let all = vec![
            collection(gone, Some(3)),
            collection(living, None),
            inside("a text of the trash", gone),
            inside("a text of the library", living),
        ];
        let known = [("Work".to_owned(), there)];
        let made = documents(&entries(all), &Options::default(), &known, 5, mint());
        let kinds: Vec<Kind> = made.iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [Kind::Collection, Kind::Prompt, Kind::Prompt]);
        assert_eq!(made[0].set[&Field::DeletedAt], 3);
        let first = made[0].id.filter(|_| gone.is_some()).unwrap_or(there);
        assert_eq!(made[1].set[&Field::Collection], first.to_string());
        assert_eq!(made[2].set[&Field::Collection], there.to_string());
    }
}

#[test]
fn a_document_keeps_what_the_file_knew_and_gets_the_tag() {
    let full = ImportItem {
        tags: vec!["x".to_owned()],
        favourite: true,
        created_at: Some(7),
        updated_at: Some(8),
        uses: 3,
        source_url: Some("https://www.example.org/a".to_owned()),
        ..item("a", "one")
    };
    let options = Options {
        tags: vec!["new".to_owned(), "x".to_owned()],
        kind: Some(Kind::Snippet),
        ..Options::default()
    };
    let made = made(vec![full], &options);
    assert_eq!(
        (made[0].kind, &made[0].tags),
        (Kind::Snippet, &vec!["x".to_owned(), "new".to_owned()])
    );
    assert_eq!(made[0].set[&Field::CreatedAt], 7);
    assert_eq!((made[0].updated_at, made[0].uses), (Some(8), 3));
    let source = &made[0].set[&Field::Source];
    assert_eq!(source["url"], "https://www.example.org/a");
    assert_eq!(source["site"], "example.org");
    assert_eq!(made[0].set[&Field::Favourite], true);
}

#[test]
fn variables_of_an_own_export_come_in_as_they_stand() {
    let variables = json!([{"name": "who", "type": "text"}]);
    let read = ImportItem {
        variables: crate::prompts::Variable::list(&variables),
        variables_json: Some(variables.clone()),
        ..item("a", "one")
    };
    let made = made(vec![read], &Options::default());
    assert_eq!(made[0].set[&Field::Variables], variables);
}

#[test]
fn a_prompt_that_becomes_a_snippet_keeps_its_versions_and_is_published_no_more() {
    let version = PastVersion {
        text: "one".to_owned(),
        published: true,
        note: "first".to_owned(),
        published_at: Some(3),
        ..PastVersion::default()
    };
    let read = ImportItem {
        versions: vec![version],
        archived: true,
        edited: true,
        ..item("a", "one")
    };
    let options = Options {
        kind: Some(Kind::Snippet),
        ..Options::default()
    };
    let made = made(vec![read], &options);
    let version = &made[0].history[0];
    assert_eq!((version.published, version.published_at), (false, None));
    assert_eq!((made[0].archived, made[0].edited), (false, false));
}

fn batch(sending: &Sending) -> &[CreateDocument] {
    match sending {
        Sending::Documents(documents) => documents,
        Sending::History(..) => &[],
    }
}

#[test]
fn requests_keep_both_limits_and_the_order() {
    let small: Vec<ImportItem> = (0..250)
        .map(|i| item(&i.to_string(), &format!("text {i}")))
        .collect();
    let all = made(small, &Options::default());
    let cut = requests(all.clone());
    let sizes: Vec<usize> = cut.iter().map(Sending::size).collect();
    assert_eq!(sizes, [100, 100, 50]);
    let sent: Vec<CreateDocument> = cut.iter().flat_map(batch).cloned().collect();
    assert_eq!(sent, all);
    let large: Vec<ImportItem> = (0..4)
        .map(|i| item("", &format!("{i}{}", "x".repeat(400_000))))
        .collect();
    let cut = requests(made(large, &Options::default()));
    let sizes: Vec<usize> = cut.iter().map(Sending::size).collect();
    assert_eq!(sizes, [2, 2]);
}

#[test]
fn a_long_history_goes_in_parts_and_what_stands_now_goes_first() {
    let version = |n: u64| PastVersion {
        text: format!("{n}{}", "x".repeat(800_000)),
        number: (n > 3).then_some(n + 1),
        published: n == 5,
        ..PastVersion::default()
    };
    let read = ImportItem {
        versions: (1..=12).map(version).collect(),
        ..item("a", &format!("12{}", "x".repeat(800_000)))
    };
    let all = made(vec![read, item("b", "after")], &Options::default());
    let id = all[0].id.unwrap();
    let cut = requests(all);
    let numbers = |versions: &[PastVersion]| -> Vec<u64> {
        versions.iter().filter_map(|it| it.number).collect()
    };
    let mut parts = Vec::new();
    for sending in &cut {
        let text = match sending {
            Sending::Documents(documents) => serde_json::to_string(documents).unwrap(),
            Sending::History(of, versions) => {
                assert_eq!(*of, id);
                parts.push(numbers(versions));
                serde_json::to_string(versions).unwrap()
            }
        };
        assert!(text.len() < crate::library::limits::IMPORT_BYTES);
    }
    assert_eq!(numbers(&batch(&cut[0])[0].history), [6, 13]);
    assert_eq!(
        parts,
        [vec![10, 11, 12], vec![7, 8, 9], vec![2, 3, 5], vec![1]]
    );
    assert_eq!(batch(&cut[5])[0].body, "after");
}

#[test]
fn requests_and_parts_hold_no_more_versions_than_a_server_takes() {
    let most = limits::IMPORT_VERSIONS;
    let lived = |title: &str, many: usize| {
        let version = |n: usize| PastVersion {
            text: n.to_string(),
            ..PastVersion::default()
        };
        ImportItem {
            versions: (1..=many).map(version).collect(),
            ..item(title, &many.to_string())
        }
    };
    let all = vec![
        lived("a", most - 1),
        lived("b", 1),
        lived("c", 2),
        lived("d", 2 * most + 2),
    ];
    let cut = requests(made(all, &Options::default()));
    let counts: Vec<usize> = cut
        .iter()
        .map(|sending| match sending {
            Sending::Documents(documents) => documents.iter().map(|it| it.history.len()).sum(),
            Sending::History(_, versions) => versions.len(),
        })
        .collect();
    assert_eq!(counts, [most, 3, most, most, 1]);
    let Sending::History(_, versions) = &cut[2] else {
        panic!("{counts:?}")
    };
    assert!(versions.is_sorted_by_key(|version| version.number));
}

#[test]
fn the_settings_for_runs_come_in_with_a_prompt_and_with_nothing_else() {
    let execution = json!({"model": "openai/gpt-4o-mini"});
    let settings = |kind| {
        let read = ImportItem {
            execution: Some(execution.clone()),
            ..item("a", "one")
        };
        let options = Options {
            kind: Some(kind),
            ..Options::default()
        };
        let made = made(vec![read], &options);
        made[0].set.get(&Field::Execution).cloned()
    };
    assert_eq!(settings(Kind::Prompt), Some(execution.clone()));
    assert_eq!(settings(Kind::Snippet), None);
}
