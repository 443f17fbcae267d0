//! Which proxies are believed about a client's address, and what the address then is. Not a firewall.

use std::net::IpAddr;
use std::str::FromStr;

/// A network in CIDR notation, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u32,
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no address or network; write 10.0.0.1 or 10.0.0.0/8");
        let (base, bits) = match text.split_once('/') {
            Some((base, bits)) => (base, Some(bits)),
            None => (text, None),
        };
        let base: IpAddr = base.parse().map_err(|_| wrong())?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits.parse().map_err(|_| wrong())?,
            None => most,
        };
        (bits <= most)
            .then_some(Self { base, bits })
            .ok_or_else(wrong)
    }
}

impl Network {
    /// True when the address lies in it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(other)) => {
                let shift = 32u32.saturating_sub(self.bits);
                u32::from(base).checked_shr(shift) == u32::from(other).checked_shr(shift)
            }
            (IpAddr::V6(base), IpAddr::V6(other)) => {
                let shift = 128u32.saturating_sub(self.bits);
                u128::from(base).checked_shr(shift) == u128::from(other).checked_shr(shift)
            }
            _ => false,
        }
    }
}

/// The client's address: the last entry of `X-Forwarded-For` that no trusted proxy wrote, when the peer is one; the peer otherwise.
#[must_use]
pub fn client(peer: IpAddr, forwarded: Option<&str>, trusted: &[Network]) -> IpAddr {
    let believed = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer.to_canonical();
    if !believed(client) {
        return client;
    }
    for entry in forwarded.unwrap_or_default().rsplit(',') {
        let Ok(address) = entry.trim().parse::<IpAddr>() else {
            break;
        };
        client = address.to_canonical();
        if !believed(client) {
            break;
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_contains_its_addresses_only() {
        let ten: Network = "10.0.0.0/8".parse().unwrap();
        assert!(ten.contains(ip("10.200.3.4")));
        assert!(!ten.contains(ip("11.0.0.1")));
        assert!(ten.contains(ip("::ffff:10.0.0.1")));
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains(ip("203.0.113.9")));
        assert!("10.0.0.0/33".parse::<Network>().is_err());
        assert!("proxy".parse::<Network>().is_err());
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let header = Some("198.51.100.7, 203.0.113.5, 10.0.0.2");
        assert_eq!(client(ip("192.0.2.1"), header, &trusted), ip("192.0.2.1"));
        assert_eq!(client(ip("10.0.0.1"), header, &trusted), ip("203.0.113.5"));
        assert_eq!(client(ip("10.0.0.1"), None, &trusted), ip("10.0.0.1"));
        assert_eq!(
            client(ip("10.0.0.1"), Some("nonsense"), &trusted),
            ip("10.0.0.1")
        );
    }
}
