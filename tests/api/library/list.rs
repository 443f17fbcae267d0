//! Pages, filters and orders.

use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::wire::{Page, Summary};
use krowoc_tests::ops::doc_id;
use krowoc_tests::{Caller, TestApp};
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn import(caller: &Caller, items: Vec<Value>) {
    for chunk in items.chunks(100) {
        caller
            .post("/api/v1/library/import", json!({"items": chunk}))
            .await
            .ok();
    }
}

async fn page(caller: &Caller, query: &str) -> Page {
    caller
        .get(&format!("/api/v1/library?{query}"))
        .await
        .ok()
        .json()
}

async fn all(caller: &Caller, query: &str) -> Vec<Summary> {
    let mut first = page(caller, query).await;
    let total = first.total;
    let mut items = std::mem::take(&mut first.items);
    let mut next = first.next;
    while let Some(cursor) = next {
        let more = page(caller, &format!("{query}&cursor={cursor}")).await;
        assert_eq!(more.total, total);
        items.extend(more.items);
        next = more.next;
    }
    assert_eq!(u64::try_from(items.len()).unwrap(), total, "{query}");
    items
}

fn items() -> Vec<Value> {
    (0..60)
        .map(|n| {
            let kind = ["prompt", "snippet", "collection"][n % 3];
            let mut set = json!({
                "title": format!("{} {}", ["Żaba", "apple", "Éclair", "zebra"][n % 4], n % 7),
                "created_at": 1_000 + n / 2,
                "favourite": n % 5 == 0,
            });
            if kind == "snippet" {
                set["source"] = json!({"url": format!("https://www.site{}.example/p", n % 2)});
            }
            json!({"kind": kind, "set": set, "tags": [format!("tag{}", n % 4)], "body": format!("body {n}")})
        })
        .collect()
}

#[tokio::test]
async fn every_order_and_filter_gives_each_document_once_and_in_order() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    import(&person, items()).await;
    let filters = [
        ("", 60),
        ("&kind=prompt", 20),
        ("&tag=tag1", 15),
        ("&favourite=true", 12),
        ("&favourite=false&kind=snippet", 16),
        ("&site=site1.example", 10),
        ("&q=body", 60),
        ("&q=body%20tag:tag1", 15),
        ("&q=-tag:tag1", 45),
        ("&q=kind:prompt%20kind:snippet", 40),
        ("&q=apple", 15),
        ("&trash=true", 0),
        ("&conflict=true", 0),
        ("&since=1", 60),
    ];
    for (filter, count) in filters {
        for sort in ["edited", "created", "title", "uses", "relevance"] {
            let rows = all(&person, &format!("limit=7&sort={sort}{filter}")).await;
            assert_eq!(rows.len(), count, "{sort} {filter}");
            let ids: BTreeSet<DocId> = rows.iter().map(|row| row.id).collect();
            assert_eq!(ids.len(), count, "{sort} {filter}");
            let sorted = match sort {
                "created" => rows.is_sorted_by(|a, b| (a.created_at, a.id) > (b.created_at, b.id)),
                "uses" => rows.is_sorted_by(|a, b| (a.uses, a.id) > (b.uses, b.id)),
                "title" => rows.is_sorted_by_key(|row| krowoc_shared::text::fold(&row.title)),
                "edited" => rows.is_sorted_by(|a, b| (a.updated_at, a.id) > (b.updated_at, b.id)),
                _ => true,
            };
            assert!(sorted, "{sort} {filter}");
        }
    }
}

#[tokio::test]
async fn a_walk_is_not_disturbed_by_documents_that_arrive_meanwhile() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    import(&person, items()).await;
    for sort in ["edited", "created", "title"] {
        let before: BTreeSet<DocId> = all(&person, &format!("sort={sort}&limit=200"))
            .await
            .iter()
            .map(|row| row.id)
            .collect();
        let mut seen = Vec::new();
        let mut next = None;
        loop {
            let cursor = next.map_or(String::new(), |cursor: String| format!("&cursor={cursor}"));
            let part = page(&person, &format!("sort={sort}&limit=9{cursor}")).await;
            seen.extend(part.items.iter().map(|row| row.id));
            app.advance(10);
            import(&person, vec![json!({"id": doc_id(), "kind": "prompt", "set": {"title": "b new", "created_at": 1_010}, "body": "new"})]).await;
            next = part.next;
            if next.is_none() {
                break;
            }
        }
        let unique: BTreeSet<DocId> = seen.iter().copied().collect();
        assert_eq!(unique.len(), seen.len(), "{sort}: a document was met twice");
        assert!(before.is_subset(&unique), "{sort}: a document was missed");
    }
}

#[tokio::test]
async fn a_cursor_that_is_none_is_refused() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    for cursor in ["x", "e30", "%00"] {
        let answer = person
            .get(&format!("/api/v1/library?cursor={cursor}"))
            .await;
        assert_eq!(answer.code(), ErrorCode::InvalidField);
    }
    assert_eq!(
        person.get("/api/v1/library?sort=sideways").await.code(),
        ErrorCode::InvalidRequest
    );
}

#[tokio::test]
async fn nobody_sees_the_documents_of_somebody_else() {
    let app = TestApp::start().await;
    let owner = app.sign_up("a@example.org").await;
    let other = app.sign_up("b@example.org").await;
    import(&owner, items()).await;
    for query in [
        "",
        "q=body",
        "tag=tag1",
        "favourite=true",
        "site=site1.example",
    ] {
        let found = page(&other, query).await;
        assert_eq!((found.items.len(), found.total), (0, 0), "{query}");
    }
}
