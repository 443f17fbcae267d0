//! Bad input: a clear problem each time, never its content, and nothing done.

use krowoc_shared::error::ErrorCode;
use krowoc_tests::{Options, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const PATH: &str = "/api/v1/session";

#[tokio::test]
async fn broken_json_is_told_by_line_and_column() {
    let app = TestApp::start().await;
    let caller = app.anonymous();
    for (body, code) in [
        ("", ErrorCode::InvalidJson),
        ("{\"email\": \"hunter2", ErrorCode::InvalidJson),
        ("{\"email\": hunter2}", ErrorCode::InvalidJson),
        ("[\"hunter2\"]", ErrorCode::InvalidRequest),
        (
            "{\"email\": 1, \"password\": \"hunter2hunter2\"}",
            ErrorCode::InvalidRequest,
        ),
        (
            "{\"email\": \"hunter2@example.org\"}",
            ErrorCode::InvalidRequest,
        ),
        ("{} hunter2", ErrorCode::InvalidRequest),
    ] {
        let answer = caller.post_bytes(PATH, body).await;
        assert_eq!(answer.code(), code, "{body}");
        let detail = answer.problem().detail.unwrap();
        assert!(detail.contains("line 1"), "{detail}");
        assert!(!answer.text().contains("hunter2"), "{}", answer.text());
    }
}

#[tokio::test]
async fn deep_nesting_is_an_error_and_not_a_crash() {
    let app = TestApp::start().await;
    let answer = app.anonymous().post_bytes(PATH, "[".repeat(100_000)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn invalid_utf8_is_told_by_its_offset() {
    let app = TestApp::start().await;
    let body = b"{\"email\": \"\xff\xfe\", \"password\": \"x\"}".to_vec();
    let answer = app.anonymous().post_bytes(PATH, body).await;
    assert_eq!(answer.code(), ErrorCode::InvalidJson);
    assert!(answer.problem().detail.unwrap().contains("offset 11"));
}

#[tokio::test]
async fn an_oversized_body_is_refused_declared_or_not() {
    let app = TestApp::start().await;
    let caller = app.anonymous();
    let body = json!({"email": "a@example.org", "password": "x".repeat(300 * 1024)}).to_string();
    let declared = caller.post_bytes(PATH, body.clone()).await;
    assert_eq!(declared.code(), ErrorCode::TooLarge);
    let chunks = body
        .into_bytes()
        .chunks(8192)
        .map(|it| Ok::<_, std::io::Error>(it.to_vec()))
        .collect::<Vec<_>>();
    let request = caller
        .request(Method::POST, PATH)
        .header("content-type", "application/json")
        .body(reqwest::Body::wrap_stream(futures_util::stream::iter(
            chunks,
        )));
    assert_eq!(caller.send(request).await.code(), ErrorCode::TooLarge);
}

#[tokio::test]
async fn only_plain_json_is_taken() {
    let app = TestApp::start().await;
    let caller = app.anonymous();
    for (name, value) in [("content-type", "text/html"), ("content-encoding", "gzip")] {
        let request = caller
            .request(Method::POST, PATH)
            .header("content-type", "application/json")
            .header(name, value)
            .body("{}");
        assert_eq!(
            caller.send(request).await.status.as_u16(),
            if name == "content-type" { 400 } else { 415 }
        );
    }
    let request = caller
        .request(Method::POST, PATH)
        .header("content-type", "text/html")
        .body("{}");
    assert_eq!(
        caller.send(request).await.code(),
        ErrorCode::UnsupportedMediaType
    );
}

#[tokio::test]
async fn unknown_addresses_methods_and_parameters_are_problems() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    for path in [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/nope",
        "/api/v2/session",
        "/health",
        "/health/nope",
        "/api/v1/devices/x/y",
    ] {
        assert_eq!(alice.get(path).await.code(), ErrorCode::NotFound, "{path}");
    }
    let answer = alice.send(alice.request(Method::PUT, PATH)).await;
    assert_eq!(answer.code(), ErrorCode::MethodNotAllowed);
    assert_eq!(answer.header("allow"), "DELETE, GET, POST");
    let answer = alice
        .send(alice.request(Method::POST, "/library/prompts"))
        .await;
    assert_eq!(answer.code(), ErrorCode::MethodNotAllowed);
    let answer = alice.delete("/api/v1/sessions?devices=hunter2").await;
    assert_eq!(answer.code(), ErrorCode::InvalidRequest);
    assert!(!answer.text().contains("hunter2"));
    assert_eq!(alice.get(PATH).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_that_never_ends_is_a_timeout() {
    let settings = vec![("request_timeout", "1".to_owned())];
    let app = TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await;
    let mut stream = tokio::net::TcpStream::connect(app.address).await.unwrap();
    let head = "POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let length = stream.read(&mut answer).await.unwrap();
    let text = String::from_utf8_lossy(&answer[..length]).into_owned();
    assert!(text.starts_with("HTTP/1.1 504"), "{text}");
    assert!(
        text.contains("x-correlation-id: ") && text.contains("\"timeout\""),
        "{text}"
    );
}
