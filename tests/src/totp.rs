//! An authenticator of a test: codes as an app shows them. Written apart from the server's, so that the two can disagree.

use ring::hmac;

/// The bytes of base32.
fn bytes(secret: &str) -> Vec<u8> {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = secret
        .chars()
        .map(|c| format!("{:05b}", alphabet.find(c).expect("base32")))
        .collect();
    let whole = bits.as_bytes().chunks_exact(8);
    whole
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect()
}

/// The six digits that are shown at a time, in milliseconds.
///
/// # Panics
/// When the secret is no base32.
#[must_use]
pub fn code(secret: &str, now: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes(secret));
    let step = u64::try_from(now / 30_000).expect("a time after 1970");
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[19] & 15);
    let number = u32::from_be_bytes(tag[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}
