//! A real server process, killed while it takes pushes.

use krowoc_server::store::DatabaseUrl;
use krowoc_shared::accounts::wire::DeviceTokens;
use krowoc_shared::sync::wire::{Outcome, PushReply};
use krowoc_tests::Caller;
use krowoc_tests::database::{Backend, TestDatabase};
use krowoc_tests::ops::{Syncing, at, prompt};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `KROWOC_BIN`, else the binary in the target folder of this test.
fn binary() -> PathBuf {
    let named = std::env::var_os("KROWOC_BIN").map(PathBuf::from);
    let beside = || {
        std::env::current_exe()
            .unwrap()
            .ancestors()
            .nth(2)
            .unwrap()
            .join("krowoc")
    };
    let path = named.unwrap_or_else(beside);
    assert!(
        path.exists(),
        "there is no {}: run `cargo build -p krowoc-server`, or set KROWOC_BIN",
        path.display()
    );
    path
}

fn start(database: &TestDatabase) -> (Server, SocketAddr) {
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = match &database.url {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Postgres(text) => text.clone(),
    };
    let child = Command::new(binary())
        .args([
            "serve",
            "--listen",
            &address.to_string(),
            "--database-url",
            &url,
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut server = Server(child);
    while TcpStream::connect(address).is_err() {
        assert!(server.0.try_wait().unwrap().is_none(), "the server ended");
        std::thread::yield_now();
    }
    (server, address)
}

#[tokio::test]
async fn a_killed_server_has_every_operation_it_acknowledged() {
    let database = TestDatabase::migrated(&Backend::of_environment()).unwrap();
    let (mut server, address) = start(&database);
    let person = Caller::new(address);
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
    server.0.kill().unwrap();
    server.0.wait().unwrap();
    let (sent, mut syncing) = pushing.await.unwrap();
    while let Ok(more) = taken.try_recv() {
        durable.push(more);
    }
    let (_again, address) = start(&database);
    syncing.caller = Caller::device(address, &tokens.access_token);
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
