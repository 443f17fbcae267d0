//! Facts about the client that no token proves: its address, its origin, its name. Not its identity.

use super::problem::{Fault, Reply};
use crate::app::AppState;
use crate::config::proxies;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use krowoc_shared::error::ErrorCode;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};
use url::Url;

/// Origins of extensions, by browser.
const EXTENSIONS: [&str; 3] = [
    "chrome-extension://",
    "moz-extension://",
    "safari-web-extension://",
];

/// A browser or device, by what it says and where it calls from. Extracting it refuses a foreign `Origin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its address, behind trusted proxies.
    pub address: IpAddr,
    /// What it calls itself, at most 200 characters.
    pub user_agent: String,
}

impl FromRequest for Client {
    type Error = Fault;
    type Future = Ready<Reply<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(same_origin(request).map(|()| Self {
            address: address(request),
            user_agent: user_agent(request),
        }))
    }
}

/// The client's address; believed proxies are looked through.
#[must_use]
pub fn address(request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map(|peer| peer.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let trusted = request
        .app_data::<web::Data<AppState>>()
        .map(|state| state.config.trusted_proxies.as_slice())
        .unwrap_or_default();
    let forwarded = request.headers().get("x-forwarded-for");
    proxies::client(
        peer,
        forwarded.and_then(|value| value.to_str().ok()),
        trusted,
    )
}

/// The network that counts as one address: an IPv6 customer has a /64.
#[must_use]
pub fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let prefix = u128::from(address) >> 64;
            format!("{prefix:x}::/64")
        }
    }
}

fn user_agent(request: &HttpRequest) -> String {
    let sent = request.headers().get(header::USER_AGENT);
    let text = sent
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    text.chars().take(200).collect()
}

/// An `Origin`, when one is sent, must be the host that was asked or the public address. Extensions have origins of their own
/// and are let through: they hold tokens, not cookies.
///
/// # Errors
/// [`ErrorCode::CsrfRejected`].
pub fn same_origin(request: &HttpRequest) -> Reply<()> {
    let Some(origin) = request.headers().get(header::ORIGIN) else {
        return Ok(());
    };
    let refused = || Fault::new(ErrorCode::CsrfRejected);
    let origin = origin.to_str().map_err(|_| refused())?;
    let of_extension = EXTENSIONS.iter().any(|scheme| origin.starts_with(scheme));
    if of_extension {
        return Ok(());
    }
    let origin = Url::parse(origin).map_err(|_| refused())?;
    let public = request
        .app_data::<web::Data<AppState>>()
        .and_then(|state| state.config.public_url.as_ref());
    let asked = request.headers().get(header::HOST);
    let asked = asked
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let authority = match (origin.host_str(), origin.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => return Err(refused()),
    };
    let same = public.is_some_and(|url| url.origin() == origin.origin())
        || authority.eq_ignore_ascii_case(asked);
    same.then_some(()).ok_or_else(refused)
}
