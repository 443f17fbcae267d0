//! Dead letters over HTTP: seen, replayed as new executions, discarded; one or many. Not how they come to be.

use super::history::cursor;
use super::plan::{allow_again, settings_now};
use super::service::{self, PromptRef, RunSpec};
use crate::app::AppState;
use crate::store::dead_letters::{self, Filter};
use crate::store::execution_rows::Whole;
use crate::store::sessions::Holder;
use crate::store::{Conn, Tx, executions, logs};
use crate::web::actor::{Executions, is_admin};
use crate::web::body::Body;
use crate::web::client::address;
use crate::web::origin::Origin;
use crate::web::problem::CORRELATION;
use crate::web::routes::Routes;
use crate::web::{Actor, Fault, May, Reply, guard};
use actix_web::web::{Data, Json, Query};
use actix_web::{HttpRequest, get, post};
use krowoc_shared::access::Action;
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::execution::wire::{
    DeadLetterIds, DeadLetterPage, DeadLetterRefusal, DeadLettersDone,
};
use krowoc_shared::ids::{DeadLetterId, UserId};
use serde::Deserialize;

/// Most letters of one request.
const MOST: usize = 500;

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(dead_letter_page)
        .service(replay_letters)
        .service(discard_letters);
}

/// Which letters; what is absent does not count.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
struct LetterQuery {
    /// Of this class.
    #[param(inline)]
    class: Option<FailureClass>,
    /// Of this model, `provider/id`.
    model: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 when absent.
    limit: Option<u32>,
    /// True: of all accounts, for who looks after the server.
    all: Option<bool>,
}

/// Whose letters are meant: the caller's, or everybody's for who looks after the server, in a browser.
async fn whose(state: &AppState, actor: &Actor, all: bool) -> Reply<Option<UserId>> {
    if !all {
        return Ok(Some(actor.user));
    }
    let person = matches!(actor.holder, Holder::Session(_));
    if person && is_admin(state, actor.user).await? {
        return Ok(None);
    }
    let why = "Only who looks after this server may do this (the setting admin_emails).";
    Err(Fault::new(ErrorCode::Forbidden).detail(why))
}

async fn page(state: &AppState, user: Option<UserId>, query: LetterQuery) -> Reply<DeadLetterPage> {
    let limit = i64::from(query.limit.unwrap_or(50).clamp(1, 200));
    let filter = Filter {
        user,
        class: query.class,
        model: query.model,
        before: cursor(query.cursor.as_deref())?,
    };
    let (mut letters, by_class) = state
        .store
        .read(move |conn: &mut Conn| {
            let letters = dead_letters::list(conn, &filter, limit.saturating_add(1))?;
            Ok::<_, crate::store::StoreError>((letters, dead_letters::count(conn, &filter)?))
        })
        .await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = letters.len() > most;
    letters.truncate(most);
    let last = letters.last().filter(|_| more);
    Ok(DeadLetterPage {
        next: last.map(|letter| letter.id.to_string()),
        total: by_class.values().sum(),
        letters,
        by_class,
    })
}

/// Failed executions that wait for a decision, newest first, with how many there are of each class.
#[utoipa::path(
    tag = "executions",
    security(("session" = []), ("device" = []), ("token" = ["executions"])),
    params(LetterQuery),
    responses(
        (status = 200, description = "The page.", body = DeadLetterPage),
        (status = 403, description = "forbidden: all letters are for who looks after the server", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field: the cursor is none", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/dead-letters")]
async fn dead_letter_page(
    state: Data<AppState>,
    actor: May<Executions>,
    query: Query<LetterQuery>,
) -> Reply<Json<DeadLetterPage>> {
    let query = query.into_inner();
    let user = whose(&state, &actor, query.all == Some(true)).await?;
    let found = page(&state, user, query).await?;
    Ok(Json(found))
}

fn checked(ids: DeadLetterIds) -> Reply<Vec<DeadLetterId>> {
    let mut ids = ids.ids;
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() || ids.len() > MOST {
        return Err(Fault::new(ErrorCode::InvalidField)
            .field("/ids")
            .detail("Name 1 to 500 dead letters."));
    }
    Ok(ids)
}

/// What is asked for again: the same messages, the same model.
fn again(whole: Whole, letter: DeadLetterId) -> RunSpec {
    let Whole { view, request, .. } = whole;
    let version = view.version;
    RunSpec {
        prompt: view.prompt.map(|id| PromptRef { id, version }),
        title: view.title,
        messages: request.call.messages,
        variables: request.variables,
        parameters: request.call.parameters,
        tools: request.call.tools,
        tool_choice: request.call.tool_choice,
        models: vec![view.model],
        fallbacks: request.fallbacks,
        timeout_ms: request.timeout_ms,
        key: request.key,
        streaming: request.streaming,
        idempotency: None,
        letter: Some(letter),
        team: view.team,
        correlation_id: CORRELATION.try_with(Clone::clone).unwrap_or_default(),
        // Whoever replays it was proven just now, and need not be its owner.
        token: None,
        copy: None,
        origin: None,
    }
}

/// Replays a letter with its owner's keys and within its owner's budget, whoever asks for it. `origin` is where the owner asks from.
async fn replay_one(
    state: &AppState,
    user: Option<UserId>,
    letter: DeadLetterId,
    origin: Option<Origin>,
) -> Reply<()> {
    let (whole, settings, copy) = state
        .store
        .read(move |conn: &mut Conn| -> Reply<_> {
            let found = dead_letters::execution(conn, user, letter)?;
            let (owner, id) = found.ok_or(ErrorCode::NotFound)?;
            let whole = executions::whole(conn, owner, id)?;
            let prompt = whole.view.prompt;
            let team = whole.view.team;
            if let Some(team) = team {
                guard::within(conn, team, owner, Action::RunPrompts)?;
            }
            let now = prompt.map(|prompt| settings_now(conn, owner, team, prompt));
            let copy = match prompt.zip(whole.view.version) {
                Some((prompt, version)) => logs::copied(conn, owner, prompt, version)?,
                None => None,
            };
            Ok((whole, now.transpose()?.flatten(), copy))
        })
        .await?;
    let owner = whole.user;
    let mut spec = again(whole, letter);
    (spec.copy, spec.origin) = (copy, origin.filter(|_| copy.is_some()));
    if let Some(settings) = settings {
        allow_again(&settings, &mut spec)?;
    }
    service::start(state, owner, spec).await?;
    Ok(())
}

/// Whose letters a request is about.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::IntoParams)]
struct Reach {
    /// True: also of other accounts, for who looks after the server.
    all: Option<bool>,
}

/// Asks for failed executions again, as new ones. A letter goes when its replay completes; else it says why that failed too.
#[utoipa::path(
    tag = "executions",
    security(("session" = []), ("device" = []), ("token" = ["executions"])),
    params(Reach),
    request_body = DeadLetterIds,
    responses(
        (status = 200, description = "Which have begun, and which not.", body = DeadLettersDone),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/dead-letters/replay")]
async fn replay_letters(
    state: Data<AppState>,
    actor: May<Executions>,
    request: HttpRequest,
    reach: Query<Reach>,
    body: Body<DeadLetterIds>,
) -> Reply<Json<DeadLettersDone>> {
    let user = whose(&state, &actor, reach.all == Some(true)).await?;
    let origin = user.map(|_| Origin::of(&state, address(&request)));
    let (mut done, mut refused) = (Vec::new(), Vec::new());
    for id in checked(body.0)? {
        match replay_one(&state, user, id, origin).await {
            Ok(()) => done.push(id),
            Err(fault) => refused.push(DeadLetterRefusal {
                id,
                problem: fault.problem(),
            }),
        }
    }
    Ok(Json(DeadLettersDone { done, refused }))
}

/// Removes dead letters; their executions stay.
#[utoipa::path(
    tag = "executions",
    security(("session" = []), ("device" = []), ("token" = ["executions"])),
    params(Reach),
    request_body = DeadLetterIds,
    responses(
        (status = 200, description = "Which are gone, and which were not there.", body = DeadLettersDone),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/dead-letters/discard")]
async fn discard_letters(
    state: Data<AppState>,
    actor: May<Executions>,
    reach: Query<Reach>,
    body: Body<DeadLetterIds>,
) -> Reply<Json<DeadLettersDone>> {
    let user = whose(&state, &actor, reach.all == Some(true)).await?;
    let ids = checked(body.0)?;
    let (done, missing) = state
        .store
        .write_again(move |tx: &mut Tx<'_>| {
            let (mut done, mut missing) = (Vec::new(), Vec::new());
            for id in &ids {
                if dead_letters::discard(tx, user, *id)? {
                    done.push(*id);
                } else {
                    missing.push(*id);
                }
            }
            Ok::<_, crate::store::StoreError>((done, missing))
        })
        .await?;
    let refusal = |id| DeadLetterRefusal {
        id,
        problem: Fault::new(ErrorCode::NotFound).problem(),
    };
    Ok(Json(DeadLettersDone {
        done,
        refused: missing.into_iter().map(refusal).collect(),
    }))
}
