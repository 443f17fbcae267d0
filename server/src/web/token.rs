//! Opaque tokens: 32 random bytes, base64url on the wire, SHA-256 in the store. Not who holds them.

use crate::platform::{Random, random};
use crate::store::sessions::Hash;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// How personal access tokens begin.
pub const PERSONAL: &str = "krw_";

/// A token in clear: never logged, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    /// A new one.
    #[must_use]
    pub fn mint(source: &dyn Random) -> Self {
        Self(encode(&random::<32>(source)))
    }

    /// The token as it was sent; `None` when it cannot be one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let sane = text.len() == 43
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        sane.then(|| Self(text.to_owned()))
    }

    /// A new one that a program keeps for long. Its beginning tells what it is, to people and to scanners for leaked secrets.
    #[must_use]
    pub fn mint_personal(source: &dyn Random) -> Self {
        Self(format!("{PERSONAL}{}", encode(&random::<32>(source))))
    }

    /// A personal access token as it was sent; `None` when it cannot be one of ours.
    #[must_use]
    pub fn parse_personal(text: &str) -> Option<Self> {
        Self::parse(text.strip_prefix(PERSONAL)?)?;
        Some(Self(text.to_owned()))
    }

    /// As it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is stored.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// The successor for a purpose: computable only with this token in clear and the stored salt together.
    #[must_use]
    pub fn successor(&self, purpose: &str, salt: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        for part in [
            b"krowoc/successor".as_slice(),
            purpose.as_bytes(),
            salt,
            self.0.as_bytes(),
        ] {
            hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(part);
        }
        Self(encode(&hasher.finalize()))
    }
}

/// Base64url without padding.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Compares without telling by time where two texts differ.
#[must_use]
pub fn same(left: &str, right: &str) -> bool {
    left.len() == right.len()
        && left
            .bytes()
            .zip(right.bytes())
            .fold(0, |differences, (a, b)| differences | (a ^ b))
            == 0
}
