//! A way to models that does what a test says, event by event. Not HTTP: what providers send is tested elsewhere.

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use krowoc_server::executions::gateway::{Answer, Gateway, Price, Route};
use krowoc_server::store::{Conn, StoreError};
use krowoc_server::web::{Fault, Reply};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::event::{Event, FinishReason};
use krowoc_shared::execution::failure::{Failure, FailureClass};
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::price::PriceSet;
use krowoc_shared::execution::request::{ModelRef, ModelRequest, Provider};
use krowoc_shared::execution::usage::Usage;
use krowoc_shared::ids::{KeyId, Millis, UserId};
use serde_json::json;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;

/// Nano-USD of an input token and of an output token of every model with a price.
pub const PRICES: (i64, i64) = (10, 100);

/// The same, as catalogues have it.
fn prices() -> serde_json::Value {
    let per_million = |nano: i64| NanoUsd(nano * 1_000_000).to_string();
    json!({"input_mtok": per_million(PRICES.0), "output_mtok": per_million(PRICES.1)})
}

enum Turn {
    Refuse(Failure),
    Say(Vec<Event>),
    Live(UnboundedReceiver<Event>),
    Fall(UnboundedReceiver<Event>),
}

/// A call that was made.
#[derive(Clone, Debug)]
pub struct Call {
    /// What was sent.
    pub request: ModelRequest,
    /// The response window.
    pub timeout: Duration,
    /// Whether the provider was to stream.
    pub streaming: bool,
}

/// The script. Turns are taken in order by the calls to their model; a call without a turn fails the test.
pub struct Script {
    turns: Mutex<HashMap<String, VecDeque<Turn>>>,
    calls: Mutex<Vec<Call>>,
    lost: Mutex<Vec<String>>,
    keyless: Mutex<Vec<String>>,
    made: watch::Sender<usize>,
    open: Arc<AtomicUsize>,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            turns: Mutex::default(),
            calls: Mutex::default(),
            lost: Mutex::default(),
            keyless: Mutex::default(),
            made: watch::Sender::new(0),
            open: Arc::default(),
        }
    }
}

/// Text, usage and a good end.
#[must_use]
pub fn answer(text: &str, input: u64, output: u64) -> Vec<Event> {
    vec![
        Event::Text(text.to_owned()),
        usage(input, output),
        Event::End(FinishReason::Stop),
    ]
}

/// Reported usage.
#[must_use]
pub fn usage(input: u64, output: u64) -> Event {
    Event::Usage {
        usage: Usage::tokens(input, output),
        raw: json!({"prompt_tokens": input, "completion_tokens": output}),
    }
}

/// A failure that may be tried again at once.
#[must_use]
pub fn passing(class: FailureClass) -> Failure {
    Failure {
        retry_after_ms: Some(0),
        ..Failure::new(class, format!("a {class} failure"))
    }
}

impl Script {
    /// A script with nothing in it.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    fn turn(&self, model: &str, turn: Turn) {
        let mut turns = self.turns.lock().unwrap();
        turns.entry(model.to_owned()).or_default().push_back(turn);
    }

    /// The next call to a model is answered with these events.
    pub fn say(&self, model: &str, events: Vec<Event>) {
        self.turn(model, Turn::Say(events));
    }

    /// The next call to a model is refused.
    pub fn refuse(&self, model: &str, failure: Failure) {
        self.turn(model, Turn::Refuse(failure));
    }

    /// The next call to a model is answered with what the test sends; dropping the sender cuts the answer.
    pub fn live(&self, model: &str) -> UnboundedSender<Event> {
        let (sender, receiver) = unbounded_channel();
        self.turn(model, Turn::Live(receiver));
        sender
    }

    /// As [`Script::live`], but the task that reads the answer panics when the sender is dropped.
    pub fn fall(&self, model: &str) -> UnboundedSender<Event> {
        let (sender, receiver) = unbounded_channel();
        self.turn(model, Turn::Fall(receiver));
        sender
    }

    /// The next time that somebody looks how a model is called, the store cannot be reached.
    pub fn lose(&self, model: &str) {
        self.lost.lock().unwrap().push(model.to_owned());
    }

    /// From now on there is no key for a model.
    pub fn remove_key(&self, model: &str) {
        self.keyless.lock().unwrap().push(model.to_owned());
    }

    /// The calls so far.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// Waits until so many calls were made.
    pub async fn called(&self, count: usize) {
        let mut made = self.made.subscribe();
        let wait = made.wait_for(|made| *made >= count);
        tokio::time::timeout(Duration::from_secs(20), wait)
            .await
            .expect("the call")
            .expect("the script");
    }

    /// Answers that are being read.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }
}

struct Open(Arc<AtomicUsize>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The key that every model is called with.
#[must_use]
pub fn key() -> KeyId {
    KeyId::mint(1, [3; 10])
}

fn price(model: &ModelRef) -> Option<Price> {
    let set: PriceSet = serde_json::from_value(prices()).unwrap();
    Price::of(&set).filter(|_| !model.model.starts_with("unpriced"))
}

impl Gateway for Script {
    /// `…/unknown` is no model, Cerebras has no key, Groq's key is the operator's, `…/unpriced…` has no price, `…/unlimited…` no known
    /// limit of its answers.
    fn route(
        &self,
        _: &mut Conn,
        _: UserId,
        model: &ModelRef,
        named: Option<KeyId>,
        _: Millis,
    ) -> Reply<Route> {
        let name = model.to_string();
        let mut lost = self.lost.lock().unwrap();
        if let Some(at) = lost.iter().position(|it| *it == name) {
            lost.swap_remove(at);
            return Err(StoreError::Unavailable("it was lost".to_owned()).into());
        }
        if model.model == "unknown" {
            return Err(Fault::new(ErrorCode::UnknownModel).field("/models"));
        }
        if model.provider == Provider::Cerebras || self.keyless.lock().unwrap().contains(&name) {
            return Err(Fault::new(ErrorCode::NoProviderKey).field("/models"));
        }
        Ok(Route {
            model: model.clone(),
            key: Some(named.unwrap_or_else(key)),
            server_held: model.provider == Provider::Groq,
            context: None,
            max_output: (!model.model.starts_with("unlimited")).then_some(1_000),
            price: price(model),
            noted: false,
            inner: Arc::new(()),
        })
    }

    fn price(
        &self,
        _: &mut Conn,
        model: &ModelRef,
        revision: Option<&str>,
        _: Millis,
    ) -> Reply<Option<Price>> {
        let same = |price: &Price| revision.is_none_or(|revision| price.revision == revision);
        Ok(price(model).filter(same))
    }

    fn call(
        &self,
        route: Route,
        request: ModelRequest,
        timeout: Duration,
        streaming: bool,
    ) -> BoxFuture<'static, Result<Answer, Failure>> {
        let model = route.model.to_string();
        let turn = self
            .turns
            .lock()
            .unwrap()
            .get_mut(&model)
            .and_then(VecDeque::pop_front);
        self.calls.lock().unwrap().push(Call {
            request,
            timeout,
            streaming,
        });
        self.made.send_modify(|made| *made += 1);
        let turn = turn.unwrap_or_else(|| panic!("{model} was called once too often"));
        self.open.fetch_add(1, Ordering::SeqCst);
        let guard = Open(Arc::clone(&self.open));
        Box::pin(async move {
            let events = match turn {
                Turn::Refuse(failure) => return Err(failure),
                Turn::Say(events) => futures_util::stream::iter(events).boxed(),
                Turn::Live(receiver) => {
                    futures_util::stream::unfold(receiver, |mut receiver| async {
                        Some((receiver.recv().await?, receiver))
                    })
                    .boxed()
                }
                Turn::Fall(receiver) => {
                    futures_util::stream::unfold(receiver, |mut receiver| async {
                        let event = receiver.recv().await;
                        let event = event.unwrap_or_else(|| panic!("as the test wants"));
                        Some((event, receiver))
                    })
                    .boxed()
                }
            };
            Ok(Answer {
                request_id: Some("req-1".to_owned()),
                events: events
                    .map(move |event| {
                        let _held = &guard;
                        event
                    })
                    .boxed(),
            })
        })
    }
}
