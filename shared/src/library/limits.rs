//! Sizes that a document may have. Not quotas: those count documents and belong to accounts.

/// Longest title, in characters.
pub const TITLE_CHARS: usize = 500;
/// Largest body, in bytes of UTF-8.
pub const BODY_BYTES: usize = 900 * 1024;
/// Longest note or description, in characters.
pub const NOTE_CHARS: usize = 10_000;
/// Longest tag, in characters.
pub const TAG_CHARS: usize = 64;
/// Most tags one document may carry.
pub const TAGS: usize = 64;
/// Longest name of a piece of metadata, in characters.
pub const META_NAME_CHARS: usize = 40;
/// Longest value of a piece of metadata, in characters.
pub const META_CHARS: usize = 200;
/// Most pieces of metadata of one document.
pub const META: usize = 32;
/// Largest JSON of a structured field (source, variables), in bytes.
pub const JSON_BYTES: usize = 64 * 1024;
/// Highest number that a version of an import may have.
pub const VERSION_NUMBER: u64 = 100_000;
/// Highest count of uses that an import may bring.
pub const USES: i64 = 1_000_000_000;
/// Longest name of an author that an import may bring, in characters: an address of e-mail fits.
pub const AUTHOR_CHARS: usize = 320;
/// Most versions that an import may bring in one request, over all its documents.
pub const IMPORT_VERSIONS: usize = 5_000;
/// Largest import in one request, in bytes.
pub const IMPORT_BYTES: usize = 8 * 1024 * 1024;
/// Most operations in one push.
pub const PUSH_OPS: usize = 100;
/// What a client puts into one push at most, in bytes, unless a single operation is larger.
pub const PUSH_BYTES: usize = 1024 * 1024;
/// Largest request that carries a body, in bytes: JSON escapes quotes and line ends, so one text alone may pass [`PUSH_BYTES`].
pub const REQUEST_BYTES: usize = 2 * 1024 * 1024;
/// Most documents in one pull.
pub const PULL_LIMIT: u32 = 500;
/// Days a deleted document stays in the trash before it is purged.
pub const TRASH_DAYS: i64 = 90;
/// Where counting the matches of a search ends: from there on a list says "more than".
pub const COUNTED_MATCHES: i64 = 1_000;
/// Where counting the rows of a list with filters alone ends.
pub const COUNTED_ROWS: i64 = 10_000;
