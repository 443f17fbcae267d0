//! Identifiers: time-ordered 128-bit ids (UUID version 7). Not minted from ambient state: time and randomness are arguments.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// Milliseconds since the Unix epoch, UTC.
pub type Millis = i64;

/// Builds the bits of a UUID version 7 (RFC 9562, section 5.7) from a time and ten random bytes.
fn v7(at: Millis, random: [u8; 10]) -> Uuid {
    let millis = u64::try_from(at).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Mints an id from a time and ten random bytes.
            #[must_use]
            pub fn mint(at: Millis, random: [u8; 10]) -> Self {
                Self(v7(at, random))
            }
            /// The sixteen bytes, big endian: byte order is time order.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
            /// The time it was minted at, as its first 48 bits say.
            #[must_use]
            pub fn minted_at(&self) -> Millis {
                let [a, b, c, d, e, f, ..] = *self.0.as_bytes();
                i64::from_be_bytes([0, 0, a, b, c, d, e, f])
            }
            /// Reads sixteen bytes; `None` when the length is not sixteen.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                Uuid::from_slice(bytes).ok().map(Self)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.hyphenated(), f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }
        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
            }
        }
    };
}

/// A text that is not a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidId;

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id: expected a UUID such as 0190b6f2-7c1e-7000-8000-000000000000")
    }
}
impl std::error::Error for InvalidId {}

id!(
    /// A document of the library: prompt, snippet or collection.
    DocId
);
id!(
    /// One operation; the key by which a push is deduplicated.
    OpId
);
id!(
    /// A space: the unit that owns documents and is synchronised as a whole.
    SpaceId
);
id!(
    /// An account.
    UserId
);
id!(
    /// A connected extension or other client of a user.
    DeviceId
);
id!(
    /// A signed-in browser or device session.
    SessionId
);
id!(
    /// A key to a provider, stored sealed.
    KeyId
);
id!(
    /// Who an account's owner is at a provider of sign-ins.
    IdentityId
);
id!(
    /// A passkey of an account.
    PasskeyId
);
id!(
    /// A personal access token.
    TokenId
);
id!(
    /// One run of one prompt with one model.
    ExecutionId
);
id!(
    /// Executions that were asked for together.
    GroupId
);
id!(
    /// A failed execution that waits for a decision.
    DeadLetterId
);
id!(
    /// A durable job.
    JobId
);
id!(
    /// An invitation to a team.
    InvitationId
);
id!(
    /// A prompt that its owner made public.
    PublicationId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_time_they_were_minted_at() {
        let early = DocId::mint(1_000, [0xff; 10]);
        let late = DocId::mint(1_001, [0; 10]);
        assert!(early < late);
        assert!(early.as_bytes() < late.as_bytes());
    }

    #[test]
    fn an_id_survives_its_text_and_its_bytes() {
        let id = OpId::mint(1_763_700_000_000, [7; 10]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(OpId::from_slice(id.as_bytes()), Some(id));
        assert_eq!(id.minted_at(), 1_763_700_000_000);
        assert_eq!("nonsense".parse::<OpId>(), Err(InvalidId));
    }
}
