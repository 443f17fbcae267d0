//! Entries of the search index from before they held tags and sites.

use super::sides::{back_and_forth, start};
use krowoc_shared::library::wire::Page;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::database::{Backend, TestDatabase};
use serde_json::json;

#[tokio::test]
async fn entries_from_before_are_found_by_their_words_with_a_tag_or_a_site() {
    let database = TestDatabase::empty(&Backend::of_environment()).unwrap();
    let app = start(&database, 0).await;
    let person = app.sign_up("a@example.org").await;
    let tagged = json!({"kind": "prompt", "tags": ["it's \\ ours", "b"], "body": "common"});
    person.post("/api/v1/library", tagged).await.ok();
    let long = format!("{}example", "long.".repeat(60));
    for site in ["a.example", &long] {
        let source = json!({"url": format!("https://{site}/page")});
        let clipped = json!({"kind": "prompt", "set": {"source": source}, "body": "common"});
        person.post("/api/v1/library", clipped).await.ok();
    }
    app.stop().await;
    drop(app);
    back_and_forth(&database, "_marks");
    let app = start(&database, 60).await;
    let person = app.anonymous();
    person.sign_in("a@example.org", PASSWORD).await.ok();
    let long = format!("&site={long}");
    for (rest, count) in [
        ("", 3),
        ("&tag=it%27s%20%5c%20ours", 1),
        ("&tag=b", 1),
        ("&tag=common", 0),
        ("&site=a.example", 1),
        (long.as_str(), 1),
        ("&site=b.example", 0),
    ] {
        let path = format!("/api/v1/library?q=common{rest}");
        let page: Page = person.get(&path).await.ok().json();
        assert_eq!(page.items.len(), count, "{rest}");
    }
    app.stop().await;
}
