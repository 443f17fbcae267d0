//! Tests of which addresses a provider may have, every odd form of one included. Not of the connection itself.

use super::*;
use std::collections::HashMap;
use std::sync::Mutex;

/// Answers from a script: each name gives its answers one after the other, the last one for ever.
#[derive(Default)]
struct Script(Mutex<HashMap<String, Vec<Vec<IpAddr>>>>);

impl Script {
    fn of(name: &str, answers: &[&[&str]]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().unwrap()).collect();
        let script = Self::default();
        let answers = answers.iter().map(parse).collect();
        script.0.lock().unwrap().insert(name.to_owned(), answers);
        Arc::new(script)
    }
}

impl Lookup for Script {
    fn lookup(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let mut names = self.0.lock().unwrap();
        let answer = match names.get_mut(host) {
            Some(answers) if answers.len() > 1 => Ok(answers.remove(0)),
            Some(answers) => Ok(answers.first().cloned().unwrap_or_default()),
            None => Err(io::Error::other("no such name")),
        };
        Box::pin(async move { answer })
    }
}

fn guard(allowed: &[&str], lookup: Arc<dyn Lookup>) -> Guard {
    Guard::new(
        allowed.iter().map(|text| text.parse().unwrap()).collect(),
        lookup,
    )
}

fn standing(text: &str) -> Result<Standing, AddressRefused> {
    guard(&[], Arc::new(Script::default())).standing(&Url::parse(text).unwrap())
}

#[test]
fn every_odd_form_of_a_private_address_is_refused() {
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "0",
        "0.0.0.0",
        "10.1.2.3",
        "10.66051",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "0xc0a80001",
        "169.254.169.254",
        "2852039166",
        "100.64.0.1",
        "100.127.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "１２７.０.０.１",
        "127。0。0。1",
        "%31%32%37.0.0.1",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:8.8.8.8]",
        "[::127.0.0.1]",
        "[::8.8.8.8]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::808:808]",
        "[64:ff9b:1::1]",
        "[2002:7f00:1::]",
        "[2002:808:808::1]",
        "[2001::1]",
        "[2001:0:7f00:1::]",
        "[2001:20::1]",
        "[2001:db8::1]",
        "[3fff::1]",
        "[fc00::1]",
        "[fd12:3456::1]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[100::1]",
        "[5f00::1]",
    ] {
        let url = format!("http://{host}:8080/v1");
        let refused = standing(&url);
        assert!(
            matches!(refused, Err(AddressRefused::NotPublic { .. })),
            "{host}: {refused:?}"
        );
    }
}

#[test]
fn public_addresses_with_any_port_pass() {
    for host in [
        "8.8.8.8",
        "1.1.1.1:8443",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "198.17.0.1",
        "223.255.255.255",
        "[2606:4700::1111]:444",
        "[2001:4860::8888]",
        "[2a00:1450::1]",
        "api.example:65535",
    ] {
        assert_eq!(
            standing(&format!("https://{host}/")),
            Ok(Standing::Guarded),
            "{host}"
        );
    }
}

#[test]
fn other_schemes_and_user_names_are_refused() {
    assert_eq!(standing("ftp://a.example/"), Err(AddressRefused::Scheme));
    assert_eq!(standing("file:///etc/passwd"), Err(AddressRefused::Scheme));
    assert_eq!(
        standing("http://me@a.example/"),
        Err(AddressRefused::UserInfo)
    );
    assert_eq!(
        standing("http://:x@a.example/"),
        Err(AddressRefused::UserInfo)
    );
    assert_eq!(
        standing("http://8.8.8.8@127.0.0.1/"),
        Err(AddressRefused::UserInfo)
    );
}

#[tokio::test]
async fn a_name_is_refused_when_any_of_its_addresses_is_private() {
    let check = async |answers: &[&[&str]]| {
        let guard = guard(&[], Script::of("a.example", answers));
        guard
            .check(&Url::parse("http://a.example:81/").unwrap())
            .await
    };
    assert_eq!(check(&[&["8.8.8.8", "2606:4700::1"]]).await, Ok(()));
    let refused = AddressRefused::NotPublic {
        host: "a.example:81".to_owned(),
    };
    assert_eq!(
        check(&[&["8.8.8.8", "10.0.0.1"]]).await,
        Err(refused.clone())
    );
    assert_eq!(check(&[&["::ffff:8.8.8.8"]]).await, Err(refused));
    assert!(matches!(
        check(&[&[]]).await,
        Err(AddressRefused::Unresolved { .. })
    ));
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_the_second_time_is_refused_then() {
    let guard = guard(
        &[],
        Script::of("a.example", &[&["8.8.8.8"], &["127.0.0.1"]]),
    );
    let url = Url::parse("http://a.example/").unwrap();
    assert_eq!(guard.check(&url).await, Ok(()));
    assert!(matches!(
        guard.check(&url).await,
        Err(AddressRefused::NotPublic { .. })
    ));
}

#[tokio::test]
async fn what_the_operator_allows_passes_on_its_port_alone() {
    let guard = guard(
        &["localhost:11434", "Ollama.LAN", "[::1]:80", "fd00::5"],
        Arc::new(Script::default()),
    );
    let standing = |text: &str| guard.standing(&Url::parse(text).unwrap());
    for text in [
        "http://localhost:11434/",
        "http://LOCALHOST.:11434/",
        "http://ollama.lan/",
        "https://ollama.lan:9/",
        "http://[::1]/",
        "http://[0:0::1]:80/",
        "http://[fd00::5]:7/",
    ] {
        assert_eq!(standing(text), Ok(Standing::Allowed), "{text}");
    }
    for text in ["https://[::1]/", "http://127.0.0.1:11434/"] {
        assert!(standing(text).is_err(), "{text}");
    }
    assert_eq!(standing("http://localhost/"), Ok(Standing::Guarded));
}

#[test]
fn hosts_that_cannot_be_are_told_with_what_is_expected() {
    for bad in ["", "a b", "host:99999", "host:x", "[::1", "http://a"] {
        let error = bad.parse::<Allowed>().unwrap_err();
        assert!(error.contains("localhost:11434"), "{bad}: {error}");
    }
}

#[test]
fn a_refusal_says_how_to_allow_it_and_shows_no_password() {
    let url = Url::parse("http://127.0.0.1:11434/api").unwrap();
    let refused = guard(&[], Arc::new(Script::default()))
        .standing(&url)
        .unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("--allowed-provider-hosts 127.0.0.1:11434")
    );
    let secret = Url::parse("http://me:hunter2@a.example/").unwrap();
    let refused = guard(&[], Arc::new(Script::default()))
        .standing(&secret)
        .unwrap_err();
    assert!(!refused.to_string().contains("hunter2"));
}
