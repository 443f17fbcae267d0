//! What popup and options are built of: signals, elements, asking the background, words, small controls. Not screens.

mod ask;
mod controls;
pub mod dom;
mod icon;
mod live;
pub mod reactive;
mod tags;
mod text;
mod words;

pub use ask::{ask, mint_doc, mint_op};
pub use controls::{Choice, choice, download, icon_button, notice, search_field, spoken};
pub use icon::{icon, icon_as, mark};
pub use live::listen;
pub use tags::tag_field;
pub use text::drawn;
pub use words::{bytes, exact, failure, moment, number, since, t, t1, t2};
