//! Where a request comes from, as a hash that says nothing of the address once the day's key is dropped. Not who asks.

use super::client::network;
use crate::app::AppState;
use crate::platform::random;
use crate::store::logs::{self, Network};
use crate::store::{Conn, StoreError};
use krowoc_shared::ids::Millis;
use ring::hmac;
use std::net::IpAddr;

/// What is needed to hash an address inside a transaction.
#[derive(Clone, Copy)]
pub struct Origin {
    address: IpAddr,
    now: Millis,
    /// Becomes the key of the day when there is none.
    fresh: [u8; 32],
}

impl Origin {
    /// Of a request.
    #[must_use]
    pub fn of(state: &AppState, address: IpAddr) -> Self {
        Self {
            address,
            now: state.now(),
            fresh: random(state.random.as_ref()),
        }
    }

    /// The hash under today's key.
    ///
    /// # Errors
    /// The database's.
    pub fn hash(&self, conn: &mut Conn) -> Result<Network, StoreError> {
        let key = logs::network_key(conn, self.now, &self.fresh)?;
        Ok(keyed(&key, self.address))
    }
}

fn keyed(key: &[u8], address: IpAddr) -> Network {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let tag = hmac::sign(&key, network(address).as_bytes());
    let mut hash = Network::default();
    for (to, from) in hash.iter_mut().zip(tag.as_ref()) {
        *to = *from;
    }
    hash
}

/// Neither the address nor a key is for a log.
impl std::fmt::Debug for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Origin")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_has_one_hash_a_key_and_another_under_another() {
        let home = keyed(&[1; 32], ip("2001:db8::1"));
        assert_eq!(home, keyed(&[1; 32], ip("2001:db8::2")), "one customer");
        assert_ne!(home, keyed(&[1; 32], ip("2001:db8:1::1")));
        assert_ne!(home, keyed(&[2; 32], ip("2001:db8::1")));
    }
}
