//! Plain text: folding for search, queries, excerpts, counts. Not Markdown rendering and not a search engine.

pub mod excerpt;
pub mod fold;
pub mod query;
pub mod slug;
pub mod tokens;

pub use excerpt::{Counts, count, excerpt, propose_title};
pub use fold::fold;
pub use query::{SearchQuery, query};
pub use slug::slug;
pub use tokens::search_text;
/// Whether a character is assigned, and to what is the same for everybody: no private use.
pub use unicode_normalization::char::is_public_assigned as is_assigned;
