//! Every provider and every way in which one fails, through the real client, against a server that writes their bytes.

mod aimock;
mod cancel;
mod cuts;
mod guard;
mod refusals;
mod requests;
mod streams;
mod support;
