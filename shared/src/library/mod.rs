//! The library: what a document is and which values it may hold. Not how it travels: that is `sync`.

pub mod document;
pub mod lifecycle;
pub mod limits;
pub mod quota;
pub mod validate;
pub mod wire;

pub use document::{Body, Conflict, Counter, Document, Field, Kind, Register, TagRegister};
pub use lifecycle::{Act, Lifecycle, PastVersion, Published, Snapshot, Status};
pub use quota::{Quota, Tier};
