//! Tests of what is fetched from addresses that somebody else named: from none but public ones, whatever leads there, and no more than may be.

use super::*;
use crate::platform::Clock;
use crate::providers::Allowed;
use crate::providers::address::{Guard, Lookup};
use crate::providers::breaker::Breaker;
use crate::providers::client::{Clients, install_tls};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::io::{self, Read, Write};
use std::net::{IpAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Every name has these addresses.
struct Always(Vec<IpAddr>);

impl Lookup for Always {
    fn lookup(&self, _host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let found = self.0.clone();
        async move { Ok(found) }.boxed()
    }
}

struct Still;

impl Clock for Still {
    fn now(&self) -> krowoc_shared::ids::Millis {
        0
    }
}

fn inner(allowed: &[&str], addresses: &[&str]) -> Inner {
    let allowed: Vec<Allowed> = allowed.iter().map(|it| it.parse().unwrap()).collect();
    let addresses = addresses.iter().map(|it| it.parse().unwrap());
    let lookup: Arc<dyn Lookup> = Arc::new(Always(addresses.collect()));
    Inner {
        guard: Guard::new(allowed, Arc::clone(&lookup)),
        clients: Clients::new(lookup),
        breaker: Breaker::default(),
        clock: Arc::new(Still),
    }
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

/// A server on this machine that gives these answers, one a connection; and how many it gave.
fn giving(answers: Vec<String>) -> (Url, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let given = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&given);
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            count.fetch_add(1, Ordering::SeqCst);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (url(&format!("http://{address}/")), given)
}

fn leads(to: &str) -> String {
    format!(
        "HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
}

fn holds(length: usize, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

fn plain() -> reqwest::Client {
    install_tls();
    let none = reqwest::redirect::Policy::none();
    let built = reqwest::Client::builder().redirect(none).no_proxy();
    built.tls_certs_only([]).build().unwrap()
}

/// Asks as the real way does, but that the answers come from this machine; gives what was asked.
async fn on_the_way(
    from: &str,
    most: usize,
    answers: Vec<String>,
) -> (Result<Vec<u8>, FetchError>, Vec<String>) {
    let (inner, client) = (inner(&[], &["8.8.8.8"]), plain());
    let (here, _) = giving(answers);
    let asked = Mutex::new(Vec::new());
    let found = whole(url(from), most, |url| {
        asked.lock().unwrap().push(url.to_string());
        let (judged, request) = (may(&inner, &url), client.get(here.clone()));
        async move {
            judged?;
            let away = |error: reqwest::Error| FetchError::Away(error.without_url().to_string());
            request.send().await.map_err(away)
        }
    });
    let found = found.await;
    (found, asked.into_inner().unwrap())
}

#[tokio::test]
async fn an_address_that_is_not_public_or_not_https_is_never_asked() {
    let here = inner(&[], &["8.8.8.8"]);
    for (address, why) in [
        ("http://8.8.8.8/a.png", "the address is not https"),
        ("ftp://8.8.8.8/a.png", "the address is not https"),
        ("data:image/png;base64,AAAA", "the address is not https"),
        ("file:///etc/passwd", "the address is not https"),
        ("https://me:secret@8.8.8.8/", "the address holds a user"),
        ("https://127.0.0.1/", "the address is not public"),
        ("https://2130706433/", "the address is not public"),
        ("https://0x7f.1/", "the address is not public"),
        ("https://0.0.0.0/", "the address is not public"),
        ("https://10.0.0.1/", "the address is not public"),
        ("https://172.16.0.1/", "the address is not public"),
        ("https://192.168.1.1/", "the address is not public"),
        ("https://100.64.0.1/", "the address is not public"),
        (
            "https://169.254.169.254/latest",
            "the address is not public",
        ),
        ("https://[::1]/", "the address is not public"),
        ("https://[::ffff:127.0.0.1]/", "the address is not public"),
        ("https://[::ffff:a9fe:a9fe]/", "the address is not public"),
        ("https://[64:ff9b::a00:1]/", "the address is not public"),
        ("https://[2002:a00:1::]/", "the address is not public"),
        ("https://[fe80::1]/", "the address is not public"),
        ("https://[fd00::1]/", "the address is not public"),
    ] {
        let found = fetch(&here, url(address), 100).await;
        assert_eq!(found, Err(refused(why)), "{address}");
    }
}

#[tokio::test]
async fn what_the_operator_allows_for_models_opens_nothing_here() {
    let here = inner(&["127.0.0.1", "[::1]", "pictures.lan"], &["127.0.0.1"]);
    for address in ["https://127.0.0.1/a.png", "https://[::1]/a.png"] {
        let found = fetch(&here, url(address), 100).await;
        assert_eq!(found, Err(refused("the address is not public")));
    }
    let named = fetch(&here, url("https://pictures.lan/a.png"), 100).await;
    assert!(matches!(named, Err(FetchError::Away(_))), "{named:?}");
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_connected_to_and_not_written_into_the_log() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    for addresses in [
        &["127.0.0.1"][..],
        &["8.8.8.8", "127.0.0.1"],
        &["::ffff:127.0.0.1"],
        &[],
    ] {
        let here = inner(&[], addresses);
        let address = format!("https://planted-name.example:{port}/planted-path");
        let found = fetch(&here, url(&address), 100).await;
        let Err(FetchError::Away(why)) = found else {
            panic!("{addresses:?}: {found:?}");
        };
        assert!(!why.contains("planted-path"), "{why}");
    }
    listener.set_nonblocking(true).unwrap();
    let nobody = listener.accept().map(drop).map_err(|error| error.kind());
    assert_eq!(nobody, Err(io::ErrorKind::WouldBlock));
}

#[tokio::test]
async fn each_address_on_the_way_is_judged_as_the_first_one() {
    for (to, why) in [
        ("https://127.0.0.1/a.png", "the address is not public"),
        (
            "https://[::ffff:10.0.0.1]/a.png",
            "the address is not public",
        ),
        ("//169.254.169.254/latest", "the address is not public"),
        ("http://pictures.example/a.png", "the address is not https"),
        ("file:///etc/passwd", "the address is not https"),
        ("https://me@pictures.example/", "the address holds a user"),
        ("https://[", "it leads nowhere"),
    ] {
        let answers = vec![leads(to), holds(4, "file")];
        let (found, _) = on_the_way("https://pictures.example/a", 100, answers).await;
        assert_eq!(found, Err(refused(why)), "{to}");
    }
    let answers = vec![
        leads("/b"),
        leads("https://other.example/c"),
        holds(4, "file"),
    ];
    let (found, asked) = on_the_way("https://pictures.example/a", 100, answers).await;
    assert_eq!(found.unwrap(), b"file");
    let way = [
        "https://pictures.example/a",
        "https://pictures.example/b",
        "https://other.example/c",
    ];
    assert_eq!(asked, way);
}

#[tokio::test]
async fn a_way_that_goes_on_and_on_ends() {
    let answers = vec![leads("/again"); 10];
    let (found, asked) = on_the_way("https://pictures.example/a", 100, answers).await;
    assert_eq!(found, Err(refused("it leads on and on")));
    assert_eq!(asked.len(), HOPS + 1);
}

#[tokio::test]
async fn a_file_is_as_large_as_it_may_be_and_whole() {
    let get = async |answer: String| {
        let answers = vec![answer];
        on_the_way("https://pictures.example/a", 4, answers).await.0
    };
    assert_eq!(get(holds(4, "file")).await.unwrap(), b"file");
    assert_eq!(
        get(holds(5, "files")).await,
        Err(refused("it is too large"))
    );
    // One that does not say how long it is, and one that says more than it sends.
    let unsaid = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
    let endless = format!("{unsaid}{}", "x".repeat(100_000));
    assert_eq!(get(endless).await, Err(refused("it is too large")));
    let cut = get(holds(4, "fi")).await;
    assert!(matches!(cut, Err(FetchError::Away(_))), "{cut:?}");
}

#[tokio::test]
async fn an_answer_that_is_none_is_told_by_its_status() {
    for (line, tried_again) in [
        ("404 Not Found", false),
        ("403 Forbidden", false),
        ("500 Internal Server Error", true),
        ("503 Service Unavailable", true),
    ] {
        let answer = format!("HTTP/1.1 {line}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        let (found, _) = on_the_way("https://pictures.example/a", 4, vec![answer]).await;
        let again = matches!(found, Err(FetchError::Away(_)));
        assert_eq!((again, found.is_err()), (tried_again, true), "{line}");
    }
}
