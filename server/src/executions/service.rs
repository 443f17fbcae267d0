//! Starting and stopping executions: the one service behind every door, HTTP and OpenAI-compatible alike. Not HTTP.

use super::attempt;
use super::begin::{Beginning, Begun, One, begin};
use super::board::{Cell, Live, Wish};
use super::engine::{self, Way};
use super::gateway::Ready;
use super::resume::resume;
use crate::app::AppState;
use crate::store::execution_rows::Request;
use crate::store::{Ahead, Tx, budgets, executions};
use crate::web::origin::Origin;
use crate::web::{Fault, Reply};
use futures_util::future::join;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::event::{Event, ToolCall};
use krowoc_shared::execution::request::{Message, ModelRef, ModelRequest, Parameters};
use krowoc_shared::execution::wire::ExecutionView;
use krowoc_shared::ids::{
    DeadLetterId, DocId, ExecutionId, GroupId, KeyId, PublicationId, SpaceId, TokenId, UserId,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::mpsc;

/// The prompt that a run is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PromptRef {
    /// The document.
    pub id: DocId,
    /// The revision of its text; `None` for a text that no version has.
    pub version: Option<u64>,
}

/// A repeated request is known by its key, and by the digest of its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// What the caller sent as `Idempotency-Key`.
    pub key: String,
    /// SHA-256 of what was asked for.
    pub digest: [u8; 32],
}

/// A run: what is sent to which models. Everything is decided: the template rendered, the settings merged.
#[derive(Clone, Debug, Default)]
pub struct RunSpec {
    /// The prompt; absent for messages given directly.
    pub prompt: Option<PromptRef>,
    /// What lists show.
    pub title: String,
    /// The conversation, system messages first.
    pub messages: Vec<Message>,
    /// The values that the messages were rendered with.
    pub variables: BTreeMap<String, String>,
    /// How to answer.
    pub parameters: Parameters,
    /// Tools in OpenAI's form, passed through.
    pub tools: Vec<Value>,
    /// OpenAI's `tool_choice`, passed through.
    pub tool_choice: Option<Value>,
    /// One to four models.
    pub models: Vec<ModelRef>,
    /// Models to fall back to.
    pub fallbacks: Vec<ModelRef>,
    /// Response window in milliseconds.
    pub timeout_ms: u32,
    /// The key to call with; the provider's preferred one when absent.
    pub key: Option<KeyId>,
    /// Whether the providers are to stream.
    pub streaming: bool,
    /// Makes a repeated request answer the same group.
    pub idempotency: Option<Idempotency>,
    /// The dead letter that is replayed.
    pub letter: Option<DeadLetterId>,
    /// The team whose prompt it is; `None` for one's own.
    pub team: Option<SpaceId>,
    /// The request's correlation id.
    pub correlation_id: String,
    /// The personal access token that asks: it must hold still when the run begins.
    pub token: Option<TokenId>,
    /// The public prompt that the prompt is a copy of, as it was taken.
    pub copy: Option<PublicationId>,
    /// Where a run of such a copy is asked for from: it may count. Nothing is kept of where others come from.
    pub origin: Option<Origin>,
}

impl RunSpec {
    /// As it is kept.
    #[must_use]
    pub fn request(&self) -> Request {
        Request {
            call: ModelRequest {
                model: String::new(),
                messages: self.messages.clone(),
                parameters: self.parameters.clone(),
                tools: self.tools.clone(),
                tool_choice: self.tool_choice.clone(),
            },
            variables: self.variables.clone(),
            fallbacks: self.fallbacks.clone(),
            timeout_ms: self.timeout_ms,
            key: self.key,
            streaming: self.streaming,
        }
    }
}

/// A run under way.
pub struct Handle {
    /// What its executions have in common.
    pub group: GroupId,
    /// As they began, in the order of the models.
    pub executions: Vec<ExecutionView>,
    /// True when it had been started before, by a request with the same key: then `events` is empty.
    pub repeated: bool,
    /// The events of the first execution as they come, without a copy in between. `Text`, `Reasoning` and `Tool` leave at once; the
    /// last `Usage` and the one `End` or `Error` leave after the end is stored. What a failed attempt said that is made again is not
    /// told. Dropping it changes nothing about the run.
    pub events: mpsc::UnboundedReceiver<Event>,
}

/// Says that a run is about to be asked for: whoever comes alone meets a store that is awake.
pub fn expect(state: &AppState) {
    if state.executions.is_empty() {
        state.store.expect();
    }
}

/// Starts a run: it is stored and its cost reserved before anything is sent. It goes on whatever becomes of the caller.
///
/// # Errors
/// A token that holds no longer, no key, no such model, no price, over a ceiling, [`ErrorCode::AlreadyExists`] for a key of another
/// request, or the store's.
pub async fn start(state: &AppState, user: UserId, spec: RunSpec) -> Reply<Handle> {
    if state.is_stopping() {
        let detail = "The server is shutting down; try again in a moment.";
        return Err(Fault::new(ErrorCode::Unavailable)
            .detail(detail)
            .retry_after(2));
    }
    if !state.executions.has_room(user, spec.models.len()) {
        let detail = "Too many runs of this account are under way; wait for some to end.";
        return Err(Fault::new(ErrorCode::RateLimited)
            .detail(detail)
            .retry_after(5));
    }
    let beginning = Arc::new(Beginning::new(state, user, spec)?);
    let (tap, events) = mpsc::unbounded_channel();
    // The calls are written while the store takes what they may cost, and leave while the disk does; nobody hears of the run before it
    // has.
    let (written, ready) = join(write(state, &beginning), async {
        written_ahead(state, &beginning)
    })
    .await;
    let Ahead { value, durable } = written?;
    match value {
        Begun::Before(group) => before(state, user, group, events).await,
        Begun::Now(begun) => {
            let views: Vec<ExecutionView> = begun.iter().map(|one| one.view.clone()).collect();
            let cells = carry_out(state, user, &beginning, begun, ready, tap);
            if let Err(error) = durable.await {
                cells.iter().for_each(|cell| cell.wish(Wish::Leave));
                return Err(error.into());
            }
            let news = state.executions.news();
            views.iter().for_each(|view| news.tell(user, view));
            Ok(Handle {
                group: beginning.group,
                executions: views,
                repeated: false,
                events,
            })
        }
    }
}

/// Begins to carry out what was begun; the first of it tells its events to `tap`.
fn carry_out(
    state: &AppState,
    user: UserId,
    beginning: &Beginning,
    begun: Vec<One>,
    ready: Vec<Option<Ready>>,
    tap: mpsc::UnboundedSender<Event>,
) -> Vec<Arc<Cell>> {
    let mut tap = Some(tap);
    let carried = begun.into_iter().zip(ready).map(|(one, ready)| {
        let live = Live {
            view: one.view,
            output: String::new(),
            reasoning: String::new(),
            tools: Vec::<ToolCall>::new(),
            raw_usage: None,
        };
        let cell = state.executions.put(user, live, tap.take());
        let job = engine::Job {
            user,
            tier: one.tier,
            period: beginning.period,
            letter: beginning.spec.letter,
            request: beginning.request.clone(),
            due: false,
        };
        let way = Way {
            route: Some(one.route),
            ready,
        };
        engine::spawn(state, Arc::clone(&cell), job, way);
        cell
    });
    carried.collect()
}

/// The calls of a run, in the order of its models, as far as they can be known.
fn written_ahead(state: &AppState, beginning: &Beginning) -> Vec<Option<Ready>> {
    let models = beginning.spec.models.iter();
    let written = |model| attempt::written_ahead(state, beginning.user, model, &beginning.request);
    models.map(written).collect()
}

async fn write(state: &AppState, beginning: &Arc<Beginning>) -> Reply<Ahead<Begun>> {
    let attempt = || {
        let (gateway, beginning) = (Arc::clone(&state.gateway), Arc::clone(beginning));
        state
            .store
            .write_ahead(move |tx: &mut Tx<'_>| begin(tx, gateway.as_ref(), &beginning))
    };
    let outcome = match attempt().await {
        // A request with the same key came at the same time: now it is there to be found.
        Err(fault)
            if fault.code == ErrorCode::AlreadyExists && beginning.spec.idempotency.is_some() =>
        {
            attempt().await
        }
        outcome => outcome,
    };
    if let Err(fault) = &outcome
        && fault.code == ErrorCode::BudgetReached
    {
        refused(state, beginning).await;
    }
    outcome
}

/// A refusal near the ceiling is its end: that is told once.
async fn refused(state: &AppState, beginning: &Arc<Beginning>) {
    let (user, period, now) = (beginning.user, beginning.period, beginning.now);
    let server = budgets::Tier::Server(state.config.server_key_monthly);
    let noted = state.store.write_again(move |tx: &mut Tx<'_>| {
        budgets::refused(tx, user, budgets::Tier::Own, period, now)?;
        budgets::refused(tx, user, server, period, now)
    });
    if let Err(error) = noted.await {
        tracing::warn!(%error, "the end of a budget was not noted");
    }
}

async fn before(
    state: &AppState,
    user: UserId,
    group: GroupId,
    events: mpsc::UnboundedReceiver<Event>,
) -> Reply<Handle> {
    let executions = state
        .store
        .read(move |conn| executions::group(conn, user, group))
        .await?;
    Ok(Handle {
        group,
        executions: executions.into_iter().map(|whole| whole.view).collect(),
        repeated: true,
        events,
    })
}

/// Stops an execution of an account: the call to the provider ends, what came is kept. One that has ended stays as it is.
///
/// # Errors
/// [`ErrorCode::NotFound`], or the store's.
pub async fn cancel(state: &AppState, user: UserId, id: ExecutionId) -> Reply<()> {
    let view = state
        .store
        .read(move |conn| executions::view(conn, user, id))
        .await?;
    if view.state.is_final() {
        return Ok(());
    }
    if let Some(cell) = state.executions.cell(view.group, id) {
        cell.wish(Wish::Stop);
        return Ok(());
    }
    let asked = state
        .store
        .write_again(move |tx: &mut Tx<'_>| executions::ask_to_cancel(tx, user, id));
    match asked.await {
        // Another server carries it out and will see it.
        Ok(true) => Ok(()),
        Ok(false) => resume(state, id, None).await.map_err(Fault::from),
        Err(crate::store::StoreError::NotFound) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
