//! The end of a server.

use krowoc_server::store::{StoreError, Tx, throttle};
use krowoc_tests::TestApp;
use krowoc_tests::caller::{PASSWORD, credentials};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn a_request_that_is_under_way_is_answered_and_then_the_server_ends() {
    let app = TestApp::start().await;
    let body = credentials("alice@example.org", PASSWORD).to_string();
    let (first, second) = body.split_at(10);
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = format!(
        "POST /api/v1/accounts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut buffer = vec![0; 1024];
    let length = stream.read(&mut buffer).await.unwrap();
    assert!(String::from_utf8_lossy(&buffer[..length]).starts_with("HTTP/1.1 100"));
    stream.write_all(first.as_bytes()).await.unwrap();
    let finish = async {
        while !app.state.is_stopping() {
            tokio::task::yield_now().await;
        }
        stream.write_all(second.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let (answer, ()) = tokio::join!(finish, app.stop());
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(TcpStream::connect(app.address).await.is_err());
}

#[tokio::test]
async fn writes_that_wait_are_committed_before_the_store_closes() {
    let app = TestApp::start().await;
    let store = app.state.store.clone();
    let writes: Vec<_> = (0..50u8)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .write(move |tx: &mut Tx<'_>| -> Result<u8, StoreError> {
                        throttle::lock(tx, &[number; 32], 1)?;
                        Ok(number)
                    })
                    .await
            })
        })
        .collect();
    tokio::task::yield_now().await;
    app.stop().await;
    for (number, write) in writes.into_iter().enumerate() {
        assert_eq!(usize::from(write.await.unwrap().unwrap()), number);
    }
}
