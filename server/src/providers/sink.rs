//! Where a format puts its events. It lets exactly one terminal event through and nothing after it, whatever a provider sends.

use krowoc_shared::execution::{
    Event, Failure, FailureClass, FinishReason, Provider, ToolCall, extract,
};
use serde_json::Value;
use std::collections::VecDeque;

/// Events in order.
#[derive(Debug, Default)]
pub(super) struct Sink {
    queue: VecDeque<Event>,
    closed: bool,
}

impl Sink {
    pub(super) fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.put(Event::Text(text.to_owned()));
        }
    }

    pub(super) fn reasoning(&mut self, text: &str) {
        if !text.is_empty() {
            self.put(Event::Reasoning(text.to_owned()));
        }
    }

    pub(super) fn tool(&mut self, call: ToolCall) {
        self.put(Event::Tool(call));
    }

    /// What a provider reported. An object that cannot be read is as good as none: the usage is estimated then.
    pub(super) fn usage(&mut self, provider: Provider, raw: Value) {
        match extract::of_provider(provider, &raw) {
            Ok(usage) => self.put(Event::Usage { usage, raw }),
            Err(error) => tracing::debug!(%provider, %error, "a usage object was not understood"),
        }
    }

    pub(super) fn end(&mut self, reason: FinishReason) {
        self.put(Event::End(reason));
        self.closed = true;
    }

    pub(super) fn error(&mut self, failure: Failure) {
        self.put(Event::Error(failure));
        self.closed = true;
    }

    /// The provider broke its own form.
    pub(super) fn malformed(&mut self, what: &str) {
        self.error(Failure::new(
            FailureClass::ProviderError,
            format!("The provider sent {what}."),
        ));
    }

    pub(super) fn truncated(&mut self) {
        self.error(Failure::new(
            FailureClass::Truncated,
            "The answer ended before the provider said that it was complete.",
        ));
    }

    pub(super) const fn is_closed(&self) -> bool {
        self.closed
    }

    pub(super) fn pop(&mut self) -> Option<Event> {
        self.queue.pop_front()
    }

    fn put(&mut self, event: Event) {
        if !self.closed {
            self.queue.push_back(event);
        }
    }
}
