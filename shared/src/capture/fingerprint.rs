//! Tells whether a text was saved before: exactly (SHA-256 over folded text) or nearly (simhash). Not a search index.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

/// Signatures this many bits apart or less are of nearly the same text.
///
/// The share of differing bits estimates the angle between the two sets of shingles (Charikar 2002): 9 of 64 bits is a cosine of
/// about .90. Texts with nothing in common differ in 32 ± 4 bits, so a chance match is a one in 10⁸ event.
pub const NEAR_BITS: u32 = 9;

/// Texts with fewer shingles have no signature: a change of one word would move it too far to mean anything.
const MIN_SHINGLES: usize = 8;

/// A 64-bit locality-sensitive signature of a text (Charikar's simhash). Serialised as 16 hexadecimal digits, since JavaScript
/// numbers cannot hold 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SimHash(pub u64);

impl SimHash {
    /// Number of bits in which two signatures differ, 0 to 64.
    pub fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }
}

impl Serialize for SimHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{:016x}", self.0))
    }
}

impl<'de> Deserialize<'de> for SimHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16)
            .map(Self)
            .map_err(D::Error::custom)
    }
}

/// True when both signatures are of nearly the same text: at most [`NEAR_BITS`] differ.
pub fn near(a: SimHash, b: SimHash) -> bool {
    a.distance(b) <= NEAR_BITS
}

/// The form in which texts are compared: NFKC, lower case, letters and digits only, single spaces between words, and without
/// the destinations of Markdown links, which change with every tracking parameter.
pub fn fold(text: &str) -> String {
    let mut out = Folded {
        text: String::with_capacity(text.len()),
        gap: false,
    };
    for piece in without_destinations(text) {
        out.read(piece);
    }
    out.text
}

struct Folded {
    text: String,
    gap: bool,
}

impl Folded {
    /// ASCII, most of most texts, is its own normal form. Only the last character before another script may join what follows it.
    fn read(&mut self, piece: &str) {
        let mut rest = piece;
        while !rest.is_empty() {
            let ascii = rest.bytes().position(|b| !b.is_ascii());
            let plain = ascii.map_or(rest.len(), |end| end.saturating_sub(1));
            let (head, tail) = rest.split_at_checked(plain).unwrap_or((rest, ""));
            for b in head.bytes() {
                self.push(char::from(b.to_ascii_lowercase()));
            }
            let other = tail.bytes().skip(1).position(|b| b.is_ascii());
            let end = other.map_or(tail.len(), |at| at.saturating_add(1));
            let (head, tail) = tail.split_at_checked(end).unwrap_or((tail, ""));
            for c in head.nfkc().flat_map(char::to_lowercase) {
                self.push(c);
            }
            rest = tail;
        }
    }

    fn push(&mut self, c: char) {
        if c.is_alphanumeric() {
            if self.gap && !self.text.is_empty() {
                self.text.push(' ');
            }
            self.gap = false;
            self.text.push(c);
        } else if !is_ignorable(c) {
            self.gap = true;
        }
    }
}

/// SHA-256 of the folded text as 64 hexadecimal digits: equal for texts that differ only in case, blanks and punctuation.
pub fn fingerprint(text: &str) -> String {
    Sha256::digest(fold(text).as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Signature for [`near`]; `None` for a text too short to have a meaningful one (compare such texts by [`fingerprint`]).
///
/// Shingles are pairs of neighbouring words, and pairs of neighbouring characters in scripts without spaces; each counts once.
pub fn simhash(text: &str) -> Option<SimHash> {
    let folded = fold(text);
    let mut shingles: Vec<u64> = Vec::new();
    let mut before = "";
    for token in folded.split(' ').flat_map(tokens) {
        if !before.is_empty() {
            shingles.push(hash([before, token]));
        }
        before = token;
    }
    shingles.sort_unstable();
    shingles.dedup();
    if shingles.len() < MIN_SHINGLES {
        return None;
    }
    let mut votes = [0i64; 64];
    for shingle in &shingles {
        for (bit, vote) in votes.iter_mut().enumerate() {
            *vote += if shingle >> bit & 1 == 1 { 1 } else { -1 };
        }
    }
    let bits = votes.iter().enumerate().filter(|(_, vote)| **vote > 0);
    Some(SimHash(bits.fold(0, |acc, (bit, _)| acc | 1 << bit)))
}

fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{FE00}'..='\u{FE0F}')
}

fn without_destinations(text: &str) -> Vec<&str> {
    let mut rest = text;
    let mut pieces = Vec::new();
    while let Some(at) = rest.find("](") {
        let (head, tail) = rest.split_at(at);
        // A destination has no blank in it, save before its title: what does not close is ordinary text.
        let Some(end) = tail
            .find([')', '\n'])
            .filter(|&end| tail.get(end..=end) == Some(")"))
        else {
            let cut = at + 2;
            let (head, tail) = rest.split_at_checked(cut).unwrap_or((rest, ""));
            pieces.push(head);
            rest = tail;
            continue;
        };
        pieces.push(head);
        rest = tail.get(end..).unwrap_or_default();
    }
    pieces.push(rest);
    pieces
}

/// Whole words; single characters for runs of scripts written without spaces.
fn tokens(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = if is_spaceless(first) {
            first.len_utf8()
        } else {
            rest.find(is_spaceless).unwrap_or(rest.len())
        };
        let (token, tail) = rest.split_at_checked(end)?;
        rest = tail;
        Some(token)
    })
}

fn is_spaceless(c: char) -> bool {
    matches!(u32::from(c), 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// FNV-1a with a final mix (the finaliser of `MurmurHash3`), so that all 64 bits depend on every byte.
fn hash(words: [&str; 2]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for word in words {
        for byte in word.bytes().chain([0]) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    state = (state ^ state >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    state = (state ^ state >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    state ^ state >> 33
}

#[cfg(test)]
#[path = "fingerprint_tests.rs"]
mod tests;
