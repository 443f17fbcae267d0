//! The library: a windowed list with search and filters, its selection, and the detail beside it. Not the document page.

mod bulk;
mod collection;
mod control;
mod detail;
mod filters;
mod list;
mod page;
mod row;
mod state;
mod states;
mod steps;

pub use control::Control;
pub use detail::Detail;
pub use page::LibraryPage;
