//! The import: files read in the browser, looked through, sent in batches. It only adds.

mod control;
mod page;
mod read;
mod table;

pub use page::ImportPage;
