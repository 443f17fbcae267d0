//! Tests of reading ID tokens: each rule is broken once.

use super::*;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

const ISSUER: &str = "https://id.example.org";
const NOW: Millis = 1_795_219_200_000;

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// An issuer's key pair on P-256.
struct Signer(EcdsaKeyPair);

impl Signer {
    fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
        let pair = EcdsaKeyPair::from_pkcs8(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            document.unwrap().as_ref(),
            &random,
        );
        Self(pair.unwrap())
    }

    fn key(&self, kid: &str) -> Value {
        let point = self.0.public_key().as_ref();
        json!({"kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "x": encode(&point[1..33]), "y": encode(&point[33..])})
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let signed = format!(
            "{}.{}",
            encode(header.to_string().as_bytes()),
            encode(claims.to_string().as_bytes())
        );
        let mark = self
            .0
            .sign(&SystemRandom::new(), signed.as_bytes())
            .unwrap();
        format!("{signed}.{}", encode(mark.as_ref()))
    }
}

fn keys(all: &[Value]) -> Vec<Key> {
    serde_json::from_value::<Keys>(json!({ "keys": all }))
        .unwrap()
        .usable()
}

fn expected() -> Expected<'static> {
    Expected {
        issuer: ISSUER,
        client_id: "krowoc",
        nonce: "the-nonce".to_owned(),
        now: NOW,
    }
}

fn header() -> Value {
    json!({"alg": "ES256", "kid": "one"})
}

fn claims() -> Value {
    let now = NOW / 1000;
    json!({"iss": ISSUER, "sub": "248289761001", "aud": "krowoc", "exp": now + 300, "iat": now, "nonce": "the-nonce", "email": "ada@example.org", "email_verified": "true"})
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

#[test]
fn a_token_that_is_meant_for_this_attempt_is_believed() {
    let signer = Signer::new();
    let keys = keys(&[signer.key("one")]);
    let read = read(&signer.sign(&header(), &claims()), &keys, &expected()).unwrap();
    assert_eq!(
        (read.sub.as_str(), read.email.as_deref()),
        ("248289761001", Some("ada@example.org"))
    );
    assert!(read.email_verified);
}

#[test]
fn each_claim_that_is_not_as_it_must_be_is_refused() {
    let signer = Signer::new();
    let keys = keys(&[signer.key("one")]);
    let now = NOW / 1000;
    for (name, value) in [
        ("iss", json!("https://evil.example")),
        ("iss", json!("https://id.example.org/")),
        ("aud", json!("another")),
        ("aud", json!(["krowoc", "another"])),
        ("aud", json!([])),
        ("azp", json!("another")),
        ("exp", json!(now - 61)),
        ("nbf", json!(now + 61)),
        ("iat", json!(now + 61)),
        ("iat", Value::Null),
        ("nonce", json!("of another attempt")),
        ("nonce", Value::Null),
        ("sub", json!("")),
        ("sub", json!("x".repeat(256))),
    ] {
        let token = signer.sign(&header(), &with(name, value.clone()));
        let refused = read(&token, &keys, &expected()).unwrap_err();
        assert!(matches!(refused, Trouble::Wrong(_)), "{name} {value}");
    }
    let mut several = with("aud", json!(["krowoc", "another"]));
    several["azp"] = json!("krowoc");
    assert!(read(&signer.sign(&header(), &several), &keys, &expected()).is_ok());
}

#[test]
fn a_token_that_was_changed_or_signed_by_somebody_else_is_refused() {
    let (signer, other) = (Signer::new(), Signer::new());
    let keys = keys(&[signer.key("one")]);
    let token = signer.sign(&header(), &claims());
    let parts: Vec<&str> = token.split('.').collect();
    let changed = encode(with("sub", json!("somebody else")).to_string().as_bytes());
    let swapped = format!("{}.{changed}.{}", parts[0], parts[2]);
    assert!(matches!(
        read(&swapped, &keys, &expected()),
        Err(Trouble::Wrong(_))
    ));
    let forged = other.sign(&header(), &claims());
    assert!(matches!(
        read(&forged, &keys, &expected()),
        Err(Trouble::Wrong(_))
    ));
    for broken in [
        "",
        "a.b",
        "a.b.c.d",
        &format!("{}.{}.", parts[0], parts[1]),
        &"x".repeat(LONGEST + 1),
    ] {
        assert!(read(broken, &keys, &expected()).is_err());
    }
}

#[test]
fn no_algorithm_is_taken_that_needs_no_key_or_a_shared_one() {
    let signer = Signer::new();
    let keys = keys(&[signer.key("one")]);
    for alg in ["none", "None", "HS256", "PS256", "ES512", ""] {
        let token = signer.sign(&json!({"alg": alg, "kid": "one"}), &claims());
        assert!(
            matches!(read(&token, &keys, &expected()), Err(Trouble::Wrong(_))),
            "{alg}"
        );
    }
    // A key of a curve is no RSA key.
    let token = signer.sign(&json!({"alg": "RS256", "kid": "one"}), &claims());
    assert!(read(&token, &keys, &expected()).is_err());
    let token = signer.sign(
        &json!({"alg": "ES256", "kid": "one", "crit": ["b64"]}),
        &claims(),
    );
    assert!(read(&token, &keys, &expected()).is_err());
}

#[test]
fn a_key_that_is_not_known_may_be_a_new_one() {
    let (old, new) = (Signer::new(), Signer::new());
    let token = new.sign(&json!({"alg": "ES256", "kid": "two"}), &claims());
    let before = keys(&[old.key("one")]);
    assert_eq!(
        read(&token, &before, &expected()).unwrap_err(),
        Trouble::UnknownKey
    );
    let after = keys(&[old.key("one"), new.key("two")]);
    assert!(read(&token, &after, &expected()).is_ok());
    let unnamed = new.sign(&json!({"alg": "ES256"}), &claims());
    assert!(read(&unnamed, &after, &expected()).is_ok());
    // A key for sealing signs nothing.
    let mut sealing = new.key("two");
    sealing["use"] = json!("enc");
    assert_eq!(
        read(&token, &keys(&[sealing]), &expected()).unwrap_err(),
        Trouble::UnknownKey
    );
}

#[test]
fn edwards_curves_are_taken_too() {
    let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
    let key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": encode(pair.public_key().as_ref())});
    let signed = format!(
        "{}.{}",
        encode(json!({"alg": "EdDSA", "kid": "ed"}).to_string().as_bytes()),
        encode(claims().to_string().as_bytes())
    );
    let token = format!("{signed}.{}", encode(pair.sign(signed.as_bytes()).as_ref()));
    assert!(read(&token, &keys(&[key]), &expected()).is_ok());
}

#[test]
fn the_example_of_rfc_7515_with_rsa_verifies() {
    // RFC 7515, appendix A.2: key, signing input and signature.
    let key = json!({
        "kty": "RSA",
        "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        "e": "AQAB",
    });
    let signed = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let mark = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    let key: Key = serde_json::from_value(key).unwrap();
    let mark = decode(mark).unwrap();
    assert_eq!(key.verify("RS256", signed.as_bytes(), &mark), Some(true));
    assert_eq!(key.verify("RS256", b"another", &mark), Some(false));
    assert_eq!(key.verify("RS512", signed.as_bytes(), &mark), Some(false));
    assert_eq!(key.verify("ES256", signed.as_bytes(), &mark), None);
}

#[test]
fn the_issuer_of_many_tenants_is_the_one_of_the_token_s_tenant() {
    let signer = Signer::new();
    let keys = keys(&[signer.key("one")]);
    let many = Expected {
        issuer: "https://login.microsoftonline.com/{tenantid}/v2.0",
        ..expected()
    };
    let mut of_tenant = with("iss", json!("https://login.microsoftonline.com/t-1/v2.0"));
    of_tenant["tid"] = json!("t-1");
    assert!(read(&signer.sign(&header(), &of_tenant), &keys, &many).is_ok());
    of_tenant["tid"] = json!("t-2");
    assert!(read(&signer.sign(&header(), &of_tenant), &keys, &many).is_err());
}
