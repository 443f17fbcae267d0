//! What becomes of operations.

use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::SpaceId;
use krowoc_shared::library::document::{Counter, Field, Kind};
use krowoc_shared::library::limits;
use krowoc_shared::sync::wire::{Op, Outcome};
use krowoc_tests::TestApp;
use krowoc_tests::clock::BEGIN;
use krowoc_tests::ops::{Syncing, at, edit, op_id, prompt};
use serde_json::json;

const LINES: &str = "one\ntwo\nthree\nfour\nfive\n";

#[tokio::test]
async fn a_pushed_document_comes_back_as_it_was_sent() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let op = prompt("Żółć 東京 <script>", LINES)
        .with_tag("a tag")
        .with(Field::Favourite, true);
    let reply = device.push(vec![op.clone()]).await;
    assert_eq!(reply.results[0].outcome, Outcome::Applied);
    assert_eq!((reply.results[0].rev, reply.results[0].body_rev), (1, 1));
    let changes = reply.changes.expect("few changes ride along");
    assert_eq!(changes.next_cursor, 1);
    let (documents, checksum) = device.pull_all(0).await;
    assert_eq!(documents, changes.documents);
    assert_eq!(Some(checksum), changes.checksum);
    let document = &documents[0];
    assert_eq!(document.title(), "Żółć 東京 <script>");
    assert_eq!(document.body.text, LINES);
    assert_eq!(document.present_tags().collect::<Vec<_>>(), ["a tag"]);
    assert!(document.favourite());
}

#[tokio::test]
async fn a_repeated_operation_gets_its_stored_result_and_counts_once() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let made = prompt("t", "x");
    let used = edit(made.doc_id, BEGIN + 1).with_count(Counter::Uses, 3);
    let first = device
        .push(vec![made.clone(), used.clone(), used.clone()])
        .await;
    let again = device.push(vec![used.clone(), made.clone()]).await;
    assert_eq!(first.results[2].outcome, Outcome::Duplicate);
    for result in &again.results {
        assert_eq!(
            (result.outcome, result.first),
            (Outcome::Duplicate, Some(Outcome::Applied))
        );
    }
    assert_eq!(again.results[0].rev, first.results[1].rev);
    assert_eq!(device.document(made.doc_id).await.counter(Counter::Uses), 3);
    assert_eq!(device.state().await.seq, 2);
}

#[tokio::test]
async fn edits_of_different_lines_are_merged_and_of_the_same_line_kept_as_a_conflict() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let made = prompt("t", LINES);
    let base = device.push(vec![made.clone()]).await.results[0].body_rev;
    let write = |text: &str| edit(made.doc_id, BEGIN + 5).with_body(base, text);
    let replies = device
        .push(vec![
            write(&LINES.replace("one", "ONE")),
            write(&LINES.replace("five", "FIVE")),
            write(&LINES.replace("one", "uno")),
        ])
        .await;
    let outcomes: Vec<_> = replies
        .results
        .iter()
        .map(|result| result.outcome)
        .collect();
    assert_eq!(
        outcomes,
        [Outcome::Applied, Outcome::Merged, Outcome::ConflictCopy]
    );
    let document = device.document(made.doc_id).await;
    assert_eq!(document.body.text, "ONE\ntwo\nthree\nfour\nFIVE\n");
    assert_eq!(document.conflicts.len(), 1);
    assert_eq!(document.conflicts[0].text, LINES.replace("one", "uno"));
    assert!(document.conflicts[0].device.is_some());
    let resolve = Op {
        resolves: vec![document.conflicts[0].op],
        ..edit(made.doc_id, BEGIN + 9)
    };
    device.push(vec![resolve]).await;
    assert!(device.document(made.doc_id).await.conflicts.is_empty());
}

#[tokio::test]
async fn a_refused_operation_stops_no_other_and_is_not_remembered() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let good = prompt("good", "x");
    let poison = edit(good.doc_id, BEGIN + 1).with(Field::Title, json!(5));
    let snippet = Op {
        kind: Kind::Snippet,
        ..edit(good.doc_id, BEGIN + 2).with(Field::Title, "s")
    };
    let future = edit(good.doc_id, BEGIN + 3).with_body(99, "y");
    let last = edit(good.doc_id, BEGIN + 4).with(Field::Note, "after");
    let reply = device
        .push(vec![good.clone(), poison.clone(), snippet, future, last])
        .await;
    let codes: Vec<_> = reply
        .results
        .iter()
        .map(|result| result.violation.as_ref().map(|violation| violation.code))
        .collect();
    let refused = [
        ErrorCode::InvalidField,
        ErrorCode::KindMismatch,
        ErrorCode::UnknownRevision,
    ];
    assert_eq!(codes[1..4], refused.map(Some));
    assert_eq!((codes[0], codes[4]), (None, None));
    assert_eq!(
        device.document(good.doc_id).await.text(Field::Note),
        "after"
    );
    let repaired = Op {
        set: [(Field::Title, json!("fixed"))].into(),
        ..poison
    };
    let reply = device.push(vec![repaired]).await;
    assert_eq!(reply.results[0].outcome, Outcome::Applied);
}

#[tokio::test]
async fn a_clock_a_year_ahead_is_set_right_and_later_edits_still_win() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let made = at(prompt("from the future", "x"), BEGIN + 31_536_000_000);
    let reply = device.push(vec![made.clone()]).await;
    assert!(
        reply.results[0].hlc.at <= BEGIN + 60_000,
        "{:?}",
        reply.results[0]
    );
    app.advance(120_000);
    device
        .push(vec![
            edit(made.doc_id, BEGIN + 120_000).with(Field::Title, "later"),
        ])
        .await;
    assert_eq!(device.document(made.doc_id).await.title(), "later");
}

#[tokio::test]
async fn a_space_of_somebody_else_is_as_unknown_as_one_that_does_not_exist() {
    let app = TestApp::start().await;
    let theirs = Syncing::of(&app, "a@example.org").await;
    let mut mine = Syncing::of(&app, "b@example.org").await;
    theirs.push(vec![prompt("secret", "x")]).await;
    mine.epoch.clone_from(&theirs.epoch);
    for space in [theirs.space, SpaceId::mint(5, [5; 10])] {
        mine.space = space;
        let pushed = mine.try_push(vec![prompt("t", "x")]).await;
        let pulled = mine.try_pull(0, "").await;
        assert_eq!(
            (pushed.code(), pulled.code()),
            (ErrorCode::NotFound, ErrorCode::NotFound)
        );
        assert!(!pulled.text().contains("secret"));
    }
    assert_eq!(theirs.state().await.seq, 1);
}

#[tokio::test]
async fn another_epoch_or_another_device_is_refused_and_nothing_is_written() {
    let app = TestApp::start().await;
    let mut device = Syncing::of(&app, "a@example.org").await;
    let mut request = device.request(vec![prompt("t", "x")]);
    request.device = Some(krowoc_shared::ids::DeviceId::mint(1, [1; 10]));
    let answer = device.caller.post("/api/v1/sync/push", &request).await;
    assert_eq!(answer.code(), ErrorCode::Forbidden);
    device.epoch = "other".to_owned();
    assert_eq!(
        device.try_push(vec![prompt("t", "x")]).await.code(),
        ErrorCode::EpochMismatch
    );
    assert_eq!(
        device.try_pull(0, "").await.code(),
        ErrorCode::EpochMismatch
    );
    assert_eq!(device.state().await.seq, 0);
}

#[tokio::test]
async fn what_is_too_large_is_refused_with_its_limit() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let many: Vec<Op> = (0..=limits::PUSH_OPS).map(|_| prompt("t", "x")).collect();
    assert_eq!(device.try_push(many).await.code(), ErrorCode::TooLarge);
    let large = prompt("t", &"x".repeat(limits::REQUEST_BYTES));
    assert_eq!(
        device.try_push(vec![large]).await.code(),
        ErrorCode::TooLarge
    );
    let full = prompt("full", &"word ".repeat(limits::BODY_BYTES / 5));
    let reply = device.push(vec![full]).await;
    assert_eq!(reply.results[0].outcome, Outcome::Applied);
    let over = prompt("over", &"x".repeat(limits::BODY_BYTES + 1));
    let reply = device.push(vec![over]).await;
    assert_eq!(reply.results[0].outcome, Outcome::Rejected);
}

#[tokio::test]
async fn a_tag_that_is_too_long_or_one_too_many_is_refused_with_its_field() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let long = prompt("t", "x").with_tag(&"x".repeat(limits::TAG_CHARS + 1));
    let many = (0..=limits::TAGS).fold(prompt("t", "x"), |op, n| op.with_tag(&format!("tag {n}")));
    let most = (0..limits::TAGS).fold(prompt("t", "x"), |op, n| op.with_tag(&format!("tag {n}")));
    let results = device.push(vec![long, many, most.clone()]).await.results;
    for result in &results[..2] {
        assert_eq!(
            result.violation.as_ref().expect("a violation").field,
            "/tags"
        );
    }
    assert_eq!(results[2].outcome, Outcome::Applied);
    assert_eq!(
        device.document(most.doc_id).await.present_tags().count(),
        limits::TAGS
    );
}

#[tokio::test]
async fn a_deleted_document_is_restored_by_a_later_edit() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let made = prompt("t", "x");
    let deleted = at(
        Op::trash(op_id(), made.doc_id, Kind::Prompt, BEGIN + 1),
        BEGIN + 1,
    );
    device.push(vec![made.clone(), deleted]).await;
    assert!(device.document(made.doc_id).await.deleted_at().is_some());
    device
        .push(vec![
            edit(made.doc_id, BEGIN + 2).with(Field::Title, "again"),
        ])
        .await;
    assert_eq!(device.document(made.doc_id).await.deleted_at(), None);
}

#[tokio::test]
async fn broken_json_is_told_with_its_place_and_writes_nothing() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let whole = serde_json::to_string(&device.request(vec![prompt("t", "x")])).unwrap();
    for cut in [1, whole.len() / 2, whole.len() - 1] {
        let answer = device
            .caller
            .post_bytes("/api/v1/sync/push", &whole.as_bytes()[..cut])
            .await;
        assert_eq!(answer.code(), ErrorCode::InvalidJson);
    }
    let invalid = whole.replace("\"cursor\":0", "\"cursor\":\"zero\"");
    let answer = device.caller.post_bytes("/api/v1/sync/push", invalid).await;
    assert_eq!(answer.code(), ErrorCode::InvalidRequest);
    let mut bytes = whole.into_bytes();
    bytes[20] = 0xff;
    let answer = device.caller.post_bytes("/api/v1/sync/push", bytes).await;
    assert_eq!(answer.code(), ErrorCode::InvalidJson);
    assert_eq!(device.state().await.seq, 0);
}
