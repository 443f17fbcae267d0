//! Public prompts and their order: formulas, windows, what counts and what does not, and the shapes that pages are given. Not the rows,
//! and no clock.
//!
//! See `docs/leaderboard.md` for the formulas with their sources.

pub mod copies;
pub mod crowd;
pub mod formula;
pub mod picture;
pub mod rank;
pub mod votes;
pub mod window;
pub mod wire;

pub use formula::{Counts, Formula, Part, PartName, Pool};
pub use rank::{Ranked, rank};
pub use window::Window;

/// Most places of a board.
pub const PLACES: usize = 50;
/// Accounts of one network that count within an hour, for one prompt.
pub const BURST: u64 = 3;
/// Longest public name of an author, in characters.
pub const AUTHOR_CHARS: usize = 60;
/// Most tags of a public prompt.
pub const TAGS: usize = 5;
/// Longest remark of a report or a decision, in characters.
pub const REMARK_CHARS: usize = 1_000;
