//! Lists, ratings, outputs kept as snippets.

use super::{MODEL, detail, page, run, stage, text};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::ids::ExecutionId;
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::wire::Written;
use krowoc_shared::sync::wire::Outcome;
use krowoc_tests::ops::doc_id;
use krowoc_tests::script::{answer, passing};
use serde_json::json;
use std::collections::HashSet;

#[tokio::test]
async fn lists_are_paged_and_filtered_and_newest_first() {
    let stage = stage().await;
    let mut ids: Vec<ExecutionId> = Vec::new();
    for number in 0..7 {
        let model = if number % 2 == 0 { MODEL } else { "openai/b" };
        if number == 3 {
            stage.script.refuse(model, passing(FailureClass::Auth));
        } else {
            stage.script.say(model, answer("x", 1, 1));
        }
        let request = json!({"text": format!("number {number}"), "models": [model]});
        ids.push(run(&stage.person, request).await.only().0.id);
        stage.app.advance(1_000);
    }
    ids.reverse();
    let mut read = Vec::new();
    let mut cursor = String::new();
    loop {
        let one = page(&stage.person, &format!("limit=3{cursor}")).await;
        assert!(one.executions.len() <= 3);
        read.extend(one.executions.iter().map(|it| it.id));
        let Some(next) = one.next else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(read, ids);
    let count = async |query: &str| page(&stage.person, query).await.executions.len();
    assert_eq!(count("model=openai/b").await, 3);
    assert_eq!(count("state=completed").await, 6);
    assert_eq!(count("state=failed&class=auth").await, 1);
    assert_eq!(count("class=money").await, 0);
    assert_eq!(count("state=running").await, 0);
    let began = krowoc_tests::clock::BEGIN;
    assert_eq!(
        count(&format!("from={}&to={}", began + 2_000, began + 4_000)).await,
        2
    );
    let path = format!("/api/v1/executions/{}/rating", ids[0]);
    stage.person.post(&path, json!({"rating": -1})).await.ok();
    assert_eq!(count("rating=-1").await, 1);
    assert_eq!(count("rating=0").await, 6);
    assert_eq!(count("rating=1").await, 0);
    let wrong = stage.person.get("/api/v1/executions?cursor=x").await;
    assert_eq!(wrong.code(), ErrorCode::InvalidField);
    let wrong = stage.person.post(&path, json!({"rating": 2})).await;
    assert_eq!(wrong.code(), ErrorCode::InvalidField);
    assert_eq!(detail(&stage.person, ids[0]).await.view.rating, -1);
}

#[tokio::test]
async fn an_output_becomes_a_snippet_once() {
    let stage = stage().await;
    stage.script.say(MODEL, answer("worth keeping", 1, 1));
    let (done, _) = run(&stage.person, text("x")).await.only();
    let path = format!("/api/v1/executions/{}/save", done.id);
    let request = json!({"document": doc_id(), "title": "Kept"});
    let saved: Written = stage.person.post(&path, &request).await.ok().json();
    assert_eq!(
        (saved.document.kind, saved.document.title()),
        (Kind::Snippet, "Kept")
    );
    assert_eq!(saved.document.body.text, "worth keeping");
    let again: Written = stage.person.post(&path, &request).await.ok().json();
    assert_eq!(
        (again.document.id, again.document.rev),
        (saved.document.id, saved.document.rev)
    );
    assert_eq!(
        detail(&stage.person, done.id).await.saved_as,
        Some(saved.document.id)
    );
    // While it is there, another id makes no other; in the trash it makes place for one. Without a title, that has the execution's.
    let other = json!({"document": doc_id()});
    let again: Written = stage.person.post(&path, &other).await.ok().json();
    assert_eq!(again.document, saved.document);
    assert_eq!(again.result.outcome, Outcome::Duplicate);
    let kept = format!("/api/v1/library/{}", saved.document.id);
    stage.person.delete(&kept).await.ok();
    let named: Written = stage.person.post(&path, &other).await.ok().json();
    assert_eq!(named.result.outcome, Outcome::Applied);
    assert_eq!(json!(named.document.id), other["document"]);
    assert_eq!(named.document.title(), "x");
    stage.script.refuse(MODEL, passing(FailureClass::Auth));
    let (failed, _) = run(&stage.person, text("x")).await.only();
    let path = format!("/api/v1/executions/{}/save", failed.id);
    let nothing = stage
        .person
        .post(&path, json!({"document": doc_id()}))
        .await;
    assert_eq!(nothing.code(), ErrorCode::InvalidField);
}

#[tokio::test]
async fn of_requests_that_keep_an_output_at_once_one_makes_the_snippet() {
    let stage = stage().await;
    stage.script.say(MODEL, answer("worth keeping", 1, 1));
    let (done, _) = run(&stage.person, text("x")).await.only();
    let path = format!("/api/v1/executions/{}/save", done.id);
    let asked: Vec<_> = (0..8)
        .map(|_| {
            let (person, path) = (stage.person.again(), path.clone());
            let keep = json!({"document": doc_id()});
            tokio::spawn(async move { person.post(&path, keep).await.ok().json::<Written>() })
        })
        .collect();
    let mut ids = HashSet::new();
    for answer in asked {
        ids.insert(answer.await.unwrap().document.id);
    }
    assert_eq!(ids.len(), 1);
    let list = stage.person.get("/api/v1/library?kind=snippet").await;
    let list: serde_json::Value = list.ok().json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        detail(&stage.person, done.id).await.saved_as,
        ids.into_iter().next()
    );
}

#[tokio::test]
async fn a_token_needs_the_scope_of_what_it_does() {
    let stage = stage().await;
    stage.script.say(MODEL, answer("x", 1, 1));
    let (done, _) = run(&stage.person, text("x")).await.only();
    let token = async |scopes: &[&str]| {
        let body = json!({"name": scopes.join(" "), "scopes": scopes});
        let made: serde_json::Value = stage.person.post("/api/v1/tokens", body).await.ok().json();
        krowoc_tests::Caller::device(stage.app.address, made["token"].as_str().unwrap())
    };
    let reader = token(&["library:read"]).await;
    assert_eq!(
        reader.get("/api/v1/executions").await.code(),
        ErrorCode::MissingScope
    );
    assert_eq!(
        reader.post("/api/v1/executions", text("x")).await.code(),
        ErrorCode::MissingScope
    );
    let runner = token(&["executions"]).await;
    assert_eq!(page(&runner, "").await.executions.len(), 1);
    stage.script.say(MODEL, answer("y", 1, 1));
    assert_eq!(run(&runner, text("y")).await.only().1, "y");
    let path = format!("/api/v1/executions/{}/save", done.id);
    let keep = json!({"document": doc_id()});
    assert_eq!(
        runner.post(&path, &keep).await.code(),
        ErrorCode::MissingScope
    );
    token(&["executions", "library:write"])
        .await
        .post(&path, &keep)
        .await
        .ok();
}
