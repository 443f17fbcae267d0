//! The clipper: what its modules (background, popup, options, run, extractor) share. Not the entry scripts: those are in `glue`.
pub mod background;
pub mod browser;
#[cfg(test)]
mod catalogue;
#[cfg(feature = "extract")]
pub mod extractor;
pub mod json;
pub mod messages;
pub mod model;
pub mod options;
pub mod page;
pub mod popup;
pub mod run;
pub mod store;
