//! One key-encryption key: seals bytes and opens them again. Not which of several keys is used.

use crate::platform::{Random, random};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The first byte of what is sealed: XChaCha20-Poly1305, a nonce of 24 bytes, then the sealed bytes with their tag.
const FORMAT: u8 = 1;
const NONCE: usize = 24;

/// A key-encryption key. It knows its id, which is a hash of it: nothing has to be named by hand.
#[derive(Clone)]
pub struct Kek {
    id: String,
    bytes: Zeroizing<[u8; 32]>,
}

/// Never shows the key.
impl std::fmt::Debug for Kek {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kek({})", self.id)
    }
}

impl Kek {
    fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"krowoc/key-encryption-key");
        hasher.update(bytes.as_slice());
        let digest = hasher.finalize();
        let id = digest.iter().take(4).map(|byte| format!("{byte:02x}"));
        Self {
            id: id.collect(),
            bytes,
        }
    }

    /// A new one.
    #[must_use]
    pub fn mint(source: &dyn Random) -> Self {
        Self::new(Zeroizing::new(random(source)))
    }

    /// Reads base64 of 32 bytes, of either alphabet, with or without padding.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let engines = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD];
        let bytes = engines.iter().find_map(|engine| engine.decode(text).ok());
        let bytes = Zeroizing::new(bytes?);
        let bytes: [u8; 32] = bytes.as_slice().try_into().ok()?;
        Some(Self::new(Zeroizing::new(bytes)))
    }

    /// As a line of a key file.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.bytes.as_slice()))
    }

    /// Eight hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.bytes).into())
    }

    /// Seals bytes, bound to `context`: they open with the same context only. `None` when they are too many.
    #[must_use]
    pub fn seal(&self, plain: &[u8], context: &[u8], source: &dyn Random) -> Option<Vec<u8>> {
        let nonce: [u8; NONCE] = random(source);
        let payload = Payload {
            msg: plain,
            aad: context,
        };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).ok()?;
        let parts = [[FORMAT].as_slice(), nonce.as_slice(), sealed.as_slice()];
        Some(parts.concat())
    }

    /// Opens what was sealed; `None` when it was sealed by another key, for another context, or was changed.
    #[must_use]
    pub fn open(&self, sealed: &[u8], context: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (format, rest) = sealed.split_first()?;
        let (nonce, sealed) = rest.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let payload = Payload {
            msg: sealed,
            aad: context,
        };
        let plain = (*format == FORMAT)
            .then(|| self.cipher().decrypt(&XNonce::from(nonce), payload).ok())
            .flatten();
        plain.map(Zeroizing::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::SystemRandom;

    #[test]
    fn what_is_sealed_opens_with_its_key_and_context_only() {
        let (one, two) = (Kek::mint(&SystemRandom), Kek::mint(&SystemRandom));
        let sealed = one.seal(b"sk-123", b"of alice", &SystemRandom).unwrap();
        assert_eq!(
            one.open(&sealed, b"of alice").unwrap().as_slice(),
            b"sk-123"
        );
        assert_eq!(one.open(&sealed, b"of bob"), None);
        assert_eq!(two.open(&sealed, b"of alice"), None);
        assert_ne!(
            one.seal(b"sk-123", b"of alice", &SystemRandom).unwrap(),
            sealed
        );
    }

    #[test]
    fn a_change_of_any_byte_and_a_cut_at_any_place_are_noticed() {
        let key = Kek::mint(&SystemRandom);
        let sealed = key.seal(b"sk-123", b"", &SystemRandom).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.open(&changed, b""), None, "byte {at}");
            assert_eq!(key.open(&sealed[..at], b""), None, "cut at {at}");
        }
    }

    #[test]
    fn a_key_survives_its_text_and_is_known_by_its_id() {
        let key = Kek::mint(&SystemRandom);
        let again = Kek::parse(&key.text()).unwrap();
        assert_eq!(
            (again.id(), again.bytes.as_slice()),
            (key.id(), key.bytes.as_slice())
        );
        assert_eq!(
            Kek::parse(key.text().trim_end_matches('=')).unwrap().id(),
            key.id()
        );
        assert_eq!(key.id().len(), 8);
        assert!(!format!("{key:?}").contains(key.text().as_str()));
        for bad in ["", "AAAA", "not base64 at all", &"A".repeat(100)] {
            assert!(Kek::parse(bad).is_none(), "{bad:?}");
        }
    }
}
