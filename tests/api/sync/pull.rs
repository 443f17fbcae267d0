//! Reading a space.

use krowoc_shared::library::document::Field;
use krowoc_shared::sync::checksum::Checksum;
use krowoc_tests::TestApp;
use krowoc_tests::clock::BEGIN;
use krowoc_tests::ops::{Syncing, edit, prompt};

#[tokio::test]
async fn pages_follow_the_sequence_and_the_checksum_is_of_everything() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let ops: Vec<_> = (0..25).map(|n| prompt(&format!("t{n}"), "x")).collect();
    let first = ops[3].doc_id;
    device.push(ops).await;
    device
        .push(vec![edit(first, BEGIN + 1).with(Field::Title, "moved")])
        .await;
    let mut cursor = 0;
    let mut seen = Vec::new();
    loop {
        let page: krowoc_shared::sync::wire::PullReply =
            device.try_pull(cursor, "&limit=7").await.ok().json();
        assert!(page.documents.len() <= 7);
        assert_eq!(page.checksum.is_some(), !page.more);
        assert!(page.documents.iter().all(|document| document.rev > cursor));
        cursor = page.next_cursor;
        seen.extend(page.documents);
        if !page.more {
            assert_eq!(page.checksum, Some(Checksum::of(&seen).to_string()));
            break;
        }
    }
    assert_eq!(seen.len(), 25);
    assert_eq!((seen[24].id, seen[24].rev), (first, 26));
    assert!(seen.is_sorted_by_key(|document| document.rev));
    let end = device.pull(26).await;
    assert!(end.documents.is_empty() && !end.more);
    assert_eq!(end.next_cursor, 26);
}

#[tokio::test]
async fn large_documents_come_in_bounded_answers_and_all_of_them_come() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    for n in 0..8 {
        device
            .push(vec![prompt(&format!("t{n}"), &"x".repeat(900_000))])
            .await;
    }
    let page = device.try_pull(0, "").await.ok();
    assert!(page.body.len() < 6 * 1024 * 1024, "{}", page.body.len());
    assert_eq!(device.pull_all(0).await.0.len(), 8);
}

#[tokio::test]
async fn captured_markup_is_data_and_is_sent_as_json_only() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let payload = "<img src=x onerror=alert(1)><script>alert(1)</script> [x](javascript:alert(1))";
    let op = prompt(payload, payload).with_tag("<b>tag</b>");
    device.push(vec![op.clone()]).await;
    for path in [
        "/api/v1/library",
        "/api/v1/library/overview",
        &format!("/api/v1/library/{}", op.doc_id),
    ] {
        let answer = device.caller.get(path).await.ok();
        assert_eq!(answer.header("content-type"), "application/json", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
    let document = device.document(op.doc_id).await;
    assert_eq!(
        (document.title(), document.body.text.as_str()),
        (payload, payload)
    );
}
