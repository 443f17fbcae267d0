//! What authenticators say (Web Authentication, level 2, sections 7.1 and 7.2): whether a new credential and a signature of it are to be
//! believed. Not whose they are, nor whether a challenge was given: those are the store's.
//!
//! No attestation is asked for: what kind of authenticator somebody has is their business. A person must have been verified by it, so that
//! a passkey is two steps in one.

use crate::web::token::{encode, same};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value;
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Algorithms that are taken, the preferred first (RFC 9053 and 8812): ES256, `EdDSA`, RS256.
pub(super) const ALGORITHMS: [i64; 3] = [-7, -8, -257];
/// Longest id of a credential, in bytes.
const LONGEST_ID: usize = 1023;
/// Largest thing that is looked at, in bytes.
const LARGEST: usize = 16 * 1024;

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const HAS_CREDENTIAL: u8 = 1 << 6;
const HAS_EXTENSIONS: u8 = 1 << 7;

/// Why something is not believed; for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unbelieved(pub &'static str);

type Believed<T> = Result<T, Unbelieved>;

fn or<T>(value: Option<T>, why: &'static str) -> Believed<T> {
    value.ok_or(Unbelieved(why))
}

/// Whom credentials are for: this server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Party {
    /// The host that people see.
    pub id: String,
    /// Where pages come from, such as `https://krowoc.example.org`.
    pub origin: String,
}

/// A new credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Made {
    pub credential: Vec<u8>,
    /// In COSE's form (RFC 9052, section 7).
    pub public_key: Vec<u8>,
    pub sign_count: u32,
}

/// Bytes as they travel.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let fits = text.len() <= LARGEST * 4 / 3;
    fits.then(|| URL_SAFE_NO_PAD.decode(text).ok()).flatten()
}

/// What the browser says of a ceremony (section 5.8.1).
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    cross_origin: bool,
}

/// The challenge that a ceremony says it is for, not yet believed: by it the store is asked.
pub(super) fn challenge(client_data: &[u8]) -> Option<String> {
    let data: ClientData = serde_json::from_slice(client_data).ok()?;
    Some(data.challenge)
}

impl Party {
    fn check(&self, client_data: &[u8], kind: &str, challenge: &[u8]) -> Believed<()> {
        let data: Option<ClientData> = serde_json::from_slice(client_data).ok();
        let data = or(data, "the client data is not JSON")?;
        let rules = [
            (data.kind == kind, "the ceremony is another"),
            (
                same(&data.challenge, &encode(challenge)),
                "the challenge is another",
            ),
            (data.origin == self.origin, "the origin is another"),
            (
                !data.cross_origin,
                "it was asked for inside another site's page",
            ),
        ];
        rules
            .iter()
            .find(|(holds, _)| !holds)
            .map_or(Ok(()), |(_, why)| Err(Unbelieved(why)))
    }

    /// Believes a new credential.
    pub(super) fn made(
        &self,
        client_data: &[u8],
        attestation: &[u8],
        challenge: &[u8],
    ) -> Believed<Made> {
        self.check(client_data, "webauthn.create", challenge)?;
        let attestation = or(map(attestation), "the attestation is no CBOR map")?;
        let format = text(&attestation, "fmt");
        let data = or(
            bytes(&attestation, "authData"),
            "there is no authenticator data",
        )?;
        let seen = Seen::read(data)?;
        self.check_seen(&seen)?;
        let (credential, key) = or(seen.made, "there is no new credential")?;
        let parsed = Key::read(key)?;
        let statement = entry(&attestation, "attStmt").and_then(Value::as_map);
        let statement = or(statement, "there is no attestation statement")?;
        match format {
            Some("none") if statement.is_empty() => {}
            // An authenticator without a maker signs with the credential itself; browsers let that through (section 8.2).
            Some("packed") if entry(statement, "x5c").is_none() => {
                let algorithm = entry(statement, "alg").and_then(Value::as_integer);
                if algorithm.map(i128::from) != Some(i128::from(parsed.algorithm())) {
                    return Err(Unbelieved("the attestation is of another algorithm"));
                }
                let signature = or(bytes(statement, "sig"), "the attestation is not signed")?;
                parsed.verify(data, client_data, signature)?;
            }
            _ => return Err(Unbelieved("an attestation came that was not asked for")),
        }
        Ok(Made {
            credential: credential.to_vec(),
            public_key: key.to_vec(),
            sign_count: seen.sign_count,
        })
    }

    /// Believes a signature of a credential; gives its counter.
    pub(super) fn signed(
        &self,
        (client_data, data, signature): (&[u8], &[u8], &[u8]),
        challenge: &[u8],
        public_key: &[u8],
    ) -> Believed<u32> {
        self.check(client_data, "webauthn.get", challenge)?;
        let seen = Seen::read(data)?;
        self.check_seen(&seen)?;
        Key::read(public_key)?.verify(data, client_data, signature)?;
        Ok(seen.sign_count)
    }

    fn check_seen(&self, seen: &Seen<'_>) -> Believed<()> {
        let has = |flag: u8| seen.flags & flag != 0;
        let own: [u8; 32] = Sha256::digest(self.id.as_bytes()).into();
        let rules = [
            (seen.party == own, "it is for another site"),
            (has(USER_PRESENT), "nobody was there"),
            (has(USER_VERIFIED), "nobody was verified"),
            (
                has(BACKUP_ELIGIBLE) || !has(BACKED_UP),
                "it is backed up and cannot be",
            ),
        ];
        rules
            .iter()
            .find(|(holds, _)| !holds)
            .map_or(Ok(()), |(_, why)| Err(Unbelieved(why)))
    }
}

/// Authenticator data (section 6.1), read to its last byte.
struct Seen<'a> {
    party: [u8; 32],
    flags: u8,
    sign_count: u32,
    /// The id and the public key of a new credential.
    made: Option<(&'a [u8], &'a [u8])>,
}

impl<'a> Seen<'a> {
    fn read(data: &'a [u8]) -> Believed<Self> {
        let short = || Unbelieved("the authenticator data is cut off");
        let (party, rest) = data.split_first_chunk::<32>().ok_or_else(short)?;
        let (flags, rest) = rest.split_first().ok_or_else(short)?;
        let (count, mut rest) = rest.split_first_chunk::<4>().ok_or_else(short)?;
        let mut made = None;
        if flags & HAS_CREDENTIAL != 0 {
            // The model of the authenticator is not looked at.
            let (_, after) = rest.split_first_chunk::<16>().ok_or_else(short)?;
            let (length, after) = after.split_first_chunk::<2>().ok_or_else(short)?;
            let length = usize::from(u16::from_be_bytes(*length));
            if !(1..=LONGEST_ID).contains(&length) {
                return Err(Unbelieved("the id of the credential is too long or empty"));
            }
            let (id, after) = after.split_at_checked(length).ok_or_else(short)?;
            let (key, after) = item(after).ok_or(Unbelieved("the public key is no CBOR"))?;
            made = Some((id, key));
            rest = after;
        }
        if flags & HAS_EXTENSIONS != 0 {
            rest = item(rest)
                .ok_or(Unbelieved("the extensions are no CBOR"))?
                .1;
        }
        if !rest.is_empty() {
            return Err(Unbelieved("something follows the authenticator data"));
        }
        Ok(Self {
            party: *party,
            flags: *flags,
            sign_count: u32::from_be_bytes(*count),
            made,
        })
    }
}

/// The first CBOR item, and what follows it.
fn item(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut rest = bytes;
    let _: Value = read(&mut rest)?;
    bytes.split_at_checked(bytes.len().checked_sub(rest.len())?)
}

fn read(bytes: &mut &[u8]) -> Option<Value> {
    (bytes.len() <= LARGEST)
        .then(|| ciborium::de::from_reader_with_recursion_limit(bytes, 8).ok())
        .flatten()
}

/// A map that is all there is.
fn map(mut bytes: &[u8]) -> Option<Vec<(Value, Value)>> {
    let value = read(&mut bytes)?;
    bytes.is_empty().then(|| value.into_map().ok()).flatten()
}

fn entry<'a>(map: &'a [(Value, Value)], name: &str) -> Option<&'a Value> {
    map.iter()
        .find(|(key, _)| key.as_text() == Some(name))
        .map(|(_, value)| value)
}

fn text<'a>(map: &'a [(Value, Value)], name: &str) -> Option<&'a str> {
    entry(map, name)?.as_text()
}

fn bytes<'a>(map: &'a [(Value, Value)], name: &str) -> Option<&'a [u8]> {
    entry(map, name)?.as_bytes().map(Vec::as_slice)
}

/// A public key that can be checked with.
enum Key {
    Es256(Vec<u8>),
    Ed25519(Vec<u8>),
    Rs256 { n: Vec<u8>, e: Vec<u8> },
}

impl Key {
    fn read(cose: &[u8]) -> Believed<Self> {
        let map = or(map(cose), "the public key is no CBOR map")?;
        let at = |label: i64| {
            let is = |key: &Value| key.as_integer().map(i128::from) == Some(i128::from(label));
            map.iter().find(|(key, _)| is(key)).map(|(_, value)| value)
        };
        let number = |label: i64| {
            let found = at(label).and_then(Value::as_integer).map(i128::from);
            found.and_then(|it| i64::try_from(it).ok())
        };
        let bytes = |label: i64| at(label).and_then(Value::as_bytes).cloned();
        let long = |label: i64| bytes(label).filter(|it| it.len() == 32);
        // Key type, algorithm, curve (RFC 9053, section 7).
        let key = match (number(1), number(3), number(-1)) {
            (Some(2), Some(-7), Some(1)) => {
                let (x, y) = (long(-2), long(-3));
                x.zip(y).map(|(x, y)| Self::Es256([vec![4], x, y].concat()))
            }
            (Some(1), Some(-8), Some(6)) => long(-2).map(Self::Ed25519),
            (Some(3), Some(-257), _) => {
                let (n, e) = (bytes(-1), bytes(-2));
                if let Some((n, e)) = n.as_ref().zip(e.as_ref())
                    && !is_strong(n, e)
                {
                    return Err(Unbelieved("the public key is weak"));
                }
                n.zip(e).map(|(n, e)| Self::Rs256 { n, e })
            }
            _ => None,
        };
        or(key, "the public key is of a kind that was not asked for")
    }

    const fn algorithm(&self) -> i64 {
        match self {
            Self::Es256(_) => -7,
            Self::Ed25519(_) => -8,
            Self::Rs256 { .. } => -257,
        }
    }

    /// That the credential signed the data and the hash of what the browser says.
    fn verify(&self, data: &[u8], client_data: &[u8], signature: &[u8]) -> Believed<()> {
        let message = [data, Sha256::digest(client_data).as_slice()].concat();
        let checked = match self {
            Self::Es256(point) => UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_ASN1, point)
                .verify(&message, signature),
            Self::Ed25519(point) => {
                UnparsedPublicKey::new(&signature::ED25519, point).verify(&message, signature)
            }
            Self::Rs256 { n, e } => RsaPublicKeyComponents { n, e }.verify(
                &signature::RSA_PKCS1_2048_8192_SHA256,
                &message,
                signature,
            ),
        };
        checked.map_err(|_| Unbelieved("the signature is not the credential's"))
    }
}

/// Whether an RSA key has a modulus of 2,048 to 8,192 bits and an exponent from 65,537 on (FIPS 186-5, section 5.1). `ring` takes no shorter
/// modulus, but looks only when a signature comes: a key that is added is signed with later.
fn is_strong(n: &[u8], e: &[u8]) -> bool {
    // Of a number without zeros before it (RFC 8230, section 4).
    let bits = |number: &[u8]| match number.first() {
        None | Some(0) => 0,
        Some(first) => {
            let whole = number.len().saturating_mul(8);
            whole.saturating_sub(first.leading_zeros() as usize)
        }
    };
    let is_odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
    // `ring` takes exponents of up to 33 bits.
    (2048..=8192).contains(&bits(n)) && (17..=33).contains(&bits(e)) && is_odd(n) && is_odd(e)
}

#[cfg(test)]
#[path = "webauthn_tests.rs"]
mod tests;
