//! Addresses that are not public are not called, however they are written and wherever a name leads the second time.

use crate::support::{KEY, request};
use futures_util::future::BoxFuture;
use krowoc_server::platform::SystemClock;
use krowoc_server::providers::{AddressRefused, Lookup, Providers, Secret, Target};
use krowoc_shared::execution::{FailureClass, Provider};
use krowoc_tests::provider::ProviderServer;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// The first answer is public, every later one is this machine.
#[derive(Default)]
struct Rebinding(AtomicUsize);

impl Lookup for Rebinding {
    fn lookup(&self, _host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let first = self.0.fetch_add(1, Ordering::SeqCst) == 0;
        let ip: IpAddr = if first { [8, 8, 8, 8] } else { [127, 0, 0, 1] }.into();
        Box::pin(async move { Ok(vec![ip]) })
    }
}

fn target(base: &str) -> Target {
    Target {
        provider: Provider::Compatible,
        base_url: base.parse().unwrap(),
        key: Secret::new(KEY.to_owned()),
        timeout: Duration::from_secs(10),
    }
}

#[tokio::test]
async fn a_name_that_was_public_when_it_was_saved_is_refused_when_it_leads_home() {
    let server = ProviderServer::start();
    let lookup = Arc::new(Rebinding::default());
    let providers = Providers::with_lookup(vec![], Arc::new(SystemClock), lookup.clone());
    let target = target(&format!(
        "http://rebind.example:{}/openai/v1",
        server.address.port()
    ));
    assert_eq!(providers.check_address(&target.base_url).await, Ok(()));
    let failure = providers
        .call(&target, &request("normal"), true)
        .await
        .unwrap_err();
    assert_eq!(
        failure.code.as_deref(),
        Some("address_refused"),
        "{failure:?}"
    );
    assert_eq!(failure.class, FailureClass::InvalidRequest);
    assert_eq!(
        lookup.0.load(Ordering::SeqCst),
        2,
        "the address that was checked is the one that is connected to"
    );
    let tested = providers.test(&target).await.unwrap_err();
    assert_eq!(tested.code.as_deref(), Some("address_refused"));
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn every_way_to_write_this_machine_is_refused_without_a_connection() {
    let server = ProviderServer::start();
    let port = server.address.port();
    let providers = Providers::with_lookup(
        vec![],
        Arc::new(SystemClock),
        Arc::new(krowoc_server::providers::SystemLookup),
    );
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "0.0.0.0",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::]",
    ] {
        let target = target(&format!("http://{host}:{port}/openai/v1"));
        let refused = providers.check_address(&target.base_url).await;
        assert!(
            matches!(refused, Err(AddressRefused::NotPublic { .. })),
            "{host}: {refused:?}"
        );
        let failure = providers
            .call(&target, &request("normal"), true)
            .await
            .unwrap_err();
        assert_eq!(failure.code.as_deref(), Some("address_refused"), "{host}");
    }
    assert!(server.seen().is_empty());
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_host_that_the_operator_allows_is_called_by_its_name_and_no_other_port_is() {
    let server = ProviderServer::start();
    let port = server.address.port();
    let allowed = vec![format!("localhost:{port}").parse().unwrap()];
    let providers = Providers::with_lookup(
        allowed,
        Arc::new(SystemClock),
        Arc::new(krowoc_server::providers::SystemLookup),
    );
    let target = target(&format!("http://localhost:{port}/compatible/v1"));
    assert_eq!(providers.check_address(&target.base_url).await, Ok(()));
    assert_eq!(providers.test(&target).await, Ok(Some(2)));
    let other = format!("http://localhost:{}/", port ^ 1).parse().unwrap();
    assert!(providers.check_address(&other).await.is_err());
}
