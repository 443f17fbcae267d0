//! Codes of authenticators (RFC 6238 with SHA-1, thirty seconds and six digits, which every authenticator knows), the address by which one
//! takes a secret over, and recovery codes. Not whether a code was taken before: that is the store's.

use crate::platform::{Random, random};
use crate::store::sessions::Hash;
use crate::vault::Secret;
use crate::web::token::same;
use krowoc_shared::accounts::factors::TotpSetup;
use krowoc_shared::ids::Millis;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use qrcode::{Color, EcLevel, QrCode};
use ring::hmac;
use std::fmt::Write;

/// How long a code is shown.
const STEP: Millis = 30_000;
/// Codes of so many steps before and after the present one are right too: clocks differ, and people type.
const AROUND: i64 = 1;
/// Recovery codes at a time.
const CODES: usize = 10;
/// The alphabet of RFC 4648, section 6.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A code as somebody typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// Six digits.
    Digits(String),
    /// What may be a recovery code, in the one form in which they are compared.
    Recovery(String),
}

/// Reads what was typed; `None` when it can be no code.
#[must_use]
pub(super) fn typed(text: &str) -> Option<Typed> {
    if text.len() > 64 {
        return None;
    }
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect();
    let plain = plain.to_ascii_uppercase();
    if plain.len() == 6 && plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Typed::Digits(plain));
    }
    let is_code = plain.len() == 16 && plain.bytes().all(|byte| BASE32.contains(&byte));
    is_code.then_some(Typed::Recovery(plain))
}

/// Base32 without padding, of whole groups of five bytes.
fn base32(bytes: &[u8]) -> String {
    let digit = |group: u64, at: u32| {
        let index = usize::try_from((group >> (35 - 5 * at)) & 31).unwrap_or(0);
        BASE32.get(index).map_or('A', |byte| char::from(*byte))
    };
    let groups = bytes.chunks_exact(5).map(|chunk| {
        let sum = |sum: u64, byte: &u8| (sum << 8) | u64::from(*byte);
        chunk.iter().fold(0, sum)
    });
    groups
        .flat_map(|group| (0..8).map(move |at| digit(group, at)))
        .collect()
}

/// The bytes of base32 without padding; `None` when it is none.
fn unbase32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut held, mut bits) = (0u32, 0u32);
    for sign in text.bytes() {
        let value = BASE32.iter().position(|it| *it == sign)?;
        held = (held << 5) | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

/// A new secret: 160 bits, as RFC 4226, section 4 recommends, in base32.
#[must_use]
pub(super) fn mint(source: &dyn Random) -> Secret {
    Secret::new(base32(&random::<20>(source)))
}

/// The step of a time.
#[must_use]
fn step(now: Millis) -> i64 {
    now.div_euclid(STEP)
}

/// The code of a step (RFC 4226, section 5.3).
fn code(key: &hmac::Key, step: i64) -> Option<String> {
    let counter = u64::try_from(step).ok()?.to_be_bytes();
    let tag = hmac::sign(key, &counter);
    let tag = tag.as_ref();
    let offset = usize::from(tag.last()? & 0x0f);
    let four: [u8; 4] = tag.get(offset..offset + 4)?.try_into().ok()?;
    let number = (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000;
    Some(format!("{number:06}"))
}

/// The step whose code this is, of those around a time; the latest, should two have the same code. Every one is compared, so that the time it
/// takes tells nothing.
#[must_use]
pub(super) fn matching(secret: &Secret, digits: &str, now: Millis) -> Option<i64> {
    let bytes = unbase32(secret.expose())?;
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let present = step(now);
    (-AROUND..=AROUND)
        .map(|by| present + by)
        .fold(None, |found, step| {
            let right = code(&key, step).is_some_and(|code| same(&code, digits));
            if right { Some(step) } else { found }
        })
}

/// What an authenticator takes over: the secret as text, as an address and as a QR code; `None` when that does not fit.
#[must_use]
pub(super) fn setup(secret: &Secret, email: &str) -> Option<TotpSetup> {
    let uri = format!(
        "otpauth://totp/Krowoc:{}?secret={}&issuer=Krowoc&algorithm=SHA1&digits=6&period=30",
        utf8_percent_encode(email, NON_ALPHANUMERIC),
        secret.expose()
    );
    let qr = QrCode::with_error_correction_level(uri.as_bytes(), EcLevel::M).ok()?;
    let (size, modules) = (qr.width(), qr.to_colors());
    let mut path = String::new();
    for (y, row) in modules.chunks(size).enumerate() {
        // Neighbours of a row are one stroke.
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&Color::Dark) {
                // Writing into a text cannot fail.
                let _ = write!(path, "M{x} {y}h{0}v1h-{0}z", run.len());
            }
            x += run.len();
        }
    }
    Some(TotpSetup {
        secret: secret.expose().to_owned(),
        uri,
        qr_size: u32::try_from(size).ok()?,
        qr_path: path,
    })
}

/// Ten new recovery codes of 80 bits each, as they are shown, and their hashes.
#[must_use]
pub(super) fn recovery(secret: &Secret, source: &dyn Random) -> (Vec<String>, Vec<Hash>) {
    let codes: Vec<String> = (0..CODES).map(|_| base32(&random::<10>(source))).collect();
    let hashes = codes.iter().filter_map(|code| hash(secret, code)).collect();
    let shown = codes.iter().map(|code| {
        let lower = code.to_ascii_lowercase();
        let mut shown = String::with_capacity(19);
        for (at, c) in lower.chars().enumerate() {
            if at > 0 && at.is_multiple_of(4) {
                shown.push('-');
            }
            shown.push(c);
        }
        shown
    });
    (shown.collect(), hashes)
}

/// The hash of a recovery code. It is keyed with the authenticator's secret: who has the database alone cannot try codes.
#[must_use]
pub(super) fn hash(secret: &Secret, code: &str) -> Option<Hash> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    let mut context = hmac::Context::with_key(&key);
    context.update(b"krowoc/recovery-code/1:");
    context.update(code.as_bytes());
    context.sign().as_ref().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::SystemRandom;

    fn of_rfc() -> Secret {
        Secret::new(base32(b"12345678901234567890"))
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Appendix B, SHA-1; its eight digits end with our six.
        let known = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (second, digits) in known {
            let now = second * 1000;
            assert_eq!(matching(&of_rfc(), digits, now), Some(second / 30));
        }
    }

    #[test]
    fn a_code_is_right_one_step_before_and_after_its_own_and_no_longer() {
        let (secret, own) = (of_rfc(), 37_037_036 * STEP);
        let digits = "081804";
        for (now, right) in [
            (own - STEP - 1, false),
            (own - STEP, true),
            (own, true),
            (own + 2 * STEP - 1, true),
            (own + 2 * STEP, false),
        ] {
            let found = matching(&secret, digits, now);
            assert_eq!(found, right.then_some(37_037_036), "{now}");
        }
        assert_eq!(matching(&secret, "081805", own), None);
        assert_eq!(matching(&secret, "", own), None);
    }

    #[test]
    fn base32_is_that_of_rfc_4648_and_comes_back() {
        assert_eq!(base32(b"fooba"), "MZXW6YTB");
        assert_eq!(
            base32(b"12345678901234567890"),
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        );
        let bytes: Vec<u8> = (0..=255).chain(0..4).collect();
        assert_eq!(unbase32(&base32(&bytes)), Some(bytes));
        assert_eq!(unbase32("MZXW1"), None);
    }

    #[test]
    fn what_is_typed_is_read_however_it_is_parted() {
        assert_eq!(typed("123 456"), Some(Typed::Digits("123456".to_owned())));
        let code = Some(Typed::Recovery("ABCDEFGHIJKLMN23".to_owned()));
        assert_eq!(typed(" abcd-efgh-ijkl-mn23"), code);
        assert_eq!(typed("ABCDEFGHIJKLMN23"), code);
        for none in [
            "",
            "12345",
            "1234567",
            "abcd-efgh-ijkl-mn18",
            &"1 ".repeat(40),
        ] {
            assert_eq!(typed(none), None, "{none:?}");
        }
    }

    #[test]
    fn recovery_codes_differ_and_their_hashes_are_of_their_secret() {
        let (one, two) = (mint(&SystemRandom), mint(&SystemRandom));
        let (codes, hashes) = recovery(&one, &SystemRandom);
        let distinct: std::collections::BTreeSet<_> = codes.iter().collect();
        assert_eq!((distinct.len(), hashes.len()), (CODES, CODES));
        let Some(Typed::Recovery(plain)) = typed(&codes[3]) else {
            panic!("{} is no code", codes[3]);
        };
        assert_eq!(hash(&one, &plain), Some(hashes[3]));
        assert_ne!(hash(&two, &plain), Some(hashes[3]));
    }

    #[test]
    fn the_address_and_the_drawing_hold_the_secret_and_no_markup() {
        let secret = of_rfc();
        let setup = setup(&secret, "ada+x@example.org").unwrap();
        assert_eq!(
            setup.uri,
            "otpauth://totp/Krowoc:ada%2Bx%40example%2Eorg?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Krowoc&algorithm=SHA1&digits=6&period=30"
        );
        // The finder pattern in the corner of every QR code: seven modules, then one, then one.
        assert!(
            setup.qr_path.starts_with("M0 0h7v1h-7z"),
            "{}",
            setup.qr_path
        );
        assert!(setup.qr_size >= 21 && (setup.qr_size - 21).is_multiple_of(4));
        let plain = |c: char| c.is_ascii_digit() || "Mhvz -".contains(c);
        assert!(setup.qr_path.chars().all(plain));
        // The longest address that there is still fits.
        assert!(super::setup(&secret, &"+".repeat(254)).is_some());
    }
}
