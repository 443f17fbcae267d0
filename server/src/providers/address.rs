//! Which addresses a server may call on behalf of people: public ones, and those that its operator allows. Not a firewall.
//!
//! An address is checked when it is saved and again at every connect: the client resolves names through `Guard`'s own rule and
//! connects only to what was checked, so that a name cannot lead elsewhere between the two.

use futures_util::future::BoxFuture;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::sync::Arc;
use url::{Host, Url};

/// Turns a name into addresses.
pub trait Lookup: Send + Sync + 'static {
    /// Every address of a host name.
    fn lookup(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// As this machine resolves names.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Why an address is not called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressRefused {
    /// It is not http or https.
    Scheme,
    /// It has no host.
    NoHost,
    /// It holds a user name or a password.
    UserInfo,
    /// It leads, or may lead, to a machine that is not public.
    NotPublic {
        /// `host:port`, as the operator would allow it.
        host: String,
    },
    /// Its name has no address.
    Unresolved {
        /// The name.
        host: String,
    },
}

impl fmt::Display for AddressRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme => f.write_str("the address must begin with https:// or http://"),
            Self::NoHost => f.write_str("the address has no host"),
            Self::UserInfo => f.write_str(
                "the address must hold no user name or password; a key has its own field",
            ),
            Self::NotPublic { host } => write!(
                f,
                "{host} is not a public address; the operator of this server can allow it with --allowed-provider-hosts {host}"
            ),
            Self::Unresolved { host } => {
                write!(f, "the name {host} has no address; check its spelling")
            }
        }
    }
}
impl std::error::Error for AddressRefused {}

/// A host that the operator allows, wherever it leads: `ollama.lan`, `localhost:11434`, `[::1]:8080`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    host: String,
    /// Any, when absent.
    port: Option<u16>,
}

impl FromStr for Allowed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is no host; write localhost:11434, ollama.lan or [::1]:8080");
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                let number: u16 = port.parse().map_err(|_| wrong())?;
                (host, Some(number))
            }
            _ => (text, None),
        };
        let bracketed = host.contains(':') && !host.starts_with('[');
        let host = if bracketed {
            Host::parse(&format!("[{host}]"))
        } else {
            Host::parse(host)
        };
        let host = host.map_err(|_| wrong())?;
        Ok(Self {
            host: plain(&host),
            port,
        })
    }
}

/// The host as text, without the dot that a complete name may end with.
fn plain<S: AsRef<str>>(host: &Host<S>) -> String {
    match host {
        Host::Domain(name) => name.as_ref().trim_end_matches('.').to_lowercase(),
        Host::Ipv4(ip) => ip.to_string(),
        Host::Ipv6(ip) => format!("[{ip}]"),
    }
}

/// What a check without the network says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Standing {
    /// The operator allows it: it is not resolved by our rule.
    Allowed,
    /// A public address, or a name that has to be resolved.
    Guarded,
}

/// The rule over addresses.
pub(super) struct Guard {
    allowed: Vec<Allowed>,
    lookup: Arc<dyn Lookup>,
}

impl Guard {
    pub(super) fn new(allowed: Vec<Allowed>, lookup: Arc<dyn Lookup>) -> Self {
        Self { allowed, lookup }
    }

    /// The part that needs no network; a client does not resolve an address that is written in numbers, so that it is judged here.
    pub(super) fn standing(&self, url: &Url) -> Result<Standing, AddressRefused> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(AddressRefused::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressRefused::UserInfo);
        }
        let host = url.host().ok_or(AddressRefused::NoHost)?;
        let name = plain(&host);
        let port = url.port_or_known_default();
        let fits = |allowed: &Allowed| {
            allowed.host == name && (allowed.port.is_none() || allowed.port == port)
        };
        if self.allowed.iter().any(fits) {
            return Ok(Standing::Allowed);
        }
        self.public(url).map(|()| Standing::Guarded)
    }

    /// As [`Self::standing`], of an address that nobody may allow: it is public, or a name that has to be resolved.
    pub(super) fn public(&self, url: &Url) -> Result<(), AddressRefused> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressRefused::UserInfo);
        }
        let host = url.host().ok_or(AddressRefused::NoHost)?;
        let public = match &host {
            Host::Domain(_) => !plain(&host).is_empty(),
            Host::Ipv4(ip) => is_public((*ip).into()),
            Host::Ipv6(ip) => is_public((*ip).into()),
        };
        public
            .then_some(())
            .ok_or_else(|| AddressRefused::NotPublic { host: shown(url) })
    }

    /// The whole check: also resolves the name.
    pub(super) async fn check(&self, url: &Url) -> Result<(), AddressRefused> {
        if self.standing(url)? == Standing::Allowed {
            return Ok(());
        }
        let Some(Host::Domain(name)) = url.host() else {
            return Ok(());
        };
        match resolve(self.lookup.as_ref(), name).await {
            Err(AddressRefused::NotPublic { .. }) => {
                Err(AddressRefused::NotPublic { host: shown(url) })
            }
            other => other.map(|_| ()),
        }
    }
}

/// `host:port`.
fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// The addresses of a name, when every one of them is public: one that is not makes the others suspect.
pub(super) async fn resolve(
    lookup: &dyn Lookup,
    name: &str,
) -> Result<Vec<IpAddr>, AddressRefused> {
    let found = lookup.lookup(name).await.unwrap_or_default();
    if found.is_empty() {
        return Err(AddressRefused::Unresolved {
            host: name.to_owned(),
        });
    }
    if found.iter().copied().all(is_public) {
        Ok(found)
    } else {
        Err(AddressRefused::NotPublic {
            host: name.to_owned(),
        })
    }
}

/// Whether everybody may reach an address: not one of the special-purpose blocks (IANA registries of IPv4 and IPv6 special-purpose
/// addresses), and not an IPv6 form that hides an IPv4 address.
#[must_use]
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

const fn is_public_v4(ip: Ipv4Addr) -> bool {
    let special = match ip.octets() {
        [0 | 10 | 127, ..] => true,
        [100, b, ..] => b & 0xc0 == 64,
        [169, 254, ..] | [192, 168, ..] => true,
        [172, b, ..] => b & 0xf0 == 16,
        // Protocol assignments, documentation, 6to4 relays.
        [192, 0, 0 | 2, _] | [192, 88, 99, _] => true,
        // Benchmarks, documentation.
        [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        // Multicast, reserved, broadcast.
        [224..=255, ..] => true,
        _ => false,
    };
    !special
}

const fn is_public_v6(ip: Ipv6Addr) -> bool {
    match ip.segments() {
        // Protocol assignments and Teredo (2001::/23), documentation, 6to4, documentation again.
        [0x2001, b, ..] => b >= 0x200 && b != 0xdb8,
        [0x2002, ..] => false,
        [0x3fff, b, ..] => b & 0xf000 != 0,
        // The one block of global unicast; all else is local, mapped, translated, multicast or unassigned.
        [a, ..] => a & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
