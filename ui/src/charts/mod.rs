//! Charts as pictures one can read: axis with a unit, the value under the pointer or the arrow keys, the same colours light and dark.
//! Not the table behind each: that is the page's, in words.

mod axis;
mod columns;
mod frame;
mod lines;
mod ranks;

pub use axis::{LINES, cut, every, lines, unit};
pub use columns::{Column, ColumnChart};
pub use frame::framed;
pub use lines::{LineChart, Series};
pub use ranks::{Rank, RankChart};
