//! The checksum of a space: what a client compares to know that it has everything. Not a signature: it guards against faults, not people.

use crate::ids::DocId;
use crate::library::document::Document;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Sum, modulo 2^128, of a hash of (id, revision) of each document that is not purged.
/// Order does not matter and a term can be taken out again, so that it is kept one document at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checksum(u128);

impl Checksum {
    /// The checksum of many documents.
    pub fn of<'a>(documents: impl IntoIterator<Item = &'a Document>) -> Self {
        documents
            .into_iter()
            .fold(Self::default(), |sum, document| sum.with(document))
    }

    /// With a document put in. Purged and never acknowledged ones count nothing.
    #[must_use]
    pub fn with(self, document: &Document) -> Self {
        Self(self.0.wrapping_add(term(document)))
    }

    /// With a document, as it was put in, taken out.
    #[must_use]
    pub fn without(self, document: &Document) -> Self {
        Self(self.0.wrapping_sub(term(document)))
    }

    /// With a row put in that is known by its id and revision only; the row is not purged.
    #[must_use]
    pub fn with_row(self, id: DocId, rev: u64) -> Self {
        Self(self.0.wrapping_add(hash(id, rev)))
    }

    /// With a row taken out that is known by its id and revision only; the row was not purged.
    #[must_use]
    pub fn without_row(self, id: DocId, rev: u64) -> Self {
        Self(self.0.wrapping_sub(hash(id, rev)))
    }
}

fn term(document: &Document) -> u128 {
    if document.purged || document.rev == 0 {
        0
    } else {
        hash(document.id, document.rev)
    }
}

fn hash(id: DocId, rev: u64) -> u128 {
    let mut hasher = Sha256::new();
    hasher.update(id.as_bytes());
    hasher.update(rev.to_be_bytes());
    let digest = hasher.finalize();
    digest
        .iter()
        .take(16)
        .fold(0, |value, byte| (value << 8) | u128::from(*byte))
}

impl fmt::Display for Checksum {
    /// 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// A text that is not a checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidChecksum;

impl fmt::Display for InvalidChecksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a checksum: expected 32 hexadecimal digits")
    }
}
impl std::error::Error for InvalidChecksum {}

impl FromStr for Checksum {
    type Err = InvalidChecksum;
    fn from_str(text: &str) -> Result<Self, InvalidChecksum> {
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(InvalidChecksum);
        }
        u128::from_str_radix(text, 16)
            .map(Self)
            .map_err(|_| InvalidChecksum)
    }
}

impl Serialize for Checksum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Checksum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::document::Kind;
    use proptest::prelude::*;

    fn document(number: u8, rev: u64) -> Document {
        let mut document = Document::new(DocId::mint(1, [number; 10]), Kind::Snippet);
        document.rev = rev;
        document
    }

    proptest! {
        #[test]
        fn order_does_not_matter_and_what_is_taken_out_is_gone(revs in prop::collection::vec(1u64..1000, 1..20)) {
            let documents: Vec<_> = (0u8..).zip(&revs).map(|(n, rev)| document(n, *rev)).collect();
            let forward = Checksum::of(&documents);
            prop_assert_eq!(forward, Checksum::of(documents.iter().rev()));
            let extra = document(200, 7);
            prop_assert_ne!(forward.with(&extra), forward);
            prop_assert_eq!(forward.with(&extra).without(&extra), forward);
            prop_assert_eq!(forward.to_string().parse(), Ok(forward));
        }
    }

    #[test]
    fn a_purged_document_counts_nothing() {
        let mut gone = document(1, 5);
        gone.purged = true;
        assert_eq!(Checksum::of([&gone]), Checksum::default());
        assert_ne!(
            Checksum::of([&document(1, 5)]),
            Checksum::of([&document(1, 6)])
        );
    }

    #[test]
    fn a_row_counts_as_its_document_does() {
        let one = document(1, 5);
        assert_eq!(
            Checksum::default().with_row(one.id, one.rev),
            Checksum::of([&one])
        );
        assert_eq!(
            Checksum::of([&one]).without_row(one.id, 5),
            Checksum::default()
        );
        assert!("+123".parse::<Checksum>().is_err());
        assert_eq!(Checksum::of([&one]).to_string().len(), 32);
    }
}
