//! What popup and options are built of: asking the background, words, what is drawn without a framework. Not screens.

mod ask;
mod download;
mod insert;
mod live;
mod text;
mod words;

pub use ask::{ask, mint_doc, mint_op};
pub use download::download;
pub use insert::{Said, insert};
pub use krowoc_ui::plain::{
    Choice, choice, dom, icon, icon_as, icon_button, mark, notice, reactive, search_field, spoken,
};
pub use live::listen;
pub use text::drawn;
pub use words::{bytes, exact, failure, moment, number, since, t, t1, t2};
