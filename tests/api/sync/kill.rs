//! A real server process, killed while it takes pushes.

use krowoc_shared::accounts::wire::DeviceTokens;
use krowoc_shared::sync::wire::{Outcome, PushReply};
use krowoc_tests::Caller;
use krowoc_tests::database::{Backend, TestDatabase};
use krowoc_tests::ops::{Syncing, at, prompt};
use krowoc_tests::program::Program;

#[tokio::test]
async fn a_killed_server_has_every_operation_it_acknowledged() {
    let database = TestDatabase::migrated(&Backend::of_environment()).unwrap();
    let mut server = Program::start(&database, &[]);
    let person = Caller::new(server.address);
    person.sign_up("a@example.org").await;
    let (device, tokens): (Caller, DeviceTokens) = person.connect_device("Laptop").await;
    let syncing = Syncing::device(device, &tokens);
    let (acknowledged, mut taken) = tokio::sync::mpsc::unbounded_channel();
    let pushing = tokio::spawn(async move {
        let mut sent = Vec::new();
        loop {
            let made = at(prompt("t", "text"), 1_700_000_000_000);
            sent.push(made.clone());
            let request = syncing.request(vec![made.clone()]);
            let request = syncing
                .caller
                .request(reqwest::Method::POST, "/api/v1/sync/push")
                .json(&request);
            let Ok(response) = request.send().await else {
                break;
            };
            let Ok(reply) = response.json::<PushReply>().await else {
                break;
            };
            assert_eq!(reply.results[0].outcome, Outcome::Applied);
            acknowledged.send(made.doc_id).unwrap();
        }
        (sent, syncing)
    });
    let mut durable = Vec::new();
    while durable.len() < 40 {
        durable.push(taken.recv().await.unwrap());
    }
    server.kill();
    let (sent, mut syncing) = pushing.await.unwrap();
    while let Ok(more) = taken.try_recv() {
        durable.push(more);
    }
    let again = Program::start(&database, &[]);
    syncing.caller = Caller::device(again.address, &tokens.access_token);
    let (documents, _) = syncing.pull_all(0).await;
    for id in &durable {
        assert!(documents.iter().any(|document| document.id == *id));
    }
    // What was not acknowledged may be there or not; sent again, it is there once.
    let last = sent.last().unwrap().clone();
    syncing.push(vec![last.clone()]).await;
    let (documents, _) = syncing.pull_all(0).await;
    assert_eq!(
        documents
            .iter()
            .filter(|document| document.id == last.doc_id)
            .count(),
        1
    );
}
