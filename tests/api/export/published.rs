//! Published prompts that are taken in while others are: each is published at the revision that it got, though it was prepared before.

use futures_util::future::join_all;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::lifecycle::Status;
use krowoc_shared::library::wire::{BatchResult, Page, Version};
use krowoc_shared::sync::wire::Outcome;
use krowoc_tests::TestApp;
use krowoc_tests::ops::{Syncing, doc_id};
use serde_json::json;
use std::collections::BTreeSet;

/// A prompt with two published versions, the second of which is its text.
fn published(id: DocId, text: &str) -> serde_json::Value {
    json!({"id": id, "kind": "prompt", "set": {"title": text}, "body": text, "history": [
        {"title": "old", "text": "an older one", "published": true},
        {"title": text, "text": text, "published": true, "note": "the second"},
    ]})
}

#[tokio::test]
async fn each_is_published_at_the_revision_that_it_got() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let ids: Vec<DocId> = (0..40).map(|_| doc_id()).collect();
    // Every id is brought twice, with another text each time.
    let words: Vec<String> = (0..40).map(|n| format!("word{n:02}")).collect();
    let pairs: Vec<(DocId, &String)> = ids.iter().copied().zip(&words).collect();
    let requests = pairs.chunks(10).flat_map(|some| {
        ["early", "late"].map(|when| {
            let item = |(id, word): &(DocId, &String)| published(*id, &format!("{when} {word}"));
            json!({"items": some.iter().map(item).collect::<Vec<_>>()})
        })
    });
    let requests: Vec<_> = requests.collect();
    let sent = requests.iter().map(async |body| {
        let answer = device.caller.post("/api/v1/library/import", body).await;
        answer.ok().json::<BatchResult>().results
    });
    let results: Vec<_> = join_all(sent).await.into_iter().flatten().collect();
    let count = |outcome| results.iter().filter(|it| it.outcome == outcome).count();
    assert_eq!(
        (count(Outcome::Applied), count(Outcome::Rejected)),
        (40, 40)
    );
    // What a pull tells is what the rows hold, checksum and all.
    let (documents, _) = device.pull_all(0).await;
    assert_eq!(documents.len(), ids.len());
    let mut revisions = BTreeSet::new();
    for document in documents {
        let known = document.lifecycle.published.unwrap();
        assert_eq!((known.rev, document.rev), (document.body.rev, document.rev));
        assert_eq!(document.lifecycle.status(), Status::Published);
        assert!(revisions.insert(known.rev));
        let path = format!("/api/v1/library/{}/versions/2", document.id);
        let version: Version = device.caller.get(&path).await.ok().json();
        assert_eq!(
            (version.rev, &version.text),
            (known.rev, &document.body.text)
        );
        assert_eq!(document.title(), document.body.text);
        let words = document.body.text.replace(' ', "+");
        let path = format!("/api/v1/library?q={words}");
        let found: Page = device.caller.get(&path).await.ok().json();
        let found: Vec<DocId> = found.items.iter().map(|it| it.id).collect();
        assert_eq!(found, [document.id], "it is found by the text that it has");
    }
}
