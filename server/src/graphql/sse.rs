//! Server-sent events: those of the API are read, those of a subscription are written, as "GraphQL over SSE" has it in its mode of
//! distinct connections. Not where they come from.

use super::inner::{Event, correlation};
use crate::web::lasting::LIVES;
use crate::web::problem::CORRELATION;
use actix_web::web::Bytes;
use async_graphql::Response;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt};
use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::Notify;
use tracing::{Instrument, Span};

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

/// The last event.
const COMPLETE: &str = "event: complete\ndata: {}\n\n";

struct Open {
    responses: BoxStream<'static, Response>,
    serving: LocalBoxFuture<'static, ()>,
    begun: Rc<Notify>,
    correlation: String,
    span: Span,
}

impl Open {
    async fn next(&mut self) -> Option<Bytes> {
        tokio::select! {
            // In this order: the comment that says that it began comes before the first event.
            biased;
            () = self.begun.notified() => Some(Bytes::from_static(LIVES)),
            next = tokio::time::timeout(COMMENT, self.responses.next()) => match next {
                Ok(next) => next.map(written),
                Err(_) => Some(Bytes::from_static(LIVES)),
            },
            () = &mut self.serving => None,
        }
    }
}

fn text(mut response: Response) -> String {
    super::refusal::complete(&mut response);
    let data = serde_json::to_string(&response).unwrap_or_default();
    format!("event: next\ndata: {data}\n\n")
}

fn written(response: Response) -> Bytes {
    text(response).into()
}

/// One response and the end, whole.
#[must_use]
pub fn only(response: Response) -> String {
    text(response) + COMPLETE
}

/// The bytes of responses, each an event `next`, and `complete` after the last; a comment first, when it began. What serves the calls of
/// their resolvers is polled with them, and both are dropped with the stream.
pub fn bytes(
    responses: BoxStream<'static, Response>,
    serving: LocalBoxFuture<'static, ()>,
    begun: Rc<Notify>,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let open = Open {
        responses,
        serving,
        begun,
        correlation: correlation(),
        span: Span::current(),
    };
    stream::unfold(Some(open), |open| async move {
        let mut open = open?;
        let (id, span) = (open.correlation.clone(), open.span.clone());
        // The request's own task has answered by now: what is done from here on is still of that request.
        match CORRELATION.scope(id, open.next()).instrument(span).await {
            Some(bytes) => Some((Ok(bytes), Some(open))),
            None => {
                let complete = Bytes::from_static(COMPLETE.as_bytes());
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

    fn sent(
        responses: BoxStream<'static, Response>,
        begun: Rc<Notify>,
    ) -> impl Future<Output = Vec<Bytes>> {
        let bytes = bytes(responses, Box::pin(std::future::pending()), begun);
        bytes.map(Result::unwrap).collect()
    }

    #[tokio::test]
    async fn what_is_done_while_a_stream_is_read_is_of_its_request_in_the_log() {
        let _log = tracing::subscriber::set_default(tracing_subscriber::registry());
        let responses = stream::once(async {
            let name = Span::current().metadata().map(|it| it.name());
            Response::new(async_graphql::Value::from(name.unwrap_or("none")))
        });
        let request = tracing::info_span!("request");
        let sent = request.in_scope(|| sent(responses.boxed(), Rc::default()));
        let _elsewhere = tracing::info_span!("elsewhere").entered();
        let first = sent.await.swap_remove(0);
        assert_eq!(first, "event: next\ndata: {\"data\":\"request\"}\n\n");
    }

    #[tokio::test]
    async fn a_stream_is_its_responses_and_an_end() {
        let responses =
            stream::iter([1, 2]).map(|number| Response::new(async_graphql::Value::from(number)));
        let begun = Rc::new(Notify::new());
        begun.notify_one();
        assert_eq!(
            sent(responses.boxed(), begun).await,
            [
                ":\n\n",
                "event: next\ndata: {\"data\":1}\n\n",
                "event: next\ndata: {\"data\":2}\n\n",
                "event: complete\ndata: {}\n\n",
            ]
        );
    }
}
