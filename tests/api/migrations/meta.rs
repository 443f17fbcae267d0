//! Documents whose metadata is found again after its table was taken away.

use super::sides::{back_and_forth, start};
use krowoc_shared::library::wire::{Overview, Page, Written};
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::database::{Backend, TestDatabase};
use serde_json::json;

#[tokio::test]
async fn metadata_is_found_and_counted_after_the_step_was_taken_back() {
    let database = TestDatabase::empty(&Backend::of_environment()).unwrap();
    let app = start(&database, 0).await;
    let person = app.sign_up("a@example.org").await;
    for (persona, title) in [("judge", "one"), ("clerk", "two")] {
        let meta = json!({"category": "Law: \"courts\" \\ it's", "persona": persona});
        let new = json!({"kind": "prompt", "set": {"title": title}, "meta": meta, "body": "x"});
        let made: Written = person.post("/api/v1/library", new).await.ok().json();
        // What was taken away is not there again.
        if title == "two" {
            let path = format!("/api/v1/library/{}", made.document.id);
            let edit = json!({"meta": {"persona": null}});
            person.patch(&path, edit).await.ok();
        }
    }
    let plain = json!({"kind": "snippet", "body": "y"});
    person.post("/api/v1/library", plain).await.ok();
    app.stop().await;
    drop(app);
    back_and_forth(&database, "_meta");
    let app = start(&database, 60).await;
    let person = app.anonymous();
    person.sign_in("a@example.org", PASSWORD).await.ok();
    for (meta, count) in [
        ("category%3DLaw%3A%20%22courts%22%20%5C%20it%27s", 2),
        ("persona%3Djudge", 1),
        ("persona%3Dclerk", 0),
    ] {
        let path = format!("/api/v1/library?meta={meta}");
        let page: Page = person.get(&path).await.ok().json();
        assert_eq!(page.items.len(), count, "{meta}");
    }
    let overview: Overview = person.get("/api/v1/library/overview").await.ok().json();
    let counts: Vec<(&str, u64)> = overview
        .meta
        .iter()
        .map(|it| (it.name.as_str(), it.count))
        .collect();
    assert_eq!(counts, [("category", 2), ("persona", 1)]);
    app.stop().await;
}
