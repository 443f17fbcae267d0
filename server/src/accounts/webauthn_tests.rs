//! What authenticators say, against what a real browser's said (its virtual authenticator, one credential for each algorithm), and against
//! changes of it at every place.

use super::*;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::Value as Json;

const CHALLENGE: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const CREATE: &str = "webauthn.create";
const GET: &str = "webauthn.get";

fn party() -> Party {
    Party {
        id: "localhost".to_owned(),
        origin: "http://localhost:8123".to_owned(),
    }
}

fn of(value: &Json, name: &str) -> Vec<u8> {
    decode(value[name].as_str().unwrap()).unwrap()
}

fn golden() -> Vec<Json> {
    serde_json::from_str(include_str!("webauthn_golden.json")).unwrap()
}

fn challenge_bytes() -> Vec<u8> {
    decode(CHALLENGE).unwrap()
}

#[test]
fn what_a_browser_made_and_signed_is_believed_with_each_algorithm() {
    let all = golden();
    let algorithms: Vec<i64> = all
        .iter()
        .map(|it| it["algorithm"].as_i64().unwrap())
        .collect();
    assert_eq!(algorithms, ALGORITHMS);
    for one in all {
        let (made, signed) = (&one["made"], &one["signed"]);
        let client_data = of(made, "clientDataJSON");
        assert_eq!(challenge(&client_data).as_deref(), Some(CHALLENGE));
        let attestation = of(made, "attestationObject");
        let new = party().made(&client_data, &attestation, &challenge_bytes());
        let new = new.unwrap();
        assert_eq!(new.credential, of(signed, "id"));
        assert_eq!(new.sign_count, 1);
        let parts = [
            of(signed, "clientDataJSON"),
            of(signed, "authenticatorData"),
            of(signed, "signature"),
        ];
        let [client_data, data, signature] = parts.each_ref().map(Vec::as_slice);
        let answer = (client_data, data, signature);
        let count = party().signed(answer, &challenge_bytes(), &new.public_key);
        assert_eq!(count, Ok(2));
        // Another credential's key, another challenge, another site.
        let others: Vec<Made> = golden()
            .iter()
            .filter(|it| it["algorithm"] != one["algorithm"])
            .map(|it| {
                let made = &it["made"];
                let parts = (of(made, "clientDataJSON"), of(made, "attestationObject"));
                party()
                    .made(&parts.0, &parts.1, &challenge_bytes())
                    .unwrap()
            })
            .collect();
        for other in others {
            let count = party().signed(answer, &challenge_bytes(), &other.public_key);
            assert!(count.is_err());
        }
        let other = party().signed(answer, &[0; 32], &new.public_key);
        assert_eq!(other, Err(Unbelieved("the challenge is another")));
        let elsewhere = Party {
            id: "example.org".to_owned(),
            ..party()
        };
        let count = elsewhere.signed(answer, &challenge_bytes(), &new.public_key);
        assert_eq!(count, Err(Unbelieved("it is for another site")));
        let elsewhere = Party {
            origin: "http://localhost:8124".to_owned(),
            ..party()
        };
        let count = elsewhere.signed(answer, &challenge_bytes(), &new.public_key);
        assert_eq!(count, Err(Unbelieved("the origin is another")));
    }
}

#[test]
fn a_change_of_any_byte_of_what_was_signed_is_noticed() {
    for one in golden() {
        let (made, signed) = (&one["made"], &one["signed"]);
        let parts = (of(made, "clientDataJSON"), of(made, "attestationObject"));
        let key = party()
            .made(&parts.0, &parts.1, &challenge_bytes())
            .unwrap();
        let parts = [
            of(signed, "clientDataJSON"),
            of(signed, "authenticatorData"),
            of(signed, "signature"),
        ];
        for part in 0..parts.len() {
            for at in 0..parts[part].len() {
                let mut changed = parts.clone();
                changed[part][at] ^= 1;
                let [client_data, data, signature] = changed.each_ref().map(Vec::as_slice);
                let answer = (client_data, data, signature);
                let count = party().signed(answer, &challenge_bytes(), &key.public_key);
                assert!(count.is_err(), "byte {at} of part {part}");
                let cut = &parts[part][..at];
                let mut shorter = parts.each_ref().map(Vec::as_slice);
                shorter[part] = cut;
                let answer = (shorter[0], shorter[1], shorter[2]);
                let count = party().signed(answer, &challenge_bytes(), &key.public_key);
                assert!(count.is_err(), "part {part} cut at {at}");
            }
        }
    }
}

#[test]
fn a_new_credential_that_is_cut_off_or_followed_by_something_is_not_believed() {
    for one in golden() {
        let made = &one["made"];
        let client_data = of(made, "clientDataJSON");
        let attestation = of(made, "attestationObject");
        for at in 0..attestation.len() {
            let cut = party().made(&client_data, &attestation[..at], &challenge_bytes());
            assert!(cut.is_err(), "cut at {at}");
        }
        let longer = [attestation.as_slice(), &[0]].concat();
        assert!(
            party()
                .made(&client_data, &longer, &challenge_bytes())
                .is_err()
        );
        // No change of a byte makes it panic; what is not signed may be believed all the same.
        for at in 0..attestation.len() {
            let mut changed = attestation.clone();
            changed[at] = changed[at].wrapping_add(0x55);
            let _ = party().made(&client_data, &changed, &challenge_bytes());
        }
    }
}

/// An authenticator that can be told to lie.
struct Liar {
    pair: EcdsaKeyPair,
}

fn bytes_of(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    ciborium::ser::into_writer(value, &mut out).unwrap();
    out
}

fn client_data(kind: &str, origin: &str, more: &str) -> Vec<u8> {
    let text = format!(
        "{{\"type\":\"{kind}\",\"challenge\":\"{CHALLENGE}\",\"origin\":\"{origin}\"{more}}}"
    );
    text.into_bytes()
}

impl Liar {
    fn new() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap();
        Self { pair }
    }

    fn key(&self) -> Vec<u8> {
        let point = self.pair.public_key().as_ref();
        let pairs = [
            (1, Value::from(2)),
            (3, Value::from(-7)),
            (-1, Value::from(1)),
            (-2, Value::Bytes(point[1..33].to_vec())),
            (-3, Value::Bytes(point[33..].to_vec())),
        ];
        let pairs = pairs.map(|(label, value)| (Value::from(label), value));
        bytes_of(&Value::Map(pairs.into()))
    }

    fn data(&self, party: &str, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(party.as_bytes()).to_vec();
        data.push(flags);
        data.extend_from_slice(&7u32.to_be_bytes());
        if flags & HAS_CREDENTIAL != 0 {
            data.extend_from_slice(&[0; 16]);
            data.extend_from_slice(&4u16.to_be_bytes());
            data.extend_from_slice(b"abcd");
            data.extend_from_slice(&self.key());
        }
        if flags & HAS_EXTENSIONS != 0 {
            let extension = (Value::from("credProps"), Value::from(true));
            data.extend_from_slice(&bytes_of(&Value::Map(vec![extension])));
        }
        data
    }

    fn sign(&self, data: &[u8], client_data: &[u8]) -> Vec<u8> {
        let message = [data, Sha256::digest(client_data).as_slice()].concat();
        let signed = self.pair.sign(&SystemRandom::new(), &message);
        signed.unwrap().as_ref().to_vec()
    }

    fn get(&self, client_data: &[u8], flags: u8) -> Believed<u32> {
        let data = self.data("localhost", flags);
        let signature = self.sign(&data, client_data);
        let answer = (client_data, data.as_slice(), signature.as_slice());
        party().signed(answer, &challenge_bytes(), &self.key())
    }

    fn create(&self, flags: u8, format: &str, statement: Vec<(Value, Value)>) -> Believed<Made> {
        let entries = [
            ("fmt", Value::from(format)),
            ("attStmt", Value::Map(statement)),
            ("authData", Value::Bytes(self.data("localhost", flags))),
        ];
        let entries = entries.map(|(name, value)| (Value::from(name), value));
        let attestation = bytes_of(&Value::Map(entries.into()));
        let client_data = client_data(CREATE, &party().origin, "");
        party().made(&client_data, &attestation, &challenge_bytes())
    }
}

const USUAL: u8 = USER_PRESENT | USER_VERIFIED;
const NEW: u8 = USUAL | HAS_CREDENTIAL;

#[test]
fn a_person_must_be_there_and_be_verified_and_flags_must_agree() {
    let liar = Liar::new();
    let own = client_data(GET, &party().origin, "");
    assert_eq!(liar.get(&own, USUAL), Ok(7));
    assert_eq!(liar.get(&own, USUAL | BACKUP_ELIGIBLE | BACKED_UP), Ok(7));
    assert_eq!(liar.get(&own, USUAL | HAS_EXTENSIONS), Ok(7));
    for (flags, why) in [
        (USER_VERIFIED, "nobody was there"),
        (USER_PRESENT, "nobody was verified"),
        (USUAL | BACKED_UP, "it is backed up and cannot be"),
    ] {
        assert_eq!(liar.get(&own, flags), Err(Unbelieved(why)));
        let new = liar.create(flags | HAS_CREDENTIAL, "none", Vec::new());
        assert_eq!(new, Err(Unbelieved(why)));
    }
}

#[test]
fn a_ceremony_of_another_kind_or_inside_another_site_is_not_believed() {
    let liar = Liar::new();
    let origin = party().origin;
    let cases = [
        (client_data(CREATE, &origin, ""), "the ceremony is another"),
        (
            client_data(GET, "http://localhost:8123.evil.example", ""),
            "the origin is another",
        ),
        (client_data(GET, "null", ""), "the origin is another"),
        (
            client_data(GET, &origin, ",\"crossOrigin\":true"),
            "it was asked for inside another site's page",
        ),
        (b"not JSON".to_vec(), "the client data is not JSON"),
    ];
    for (client_data, why) in cases {
        assert_eq!(liar.get(&client_data, USUAL), Err(Unbelieved(why)));
    }
    let fine = client_data(GET, &origin, ",\"crossOrigin\":false,\"more\":{}");
    assert_eq!(liar.get(&fine, USUAL), Ok(7));
}

#[test]
fn an_attestation_is_none_or_of_the_credential_itself() {
    let liar = Liar::new();
    let made = liar.create(NEW, "none", Vec::new()).unwrap();
    assert_eq!(made.credential, b"abcd");
    assert!(
        liar.create(NEW | HAS_EXTENSIONS, "none", Vec::new())
            .is_ok()
    );
    let none = liar.create(USUAL, "none", Vec::new());
    assert_eq!(none, Err(Unbelieved("there is no new credential")));
    let own = client_data(CREATE, &party().origin, "");
    let signature = liar.sign(&liar.data("localhost", NEW), &own);
    let statement = |alg: i64, signature: &[u8]| {
        vec![
            (Value::from("alg"), Value::from(alg)),
            (Value::from("sig"), Value::Bytes(signature.to_vec())),
        ]
    };
    assert!(
        liar.create(NEW, "packed", statement(-7, &signature))
            .is_ok()
    );
    assert!(
        liar.create(NEW, "packed", statement(-8, &signature))
            .is_err()
    );
    let other = Liar::new().sign(&liar.data("localhost", NEW), &own);
    assert!(liar.create(NEW, "packed", statement(-7, &other)).is_err());
    let mut with_maker = statement(-7, &signature);
    with_maker.push((Value::from("x5c"), Value::Array(Vec::new())));
    assert!(liar.create(NEW, "packed", with_maker).is_err());
    assert!(liar.create(NEW, "none", statement(-7, &signature)).is_err());
    assert!(liar.create(NEW, "fido-u2f", Vec::new()).is_err());
}

#[test]
fn keys_of_other_kinds_are_not_taken() {
    let key = |pairs: &[(i64, Value)]| {
        let pairs = pairs
            .iter()
            .map(|(label, value)| (Value::from(*label), value.clone()));
        Key::read(&bytes_of(&Value::Map(pairs.collect())))
    };
    let long = Value::Bytes(vec![1; 32]);
    let (kind, curve) = (Value::from(2), Value::from(1));
    let whole = [
        (1, kind.clone()),
        (3, Value::from(-7)),
        (-1, curve.clone()),
        (-2, long.clone()),
        (-3, long.clone()),
    ];
    assert!(key(&whole).is_ok());
    for (at, wrong) in [
        (0, Value::from(1)),
        (1, Value::from(-35)),
        (1, Value::from(-8)),
        (2, Value::from(2)),
        (3, Value::Bytes(vec![1; 31])),
        (4, Value::from("text")),
    ] {
        let mut pairs = whole.clone();
        pairs[at].1 = wrong;
        assert!(key(&pairs).is_err(), "{at}");
    }
    assert!(Key::read(&[]).is_err() && Key::read(&[0xa0]).is_err());
    // Deeper than anything sane.
    assert!(Key::read(&[0x81; 4096]).is_err());
}

#[test]
fn weak_keys_of_rsa_are_not_taken() {
    let key = |n: Vec<u8>, e: &[u8]| {
        let pairs = [
            (1, Value::from(3)),
            (3, Value::from(-257)),
            (-1, Value::Bytes(n)),
            (-2, Value::Bytes(e.to_vec())),
        ];
        let pairs = pairs.map(|(label, value)| (Value::from(label), value));
        Key::read(&bytes_of(&Value::Map(pairs.into()))).map(drop)
    };
    let number = |length: usize, first: u8, last: u8| {
        let mut bytes = vec![0x55; length];
        bytes[0] = first;
        bytes[length - 1] = last;
        bytes
    };
    let usual = [1, 0, 1];
    for length in [256, 384, 512, 1024] {
        assert_eq!(key(number(length, 0x80, 1), &usual), Ok(()), "{length}");
    }
    let weak = Err(Unbelieved("the public key is weak"));
    for (n, why) in [
        (number(128, 0xff, 1), "1,024 bits"),
        (number(256, 0x7f, 1), "2,047 bits"),
        (number(257, 0, 1), "a zero before it"),
        (number(256, 0xff, 2), "even"),
        (number(1025, 1, 1), "8,193 bits"),
        (Vec::new(), "none"),
    ] {
        assert_eq!(key(n, &usual), weak, "{why}");
    }
    for e in [
        &[][..],
        &[1],
        &[3],
        &[17],
        &[0xff, 0xff],
        &[1, 0, 0],
        &[0, 1, 0, 1],
        &[2, 0, 0, 0, 1],
    ] {
        assert_eq!(key(number(256, 0x80, 1), e), weak, "{e:?}");
    }
}
