//! From a page as the browser shows it to what is saved: clean Markdown with its provenance. Not the saving, and no I/O.
//!
//! Without the feature `extract` only the light parts are here (addresses, anchors, fingerprints, shapes): what a popup needs.

pub mod anchor;
pub mod fingerprint;
pub mod invisible;
pub mod length;
pub mod snapshot;
pub mod types;
pub mod url;

#[cfg(feature = "extract")]
mod clip;
#[cfg(feature = "extract")]
mod conceal;
#[cfg(feature = "extract")]
mod dom;
#[cfg(feature = "extract")]
pub mod extract;
#[cfg(feature = "extract")]
#[cfg(test)]
mod golden_tests;
#[cfg(feature = "extract")]
pub mod markdown;
#[cfg(feature = "extract")]
mod metadata;
#[cfg(feature = "extract")]
mod nesting;
#[cfg(feature = "extract")]
mod sink;

#[cfg(feature = "extract")]
pub use clip::capture;
pub use length::Cut;
pub use types::{Capture, CaptureError, Concealed, How, Metadata, capture_image, capture_link};
