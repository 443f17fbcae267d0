//! An authenticator of a test: it makes passkeys and signs with them, and says what it is told to say. Not a browser.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use krowoc_shared::accounts::passkeys::{CreationOptions, RequestOptions};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Present and verified.
pub const USUAL: u8 = 0b101;
const HAS_CREDENTIAL: u8 = 0b100_0000;

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The authenticator with one credential.
pub struct Authenticator {
    pair: EcdsaKeyPair,
    credential: [u8; 16],
    user: String,
    /// How often it signed.
    pub count: u32,
    /// It does not count, and always says 0.
    pub uncounted: bool,
    /// What it says of the person.
    pub flags: u8,
    /// For which site it signs.
    pub party: String,
    /// What the browser says where the page is from.
    pub origin: String,
}

impl Authenticator {
    /// A new one for the pages of an origin.
    ///
    /// # Panics
    /// When the machine makes no key.
    #[must_use]
    pub fn new(party: &str, origin: &str) -> Self {
        let (random, algorithm) = (SystemRandom::new(), &ECDSA_P256_SHA256_ASN1_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random);
        let mut credential = [0; 16];
        random.fill(&mut credential).expect("randomness");
        Self {
            pair: pair.expect("a key"),
            credential,
            user: String::new(),
            count: 0,
            uncounted: false,
            flags: USUAL,
            party: party.to_owned(),
            origin: origin.to_owned(),
        }
    }

    /// The id of its credential, as it travels.
    #[must_use]
    pub fn id(&self) -> String {
        encode(&self.credential)
    }

    /// Says that it is another account's.
    pub fn be(&mut self, user: &str) {
        user.clone_into(&mut self.user);
    }

    fn client_data(&self, kind: &str, challenge: &str) -> String {
        json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false})
            .to_string()
    }

    fn data(&mut self, new: bool) -> Vec<u8> {
        self.count = if self.uncounted { 0 } else { self.count + 1 };
        let mut data = Sha256::digest(self.party.as_bytes()).to_vec();
        data.push(if new {
            self.flags | HAS_CREDENTIAL
        } else {
            self.flags
        });
        data.extend_from_slice(&self.count.to_be_bytes());
        if new {
            let point = self.pair.public_key().as_ref();
            data.extend_from_slice(&[0; 16]);
            data.extend_from_slice(&[0, 16]);
            data.extend_from_slice(&self.credential);
            // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
            data.extend_from_slice(&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
            data.extend_from_slice(&point[1..33]);
            data.extend_from_slice(&[0x22, 0x58, 32]);
            data.extend_from_slice(&point[33..]);
        }
        data
    }

    /// Makes its credential; as a browser's `toJSON` says it.
    pub fn create(&mut self, options: &CreationOptions) -> Value {
        self.user.clone_from(&options.user.id);
        let client_data = self.client_data("webauthn.create", &options.challenge);
        let data = self.data(true);
        // {"fmt": "none", "attStmt": {}, "authData": …}
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(data.len()).expect("short"));
        attestation.extend_from_slice(&data);
        json!({
            "id": self.id(), "rawId": self.id(), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encode(client_data.as_bytes()), "attestationObject": encode(&attestation),
                "transports": ["internal", "carrier-pigeon"],
            },
        })
    }

    /// Signs; as a browser's `toJSON` says it.
    ///
    /// # Panics
    /// When it cannot sign.
    pub fn get(&mut self, options: &RequestOptions) -> Value {
        let client_data = self.client_data("webauthn.get", &options.challenge);
        let data = self.data(false);
        let message = [
            data.as_slice(),
            Sha256::digest(client_data.as_bytes()).as_slice(),
        ]
        .concat();
        let signature = self
            .pair
            .sign(&SystemRandom::new(), &message)
            .expect("a signature");
        json!({
            "id": self.id(), "rawId": self.id(), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encode(client_data.as_bytes()), "authenticatorData": encode(&data),
                "signature": encode(signature.as_ref()), "userHandle": self.user,
            },
        })
    }
}
