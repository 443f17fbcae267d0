//! Reads server-sent events as they come. Not a browser's reader: it checks the form as well.

use futures_util::{Stream, StreamExt};
use krowoc_shared::execution::wire::{ExecutionView, StreamEvent};
use krowoc_shared::ids::ExecutionId;
use reqwest::Response;
use serde_json::Value;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

type Bytes = Pin<Box<dyn Stream<Item = Vec<u8>> + Send>>;

/// The events of an answer.
pub struct Events {
    bytes: Bytes,
    read: Vec<u8>,
    /// The id of the last event.
    pub id: String,
}

impl Events {
    /// Of an answer that is a stream.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let bytes = response.bytes_stream();
        let bytes = bytes.take_while(|chunk| std::future::ready(chunk.is_ok()));
        Self {
            bytes: bytes
                .map(|chunk| chunk.map(Vec::from).unwrap_or_default())
                .boxed(),
            read: Vec::new(),
            id: String::new(),
        }
    }

    /// The next event; `None` when the stream has ended.
    ///
    /// # Panics
    /// When none comes for long, or it has not the form of one.
    pub async fn next(&mut self) -> Option<StreamEvent> {
        let wait = self.wait();
        tokio::time::timeout(Duration::from_secs(20), wait)
            .await
            .expect("an event or the end")
    }

    async fn wait(&mut self) -> Option<StreamEvent> {
        loop {
            while let Some(at) = self.read.windows(2).position(|pair| pair == b"\n\n") {
                let rest = self.read.split_off(at + 2);
                let event = std::mem::replace(&mut self.read, rest);
                let event = String::from_utf8(event).expect("UTF-8");
                if !event.starts_with(':') {
                    return Some(self.event(&event));
                }
            }
            self.read.extend(self.bytes.next().await?);
        }
    }

    fn event(&mut self, text: &str) -> StreamEvent {
        let field = |name: &str| {
            let found = text.lines().find_map(|line| line.strip_prefix(name));
            found.unwrap_or_else(|| panic!("no {name} in {text}"))
        };
        let mut data: Value = serde_json::from_str(field("data: ")).expect("JSON");
        data["event"] = field("event: ").into();
        self.id = field("id: ").to_owned();
        serde_json::from_value(data).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// Reads to the last event, and puts the pieces together.
    ///
    /// # Panics
    /// When the stream ends before it.
    pub async fn rest(&mut self) -> Read {
        let mut read = Read::default();
        loop {
            match self.next().await.expect("the last event") {
                StreamEvent::Started(started) => read.started = started.executions,
                StreamEvent::Text { execution, text } => {
                    read.text.entry(execution).or_default().push_str(&text);
                }
                StreamEvent::Reasoning { execution, text } => {
                    read.reasoning.entry(execution).or_default().push_str(&text);
                }
                StreamEvent::Changed { execution } => read.changed.push(*execution),
                StreamEvent::Done { execution } => read.done.push(*execution),
                StreamEvent::Problem { problem } => panic!("{problem:?}"),
                StreamEvent::End => {
                    assert_eq!(self.next().await, None, "nothing comes after the end");
                    return read;
                }
            }
        }
    }
}

/// Lines of an answer of any kind, as they come.
pub struct Lines {
    bytes: Bytes,
    read: Vec<u8>,
}

/// The lines of an answer.
#[must_use]
pub fn lines(response: Response) -> Lines {
    let Events { bytes, read, .. } = Events::of(response);
    Lines { bytes, read }
}

impl Lines {
    /// Reads until a line is met; gives the line after it.
    ///
    /// # Panics
    /// When it does not come.
    pub async fn until(&mut self, wanted: &str) -> String {
        let wait = async {
            let mut met = false;
            loop {
                while let Some(at) = self.read.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = self.read.drain(..=at).collect();
                    let line = String::from_utf8(line).expect("UTF-8");
                    if met {
                        return line;
                    }
                    met = line.trim_end() == wanted;
                }
                let more = self.bytes.next().await.expect("more of the answer");
                self.read.extend(more);
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait)
            .await
            .expect("the line")
    }

    /// Reads to the end.
    ///
    /// # Panics
    /// When it does not come.
    pub async fn end(&mut self) {
        let wait = async { while self.bytes.next().await.is_some() {} };
        tokio::time::timeout(Duration::from_secs(20), wait)
            .await
            .expect("the end");
    }
}

/// What a reader has of a run.
#[derive(Debug, Default)]
pub struct Read {
    /// As they began.
    pub started: Vec<ExecutionView>,
    /// Texts.
    pub text: BTreeMap<ExecutionId, String>,
    /// Reasoning.
    pub reasoning: BTreeMap<ExecutionId, String>,
    /// Changes on the way.
    pub changed: Vec<ExecutionView>,
    /// As they ended.
    pub done: Vec<ExecutionView>,
}

impl Read {
    /// The one execution as it ended, and its text.
    ///
    /// # Panics
    /// When it is not one.
    #[must_use]
    pub fn only(self) -> (ExecutionView, String) {
        let [done] = <[ExecutionView; 1]>::try_from(self.done).expect("one execution");
        let text = self.text.get(&done.id).cloned().unwrap_or_default();
        (done, text)
    }
}
