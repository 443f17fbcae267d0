//! Where a request for a public prompt comes from, as a hash that says nothing of the address once the day's key is dropped, and nothing of
//! what else comes from there. Not who asks.

use super::client::network;
use crate::app::AppState;
use crate::platform::random;
use crate::store::logs::{self, Network};
use crate::store::{Conn, StoreError};
use krowoc_shared::ids::{Millis, PublicationId};
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

    /// The hash under today's key, for one prompt: what two prompts have of one network is not alike.
    ///
    /// # Errors
    /// The database's.
    pub fn hash(&self, conn: &mut Conn, publication: PublicationId) -> Result<Network, StoreError> {
        let key = logs::network_key(conn, self.now, &self.fresh)?;
        Ok(keyed(&key, publication, self.address))
    }
}

fn keyed(key: &[u8], publication: PublicationId, address: IpAddr) -> Network {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let mut signed = hmac::Context::with_key(&key);
    signed.update(publication.as_bytes());
    signed.update(network(address).as_bytes());
    let tag = signed.sign();
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
    fn a_network_has_one_hash_a_key_and_prompt_and_another_under_another() {
        let prompt = |number| PublicationId::mint(1, [number; 10]);
        let hash = |key, number, text| keyed(&[key; 32], prompt(number), ip(text));
        let home = hash(1, 1, "2001:db8::1");
        assert_eq!(home, hash(1, 1, "2001:db8::2"), "one customer");
        assert_ne!(home, hash(1, 1, "2001:db8:1::1"));
        assert_ne!(home, hash(1, 2, "2001:db8::1"));
        assert_ne!(home, hash(2, 1, "2001:db8::1"));
    }
}
