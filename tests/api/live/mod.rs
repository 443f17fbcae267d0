//! Live hints.

use futures_util::StreamExt;
use krowoc_server::store::sessions::Holder;
use krowoc_shared::accounts::wire::SessionRow;
use krowoc_shared::sync::wire::Hint;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::ops::{Syncing, prompt};
use krowoc_tests::{Caller, Options, TestApp};
use reqwest::{Method, Response};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// Reads until a hint; `None` when the stream ends.
async fn hint(
    stream: &mut (impl StreamExt<Item = reqwest::Result<impl AsRef<[u8]>>> + Unpin),
) -> Option<Hint> {
    let wait = async {
        loop {
            let chunk = stream.next().await?.ok()?;
            let text = String::from_utf8(chunk.as_ref().to_vec()).unwrap();
            if let Some(data) = text.lines().find_map(|line| line.strip_prefix("data: ")) {
                return Some(serde_json::from_str(data).unwrap());
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait)
        .await
        .expect("a hint or the end")
}

async fn listen(caller: &Caller) -> Response {
    let response = caller
        .request(Method::GET, "/api/v1/live")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response
}

#[tokio::test]
async fn a_hint_tells_where_the_space_stands_and_what_it_tells_is_committed() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let other = Syncing::of(&app, "b@example.org").await;
    let mut stream = listen(&device.caller).await.bytes_stream();
    let start = hint(&mut stream).await.unwrap();
    assert_eq!((start.space, start.seq), (device.space, 0));
    other.push(vec![prompt("not yours", "x")]).await;
    device.push(vec![prompt("t", "x")]).await;
    let told = hint(&mut stream).await.unwrap();
    assert_eq!((told.space, told.seq), (device.space, 1));
    assert_eq!(device.pull(0).await.next_cursor, 1);
}

#[tokio::test]
async fn a_stream_ends_when_its_device_is_revoked_and_when_the_server_stops() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let (device, tokens) = person.connect_device("Laptop").await;
    let mut stream = listen(&device).await.bytes_stream();
    let mut dashboard = listen(&person).await.bytes_stream();
    hint(&mut stream).await.unwrap();
    hint(&mut dashboard).await.unwrap();
    person
        .delete(&format!("/api/v1/devices/{}", tokens.device))
        .await
        .ok();
    assert_eq!(hint(&mut stream).await, None);
    app.stop().await;
    assert_eq!(hint(&mut dashboard).await, None);
}

#[tokio::test]
async fn a_stream_ends_when_another_server_ended_its_access_and_no_other_does() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let user = person.session().await.user;
    let (device, tokens) = person.connect_device("Laptop").await;
    let (program, token) = person.program(&["library:read"]).await;
    let rows: Vec<SessionRow> = person.get("/api/v1/sessions").await.ok().json();
    let other = app.anonymous();
    other.sign_in("a@example.org", PASSWORD).await.ok();
    let mut stays = listen(&other).await.bytes_stream();
    hint(&mut stays).await.unwrap();
    for (caller, holder) in [
        (&device, Holder::Device(tokens.device)),
        (&program, Holder::Token(token.id)),
        (&person, Holder::Session(rows[0].id)),
    ] {
        let mut stream = listen(caller).await.bytes_stream();
        hint(&mut stream).await.unwrap();
        app.revoke_elsewhere(user, holder).await;
        app.advance(15_000);
        assert_eq!(hint(&mut stream).await, None, "{holder:?}");
    }
    let body = json!({"kind": "prompt", "body": "Say it"});
    other.post("/api/v1/library", body).await.ok();
    assert_eq!(hint(&mut stays).await.unwrap().seq, 1);
}

#[tokio::test]
async fn a_commit_of_another_process_is_told_on_postgresql() {
    let app = TestApp::start().await;
    let krowoc_server::store::DatabaseUrl::Postgres(_) = app.state.store.url() else {
        // One process has a SQLite file: there is no other.
        return;
    };
    let url = app.state.store.url().clone();
    let second = TestApp::on(url, Arc::clone(&app.clock), Options::default())
        .await
        .unwrap();
    let device = Syncing::of(&app, "a@example.org").await;
    let mut stream = listen(&device.caller).await.bytes_stream();
    assert_eq!(hint(&mut stream).await.unwrap().seq, 0);
    let batch = krowoc_server::sync::push::Batch {
        space: device.space,
        epoch: None,
        device: None,
        author: None,
        member: None,
        correlation_id: String::new(),
        tier: Default::default(),
        now: 1,
        restamp: true,
        create_only: false,
        way: krowoc_server::sync::push::Way::Each,
        ops: vec![prompt("t", "x")],
    };
    let write = second
        .state
        .store
        .write(move |tx: &mut krowoc_server::store::Tx<'_>| {
            krowoc_server::sync::push::apply(tx, &batch).map(|_| ())
        });
    write.await.unwrap();
    assert_eq!(hint(&mut stream).await.unwrap().seq, 1);
}

#[tokio::test]
async fn an_account_may_open_only_so_many_streams() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let mut streams = Vec::new();
    for _ in 0..32 {
        streams.push(listen(&person).await);
    }
    let refused = person.get("/api/v1/live").await;
    assert_eq!(refused.code(), krowoc_shared::error::ErrorCode::RateLimited);
}
