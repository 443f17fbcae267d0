//! Server-sent events: those of the API are read, those of a subscription are written, as "GraphQL over SSE" has it in its mode of
//! distinct connections. Not where they come from.

use super::inner::{Event, correlation};
use crate::web::problem::CORRELATION;
use actix_web::web::Bytes;
use async_graphql::Response;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt};
use std::convert::Infallible;
use std::time::Duration;

/// How long a quiet stream waits before it says that it lives.
const COMMENT: Duration = Duration::from_secs(15);

/// Reads events from the bytes of a stream.
#[derive(Debug, Default)]
pub struct Events(Vec<u8>);

impl Events {
    /// The events that are whole after these bytes.
    pub fn read(&mut self, bytes: &[u8]) -> Vec<Event> {
        self.0.extend_from_slice(bytes);
        let mut found = Vec::new();
        while let Some(at) = self.0.windows(2).position(|pair| pair == b"\n\n") {
            let rest = self.0.split_off(at.saturating_add(2));
            let whole = std::mem::replace(&mut self.0, rest);
            found.extend(std::str::from_utf8(&whole).ok().and_then(event));
        }
        found
    }
}

/// An event of its lines; none for a comment.
fn event(text: &str) -> Option<Event> {
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    Some(Event {
        name: field("event: ")?.to_owned(),
        id: field("id: ").unwrap_or_default().to_owned(),
        data: serde_json::from_str(field("data: ")?).ok()?,
    })
}

struct Open {
    responses: BoxStream<'static, Response>,
    serving: LocalBoxFuture<'static, ()>,
    correlation: String,
}

impl Open {
    async fn next(&mut self) -> Option<Bytes> {
        tokio::select! {
            next = tokio::time::timeout(COMMENT, self.responses.next()) => match next {
                Ok(next) => next.map(written),
                Err(_) => Some(Bytes::from_static(b":\n\n")),
            },
            () = &mut self.serving => None,
        }
    }
}

fn written(mut response: Response) -> Bytes {
    super::refusal::complete(&mut response);
    let data = serde_json::to_string(&response).unwrap_or_default();
    format!("event: next\ndata: {data}\n\n").into()
}

/// The bytes of responses, each an event `next`, and `complete` after the last. What serves the calls of their resolvers is polled with
/// them, and both are dropped with the stream.
pub fn bytes(
    responses: BoxStream<'static, Response>,
    serving: LocalBoxFuture<'static, ()>,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let open = Open {
        responses,
        serving,
        correlation: correlation(),
    };
    stream::unfold(Some(open), |open| async move {
        let mut open = open?;
        let id = open.correlation.clone();
        // The request's own task has answered by now: what is done from here on is still of that request.
        match CORRELATION.scope(id, open.next()).await {
            Some(bytes) => Some((Ok(bytes), Some(open))),
            None => {
                let complete = Bytes::from_static(b"event: complete\ndata: {}\n\n");
                Some((Ok(complete), None))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn events_are_read_however_their_bytes_are_cut() {
        let text =
            ":\n\nid: 1.0\nevent: text\ndata: {\"text\":\"Gr\u{fc}n\"}\n\nevent: end\ndata: {}\n\n";
        let expected = [
            Event {
                name: "text".to_owned(),
                id: "1.0".to_owned(),
                data: json!({"text": "Gr\u{fc}n"}),
            },
            Event {
                name: "end".to_owned(),
                id: String::new(),
                data: json!({}),
            },
        ];
        for size in 1..text.len() {
            let mut events = Events::default();
            let chunks = text.as_bytes().chunks(size);
            let read: Vec<Event> = chunks.flat_map(|chunk| events.read(chunk)).collect();
            assert_eq!(read, expected, "{size}");
        }
    }

    #[tokio::test]
    async fn a_stream_is_its_responses_and_an_end() {
        let responses =
            stream::iter([1, 2]).map(|number| Response::new(async_graphql::Value::from(number)));
        let serving = Box::pin(std::future::pending());
        let sent: Vec<_> = bytes(responses.boxed(), serving).collect().await;
        let sent: Vec<Bytes> = sent.into_iter().map(Result::unwrap).collect();
        assert_eq!(
            sent,
            [
                "event: next\ndata: {\"data\":1}\n\n",
                "event: next\ndata: {\"data\":2}\n\n",
                "event: complete\ndata: {}\n\n",
            ]
        );
    }
}
