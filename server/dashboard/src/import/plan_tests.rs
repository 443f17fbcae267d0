//! Tests of the plan of an import.

use super::*;
use krowoc_shared::capture::fingerprint::fingerprint;

fn item(title: &str, body: &str) -> ImportItem {
    ImportItem {
        title: title.to_owned(),
        body: body.to_owned(),
        fingerprint: fingerprint(body),
        ..ImportItem::default()
    }
}

fn mint() -> impl FnMut() -> (OpId, DocId) {
    let mut n = 0u8;
    move || {
        n += 1;
        (OpId::mint(1, [n; 10]), DocId::mint(1, [n; 10]))
    }
}

#[test]
fn the_second_of_two_equal_texts_is_a_duplicate_over_all_files() {
    let all = entries(vec![
        item("a", "same text"),
        item("b", "other"),
        item("c", "Same  text"),
        item("d", "…"),
        item("e", "…"),
    ]);
    let marks: Vec<bool> = all.iter().map(|entry| entry.in_file).collect();
    assert_eq!(marks, [false, false, true, false, false]);
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
        documents(&all, &options, &BTreeMap::new(), 5, mint()).len()
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
    let known = BTreeMap::from([("Home".to_owned(), home)]);
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
fn a_document_keeps_what_the_file_knew_and_gets_the_tag() {
    let full = ImportItem {
        tags: vec!["x".to_owned()],
        favourite: true,
        created_at: Some(7),
        source_url: Some("https://www.example.org/a".to_owned()),
        ..item("a", "one")
    };
    let options = Options {
        tag: "new, x".to_owned(),
        kind: Some(Kind::Snippet),
        ..Options::default()
    };
    let made = documents(&entries(vec![full]), &options, &BTreeMap::new(), 5, mint());
    assert_eq!(
        (made[0].kind, &made[0].tags),
        (Kind::Snippet, &vec!["x".to_owned(), "new".to_owned()])
    );
    assert_eq!(made[0].set[&Field::CreatedAt], 7);
    assert_eq!(
        made[0].set[&Field::Source]["url"],
        "https://www.example.org/a"
    );
    assert_eq!(made[0].set[&Field::Favourite], true);
}

#[test]
fn batches_keep_both_limits_and_the_order() {
    let small: Vec<ImportItem> = (0..250)
        .map(|i| item(&i.to_string(), &format!("text {i}")))
        .collect();
    let made = documents(
        &entries(small),
        &Options::default(),
        &BTreeMap::new(),
        5,
        mint_many(),
    );
    let cut = batches(made.clone());
    assert_eq!(cut.iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 50]);
    assert_eq!(cut.concat(), made);
    let large: Vec<ImportItem> = (0..4)
        .map(|i| item("", &format!("{i}{}", "x".repeat(400_000))))
        .collect();
    let cut = batches(documents(
        &entries(large),
        &Options::default(),
        &BTreeMap::new(),
        5,
        mint_many(),
    ));
    assert_eq!(cut.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
}

fn mint_many() -> impl FnMut() -> (OpId, DocId) {
    let mut n = 0i64;
    move || {
        n += 1;
        (OpId::mint(n, [1; 10]), DocId::mint(n, [1; 10]))
    }
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
        let made = documents(&entries(vec![read]), &options, &BTreeMap::new(), 5, mint());
        made[0].set.get(&Field::Execution).cloned()
    };
    assert_eq!(settings(Kind::Prompt), Some(execution.clone()));
    assert_eq!(settings(Kind::Snippet), None);
}
