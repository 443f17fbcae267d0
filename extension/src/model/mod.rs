//! Decisions without a browser: addresses, badge, preview, diff, what was saved before. Native, tested, no `chrome.*`.

pub mod address;
pub mod ago;
pub mod badge;
pub mod before;
pub mod diff;
pub mod draft;
pub mod export;
pub mod hints;
pub mod insertion;
pub mod page;
pub mod place;
pub mod preview;
pub mod rescue;
pub mod room;
pub mod rounds;
pub mod run;
pub mod search;
pub mod settle;
pub mod shelf;
pub mod status;
pub mod words;
