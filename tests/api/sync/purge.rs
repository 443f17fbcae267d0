//! The trash is emptied after 90 days.

use krowoc_server::jobs::purge::{Done, run};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::library::document::{Field, Kind};
use krowoc_shared::sync::checksum::Checksum;
use krowoc_shared::sync::wire::{Op, Outcome, PullReply};
use krowoc_tests::TestApp;
use krowoc_tests::clock::BEGIN;
use krowoc_tests::ops::{Syncing, at, edit, op_id, prompt};

const DAY: i64 = 86_400_000;

async fn with_trash(app: &TestApp) -> (Syncing, Op, Op) {
    let device = Syncing::of(app, "a@example.org").await;
    let (gone, kept) = (
        prompt("gone secret", "text secret").with_tag("t"),
        prompt("kept", "y"),
    );
    let trash = at(Op::trash(op_id(), gone.doc_id, Kind::Prompt, 5), BEGIN + 1);
    device.push(vec![gone.clone(), kept.clone(), trash]).await;
    (device, gone, kept)
}

/// Tokens live for minutes, these stories for years: the device connects again.
async fn again(app: &TestApp) -> Syncing {
    let person = app.anonymous();
    person
        .sign_in("a@example.org", krowoc_tests::caller::PASSWORD)
        .await
        .ok();
    let (device, tokens) = person.connect_device("Laptop").await;
    Syncing::device(device, &tokens)
}

#[tokio::test]
async fn a_document_is_purged_after_ninety_days_and_leaves_its_tombstone() {
    let app = TestApp::start().await;
    let (_, gone, kept) = with_trash(&app).await;
    app.advance(90 * DAY - 1000);
    assert_eq!(run(&app.state).await.unwrap(), Done::default());
    app.advance(2000);
    assert_eq!(
        run(&app.state).await.unwrap(),
        Done {
            purged: 1,
            dropped: 0
        }
    );
    assert_eq!(run(&app.state).await.unwrap(), Done::default());
    let device = again(&app).await;
    let (documents, checksum) = device.pull_all(0).await;
    assert_eq!(
        documents.iter().map(|it| it.id).collect::<Vec<_>>(),
        [kept.doc_id, gone.doc_id]
    );
    let tombstone = &documents[1];
    assert!(tombstone.purged && tombstone.body.text.is_empty() && tombstone.title().is_empty());
    assert_eq!(checksum, Checksum::of(&documents).to_string());
    let answer = device
        .caller
        .get(&format!("/api/v1/library/{}", gone.doc_id))
        .await;
    assert_eq!(answer.code(), ErrorCode::NotFound);
    let found = device
        .caller
        .get("/api/v1/library?q=secret&trash=true")
        .await
        .ok();
    assert!(!found.text().contains("secret"));
    let late = device
        .push(vec![
            edit(gone.doc_id, BEGIN + 91 * DAY).with(Field::Title, "late"),
        ])
        .await;
    assert_eq!(late.results[0].outcome, Outcome::Rejected);
}

#[tokio::test]
async fn a_device_that_slept_past_a_dropped_tombstone_reads_everything_again() {
    let app = TestApp::start().await;
    let (_, _, kept) = with_trash(&app).await;
    app.advance(100 * DAY);
    run(&app.state).await.unwrap();
    app.advance(300 * DAY);
    assert_eq!(
        run(&app.state).await.unwrap(),
        Done {
            purged: 0,
            dropped: 1
        }
    );
    let device = again(&app).await;
    assert_eq!(
        device.try_pull(2, "").await.code(),
        ErrorCode::ResyncRequired
    );
    let seq = device.state().await.seq;
    let page: PullReply = device
        .try_pull(0, &format!("&horizon={seq}"))
        .await
        .ok()
        .json();
    assert_eq!(
        page.documents.iter().map(|it| it.id).collect::<Vec<_>>(),
        [kept.doc_id]
    );
    assert_eq!(
        page.checksum,
        Some(Checksum::of(&page.documents).to_string())
    );
}
