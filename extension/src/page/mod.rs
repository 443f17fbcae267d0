//! What popup and options are built of: asking the background, words, small controls. Not screens.

mod ask;
mod controls;
mod icon;
mod tags;
mod words;

pub use ask::{ask, mint_doc, mint_op};
pub use controls::{Seg, Spoken, download};
pub use icon::{Icon, Mark};
pub use tags::TagField;
pub use words::{Moment, bytes, failure, number, since, t, t1, t2};
