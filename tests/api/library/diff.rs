//! The difference of two versions: of their texts by line and by word, and of what else they hold.

use krowoc_shared::diff::fields::VersionField;
use krowoc_shared::diff::wire::{DiffKind, DiffView};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::library::wire::{DocumentView, Version, Written};
use krowoc_tests::{Answer, Caller, Options, TestApp};
use serde_json::{Value, json};
use std::sync::mpsc::channel;

/// A prompt with two versions.
async fn two(caller: &Caller, old: &str, new: &str) -> String {
    let body = json!({"kind": "prompt", "set": {"title": "Watch"}, "body": old});
    let made: Written = caller.post("/api/v1/library", body).await.ok().json();
    let path = format!("/api/v1/library/{}", made.document.id);
    let text = json!({"base_rev": made.document.body.rev, "text": new});
    let edit = json!({"set": {"title": "Night watch"}, "body": text});
    caller.patch(&path, edit).await.ok();
    path
}

async fn diff(caller: &Caller, path: &str, rest: &str) -> Answer {
    caller.get(&format!("{path}/versions/{rest}")).await
}

#[tokio::test]
async fn two_versions_are_compared_by_line_and_by_word_in_either_direction() {
    let app = TestApp::start().await;
    let ada = app.sign_up("ada@example.org").await;
    let path = two(
        &ada,
        "one\ntwo\nkeep the light\nfour",
        "one\ntwo\nkeep the fire\nfour",
    )
    .await;
    let view: DiffView = diff(&ada, &path, "1/diff/2?context=1").await.ok().json();
    assert_eq!(
        (view.title.as_str(), view.other_title.as_str()),
        ("Watch", "Night watch")
    );
    let told: Vec<(DiffKind, &str)> = view
        .parts
        .iter()
        .map(|it| (it.kind, it.text.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (DiffKind::Skipped, ""),
            (DiffKind::Same, "two"),
            (DiffKind::Removed, "keep the light"),
            (DiffKind::Added, "keep the fire"),
            (DiffKind::Same, "four"),
        ]
    );
    assert_eq!(view.parts[0].skipped, Some(1));
    assert!(
        view.parts[3]
            .pieces
            .iter()
            .any(|it| it.changed && it.text == "fire")
    );
    let words: DiffView = diff(&ada, &path, "2/diff/1?by=word").await.ok().json();
    let gone: Vec<&str> = words
        .parts
        .iter()
        .filter(|it| it.kind == DiffKind::Removed)
        .map(|it| it.text.as_str())
        .collect();
    assert_eq!(gone, ["fire"]);
    let same: DiffView = diff(&ada, &path, "2/diff/2").await.ok().json();
    assert_eq!(same.parts, []);
}

#[tokio::test]
async fn what_a_version_holds_beside_its_text_is_compared_as_well() {
    let app = TestApp::start().await;
    let ada = app.sign_up("ada@example.org").await;
    let execution = json!({"model": "openai/gpt-4o-mini", "parameters": {"temperature": 0.3}});
    let set = json!({"title": "Watch", "description": "by day", "execution": execution});
    let made = json!({"kind": "prompt", "set": set, "body": "keep the light"});
    let made: Written = ada.post("/api/v1/library", made).await.ok().json();
    let path = format!("/api/v1/library/{}", made.document.id);
    let publish = async || {
        let view: DocumentView = ada.get(&path).await.ok().json();
        let body = json!({"body_rev": view.document.body.rev});
        ada.post(&format!("{path}/publish"), body).await.ok();
    };
    publish().await;
    let execution = json!({"model": "openai/gpt-4o-mini", "allow": ["openai/gpt-4o-mini"]});
    let set = json!({"description": "by night", "execution": execution});
    ada.patch(&path, json!({"set": set})).await.ok();
    publish().await;
    let view: DiffView = diff(&ada, &path, "1/diff/2").await.ok().json();
    assert_eq!((view.parts, view.whole), (vec![], true));
    let told: Vec<(VersionField, Value, Value)> = view
        .fields
        .into_iter()
        .map(|it| (it.field, it.before, it.after))
        .collect();
    let expected = [
        (
            VersionField::Description,
            json!("by day"),
            json!("by night"),
        ),
        (
            VersionField::Allow,
            Value::Null,
            json!(["openai/gpt-4o-mini"]),
        ),
        (
            VersionField::Parameters,
            json!({"temperature": 0.3}),
            Value::Null,
        ),
    ];
    assert_eq!(told, expected);
    let id = made.document.id;
    let query = "query($id: ID!) { versionDiff(id: $id, number: 2, other: 1) { whole fields { field before after } } }";
    let body = json!({"query": query, "variables": {"id": id}});
    let answer: Value = ada.post("/api/graphql", body).await.ok().json();
    let first = &answer["data"]["versionDiff"]["fields"][0];
    let expected = json!({"field": "DESCRIPTION", "before": "by night", "after": "by day"});
    assert_eq!(*first, expected, "{answer}");
}

#[tokio::test]
async fn a_draft_is_kept_with_what_it_was_when_its_text_was_written() {
    let app = TestApp::start().await;
    let ada = app.sign_up("ada@example.org").await;
    let set = json!({"title": "Watch", "description": "by day"});
    let made = json!({"kind": "prompt", "set": set, "body": "keep the light"});
    let made: Written = ada.post("/api/v1/library", made).await.ok().json();
    let path = format!("/api/v1/library/{}", made.document.id);
    let text = json!({"base_rev": made.document.body.rev, "text": "keep the fire"});
    let edit = json!({"set": {"description": "by night"}, "body": text});
    ada.patch(&path, edit).await.ok();
    let view: DiffView = diff(&ada, &path, "1/diff/2").await.ok().json();
    let fields: Vec<VersionField> = view.fields.iter().map(|it| it.field).collect();
    assert_eq!(
        (fields, view.whole),
        (vec![VersionField::Description], true)
    );
    let first: Version = ada.get(&format!("{path}/versions/1")).await.ok().json();
    assert_eq!(first.snapshot.unwrap().description, "by day");
}

#[tokio::test]
async fn what_is_not_there_not_ones_own_or_too_large_is_not_compared() {
    let app = TestApp::start().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let path = two(&ada, "old", "new").await;
    for (rest, code) in [
        ("1/diff/3", ErrorCode::NotFound),
        ("0/diff/1", ErrorCode::NotFound),
        ("1/diff/2?by=letter", ErrorCode::InvalidRequest),
        ("1/diff/2?context=1001", ErrorCode::InvalidField),
    ] {
        assert_eq!(diff(&ada, &path, rest).await.code(), code, "{rest}");
    }
    let foreign = diff(&bob, &path, "1/diff/2").await;
    assert_eq!(foreign.code(), ErrorCode::NotFound);
    let large = "word ".repeat(60_000);
    let path = two(&ada, &large, &format!("{large}more")).await;
    assert_eq!(
        diff(&ada, &path, "1/diff/2").await.code(),
        ErrorCode::TooLarge
    );
    let (program, _) = ada.program(&["library:read"]).await;
    let lines = "line\n".repeat(10_001);
    let path = two(&ada, &lines, &format!("{lines}more")).await;
    assert_eq!(
        diff(&program, &path, "1/diff/2").await.code(),
        ErrorCode::TooLarge
    );
}

#[tokio::test]
async fn a_difference_is_a_field_of_graphql_too() {
    let app = TestApp::start().await;
    let ada = app.sign_up("ada@example.org").await;
    let path = two(&ada, "old", "new").await;
    let id = path.rsplit('/').next().unwrap();
    let query = "query($id: ID!) { versionDiff(id: $id, number: 1, other: 2, by: WORD) { by parts { kind text } } }";
    let body = json!({"query": query, "variables": {"id": id}});
    let answer: Value = ada.post("/api/graphql", body).await.ok().json();
    let diff = &answer["data"]["versionDiff"];
    assert_eq!(diff["by"], "WORD", "{answer}");
    assert_eq!(diff["parts"][0], json!({"kind": "REMOVED", "text": "old"}));
}

#[tokio::test]
async fn while_versions_are_compared_the_only_connection_of_the_database_is_free() {
    let app = TestApp::start_with(Options {
        settings: vec![("database_connections", "1".to_owned())],
        seed: None,
    })
    .await;
    let ada = app.sign_up("ada@example.org").await;
    let path = two(&ada, "old", "new").await;
    // Every place for comparisons is taken: those that are asked for wait.
    let (mut go_on, mut busy) = (Vec::new(), Vec::new());
    for _ in 0..8 {
        let (sender, wait) = channel::<()>();
        let comparing = app.state.comparing.clone();
        go_on.push(sender);
        busy.push(tokio::spawn(async move {
            let done = comparing.run(move || Ok(wait.recv().is_err()));
            done.await.unwrap()
        }));
    }
    let asked: Vec<_> = (0..3)
        .map(|_| {
            let (ada, path) = (ada.again(), path.clone());
            tokio::spawn(async move { diff(&ada, &path, "1/diff/2").await.ok().json::<DiffView>() })
        })
        .collect();
    for _ in 0..5 {
        ada.get(&path).await.ok();
    }
    drop(go_on);
    for told in asked {
        assert_eq!(told.await.unwrap().parts.len(), 2);
    }
    for busy in busy {
        assert!(busy.await.unwrap());
    }
}
