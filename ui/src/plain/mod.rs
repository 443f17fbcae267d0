//! Elements, signals and small controls without a framework: what the extension's pages are built of, and what is drawn with them elsewhere. Not screens.

mod controls;
pub mod dom;
mod icon;
pub mod reactive;
mod tags;

pub use controls::{Choice, choice, icon_button, notice, search_field, spoken};
pub use icon::{icon, icon_as, mark};
pub use tags::{TagWords, tag_field};
