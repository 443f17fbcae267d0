//! ID tokens: their signatures under an issuer's keys, and whether what they claim is meant for this attempt. Not where keys come from.
//!
//! A closed list of algorithms with public keys; `none` and shared secrets are not on it (RFC 8725).

use super::issuer::TENANT;
use crate::web::token::same;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use krowoc_shared::ids::Millis;
use ring::signature::{
    self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use serde::{Deserialize, Deserializer};

/// How far an issuer's clock may be off, in seconds.
const LEEWAY: i64 = 60;
/// Longest token, in bytes.
const LONGEST: usize = 64 * 1024;

/// Why a token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// No key of the issuer could have signed it; it may have a new one.
    UnknownKey,
    /// It is wrong.
    Wrong(&'static str),
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::UnknownKey => "it is signed with a key that the issuer does not publish",
            Self::Wrong(why) => why,
        })
    }
}

/// A public key as issuers publish it (RFC 7517).
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Key {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// The set of an issuer's keys.
#[derive(Debug, Deserialize)]
pub(super) struct Keys {
    keys: Vec<serde_json::Value>,
}

impl Keys {
    /// Those that may sign; what is no key of ours is passed over.
    pub(super) fn usable(self) -> Vec<Key> {
        let keys = self
            .keys
            .into_iter()
            .filter_map(|it| serde_json::from_value::<Key>(it).ok());
        keys.filter(|key| key.purpose.as_deref().is_none_or(|it| it == "sig"))
            .collect()
    }
}

/// What the token must say.
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: String,
    pub now: Millis,
}

/// What a token, or userinfo, claims.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Claims {
    #[serde(default)]
    pub iss: String,
    pub sub: String,
    #[serde(default)]
    aud: Audience,
    azp: Option<String>,
    #[serde(default)]
    exp: i64,
    nbf: Option<i64>,
    iat: Option<i64>,
    nonce: Option<String>,
    tid: Option<String>,
    pub email: Option<String>,
    #[serde(default, deserialize_with = "truth")]
    pub email_verified: bool,
    #[serde(default, deserialize_with = "truth")]
    pub xms_edov: bool,
    pub name: Option<String>,
    /// A text, or nothing: what some providers put here is no reason to refuse the token.
    #[serde(default)]
    picture: serde_json::Value,
}

impl Claims {
    /// Where a picture is said to be.
    pub(super) fn picture(&self) -> Option<&str> {
        self.picture.as_str()
    }
}

/// One audience or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Default for Audience {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

/// Some issuers write truths as texts or numbers.
fn truth<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    let value = serde_json::Value::deserialize(from)?;
    Ok(value == true || value == "true" || value == "1" || value == 1)
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

fn decode(text: &str) -> Result<Vec<u8>, Trouble> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| Trouble::Wrong("it is not base64url"))
}

fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Trouble> {
    serde_json::from_slice(bytes).map_err(|_| Trouble::Wrong("a part is not as expected"))
}

/// Reads a token that is believed.
pub(super) fn read(token: &str, keys: &[Key], expected: &Expected<'_>) -> Result<Claims, Trouble> {
    if token.len() > LONGEST {
        return Err(Trouble::Wrong("it is too long"));
    }
    let parts: Vec<&str> = token.split('.').collect();
    let [head, body, mark] = parts.as_slice() else {
        return Err(Trouble::Wrong("it has not three parts"));
    };
    let header = decode(head)?;
    let header: Header = parse(&header)?;
    if header.crit.is_some() {
        return Err(Trouble::Wrong("it asks for what is not understood"));
    }
    let signed = token.get(..head.len() + 1 + body.len()).unwrap_or_default();
    check_signature(&header, signed.as_bytes(), &decode(mark)?, keys)?;
    let claims = decode(body)?;
    let claims: Claims = parse(&claims)?;
    check_claims(&claims, expected)?;
    Ok(claims)
}

fn check_signature(
    header: &Header,
    signed: &[u8],
    mark: &[u8],
    keys: &[Key],
) -> Result<(), Trouble> {
    if !ALGORITHMS.contains(&header.alg.as_str()) {
        return Err(Trouble::Wrong("its algorithm is not taken"));
    }
    let fits = |key: &&Key| {
        let named = header.kid.is_none() || header.kid == key.kid;
        named && key.alg.as_ref().is_none_or(|alg| *alg == header.alg)
    };
    let mut tried = false;
    for key in keys.iter().filter(fits) {
        match key.verify(&header.alg, signed, mark) {
            Some(true) => return Ok(()),
            Some(false) => tried = true,
            None => {}
        }
    }
    // A key that it names is known, and did not sign it.
    if tried && header.kid.is_some() {
        return Err(Trouble::Wrong("its signature is wrong"));
    }
    Err(Trouble::UnknownKey)
}

const ALGORITHMS: [&str; 6] = ["RS256", "RS384", "RS512", "ES256", "ES384", "EdDSA"];

impl Key {
    /// Whether the key signed it; `None` when it is a key for another algorithm.
    fn verify(&self, alg: &str, signed: &[u8], mark: &[u8]) -> Option<bool> {
        let part = |text: &Option<String>| decode(text.as_deref()?).ok();
        let rsa: Option<&RsaParameters> = match alg {
            "RS256" => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
            "RS384" => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
            "RS512" => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
            _ => None,
        };
        if let Some(parameters) = rsa.filter(|_| self.kty == "RSA") {
            let (n, e) = (part(&self.n)?, part(&self.e)?);
            let key = RsaPublicKeyComponents { n, e };
            return Some(key.verify(parameters, signed, mark).is_ok());
        }
        let (method, key): (&dyn VerificationAlgorithm, Vec<u8>) =
            match (alg, self.kty.as_str(), self.crv.as_deref()) {
                ("ES256", "EC", Some("P-256")) => {
                    (&signature::ECDSA_P256_SHA256_FIXED, self.point()?)
                }
                ("ES384", "EC", Some("P-384")) => {
                    (&signature::ECDSA_P384_SHA384_FIXED, self.point()?)
                }
                ("EdDSA", "OKP", Some("Ed25519")) => (&signature::ED25519, part(&self.x)?),
                _ => return None,
            };
        Some(
            UnparsedPublicKey::new(method, key)
                .verify(signed, mark)
                .is_ok(),
        )
    }

    /// A point of a curve, uncompressed (SEC 1, section 2.3.3).
    fn point(&self) -> Option<Vec<u8>> {
        let (x, y) = (
            decode(self.x.as_deref()?).ok()?,
            decode(self.y.as_deref()?).ok()?,
        );
        Some([&[4][..], &x, &y].concat())
    }
}

/// OpenID Connect Core 1.0, section 3.1.3.7.
fn check_claims(claims: &Claims, expected: &Expected<'_>) -> Result<(), Trouble> {
    let now = expected.now.div_euclid(1000);
    let wanted = match &claims.tid {
        Some(tenant) => expected.issuer.replace(TENANT, tenant),
        None => expected.issuer.to_owned(),
    };
    let of_us = |azp: &Option<String>| azp.as_deref() == Some(expected.client_id);
    let for_us = match &claims.aud {
        Audience::One(one) => one == expected.client_id,
        Audience::Many(many) => {
            many.iter().any(|it| it == expected.client_id)
                && (many.len() == 1 || of_us(&claims.azp))
        }
    };
    let nonce = claims.nonce.as_deref().unwrap_or_default();
    let rules = [
        (claims.iss == wanted, "it is of another issuer"),
        (for_us, "it is for somebody else"),
        (
            claims.azp.is_none() || of_us(&claims.azp),
            "it was asked for by somebody else",
        ),
        (claims.exp.saturating_add(LEEWAY) > now, "it has run out"),
        (
            claims.nbf.unwrap_or(0) <= now.saturating_add(LEEWAY),
            "it is not good yet",
        ),
        (
            claims
                .iat
                .is_some_and(|at| at <= now.saturating_add(LEEWAY)),
            "it is of the future",
        ),
        (same(nonce, &expected.nonce), "it is of another attempt"),
        ((1..=255).contains(&claims.sub.len()), "it names nobody"),
    ];
    match rules.iter().find(|(holds, _)| !holds) {
        Some((_, why)) => Err(Trouble::Wrong(why)),
        None => Ok(()),
    }
}

#[cfg(test)]
#[path = "jwt_tests.rs"]
mod tests;
