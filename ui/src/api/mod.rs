//! The client of `/api/v1`: requests, typed answers, one refresh at a time. Not a cache and not the sync state machine.

mod client;
mod error;
mod http;
mod lock;
mod stream;

pub use client::{Client, Place, query_string};
pub use error::ApiError;
pub use http::{Method, Request, Response, send};
pub use stream::{Stream, StreamedEvent};
