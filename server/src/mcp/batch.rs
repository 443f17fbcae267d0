//! Several messages in one request, as version 2025-03-26 of the protocol has them and no later one. Not a message.

use super::message::{self, Message, Read, RpcError};
use actix_web::http::header::HeaderMap;
use serde_json::Value;

/// The version with batches. Its clients name it in no header; those of later ones must.
const VERSION: &str = "2025-03-26";
/// Most messages of a batch: each may read the library.
pub const MOST: usize = 50;

/// Reads the messages of a batch, in order.
///
/// # Errors
/// That there is none in the client's version, that it is empty, or that it is too long.
pub fn read(headers: &HeaderMap, all: Vec<Value>) -> Result<Vec<Read>, RpcError> {
    let version = message::version(headers);
    if version.is_some_and(|version| version != VERSION) {
        let why =
            "Send one JSON-RPC message as an object: this version of the protocol has no batches.";
        return Err(RpcError::request(why));
    }
    if all.is_empty() || all.len() > MOST {
        let why = format!("A batch has 1 to {MOST} messages.");
        return Err(RpcError::request(&why));
    }
    let one = |body| match message::read(headers, body) {
        Ok(Message::Call(call)) if call.method == "initialize" => {
            let why = "initialize is sent alone: what follows depends on its answer.";
            Err((RpcError::request(why), Some(call.id)))
        }
        other => other,
    };
    Ok(all.into_iter().map(one).collect())
}
